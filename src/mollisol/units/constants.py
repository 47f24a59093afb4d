"""Conversions and constants of nature."""

MG_HA_PER_KG_M2 = 10.0
"""Mg C/ha in one kg C/m2 (also t/ha)."""

CM_PER_M = 100.0

DAYS_PER_YEAR = 365.2425
"""Mean length of the Gregorian year, days."""

MONTHS_PER_YEAR = 12

SECONDS_PER_YEAR = DAYS_PER_YEAR * 86400.0

ZERO_CELSIUS = 273.15
"""0 degC in K."""

CO2_PER_C = 44.01 / 12.011
"""Mass of CO2 that holds a unit mass of carbon (molar masses, IUPAC)."""
