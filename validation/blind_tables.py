"""Tables of the blind validation of profiles: what is predicted beside what was measured and what references say."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.scores import Comparison, Score, compared, coverage
from mollisol.evidence.validate import ProfilesSaid

Array = NDArray[np.float64]

LEVELS = (0.5, 0.9)
MODEL = "**Mollisol**"
TARGET = (0.80, 0.97)
"""Share of the test studies' SOC to 1 m that 90 % intervals are to cover."""

DEPTHS: dict[str, tuple[int, ...]] = {
    "0-20": (0,), "20-40": (1,), "40-60": (2,), "60-80": (3,), "80-100": (4,), "100-150": (5,), "150-200": (6,),
    "40-100": (2, 3, 4), "0-100": (0, 1, 2, 3, 4),
}  # fmt: skip
"""Rows of the tables, cm, and the report depths in them; the last two hold several layers of a profile."""

PER_HA = 10.0
"""t/ha in kg/m2."""


def number(score: Score, form: str = ".2f") -> str:
    """Write a figure with its interval."""
    if not np.isfinite(score.value):
        return "-"
    if not np.isfinite(score.low):
        return format(score.value, form)
    return f"{score.value:{form}} ({score.low:{form}} to {score.high:{form}})"


def percent(score: Score) -> str:
    """Write a share as a percentage with its interval."""
    return number(Score(100.0 * score.value, 100.0 * score.low, 100.0 * score.high), ".0f")


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return the lines of a table."""
    return ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in rows)]


def picked(values: Array, rows: NDArray[np.intp], depths: tuple[int, ...]) -> Array:
    """Return the values (site, depth) of some sites and depths, flat."""
    return np.asarray(values)[np.ix_(rows, depths)].ravel()


def by_depth(
    rows: NDArray[np.intp],
    measured: Array,
    predictors: Mapping[str, Array],
    probability: Array,
    groups: NDArray[np.str_],
) -> dict[str, dict[str, Comparison]]:
    """Return {depth: {predictor: comparison}} of the sites `rows`."""
    found = {}
    for name, depths in DEPTHS.items():
        seen = picked(measured, rows, depths)
        if np.isfinite(seen).sum() < 3:
            continue
        said = {key: picked(value, rows, depths) for key, value in predictors.items()}
        of = np.repeat(groups[rows], len(depths))
        found[name] = compared(seen, said, picked(probability, rows, depths), of, LEVELS)
    return found


def comparison_lines(found: dict[str, dict[str, Comparison]], form: str = ".2f") -> list[str]:
    """Return the table of `by_depth`."""
    head = ["cm", "predictor", "values (studies)", "bias", "RMSE", "R2", "NSE", "skill of Mollisol over it"]
    head += [f"in {100 * level:.0f} % interval, %" for level in LEVELS]
    lines = []
    for depth, predictors in found.items():
        for name, one in predictors.items():
            s = one.scores
            counts = f"{s.count} ({s.studies})"
            cells = [depth, name, counts, format(s.bias.value, f"+{form[1:]}" if form[0] == "+" else "+" + form)]
            cells += [number(s.rmse, form), number(s.r2), format(s.nse.value, ".2f")]
            cells.append(number(one.skill) if one.skill else "")
            cells += [percent(one.coverage[level]) for level in LEVELS] if one.coverage else ["", ""]
            lines.append(cells)
    return table(head, lines)


def verdicts(what: str, found: dict[str, dict[str, Comparison]], depths: tuple[str, ...]) -> list[str]:
    """Say against which references the model is worse, or no better as far as the studies tell."""
    lines = []
    names = [name for name in next(iter(found.values())) if name != MODEL]
    for name in names:
        worse, same = [], []
        for depth in depths:
            one = found.get(depth, {}).get(name)
            if one is None or one.skill is None or not np.isfinite(one.skill.value):
                continue
            sure = np.isfinite(one.skill.low)
            if one.skill.value <= 0.0 and (not sure or one.skill.high < 0.0):
                worse.append(f"{depth} cm ({one.skill.value:.2f})")
            elif not sure or one.skill.low <= 0.0:
                same.append(f"{depth} cm ({one.skill.value:.2f})")
        if worse:
            lines.append(f"- {what}: **worse** than the {name} in {', '.join(worse)}.")
        if same:
            lines.append(f"- {what}: **not shown to be better** than the {name} in {', '.join(same)}.")
    return lines


class Profiles:
    """Comparisons of profiles: carbon without and with the topsoil known, and radiocarbon."""

    def __init__(self, said: ProfilesSaid) -> None:
        """Compute all comparisons."""
        self.said = said
        one = said.blind
        self.measured = np.log(one.profiles.stock)
        self.groups = one.profiles.profiles.group
        self.use = one.profiles.profiles.land_use
        self.rows = one.of("radiocarbon", "carbon")
        self.dated = one.of("radiocarbon")
        self.probability = said.log_soc.probability(self.measured)
        self.carbon = self.of_carbon(self.rows)
        below = self.measured.copy()
        # what is known is not predicted
        below[:, 0] = np.nan
        below[~np.isfinite(self.measured[:, 0])] = np.nan
        self.given = by_depth(
            self.rows, below, {MODEL: said.given_soc.centre, **said.given_references},
            said.given_soc.probability(self.measured), self.groups,
        )  # fmt: skip
        delta = one.profiles.delta14c
        self.delta_probability = said.delta14c.probability(delta)
        self.radiocarbon = by_depth(
            self.dated, delta, {MODEL: said.delta14c.centre, **said.references_delta14c}, self.delta_probability,
            self.groups,
        )  # fmt: skip

    def of_carbon(self, rows: NDArray[np.intp]) -> dict[str, dict[str, Comparison]]:
        """Return the comparisons of carbon of some sites."""
        predictors = {MODEL: self.said.log_soc.centre, **self.said.references}
        return by_depth(rows, self.measured, predictors, self.probability, self.groups)

    def covered(self) -> tuple[Score, Score]:
        """Return what 90 % intervals cover to 1 m: with the slopes of the sites, and with the model run for each."""
        depths = DEPTHS["0-100"]
        of = np.repeat(self.groups[self.rows], len(depths))
        seen = np.isfinite(picked(self.measured, self.rows, depths))
        both = [np.where(seen, picked(p, self.rows, depths), np.nan) for p in (self.probability, self.said.exact_soc)]
        return coverage(both[0], 0.9, of), coverage(both[1], 0.9, of)

    def first_lines(self) -> list[str]:
        """Return where the model is no better."""
        single = ("0-20", "20-40", "40-60", "60-80", "80-100", "100-150")
        return [
            *verdicts("SOC of a site of which no carbon is known", self.carbon, single),
            *verdicts("SOC below 20 cm, topsoil known", self.given, single),
            *verdicts("Delta14C", self.radiocarbon, single),
        ]

    def lines(self) -> list[str]:
        """Return the sections."""
        slopes, exact = self.covered()
        hit = "inside" if TARGET[0] <= slopes.value <= TARGET[1] else "**outside**"
        uses = {use: self.of_carbon(self.rows[self.use[self.rows] == use]) for use in ("cropland", "grassland")}
        pooled = {
            f"{use}, {depth}": found[depth]
            for use, found in uses.items()
            for depth in ("40-100", "0-100")
            if depth in found
        }
        return [
            "### SOC by depth, nothing known of the site's carbon",
            "",
            "Natural logarithm of the stock of a depth; a bias of +0.1 is 10 % too much. Place, mean climate, land "
            "use and, "
            "where measured, clay are known.",
            "",
            *comparison_lines(self.carbon),
            "",
            f"The 90 % intervals cover {percent(slopes)} % of the test studies' SOC by 20 cm to 1 m, {hit} the 80 "
            f"to 97 % that "
            f"they are to cover; {percent(exact)} % when the spread of sites is drawn and run through the model "
            f"instead of "
            "going through its slopes.",
            "",
            *comparison_lines(pooled),
            "",
            "### SOC below 20 cm, the carbon of 0-20 cm known",
            "",
            "The same predictive distribution, conditioned on the measured topsoil of the site.",
            "",
            *comparison_lines(self.given),
            "",
            "### Delta14C by depth",
            "",
            "permil, in the year of sampling; nothing known of the site's carbon or radiocarbon.",
            "",
            *comparison_lines(self.radiocarbon, ".0f"),
        ]  # fmt: skip
