"""Moisture of the litter layer: filled by rain and melt, dried by the evaporative demand."""

from __future__ import annotations

import jax
import jax.numpy as jnp


def litter_step(
    held: jax.Array, liquid: jax.Array, demand: jax.Array, covered: jax.Array, litter: dict[str, float]
) -> jax.Array:
    """Return the water that the litter holds (m) after a step.

    Filling: dW = (Wmax - W) (1 - exp(-P / Wmax)) (Merriam 1960). Drying towards the air-dry store at the rate
    demand x exposure / Wmax. Under snow (`covered` 1) it stays wet.

    Parameters
    ----------
    held : (column,) m.
    liquid, demand : (column,) rain and melt, and potential evapotranspiration, m per step.
    covered : (column,) share under snow.
    """
    full = litter["capacity"]
    dry = full * litter["dry"] / litter["holding"]
    wet = held + (full - held) * -jnp.expm1(-liquid / full)
    dried = dry + (wet - dry) * jnp.exp(-demand * litter["exposure"] * (1.0 - covered) / full)
    return dried + (full - dried) * covered


def litter_saturation_at(potential: float, litter: dict[str, float]) -> float:
    """Return the share of its capacity that litter holds at a matric potential (MPa): the inverse of what follows."""
    content = litter["dry"] * (litter["dry_potential"] / potential) ** (1.0 / litter["exponent"])
    return float(content / litter["holding"])


def litter_log_potential(held: jax.Array, litter: dict[str, float]) -> jax.Array:
    """Return the logarithm of the suction (MPa) of litter that holds `held` m of water: a power law of its content."""
    content = held / litter["capacity"] * litter["holding"]
    return jnp.log(-litter["dry_potential"]) - litter["exponent"] * jnp.log(content / litter["dry"])
