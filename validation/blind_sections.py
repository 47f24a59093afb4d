"""Sections of the blind validation beside the profiles: turnover, experiments, mineral shares, incubations."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.references import Training
from mollisol.evidence.scores import coverage, scores, skill
from mollisol.evidence.validate import JarsSaid, PlotsSaid, ProfilesSaid, Validation
from mollisol.plants.roots import cumulative_roots
from validation.blind_tables import LEVELS, MODEL, PER_HA, Array, Profiles, number, percent, table

CROPS_LOWER_QUARTILE = np.array([19.0, 31.0, 45.0, 62.0, 82.0])
CROPS_MEAN = np.array([53.0, 136.0, 227.0, 274.0, 334.0])
"""yr; croplands of Sierra et al. 2024 (910 profiles) by 20 cm: the band is 0.7 times the first to twice the second."""

TAILS: dict[str, tuple[str, dict[str, float]]] = {
    "beta 0.961": ("jackson", {"beta": 0.961}),
    "heavy tail": ("power_law", {}),
    "e-fold 17.5 cm": ("exponential", {"e_fold": 0.175}),
}


def turnover_lines(said: ProfilesSaid, observed: Any) -> list[str]:
    """Return the section on turnover: croplands by 20 cm beside the band, the root tail, and all biomes to 2 m."""
    one = said.blind
    use = one.profiles.profiles.land_use
    crops = np.flatnonzero((one.kind == "radiocarbon") & (use == "cropland"))
    every = one.of("radiocarbon", "other")
    table_of = observed.of(side="test", land_use="cropland")
    quartiles = np.nanquantile(table_of.turnover, [0.25, 0.5, 0.75], axis=0)
    rows, inside = [], []
    mean = np.exp(np.log(said.turnover[:, crops]).mean(axis=1))
    tails = with_tails(said, crops)
    for d in range(5):
        low, middle, high = np.quantile(mean[:, d], [0.05, 0.5, 0.95])
        band = (0.7 * CROPS_LOWER_QUARTILE[d], 2.0 * CROPS_MEAN[d])
        inside.append(band[0] <= middle <= band[1])
        rows.append(
            [
                f"{20 * d}-{20 * d + 20}", f"{middle:,.0f} ({low:,.0f} to {high:,.0f})", f"{band[0]:.0f} to "
                f"{band[1]:.0f}",
                "yes" if inside[-1] else "**no**",
                f"{quartiles[1, d]:.0f} ({quartiles[0, d]:.0f} to {quartiles[2, d]:.0f})",
                *(f"{tail[d]:,.0f}" for tail in tails.values()),
            ]
        )  # fmt: skip
    names = ("0-20", "20-40", "40-60", "60-80", "80-100", "100-150", "150-200")
    own = np.exp(np.log(said.turnover[:, every]).mean(axis=1))
    biomes = with_tails(said, every)
    deep = [
        [
            name, "{1:,.0f} ({0:,.0f} to {2:,.0f})".format(*np.quantile(own[:, d], [0.05, 0.5, 0.95])),
            *(f"{tail[d]:,.0f}" for tail in biomes.values()),
        ]
        for d, name in enumerate(names)
    ]  # fmt: skip
    last = np.quantile(own[:, -1], 0.5)
    return [
        "### Turnover by depth: stock over below-ground productivity, yr",
        "",
        f"Croplands of the test side ({len(crops)} columns; geometric mean, interval from the parameters). The band "
        f"is 0.7 times "
        "the lower quartile to twice the mean of the published croplands; what was measured is the table's own test "
        "side "
        f"({len(table_of)} profiles mapped as crops, median and quartiles). Last columns: the same stocks with the "
        f"same "
        "productivity to 2 m spread by other roots.",
        "",
        *table(["cm", "model", "band", "inside", "measured, test side", *TAILS], rows),
        "",
        f"{'All five depths lie' if all(inside) else f'{sum(inside)} of 5 depths lie'} in the band.",
        "",
        f"All biomes of the test side ({len(every)} columns; what is no cropland counts as grassland): the "
        f"published rise is from "
        f"about 50 years to more than 4,000. With the model's own roots it ends at {last:,.0f}; the tail of the "
        f"roots decides it.",
        "",
        *table(["cm", "model", *TAILS], deep),
    ]


def with_tails(said: ProfilesSaid, rows: NDArray[np.intp]) -> dict[str, Array]:
    """Return {tail: (depth,)} geometric mean of the same stocks over productivity spread in other ways, yr."""
    edges = said.blind.profiles.edges
    total = said.bnpp[rows].sum(axis=1, keepdims=True)
    found = {}
    for name, (kind, parameters) in TAILS.items():
        above = cumulative_roots(kind, parameters, edges)
        share = np.diff(above) / above[-1]
        found[name] = np.exp(np.log(said.stock[rows] / (total * share)).mean(axis=0))
    return found


ALREADY = {"test": "validation: on the test side", "fit": "**fit check**: on the fit side"}


def experiment_rows(plots: PlotsSaid) -> list[list[str]]:
    """Return the rows of one side's experiments: model, RothC, no change."""
    rows = []
    for name in sorted(set(plots.experiment.tolist())):
        of = plots.experiment == name
        measured, first = PER_HA * plots.stock[of], PER_HA * plots.first[of]
        predictors = {MODEL: plots.modelled[of], "RothC": plots.rothc[of], "no change": plots.first[of]}
        for key, values in predictors.items():
            said = PER_HA * values
            stock = scores(measured, said, plots.treatment[of])
            change = scores(measured - first, said - first, plots.treatment[of])
            better = "" if key == MODEL else number(
                skill(measured, PER_HA * plots.modelled[of], said, plots.treatment[of])
            )  # fmt: skip
            covers = [
                percent(coverage(plots.probability[of], level, plots.treatment[of])) if key == MODEL else ""
                for level in LEVELS
            ]
            rows.append(
                [
                    f"{name} ({ALREADY[plots.side]})", key, f"{stock.count} ({stock.studies})",
                    f"{stock.bias.value:+.1f}",
                    number(stock.rmse, ".1f"), number(stock.r2), f"{stock.nse.value:.2f}", number(change.r2),
                    f"{change.nse.value:.2f}", better, *covers,
                ]
            )  # fmt: skip
    return rows


