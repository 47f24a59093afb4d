"""Soil that moves: the comparison in the same mineral soil, and what moves along with soil that is moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mollisol.show.context import Array
from mollisol.show.ranking import named, ranking_of, spread_of
from mollisol.show.tables import Cell, Row, Table
from mollisol.show.view import ResultView, probability_of_gain, spread
from mollisol.show.wording import interval, number, title
from mollisol.study.choices import AS_SET, CHOICES
from mollisol.units import MG_HA_PER_KG_M2

TOLD = 0.05
"""Mg C/ha by which two choices must differ before a practice is said to depend on them."""


def by_interval(view: ResultView, amount: Array) -> Array:
    """Return (interval, ...) amounts per layer (layer last, kg/m2) summed over the report's intervals, Mg/ha."""
    return MG_HA_PER_KG_M2 * np.stack([view.in_interval(amount, part.top, part.bottom) for part in view.intervals])


def equal_mass_difference(view: ResultView) -> Array | None:
    """Return (interval, practice, member, time) the difference to the baseline at equal mass; None where soil rests."""
    soc = view.values("soc_equal_mass")
    return None if soc is None else by_interval(view, soc - soc[[view.baseline]])


def equal_mass_table(view: ResultView) -> Table | None:
    """Return the difference to the baseline at the end in the same mineral soil; None where no soil moves."""
    found = equal_mass_difference(view)
    if found is None or not view.others:
        return None
    return Table(
        ["", *(part.name for part in view.intervals)],
        [Row(title(view.practices[i]), [_gain(each[i, :, -1]) for each in found]) for i in view.others],
    )


def _gain(values: Array) -> Cell:
    found, often = spread(values), probability_of_gain(values)
    limits = () if np.isnan(found.low) else (interval(found.low, found.high, signed=True),)
    told = () if np.isnan(often) else (f"gain in {100 * often:.0f} %",)
    return Cell(number(found.mean, signed=True), (*limits, *told))


@dataclass(frozen=True, eq=False)
class Chosen:
    """A practice under the choices of what moves with soil.

    Attributes
    ----------
    name : of the practice.
    gain : (choice, member), whole profile at the end, Mg C/ha.
    places : in the ranking, were it so.
    """

    name: str
    gain: Array
    places: tuple[int, ...]

    @property
    def sign_depends(self) -> bool:
        """Whether the median gain is a loss under one choice and a gain under another."""
        middle = np.median(self.gain, axis=1)
        return bool(middle.min() < 0.0 < middle.max())


def choices_of(view: ResultView) -> list[Chosen]:
    """Return the practices whose gain depends on what moves with soil that is moved."""
    change = view.values("soc_change_by_choice")
    if change is None:
        return []
    gain = np.moveaxis(by_interval(view, change)[-1], 1, -1)  # (practice, choice, member)
    middle = np.median(gain[view.others, CHOICES.index(AS_SET)], axis=-1)
    found = []
    for at, index in enumerate(view.others):
        own = np.median(gain[index], axis=-1)
        if np.ptp(own) < TOLD:
            continue
        others = np.delete(middle, at)
        found.append(Chosen(view.practices[index], gain[index], tuple(1 + int(np.sum(others > one)) for one in own)))
    return found


def choice_table(view: ResultView) -> Table | None:
    """Return the gains of the whole profile under each choice; None where none depends on it."""
    ranked = len(ranking_of(view)) > 1
    rows = [
        Row(
            title(one.name),
            [
                Cell(cell.text, (*cell.notes, *((f"place {place}",) if ranked else ())))
                for cell, place in zip(map(spread_of, one.gain), one.places, strict=True)
            ],
        )
        for one in choices_of(view)
    ]
    return Table(["", *(title(choice) for choice in CHOICES)], rows) if rows else None


def choice_sentences(view: ResultView) -> list[str]:
    """Return whether a sign or a place of the ranking turns with what moves along with soil."""
    found = choices_of(view)
    return turning_sentences(
        "What moves with soil that is turned, mixed or brought is not known",
        [one.name for one in found if one.sign_depends],
        [one.name for one in found if len(set(one.places)) > 1] if len(view.others) > 1 else [],
        bool(found),
    )


def turning_sentences(what: str, signs: list[str], places: list[str], any_depends: bool) -> list[str]:
    """Return sentences on what is not known and which signs and places it decides.

    Examples
    --------
    >>> turning_sentences("What moves is not known", [], ["no_till"], True)
    ['What moves is not known: the place of no till depends on it, whether it gains does not.']
    """
    if not any_depends:
        return []
    told = []
    if signs:
        told.append(f"it decides whether {named(signs)} {'gain or lose' if len(signs) > 1 else 'gains or loses'}")
    only = [name for name in places if name not in signs]
    if only and signs:
        told.append(f"and the place of {named(only)}")
    elif only:
        does = "they gain" if len(only) > 1 else "it gains"
        told.append(f"the place of {named(only)} depends on it, whether {does} does not")
    return [f"{what}: {', '.join(told) if told else 'no sign and no place of the ranking depends on it'}."]
