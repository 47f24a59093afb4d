"""Microbes that limit decomposition: what the exponent of their mortality does to a profile, and efficiency by depth.

`python -m validation.microbes [DATA_FOLDER] [--markdown FILE]`

The trial: annual-mean drivers at 10 degC and full moisture, no aggregates, oxygen ample, no residual depth scalar, K
0.02 kg/m3, uptake 30 and release 1/30 per yr at full activity, turnover 2.5 per yr at 0.1 kg/m3, slow litter 0.6 per
yr, mixing 1 cm2/yr, percolation 0.05-0.2 m/yr, sorption 3 per yr without sand, roots of Jackson's beta
0.961. Shown are the profile after 6,000 years and the steady state, or why there is none that holds.
The efficiency of the alternative `environmental` in a temperate arable profile is set beside 1,193 published values of
topsoils and subsoils, pairs of one site (`turnover/cue_top_subsoil`). Nothing is tuned to them.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

TRIALS = ((1.0, 0.0), (1.1, 0.0), (1.2, 0.0), (1.3, 0.0), (1.5, 0.0), (1.0, 0.01), (1.2, 0.01))
"""Exponent b of mortality, and background of decomposition."""

YEARS = 6000
QUOTIENT_DEPTHS = (0.1, 0.5, 1.0, 1.75)
TURNOVER_DEPTHS = ((0.0, 0.2), (0.8, 1.0), (1.5, 2.0))
SORPTION, SLOW_LITTER, RESISTANT_RATIO, RELEASE = 3.0, 0.6, 1.0 / 3.0, 1.0 / 30.0
FILE = "turnover/cue_top_subsoil/DATA.csv"


def trial_system(columns: int) -> Any:
    """Return the benchmarks' system with constant drivers, and microbes in every column alike."""
    from benchmarks.system import make_system

    slots = {"depolymerisation": "reverse_michaelis_menten", "occlusion": "none", "oxygen": "none", "priming": "none"}
    system = make_system(columns, slots=slots)
    setup, depth = system.setup, system.setup.depth
    alike = {name: np.repeat(value[..., :1], columns, axis=-1) for name, value in setup.soil.items()}
    alike |= {"clay": np.full_like(depth, 0.2), "silt": np.full_like(depth, 0.4)}
    mean = {name: value[..., :1].mean(axis=0, keepdims=True) for name, value in setup.forcing.items()}
    mean["temperature"] = np.full_like(mean["temperature"], 10.0)
    mean["matric_potential"] = np.full_like(mean["matric_potential"], -0.001)
    mean["percolation"] = np.maximum(0.2 * np.exp(-depth / 0.7), 0.05)[None]
    still = dataclasses.replace(setup.events, happens=np.zeros_like(setup.events.happens), keeps={})
    setup = dataclasses.replace(
        setup, soil=alike, forcing=mean, amount=setup.amount[..., :1].mean(axis=0, keepdims=True), events=still
    )
    values = {
        "depolymerisation": {
            "density_exponent": np.array([one[0] for one in TRIALS]),
            "background": np.array([one[1] for one in TRIALS]), "slow_litter": SLOW_LITTER, "mineral": RELEASE,
            "resistant_ratio": RESISTANT_RATIO,
        },
        "protection": {"sorption": SORPTION},
    }  # fmt: skip
    processes = [dataclasses.replace(one, **values.get(one.slot, {})) for one in system.model.processes]
    model = dataclasses.replace(system.model, processes=tuple(processes))
    return dataclasses.replace(system, model=model, setup=setup)


def quotient_and_turnover(system: Any, carbon: Any) -> tuple[Any, Any]:
    """Return (depth, column) microbial quotient in % and (interval, column) stock over input in yr."""
    soc = carbon[1:].sum(axis=1)
    quotient = 100.0 * carbon[1:, system.model.pool_names.index("microbial")] / soc
    given = system.setup.amount.mean(axis=0) * np.ones((1, soc.shape[-1]))
    entering = np.einsum("sc,sr->rc", given, system.setup.placement[..., 0])[1:]
    rows = [int(np.searchsorted(system.grid.edges, depth)) - 1 for depth in QUOTIENT_DEPTHS]
    turnover = []
    for top, bottom in TURNOVER_DEPTHS:
        share = (system.grid.depth_share(bottom) - system.grid.depth_share(top))[:, None]
        turnover.append((share * soc).sum(axis=0) / (share * entering).sum(axis=0))
    return quotient[rows], np.stack(turnover)


