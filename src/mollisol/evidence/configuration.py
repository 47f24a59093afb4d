"""What a calibration is told: a YAML file, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from mollisol.units import InputError, nearest

METHODS = ("importance", "metropolis", "nuts", "laplace", "ensemble")
SOURCES = ("profiles", "turnover", "minerals", "experiments", "incubations")


@dataclass(frozen=True)
class Configuration:
    """A calibration.

    Attributes
    ----------
    name : of the parameter set.
    slots : alternatives of the model; the others take their defaults.
    parameters : names `slot.parameter` that are fitted; the others keep their best estimates.
    land_use : of the profiles.
    reach : depth (m) to which a profile must have carbon and radiocarbon.
    sources : of `SOURCES`.
    passes : how often rates that follow the state are taken anew at a steady state; 0 until it stays, and then on the
        way from it to the sampling too. Models with microbes' limit take 0 whatever is given.
    method : "importance" (draws weighted by the posterior, of a proposal that adapts from the Laplace approximation),
        "metropolis" or "nuts" (chains from that approximation), "laplace" alone, or "ensemble" (smoother with data
        assimilated several times).
    chains, warmup, draws, seed : of the sampler; `draws` also the size of the ensemble.
    stages : in which the proposal of "importance" adapts; `draws` are divided among them.
    begin : parameter set around whose draws those of "importance" begin, by name or path; without, around the peak. It
        changes what is drawn, not the posterior that the draws weigh for.
    kept : draws in the parameter set.
    largest_r_hat, largest_k, least_ess : the diagnostics beyond which draws are refused.
    """

    name: str
    parameters: tuple[str, ...]
    slots: Mapping[str, str] = field(default_factory=dict)
    land_use: tuple[str, ...] = ("cropland", "grassland")
    reach: float = 0.3
    sources: tuple[str, ...] = SOURCES
    passes: int = 1
    method: str = "importance"
    chains: int = 4
    warmup: int = 300
    draws: int = 2000
    stages: int = 8
    begin: str = ""
    seed: int = 1
    kept: int = 200
    largest_r_hat: float = 1.05
    largest_k: float = 0.7
    least_ess: float = 100.0

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values, for a file."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}


KINDS: Mapping[str, tuple[type, ...]] = {
    "str": (str,), "int": (int,), "float": (int, float), "tuple[str, ...]": (list,), "Mapping[str, str]": (dict,),
}  # fmt: skip


def read_configuration(path: str | Path) -> Configuration:
    """Read and check a configuration.

    Raises
    ------
    InputError
        Names file, line and key of what is unknown, missing or of the wrong kind.
    """
    from mollisol.practices.yaml_file import read_yaml

    file = read_yaml(Path(path))
    data = file.data
    if not isinstance(data, dict):
        raise InputError("a calibration is a mapping of keys", file=file.name, remedy="see docs/evidence.md")
    return checked(data, file)


def checked(data: Mapping[str, Any], file: Any) -> Configuration:
    """Return the calibration of a mapping read from a YAML file; raises as `read_configuration`."""
    known = {one.name: str(one.type) for one in fields(Configuration)}

    def fault(message: str, key: str, remedy: str) -> InputError:
        return InputError(message, file=file.name, line=file.line(key), key=key, remedy=remedy)

    for key, value in data.items():
        if key not in known:
            close = nearest(str(key), list(known))
            raise fault(
                f"unknown key '{key}'", str(key), f"did you mean '{close}'?" if close else f"keys: {', '.join(known)}"
            )
        allowed = KINDS[known[key]]
        if not isinstance(value, allowed) or isinstance(value, bool):
            raise fault(f"got {value!r}", key, f"give a {known[key].replace('tuple[str, ...]', 'list of names')}")
    for key in ("name", "parameters"):
        if key not in data:
            raise InputError(f"the calibration lacks '{key}'", file=file.name, key=key, remedy="see docs/evidence.md")
    plain: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    made = Configuration(**plain)
    for key, chosen, names in (("method", (made.method,), METHODS), ("sources", made.sources, SOURCES)):
        for one in chosen:
            if one not in names:
                raise fault(f"unknown '{one}'", key, f"one of {', '.join(names)}")
    if "profiles" not in made.sources:
        raise fault("profiles are left out", "sources", "a calibration needs the profiles")
    if made.begin and made.method != "importance":
        raise fault(f"the method '{made.method}' begins at the peak", "begin", "leave it out, or take importance")
    for key, least in (("chains", 1), ("warmup", 1), ("draws", 1), ("stages", 1), ("kept", 1), ("passes", 0)):
        if getattr(made, key) < least:
            raise fault(f"got {getattr(made, key)}", key, f"give at least {least}")
    return made
