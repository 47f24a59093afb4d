"""The plain answer: which practice holds most carbon at the end of the run, by how much, and how certainly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mollisol.show.view import ResultView, Spread, probability_of_gain, span, spread
from mollisol.show.wording import interval, number, title
from mollisol.units import MG_HA_PER_KG_M2

CERTAIN = 0.9
"""Share of members in which the first must come first before the ranking is called certain."""

SUBSOIL = 0.3
"""Where the subsoil begins, m."""


@dataclass(frozen=True)
class Finding:
    """What one depth range says.

    Attributes
    ----------
    where : the depth range in words.
    best : the practice with the largest mean difference to the baseline; the baseline where all lose.
    difference : its difference to the baseline, Mg C/ha (0 for the baseline itself).
    probability : share of members in which it holds more than the baseline; NaN for one member.
    first : (name, share of members in which it holds most) for every practice, largest share first.
    sentences : the finding in words.
    """

    where: str
    best: str
    difference: Spread
    probability: float
    first: list[tuple[str, float]]
    sentences: list[str]


@dataclass(frozen=True)
class Answer:
    """The findings for the whole profile and the subsoil, and the baseline's own change, in words."""

    findings: list[Finding]
    baseline: list[str]
    notes: list[str]


def answer_of(view: ResultView) -> Answer:
    """Return the `Answer` of a result."""
    bottom = view.grid.bottom
    ranges = [(f"in the whole profile ({span(0.0, bottom)} cm)", 0.0)]
    if bottom > SUBSOIL + 1e-9:
        ranges.append((f"below 30 cm ({span(SUBSOIL, bottom)} cm)", SUBSOIL))
    findings = [_finding(view, where, top) for where, top in ranges] if view.others else []
    return Answer(findings, [_baseline(view, where, top) for where, top in ranges], _notes(view))


def _finding(view: ResultView, where: str, top: float) -> Finding:
    end = MG_HA_PER_KG_M2 * view.in_interval(view.soc[:, :, -1], top, view.grid.bottom)
    difference = end - end[view.baseline]
    best = int(np.argmax(difference.mean(axis=1)))
    # A tie for the first place counts for all who share it.
    shares = (end == end.max(axis=0)).mean(axis=1)
    order = np.argsort(-shares, kind="stable")
    first = [(view.practices[index], float(shares[index])) for index in order]
    gain, probability = spread(difference[best]), probability_of_gain(difference[best])
    sentences = [_lead(view, where, best, gain, probability)]
    if view.members == 1:
        sentences.append("One parameter set was run, so there is no interval, and the order may be chance.")
    elif len(view.practices) > 2:
        sentences.append(_ranking(view, best, float(shares[best]), first))
    return Finding(where, view.practices[best], gain, probability, first, sentences)


def _lead(view: ResultView, where: str, best: int, gain: Spread, probability: float) -> str:
    when = view.moment(-1)
    if best == view.baseline:
        return (
            f"No practice held more carbon {where} than the baseline at the {when}, "
            "taking the mean over the parameter sets."
        )
    text = (
        f"At the {when}, {title(view.practices[best])} held the most carbon {where}: "
        f"{number(gain.mean)} Mg C/ha more than the baseline"
    )
    if view.members == 1:
        return f"{text}."
    text += (
        f" (90 % interval {interval(gain.low, gain.high, signed=True)}; a gain in {share(probability, view.members)})."
    )
    if not gain.sign_certain:
        text += " The interval includes zero: whether it gains at all is not certain."
    return text


def _ranking(view: ResultView, best: int, won: float, first: list[tuple[str, float]]) -> str:
    name = title(view.practices[best])
    if won >= CERTAIN:
        return f"The ranking is stable: {name} came first in {share(won, view.members)}."
    rivals = [(other, part) for other, part in first if other != view.practices[best] and part > 0.0]
    text = f"The ranking is not certain: {name} came first in {share(won, view.members)}"
    named = [f"{title(other)} in {share(part, view.members, short=True)}" for other, part in rivals[:2]]
    return f"{text}; {' and '.join(named)}." if named else f"{text}."


def _baseline(view: ResultView, where: str, top: float) -> str:
    soc = MG_HA_PER_KG_M2 * view.in_interval(view.soc[view.baseline], top, view.grid.bottom)
    change, start = spread(soc[:, -1] - soc[:, 0]), float(soc[:, 0].mean())
    if abs(change.mean) < 0.05:
        verb = "hardly changes its carbon"
    else:
        verb = f"{'gains' if change.mean > 0 else 'loses'} {number(abs(change.mean))} Mg C/ha"
    limits = "" if view.members == 1 else f" (90 % interval {interval(change.low, change.high, signed=True)})"
    years = "one year" if view.years == 1 else f"{view.years} years"
    return f"The baseline itself {verb} {where} over {years}{limits}, from {number(start)} Mg C/ha at the start."


def _notes(view: ResultView) -> list[str]:
    notes = []
    if not view.others:
        notes.append("Only the baseline was run: there is no other practice to compare it with.")
    if view.dropped:
        notes.append(
            f"{view.dropped} of {view.members + view.dropped} parameter sets gave no finite result in at least "
            "one practice. They are left out of every number here."
        )
    return notes


def share(part: float, members: int, *, short: bool = False) -> str:
    """Return a share of members in words: `47 of 50 parameter sets`; `none` where it is missing."""
    count = 0 if np.isnan(part) else round(part * members)
    return str(count) if short else f"{count} of {members} parameter sets"
