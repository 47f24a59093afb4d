"""How much looser tilled soil lies than settled soil, and how fast it settles."""

from __future__ import annotations

from dataclasses import dataclass

from mollisol.units import parameter


@dataclass(frozen=True)
class SettlingParameters:
    """Loosening and settling of soil."""

    swelling: float = parameter(
        0.04, "1", 0.0, 0.15, "long-term trials: topsoil a few per cent denser without tillage than ploughed every "
        "year, 4 % in the mean of the Pampas (Alvarez & Steinbach 2009); hardly any difference in the United States "
        "(Nunes, Karlen & Moorman 2020), hence a wide range", confidence="medium", distribution="lognormal",
        spread=0.4, about="volume of soil that is ploughed every year over that of settled soil, less 1",
    )  # fmt: skip
    settling_time: float = parameter(
        3.0, "yr", 0.5, 15.0, "no-till soil is denser from the first years on and stays so; between a few months (rain "
        "on a fresh seedbed) and a decade; no single source", confidence="low", distribution="lognormal", spread=0.4,
        about="time in which soil approaches the density that its tillage keeps",
    )  # fmt: skip
