"""Trade-offs beside the carbon: yield, water, nutrients, nitrous oxide, methane, diesel and risks of each practice."""

from mollisol.practices.tradeoffs.band import IN_PART, KNOWN, NOT_KNOWN, Band, Range
from mollisol.practices.tradeoffs.case import Case, Part, Site, Water
from mollisol.practices.tradeoffs.ledger import ABSOLUTE, CHANGE, QUANTITIES, RUN, Ledger, Row, ledger

__all__ = [
    "ABSOLUTE",
    "CHANGE",
    "IN_PART",
    "KNOWN",
    "NOT_KNOWN",
    "QUANTITIES",
    "RUN",
    "Band",
    "Case",
    "Ledger",
    "Part",
    "Range",
    "Row",
    "Site",
    "Water",
    "ledger",
]