def experiment_lines(plots: tuple[PlotsSaid, ...]) -> list[str]:
    """Return the section on long-term experiments."""
    head = [
        "experiment", "predictor", "stocks (treatments)", "bias", "RMSE", "R2", "NSE", "R2 of change", "NSE of change",
        "skill of Mollisol over it", *(f"in {100 * level:.0f} % interval, %" for level in LEVELS),
    ]  # fmt: skip
    return [
        "### Long-term experiments",
        "",
        "Carbon of the ploughed layer, t C/ha, each treatment from its first stock with its own yearly inputs; "
        "change is since "
        "that first stock. Intervals from treatments drawn again: an experiment is one place, which says little of "
        "others.",
        "",
        *table(head, [row for one in plots for row in experiment_rows(one)]),
    ]


def experiment_verdicts(plots: tuple[PlotsSaid, ...]) -> list[str]:
    """Say in which experiments the model is no better."""
    lines = []
    for one in plots:
        for name in sorted(set(one.experiment.tolist())):
            of = one.experiment == name
            for key, other in (("RothC", one.rothc), ("no change", one.first)):
                found = skill(one.stock[of], one.modelled[of], other[of], one.treatment[of])
                if found.value <= 0.0 or not found.low > 0.0:
                    how = "worse" if found.value <= 0.0 else "not shown to be better"
                    lines.append(f"- SOC of {name} ({one.side} side): **{how}** than {key} ({found.value:.2f}).")
    return lines


