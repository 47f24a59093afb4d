"""The climate at depth of a study's plans: what place and plans decide, whatever the model and its members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.practices import Management
from mollisol.study.columns import dated_forcing, read_by, reads_within_month, typical_forcing
from mollisol.study.soil_course import with_moved_soil

if TYPE_CHECKING:
    from mollisol.climate import DepthClimate
    from mollisol.study.columns import Place
    from mollisol.study.soil_moves import SoilMoves

Array = NDArray[np.float64]
Forcing = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class SiteDrivers:
    """Site-bound drivers of a study's plans and of those of its past, as far as the model reads them.

    Attributes
    ----------
    past : (12, row, plan) of the past's management.
    forcing : (month, row, patch) of the run; a year's months stand for every year.
    mean_climate : at depth, of the patches and then of the past.
    continued : how a series that is too short goes on.
    reads : names that the model reads of what varies within the month.
    """

    past: Forcing
    forcing: Forcing
    mean_climate: DepthClimate
    continued: str
    reads: frozenset[str]

    def for_model(self, model: Any, patches: int) -> SiteDrivers | None:
        """Return those of the first patches for another model; None where it reads what was left out."""
        own = reads_within_month(model)
        if not own <= self.reads:
            return None
        kept = {name: value[..., :patches] for name, value in _read(model, self.forcing).items()}
        return replace(self, past=_read(model, self.past), forcing=kept, reads=own)


def site_drivers(
    place: Place,
    model: Any,
    managements: Sequence[Management],
    past: Sequence[Management],
    moves: SoilMoves | None,
    years: tuple[int, int],
) -> SiteDrivers:
    """Compute the climate at depth of a run's plans, and its mean year.

    Parameters
    ----------
    managements : of the patches; past : of the past.
    moves : how the soil moves; None where it does not.
    years : first and last of the run.
    """
    typical, mean = typical_forcing(place, [*managements, *past])
    typical = _read(model, typical)
    now = {name: value[..., : len(managements)] for name, value in typical.items()}
    before = {name: value[..., len(managements) :] for name, value in typical.items()}
    forcing, continued = dated_forcing(place, now, managements, years)
    if moves is not None and moves.works:

        def rebuilt(soils: Sequence[Place], owners: Sequence[Management]) -> list[Forcing]:
            mean = typical_forcing(place, owners, soils)[0]
            found = []
            for number, (soil, owner) in enumerate(zip(soils, owners, strict=True)):
                own = {name: mean[name][..., number : number + 1] for name in forcing}
                found.append(dated_forcing(soil, own, [owner], years)[0])
            return found

        forcing = with_moved_soil(place, forcing, managements, rebuilt)
    return SiteDrivers(before, forcing, mean, continued, reads_within_month(model))


def _read(model: Any, forcing: Forcing) -> dict[str, Array]:
    """Return what the model reads; water that runs off matters only where the surface moves."""
    read = read_by(model, forcing)
    return {name: value for name, value in read.items() if name != "runoff" or model.mover() is not None}
