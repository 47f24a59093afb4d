"""What each source of measurements does to the default parameter set; writes `docs/validation_sources.md`.

`python -m validation.sources [DATA_FOLDER] [-o FOLDER] [--config FILE] [--markdown FILE]`

Fits the configuration with one source left out at a time (some three minutes each; a run that was cut goes on where it
ended), and sets measured stocks of experiments and bias of profiles beside what every fit says.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from validation.blind_tables import PER_HA, table

if TYPE_CHECKING:
    from mollisol.evidence.sources import PlotFits, ProfileFits
    from mollisol.models.parameter_sets import ParameterSet

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("parameters", "profiles", "turnover", "experiments", "kept")
"""Tables of the page, each between two marks."""


def parameter_lines(sets: Mapping[str, ParameterSet]) -> list[str]:
    """Return best estimates with their 90 % intervals, a column for each fit."""
    first = next(iter(sets.values()))
    rows = []
    for i, name in enumerate(first.parameters):
        cells = [f"{name}, {first.units[i]}" if first.units[i] != "1" else name]
        for one in sets.values():
            low, high = np.quantile(one.draws[:, i], [0.05, 0.95])
            cells.append(f"{one.best[i]:.3g} ({low:.3g} to {high:.3g})")
        rows.append(cells)
    for name in first.spread:
        rows.append([f"spread: {name}", *(f"{one.spread[name]:.3g}" for one in sets.values())])
    return table(["parameter", *sets], rows)


def profile_lines(sides: tuple[ProfileFits, ...]) -> list[str]:
    """Return the bias of profiles by depth, a column for each fit."""
    rows = []
    for one in sides:
        for d in range(len(one.edges) - 1):
            depth = f"{100 * one.edges[d]:.0f}-{100 * one.edges[d + 1]:.0f}"
            known = np.isfinite(next(iter(one.soc.values()))[:, d])
            if known.sum() < 3:
                continue
            cells = [
                f"{np.nanmean(one.soc[name][:, d]):+.2f}, {np.nanmean(one.delta14c[name][:, d]):+.0f}"
                for name in one.soc
            ]
            studies = len(set(one.group[known].tolist()))
            rows.append([one.side, depth, f"{known.sum()} ({studies})", *cells])
    return table(["side", "cm", "profiles (studies)", *sides[0].soc], rows)


def turnover_lines(sides: tuple[ProfileFits, ...]) -> list[str]:
    """Return stock over below-ground productivity of croplands by depth, a column for each fit."""
    rows = []
    for one in sides:
        for d in np.flatnonzero(np.isfinite(one.measured_turnover)):
            depth = f"{100 * one.edges[d]:.0f}-{100 * one.edges[d + 1]:.0f}"
            cells = [f"{values[d]:.0f}" for values in one.turnover.values()]
            rows.append([one.side, depth, f"{one.measured_turnover[d]:.0f}", *cells])
    return table(["side", "cm", "measured", *sides[0].turnover], rows)


def experiment_lines(sides: tuple[PlotFits, ...]) -> list[str]:
    """Return measured and simulated last stocks by treatment, a column for each fit."""
    rows = []
    for one in sides:
        for name in dict.fromkeys(one.experiment):
            columns = [k for k, other in enumerate(one.experiment) if other == name]
            count = int(np.isin(one.column, columns).sum())
            cells = [
                f"{one.off(fit, columns).mean():+.2f}, {np.std(one.off(fit, columns)):.2f}" for fit in one.modelled
            ]
            rows.append([f"**{name}** ({one.side})", f"all, {count} stocks: bias, spread", "", "", "", *cells])
            for k in columns:
                last = one.last(k)
                end = f"{PER_HA * one.stock[last]:.0f} (year {one.year[last]})"
                cells = [
                    f"{PER_HA * one.modelled[fit][last]:.0f} ({one.off(fit, [k]).mean():+.2f})" for fit in one.modelled
                ]
                rows.append(
                    [
                        "", one.treatment[k], f"{PER_HA * one.plants[k]:.2f} + {PER_HA * one.manures[k]:.2f}",
                        f"{PER_HA * one.first[k]:.0f}", end, *cells,
                    ]
                )  # fmt: skip
    head = ["experiment (side)", "treatment", "plants + manures, t C/ha/yr", "first", "last, measured"]
    return table([*head, *sides[0].modelled], rows)


def kept_lines(sides: tuple[PlotFits, ...]) -> list[str]:
    """Return the share of what was brought that is still there, measured and by fit, for treatments with manures."""
    rows = []
    for one in sides:
        for k, treatment in enumerate(one.treatment):
            measured = one.kept(k, one.stock)
            if one.manures[k] <= 0.0 or not np.isfinite(measured):
                continue
            cells = [f"{100 * one.kept(k, values):.0f}" for values in one.modelled.values()]
            rows.append([f"{one.experiment[k]} ({one.side})", treatment, f"{100 * measured:.0f}", *cells])
    return table(["experiment (side)", "treatment", "measured", *sides[0].modelled], rows)


def written(page: str, made: Mapping[str, list[str]]) -> str:
    """Return a page with its tables replaced, each between its marks."""
    for name, lines in made.items():
        begin, end = f"<!-- {name}: made by validation/sources.py -->", f"<!-- end of {name} -->"
        before, rest = page.split(begin)
        page = f"{before}{begin}\n\n" + "\n".join(lines) + f"\n\n{end}{rest.split(end)[1]}"
    return page


def main(arguments: list[str] | None = None) -> int:
    """Fit, compare, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("-o", "--output", type=Path, default=Path("sources-output"))
    parser.add_argument("--config", type=Path, default=ROOT / "calibrations" / "cropland_grassland.yaml")
    parser.add_argument("--markdown", type=Path, help="page with marks for the tables")
    given = parser.parse_args(arguments)
    if not (given.data / "radiocarbon").is_dir():
        print(f"{given.data / 'radiocarbon'} is absent", file=sys.stderr)
        return 2
    from mollisol.evidence.configuration import read_configuration
    from mollisol.evidence.sources import fitted, plot_fits, profile_fits, variants
    from mollisol.units import MollisolError

    begin = time.monotonic()

    def say(line: str) -> None:
        print(f"{time.monotonic() - begin:6.0f} s  {line}", file=sys.stderr, flush=True)

    try:
        configuration = read_configuration(given.config)
        sets = {}
        for name, one in variants(configuration).items():
            say(f"{name}:")
            sets[name] = fitted(one, given.data, given.output, say)
        plots = (plot_fits(given.data, "fit", sets), plot_fits(given.data, "test", sets))
        profiles = tuple(profile_fits(configuration, given.data, side, sets) for side in ("fit", "test"))
    except MollisolError as error:
        print(error, file=sys.stderr)
        return 2
    lines = (
        parameter_lines(sets), profile_lines(profiles), turnover_lines(profiles), experiment_lines(plots),
        kept_lines(plots),
    )  # fmt: skip
    made = dict(zip(NAMES, lines, strict=True))
    print("\n\n".join("\n".join(lines) for lines in made.values()))
    if given.markdown is not None:
        given.markdown.write_text(written(given.markdown.read_text(encoding="utf-8"), made), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