def trial() -> list[str]:
    """Return the lines of the table of the trial."""
    from mollisol.column import State
    from mollisol.column.equilibrium import equilibrium
    from mollisol.column.setup import select_columns
    from mollisol.column.tiles import advance
    from mollisol.units import RunError

    system = trial_system(len(TRIALS))
    empty = np.full(system.state.carbon.shape, 0.05)
    long_run = advance(system.model, system.setup, State(empty, system.state.soil), YEARS)
    later = advance(system.model, system.setup, long_run, 100)
    drift = later.carbon.sum(axis=(0, 1)) / long_run.carbon.sum(axis=(0, 1)) - 1.0
    lines = [
        "| b | background | from | quotient top / 0.5 / 1 / 1.75 m, % | turnover 0-20 / 80-100 / 150-200 cm, yr | |",
        "|---|---|---|---|---|---|",
    ]
    for column, (exponent, background) in enumerate(TRIALS):
        index = np.array([column])
        one = dataclasses.replace(
            system,
            model=select_columns(system.model, index),
            setup=select_columns(system.setup, index),
            state=select_columns(system.state, index),
        )
        shown = [
            (
                f"{YEARS:,} years",
                long_run.carbon[..., index],
                f"{100.0 * drift[column]:+.2f} % carbon in 100 more years",
            )
        ]
        try:
            steady = equilibrium(one.model, one.setup, one.state, 12, names=["it"])
            shown.append(("steady state", steady.state.carbon, f"{int(steady.iterations[0])} iterations"))
        except RunError as error:
            shown.append(("steady state", None, f"none: {str(error).split('(', 1)[1].rstrip(')')}"))
        for source, carbon, said in shown:
            if carbon is None:
                lines.append(f"| {exponent} | {background} | {source} | | | {said} |")
                continue
            quotient, turnover = quotient_and_turnover(one, carbon)
            depths = " / ".join(f"{value:.3g}" if value >= 1e-4 else "0" for value in quotient[:, 0])
            times = " / ".join(f"{value:,.0f}" for value in turnover[:, 0])
            lines.append(f"| {exponent} | {background} | {source} | {depths} | {times} | {said} |")
    return lines


def measured_efficiency(folder: Path) -> dict[str, tuple[float, float, int]]:
    """Return (mean, standard error, pairs) of subsoil minus topsoil efficiency of one site, by the subsoil's depth."""
    sites: dict[tuple[str, ...], dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with (folder / FILE).open(newline="", encoding="utf-8") as opened:
        for row in csv.DictReader(opened):
            place = (row["Paper.ID"], row["Longitude"], row["Latitude"])
            sites[place][row["depth_class"]].append(float(row["CUE"]))
    found = {}
    for below in ("30-60", "60-100"):
        pairs = [np.mean(one[below]) - np.mean(one["0-30"]) for one in sites.values() if {"0-30", below} <= set(one)]
        found[below] = (float(np.mean(pairs)), float(np.std(pairs, ddof=1) / np.sqrt(len(pairs))), len(pairs))
    return found


def modelled_efficiency() -> dict[str, float]:
    """Return the efficiency of a temperate arable profile by depth interval, mean over the year."""
    import jax
    import jax.numpy as jnp
    from benchmarks.system import CYCLE, make_system

    from mollisol.column.equilibrium import equilibrium
    from mollisol.column.setup import drivers_of, prepared
    from mollisol.plants import nitrogen_supply

    system = make_system(1, slots={"carbon_use_efficiency": "environmental"})
    supply = nitrogen_supply(["wheat"], system.grid.edges)[..., None]
    setup = dataclasses.replace(system.setup, forcing={**system.setup.forcing, "nitrogen_supply": supply})
    steady = equilibrium(system.model, setup, system.state, CYCLE).state
    ready = prepared(jax.tree_util.tree_map(jnp.asarray, setup), system.model)
    drivers = [drivers_of(ready, steady.soil, jnp.asarray(month)) for month in range(12)]
    rates = [system.model.rates(jnp.asarray(steady.carbon), each) for each in drivers]
    mean = np.mean([np.broadcast_to(one.efficiency, (len(system.grid) + 1, 1)) for one in rates], axis=0)[1:, 0]

    def between(top: float, bottom: float) -> float:
        share = (system.grid.depth_share(bottom) - system.grid.depth_share(top)) * system.grid.thickness
        return float((share * mean).sum() / share.sum())

    return {"0-30": between(0.0, 0.3), "30-60": between(0.3, 0.6), "60-100": between(0.6, 1.0)}


def efficiency(folder: Path) -> list[str]:
    """Return the lines of the table of efficiencies."""
    measured, model = measured_efficiency(folder), modelled_efficiency()
    lines = [
        f"The model's efficiency in 0-30 cm is {model['0-30']:.2f}.",
        "",
        "| depth, cm | measured, minus that of 0-30 cm | pairs | model, minus that of 0-30 cm |",
        "|---|---|---|---|",
    ]
    for below, (mean, error, pairs) in measured.items():
        lines.append(f"| {below} | {mean:+.3f} +- {error:.3f} | {pairs} | {model[below] - model['0-30']:+.3f} |")
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Print both tables; without the measured efficiencies the first alone."""
    parser = argparse.ArgumentParser(prog="python -m validation.microbes", description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=Path(__file__).resolve().parents[2] / "shared" / "data")
    parser.add_argument("--markdown", type=Path, help="file for the tables")
    given = parser.parse_args(arguments)
    from mollisol.column.backend import configure

    configure()
    lines = trial()
    if (given.data / FILE).is_file():
        lines += ["", *efficiency(given.data)]
    else:
        lines += ["", f"{FILE} is not in {given.data}: efficiency by depth is left out"]
    print("\n".join(lines))
    if given.markdown is not None:
        given.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