def deep_lines(said: ProfilesSaid) -> list[str]:
    """Return the section on deep profiles of experiments."""
    one = said.blind
    rows = one.of("experiment")
    study = one.profiles.profiles.study
    names = ("0-20", "20-40", "40-60", "60-80", "80-100", "100-150")
    lines = []
    rothc = next(iter(said.references.values()))
    for name in sorted(set(study[rows].tolist())):
        of = rows[study[rows] == name]
        for d, depth in enumerate(names):
            measured = PER_HA * one.profiles.stock[of, d]
            if not np.isfinite(measured).any():
                continue
            low, high = (
                PER_HA * np.exp(said.log_soc.centre[of, d] + sign * 1.645 * said.log_soc.spread[of, d]).mean()
                for sign in (-1.0, 1.0)
            )
            given = PER_HA * np.exp(said.given_soc.centre[of, d]).mean()
            plain = PER_HA * np.exp(said.log_soc.centre[of, d]).mean()
            lines.append(
                [
                    name, depth, ", ".join(f"{value:.1f}" for value in measured),
                    f"{plain:.1f} ({low:.1f} to {high:.1f})",
                    "-" if d == 0 else f"{given:.1f}", f"{PER_HA * np.exp(rothc[of, d]).mean():.1f}",
                ]
            )  # fmt: skip
    treatments = "; ".join(one.profiles.profiles.id[i] for i in rows)
    return [
        "### Deep profiles of Kellogg and Silsoe",
        "",
        f"t C/ha by depth; measured in the order of the treatments ({treatments}). Both lie on the fit side, but no "
        f"term of the "
        "likelihood holds them. No inputs are told: all treatments are predicted as cropland of the place, so their "
        "differences "
        "are not. Silsoe has the climate and clay of Rothamsted, and its last layer, sampled at 1.28 m, stands for "
        "105-150 cm.",
        "",
        *table(["place", "cm", "measured", "model (90 % interval)", "given 0-20 cm", "RothC in every layer"], lines),
    ]


def mineral_lines(said: ProfilesSaid) -> list[str]:
    """Return the section on mineral-associated carbon."""
    one = said.blind
    rows = one.of("minerals")
    share = said.mineral.mean(axis=0)
    half = said.stock[rows, :2] * np.array([1.0, 0.5])
    modelled = (share[rows, :2] * half).sum(axis=1) / half.sum(axis=1)
    measured, groups = one.share[rows], one.profiles.profiles.group[rows]
    whole = scores(measured, modelled, groups)
    bins = []
    for low, high in pairwise((0.0, 0.2, 0.4, 0.6, 0.8, 1.001)):
        of = (one.clay_silt[rows] >= low) & (one.clay_silt[rows] < high)
        if of.any():
            spread = np.quantile(measured[of], [0.25, 0.75])
            bins.append(
                [
                    f"{100 * low:.0f}-{100 * min(high, 1.0):.0f}", f"{of.sum()} ({len(set(groups[of]))})",
                    f"{measured[of].mean():.2f} ({spread[0]:.2f} to {spread[1]:.2f})", f"{modelled[of].mean():.2f}",
                ]
            )  # fmt: skip
    use = one.profiles.profiles.land_use
    dated = {u: np.flatnonzero((one.kind == "radiocarbon") & (use == u)) for u in ("cropland", "grassland")}
    by_depth = [
        [depth, *(f"{share[of, d].mean():.2f}" for of in dated.values())]
        for d, depth in enumerate(("0-20", "20-40", "40-60", "60-80", "80-100", "100-150", "150-200"))
    ]
    return [
        "### Mineral-associated share of the carbon",
        "",
        f"Samples of 0-30 cm of the test side (Georgiou et al. 2022; at most three of a study and land use): bias "
        f"{whole.bias.value:+.2f}, RMSE {number(whole.rmse)}, R2 {number(whole.r2)}, NSE {whole.nse.value:.2f} over "
        f"{whole.count} "
        f"samples of {whole.studies} studies. Clay and silt of the sample decide what minerals do; water has the "
        f"assumed texture.",
        "",
        *table(["clay + silt, %", "samples (studies)", "measured: mean (quartiles)", "model"], bins),
        "",
        "By depth nothing of the test side was measured; the model says",
        "",
        *table(["cm", *dated], by_depth),
    ]  # fmt: skip


