"""Units, constants, parameters with their sources, the table of variables, and errors.

Python and files use kg C/m2, kg C/m2/yr, m, yr, degC and m3/m3; people see Mg C/ha and cm.
"""

from mollisol.units.constants import (
    CM_PER_M,
    CO2_PER_C,
    DAYS_PER_YEAR,
    MG_HA_PER_KG_M2,
    MONTHS_PER_YEAR,
    SECONDS_PER_YEAR,
    ZERO_CELSIUS,
)
from mollisol.units.errors import InputError, MollisolError, RunError, nearest
from mollisol.units.parameters import Parameter, parameter, parameters_of
from mollisol.units.variables import VARIABLES, Variable

__all__ = [
    "CM_PER_M",
    "CO2_PER_C",
    "DAYS_PER_YEAR",
    "MG_HA_PER_KG_M2",
    "MONTHS_PER_YEAR",
    "SECONDS_PER_YEAR",
    "VARIABLES",
    "ZERO_CELSIUS",
    "InputError",
    "MollisolError",
    "Parameter",
    "RunError",
    "Variable",
    "nearest",
    "parameter",
    "parameters_of",
]
