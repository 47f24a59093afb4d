"""Long-term experiments: what was measured, and what went in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

from mollisol.evidence.observations.experiments.deep import read_kellogg, read_silsoe
from mollisol.evidence.observations.experiments.monthly import read_monthly
from mollisol.evidence.observations.experiments.rothamsted import (
    read_bare_fallow,
    read_broadbalk,
    read_hoosfield,
    read_ley_arable,
)
from mollisol.evidence.observations.experiments.table import CarbonInput, Experiment, Experiments, Site, Stock
from mollisol.evidence.observations.experiments.ultuna import read_ultuna
from mollisol.units import InputError, nearest

READERS: Mapping[str, Callable[[str | Path], Experiment]] = MappingProxyType(
    {
        "ultuna": read_ultuna,
        "broadbalk": read_broadbalk,
        "hoosfield": read_hoosfield,
        "highfield bare fallow": read_bare_fallow,
        "highfield ley-arable": partial(read_ley_arable, experiment="highfield ley-arable"),
        "fosters ley-arable": partial(read_ley_arable, experiment="fosters ley-arable"),
        "pendleton": partial(read_monthly, experiment="pendleton"),
        "sanborn": partial(read_monthly, experiment="sanborn"),
        "kellogg": read_kellogg,
        "silsoe": read_silsoe,
    }
)
"""Readers by the name of the experiment."""


def read_experiments(folder: str | Path, names: list[str] | None = None) -> Experiments:
    """Read experiments from the data folder: all of them, or those named.

    Raises
    ------
    InputError
        If an experiment is unknown, or its file is absent.
    """
    chosen = list(READERS) if names is None else names
    for name in chosen:
        if name not in READERS:
            like = nearest(name, READERS)
            remedy = f"did you mean {like!r}?" if like else f"give one of {', '.join(READERS)}"
            raise InputError(f"there is no experiment {name!r}", key="experiment", remedy=remedy)
    return Experiments(tuple(READERS[name](folder) for name in chosen))


__all__ = ["READERS", "CarbonInput", "Experiment", "Experiments", "Site", "Stock", "read_experiments"]
