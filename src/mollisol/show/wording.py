"""Numbers and names as people read them."""

from __future__ import annotations

import math

MINUS = "\u2212"
MISSING = "–"


def number(value: float, decimals: int = 1, *, signed: bool = False) -> str:
    """Return a number with a true minus, thousands apart, and a dash where it is missing.

    Examples
    --------
    >>> number(-1234.56)
    '−1,234.6'
    >>> number(0.25, 2, signed=True)
    '+0.25'
    """
    if not math.isfinite(value):
        return MISSING if math.isnan(value) else ("∞" if value > 0 else f"{MINUS}∞")
    rounded = round(value, decimals) + 0.0
    text = f"{rounded:+,.{decimals}f}" if signed and rounded else f"{rounded:,.{decimals}f}"
    return text.replace("-", MINUS)


def significant(value: float, digits: int = 2) -> str:
    """Return a positive number to so many significant digits, without an exponent: 4,300; 53; 0.12.

    Examples
    --------
    >>> significant(4321.0)
    '4,300'
    """
    if not math.isfinite(value) or value == 0.0:
        return number(value, 0)
    places = digits - 1 - math.floor(math.log10(abs(value)))
    return number(round(value, places), max(places, 0))


def amount(value: float) -> str:
    """Return a flux in Mg C/ha with the decimals that its size calls for (0.03, 1.25, 12.4)."""
    if not math.isfinite(value) or value == 0.0:
        return number(value, 2)
    return number(value, 2 if abs(value) >= 0.095 else 3)


def scientific(value: float) -> str:
    """Return a tiny number as people write it.

    Examples
    --------
    >>> scientific(3.04e-14)
    '3.0 × 10⁻¹⁴'
    """
    if value == 0.0 or not math.isfinite(value):
        return number(value, 0)
    mantissa, power = f"{value:.1e}".split("e")
    superscript = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa.replace('-', MINUS)} × 10{superscript}"


def interval(low: float, high: float, decimals: int = 1, *, signed: bool = False) -> str:
    """Return `low to high`, or a dash where there is no interval."""
    if math.isnan(low) or math.isnan(high):
        return MISSING
    return f"{number(low, decimals, signed=signed)} to {number(high, decimals, signed=signed)}"


def title(practice: str) -> str:
    """Return a practice's name for people: `cover_crop` is `cover crop`."""
    return practice.replace("_", " ").strip() or practice
