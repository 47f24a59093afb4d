"""Figures of the blind validation: profiles of test studies by depth, and long-term experiments through time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mollisol.evidence.validate import PlotsSaid, ProfilesSaid, Validation
from validation.blind_tables import PER_HA

MEASURED, MODELLED, REFERENCE = "#222222", "#0072b2", "#d55e00"
SHOWN = 4
"""Treatments in a panel."""


def _drawing() -> Any:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update({"font.size": 8.0, "axes.spines.top": False, "axes.spines.right": False})
    return plt


def profiles_figure(said: ProfilesSaid, path: Path) -> None:
    """Draw medians and quartiles over profiles, and the mean 90 % predictive interval, by land use."""
    plt = _drawing()
    one = said.blind
    edges = 100.0 * one.profiles.edges
    middle, width = 0.5 * (edges[1:] + edges[:-1]), np.diff(edges) / 100.0
    figure, axes = plt.subplots(1, 4, figsize=(9.0, 3.4), sharey=True, layout="constrained")
    for at, use in enumerate(("cropland", "grassland")):
        for number, kinds in ((at, ("radiocarbon", "carbon")), (2 + at, ("radiocarbon",))):
            rows = one.of(*kinds)
            rows = rows[one.profiles.profiles.land_use[rows] == use]
            axis = axes[number]
            if number < 2:
                measured, predictive = one.profiles.stock[rows] / width, said.log_soc
                rothc = np.exp(next(iter(said.references.values()))[rows]) / width
            else:
                measured, predictive = one.profiles.delta14c[rows], said.delta14c
                rothc = next(iter(said.references_delta14c.values()))[rows]
            centre, reach = predictive.centre[rows], 1.645 * predictive.spread[rows]
            ends = [centre, centre - reach, centre + reach]
            if number < 2:
                ends = [np.exp(end) / width for end in ends]
            known = np.isfinite(measured)
            seen = [np.median(np.where(known, end, np.nan)[known[:, d], d]) for end in ends for d in range(len(middle))]
            best, low, high = np.array(seen).reshape(3, -1)
            quartiles = np.nanquantile(measured, [0.25, 0.5, 0.75], axis=0)
            axis.fill_betweenx(middle, low, high, color=MODELLED, alpha=0.15, lw=0, label="90 % of a site")
            axis.plot(best, middle, color=MODELLED, label="Mollisol")
            at_known = [np.median(rothc[known[:, d], d]) for d in range(len(middle))]
            axis.plot(at_known, middle, color=REFERENCE, ls="--", label="RothC in every layer")
            axis.errorbar(
                quartiles[1], middle, xerr=[quartiles[1] - quartiles[0], quartiles[2] - quartiles[1]], fmt="o", ms=3.5,
                color=MEASURED, lw=0.9, label="measured, quartiles",
            )  # fmt: skip
            axis.set_title(f"{use}, {len(rows)} profiles", loc="left", fontsize=8.5)
            axis.set_xlabel("SOC, kg C/m3" if number < 2 else "Delta14C, permil")
            if number < 2:
                axis.set_xscale("log")
    axes[0].invert_yaxis()
    axes[0].set_ylabel("depth, cm")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def experiments_figure(sides: tuple[PlotsSaid, ...], path: Path) -> None:
    """Draw measured and modelled stocks of some treatments of each experiment."""
    plt = _drawing()
    panels = [(side, name) for side in sides for name in sorted(set(side.experiment.tolist()))]
    rows = -(-len(panels) // 3)
    figure, axes = plt.subplots(rows, 3, figsize=(9.0, 2.7 * rows), layout="constrained", squeeze=False)
    colours = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")
    for axis, (side, name) in zip(axes.ravel(), panels, strict=False):
        of = side.experiment == name
        # from the poorest to the richest at the end
        treatments = sorted(
            {*side.treatment[of].tolist()}, key=lambda t, s=side, o=of: s.stock[o & (s.treatment == t)][-1]
        )
        shown = [treatments[i] for i in np.unique(np.linspace(0, len(treatments) - 1, SHOWN).round().astype(int))]
        for colour, treatment in zip(colours, shown, strict=False):
            years, quantiles, rothc = side.trajectories[name, treatment]
            own = of & (side.treatment == treatment)
            axis.fill_between(years, *(PER_HA * quantiles[[0, 2]]), color=colour, alpha=0.15, lw=0)
            axis.plot(years, PER_HA * quantiles[1], color=colour, label=treatment)
            axis.plot(years, PER_HA * rothc, color=colour, ls=":", lw=1.0)
            axis.errorbar(
                side.year[own], PER_HA * side.stock[own], yerr=PER_HA * side.error[own], fmt="o", ms=2.5, lw=0.7,
                color=colour,
            )  # fmt: skip
        told = "test side" if side.side == "test" else "fit side: a fit check"
        axis.set_title(f"{name} ({told})", loc="left", fontsize=8.5)
        axis.set_ylabel("t C/ha")
        axis.set_ylim(bottom=0.0)
        axis.legend(fontsize=5.5, frameon=False)
    for axis in axes.ravel()[len(panels) :]:
        axis.set_visible(False)
    figure.savefig(path, dpi=100)
    plt.close(figure)


def draw(made: Validation, folder: Path) -> None:
    """Write both figures into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    profiles_figure(made.profiles, folder / "validation-profiles.png")
    experiments_figure(made.plots, folder / "validation-experiments.png")
