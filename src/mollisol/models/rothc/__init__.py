"""RothC 26.3, the one-layer monthly classic, as published: a discrete map, with its operator for the clocks.

A month takes every active pool x from start to end by x -> x exp(-a b c k / 12), where a is the temperature,
b the moisture and c the cover modifier and k the pool's rate constant (1/yr). Of what decomposed, x/(x+1) leaves
as CO2 and 1/(x+1) becomes BIO and HUM (0.46 : 0.54), with x = 1.67 (1.85 + 1.60 exp(-0.0786 clay)). Plant input
(split by DPM/RPM) and farmyard manure (0.49 DPM, 0.49 RPM, 0.02 HUM) arrive at the month's end, undecomposed.

Carbon is in t C/ha here (1 t C/ha = 0.1 kg C/m2), as RothC's users know it.
"""

from mollisol.models.rothc.effective import cycle_operator
from mollisol.models.rothc.rates import (
    PARAMETERS,
    POOLS,
    RothCParameters,
    humified_share,
    maximum_deficit,
    moisture_modifier,
    monthly_map,
    operator,
    temperature_modifier,
)
from mollisol.models.rothc.run import simulate

__all__ = [
    "PARAMETERS",
    "POOLS",
    "RothCParameters",
    "cycle_operator",
    "humified_share",
    "maximum_deficit",
    "moisture_modifier",
    "monthly_map",
    "operator",
    "simulate",
    "temperature_modifier",
]