def jar_lines(jars: JarsSaid) -> list[str]:
    """Return the section on incubations."""
    log = scores(np.log(jars.measured), np.log(jars.modelled), jars.study)
    covers = " and ".join(f"{percent(coverage(jars.probability, level, jars.study))} %" for level in LEVELS)
    ratios = ", ".join(f"{a:.2f} ({b:.2f})" for a, b in zip(jars.ratio, jars.ratio_modelled, strict=True))
    primed = f" Respiration of native carbon with over without addition, measured (model): {ratios}." if ratios else ""
    return [
        "### Incubations",
        "",
        f"Share of a jar's carbon respired, natural logarithm, {log.count} values of {log.studies} studies on the "
        f"test side: bias "
        f"{log.bias.value:+.2f}, RMSE {number(log.rmse)}, R2 {number(log.r2)}; the 50 and 90 % intervals cover "
        f"{covers}.{primed}",
    ]


def set_lines(made: Validation) -> list[str]:
    """Return what was compared, and how."""
    one = made.profiles.blind
    groups = one.profiles.profiles.group
    counts = {kind: (len(one.of(kind)), len(set(groups[one.of(kind)].tolist()))) for kind in ("radiocarbon", "carbon")}
    return [
        f"Parameter set `{made.set.name}` (SHA-256 {made.set.sha256[:12]}; {len(made.profiles.turnover)} of its "
        f"draws). Profiles of "
        f"cropland and grassland on the test side: {counts['radiocarbon'][0]} of {counts['radiocarbon'][1]} studies "
        f"with "
        f"radiocarbon (He et al. 2016), {counts['carbon'][0]} of {counts['carbon'][1]} with carbon only (SoDaH, at "
        f"most eight of a "
        "study and land use). Predictive distribution: draws of the parameters, the spread of sites in input, loss "
        "and its trend "
        "over depth, what is left in a depth, and the error of the measurement. In brackets: 90 % intervals from "
        "studies drawn "
        "again, 400 times; with so few studies they are rough. RothC has the same inputs by layer, temperature, "
        "water and clay, "
        "its own constants and no inert carbon. Skill is 1 - MSE of Mollisol / MSE of the reference.",
    ]


def means_lines(known: Training) -> list[str]:
    """Return the training means that stand as reference."""
    rows = [
        [use, *(f"{PER_HA * np.exp(value):.0f}" if np.isfinite(value) else "-" for value in known.log_soc[use])]
        for use in known.log_soc
    ]
    names = ("0-20", "20-40", "40-60", "60-80", "80-100", "100-150", "150-200")
    return ["Training mean of the stock (geometric), t C/ha:", "", *table(["land use", *names], rows)]


def markdown(made: Validation, turnover: Any) -> str:
    """Return the whole section; its first lines say where the model is no better than the references."""
    profiles = Profiles(made.profiles)
    worst = [*profiles.first_lines(), *experiment_verdicts(made.plots)]
    lines = [
        "## Carbon and radiocarbon of studies that were not fitted",
        "",
        "**Where the model is no better than simple references** (skill in brackets):",
        "",
        *(worst or ["- nowhere, as far as the studies of the test side tell."]),
        "",
        *set_lines(made),
        "",
        "![Carbon and radiocarbon by depth, test studies](images/validation-profiles.png)",
        "",
        *profiles.lines(),
        "",
        *means_lines(made.training),
        "",
        *turnover_lines(made.profiles, turnover),
        "",
        *experiment_lines(made.plots),
        "",
        "![Carbon of long-term experiments through time](images/validation-experiments.png)",
        "",
        "Lines and bands: Mollisol, median and 90 % from the parameters alone; dotted: RothC; points: measured, one "
        "standard error.",
        "",
        *deep_lines(made.profiles),
        "",
        *mineral_lines(made.profiles),
        "",
        *jar_lines(made.jars),
    ]
    return "\n".join(lines) + "\n"
