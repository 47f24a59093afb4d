"""Carbon that minerals hold for millennia: a second, slow fraction of mineral-associated carbon.

Croplands turn over what they get within decades and yet hold carbon that is thousands of years old: no single rate
does both. Part of what is mineral becomes bound more strongly with time (multiple bonds, co-precipitation with metals,
pores too small for enzymes) and is then hardly ever released.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from jax import Array

from mollisol.column.model import Drivers
from mollisol.column.pools import Pool
from mollisol.column.rates import Rates
from mollisol.processes.base import process
from mollisol.processes.pools import STABLE_MINERAL
from mollisol.units import parameter


@process
class StableMineral:
    """Mineral carbon ages into a fraction that decomposes within millennia.

    What is released of it is respired: the growth of microbes on it, under a hundredth of what they take up, is left
    out, so that this pool stands at the end of the order of solution.
    """

    slot: ClassVar[str] = "persistence"
    name: ClassVar[str] = "stable_mineral"
    equation: ClassVar[str] = (
        "mineral -> stable_mineral at share (clay + silt) times its release;  stable_mineral -> CO2 at k a balance;  "
        "a = activity x access"
    )
    reads: ClassVar[tuple[str, ...]] = ("soil.clay", "soil.silt", "soil.balance")
    adds: ClassVar[tuple[Pool, ...]] = (STABLE_MINERAL,)

    share: Array = parameter(
        0.02, "1", 0.0005, 0.3, "IPCC 2019 Tier 2: 5 % of what slow carbon loses becomes passive; Century: 0.3-3 %",
        confidence="medium", distribution="lognormal", spread=0.6,
        about="mineral carbon that becomes stable, per carbon that is released, in a soil without sand",
    )  # fmt: skip
    release: Array = parameter(
        0.0015, "1/yr", 5e-5, 0.01, "IPCC 2019 Tier 2, passive: 0.0069 per yr; CLM5: 1/270; C-TOOL, resistant: 4.6e-4; "
        "all at their reference temperatures", confidence="medium", distribution="lognormal", spread=0.6,
        about="rate at which stable carbon decomposes",
    )  # fmt: skip

    def __call__(self, carbon: Mapping[str, Array], drivers: Drivers, rates: Rates) -> Rates:
        """Add the binding and the slow loss."""
        fine = drivers.soil["clay"] + drivers.soil["silt"]
        bound = self.share * fine * rates.transfer["dissolved", "mineral"]
        lost = self.release * rates.decomposition("stable_mineral") * drivers.soil["balance"]
        return rates.add_transfer("stable_mineral", "mineral", bound).add_respired("stable_mineral", lost)
