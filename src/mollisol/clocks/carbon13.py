"""13C as an inert label: what is left of C3 carbon, and what is new, after a field changed between C3 and C4 crops.

    R = R_VPDB (1 + delta / 1000),   x = R / (1 + R),   share of C4 = (delta - delta_C3) / (delta_C4 - delta_C3)

x, the 13C in a unit of carbon, is carried as a tracer of the run (`column.tracer`). Decomposition is taken not to
choose between isotopes: the slow enrichment of old carbon (1-3 permil over a profile) is small beside the 14 permil
between the two kinds of plants, and is no part of this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mollisol.units import Parameter

if TYPE_CHECKING:
    from mollisol.clocks.periodic import Cycle
    from mollisol.column.tracer import Marks

Array = NDArray[np.float64]

STANDARD = Parameter(
    0.0111802, "1", 0.011150, 0.011240, "Werner & Brand 2001, Rapid Commun. Mass Spectrom. 15:501-519 (VPDB)", "high",
    about="13C/12C of VPDB",
)  # fmt: skip

C3 = Parameter(
    -26.7, "permil", -35.0, -20.0, "Cerling et al. 1997, Nature 389:153-158 (modern C3 plants, +- 2.3)", "high",
    about="delta13C of C3 plants",
)  # fmt: skip

C4 = Parameter(
    -12.5, "permil", -16.0, -9.0, "Cerling et al. 1997, Nature 389:153-158 (modern C4 plants, +- 1.1)", "high",
    about="delta13C of C4 plants",
)  # fmt: skip

C4_CROPS = ("maize", "silage_maize", "sorghum", "switchgrass", "miscanthus")
"""Crops with C4 photosynthesis; all others, and amendments whose feed is not said, count as C3."""


def content(delta13c: ArrayLike) -> Array:
    """Return the 13C in a unit of carbon (mol/mol) of a delta13C (permil, VPDB)."""
    ratio = STANDARD.value * (1.0 + np.asarray(delta13c, dtype=np.float64) / 1000.0)
    return np.asarray(ratio / (1.0 + ratio))


def delta13c(amount: ArrayLike, carbon: ArrayLike) -> Array:
    """Return delta13C (permil, VPDB) of 13C and the carbon that it is part of; NaN where there is no carbon."""
    part, whole = np.asarray(amount, dtype=np.float64), np.asarray(carbon, dtype=np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(whole > 0.0, part / np.where(whole > 0.0, whole, 1.0), np.nan)
    return np.asarray((share / (1.0 - share) / STANDARD.value - 1.0) * 1000.0)


def delta_of(source: str, known: Mapping[str, float] | None = None) -> float:
    """Return the delta13C (permil) of an input by the name of its source, such as 'maize roots'.

    Parameters
    ----------
    source : its first word is the crop or the amendment.
    known : measured values (permil) by crop or amendment, which come before the typical ones.
    """
    name = source.split(" ")[0]
    if known and name in known:
        return known[name]
    return C4.value if name in C4_CROPS else C3.value


def carbon13_marks(sources: Sequence[str], known: Mapping[str, float] | None = None) -> Marks:
    """Return the marks of the inputs: one tracer, the 13C in a unit of each source; see `delta_of`."""
    from mollisol.column.tracer import Marks

    return Marks(content([delta_of(name, known) for name in sources])[None, None, :, None])


def periodic_carbon13(cycle: Cycle, sources: Sequence[str], known: Mapping[str, float] | None = None) -> Array:
    """Return the 13C (row, pool, column) of the carbon of a periodic state that has always been fed as it is now.

    Parameters
    ----------
    cycle : of the state and the same sources (`initial_radiocarbon`).
    sources, known : as for `carbon13_marks`.
    """
    from mollisol.clocks.radiocarbon import source_groups

    contents = content([delta_of(name, known) for name in source_groups(sources)])
    gain = np.einsum("ygcs,g->cs", cycle.gain, contents)
    solved = np.linalg.solve(np.eye(gain.shape[-1]) - cycle.matrix, gain[..., None])[..., 0]
    return np.ascontiguousarray(solved.T.reshape(*cycle.shape, -1))


def c4_share(delta: ArrayLike, delta_c3: ArrayLike = C3.value, delta_c4: ArrayLike = C4.value) -> Array:
    """Return the share of C4 carbon in a mixture of two end members, all in permil.

    Examples
    --------
    >>> round(float(c4_share(-19.6)), 2)
    0.5
    """
    mixed, low, high = (content(value) for value in (delta, delta_c3, delta_c4))
    return np.asarray((mixed - low) / (high - low))
