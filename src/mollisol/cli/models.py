"""`mollisol models`: the models, their pools, slots and processes, parameter sets, and ensembles of models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mollisol.cli.output import number, say, table, to_json

if TYPE_CHECKING:
    from mollisol.models.ensembles import ModelEnsemble
    from mollisol.models.parameter_sets import ParameterSet


def add_to(app: typer.Typer) -> None:
    """Register the command."""

    @app.command(epilog="Example:  mollisol models whole_profile")
    def models(
        name: Annotated[
            str | None, typer.Argument(metavar="[NAME]", help="Show this one in full; a set of your own by its file.")
        ] = None,
        as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    ) -> None:
        """List models, parameter sets and ensembles of models, or show one in full."""
        if name is None:
            rows = _rows()
            say(to_json(rows) if as_json else table(rows))
            return
        found = _found(name)
        if found is not None:
            values, text = found
            say(to_json(values) if as_json else text)
            return
        from mollisol.models.registry import describe_processes

        one = describe_processes(name)
        say(to_json(one) if as_json else _full(one))


def _rows() -> list[dict[str, str]]:
    from mollisol.models.ensembles import KIND as SEVERAL
    from mollisol.models.ensembles import list_model_ensembles, model_ensemble
    from mollisol.models.parameter_sets import KIND as SET
    from mollisol.models.parameter_sets import list_parameter_sets, parameter_set
    from mollisol.models.registry import CLASSICS, MODELS

    rows = [{"model": name, "kind": "model", "what it is": about} for name, about in MODELS.items()]
    rows += [{"model": name, "kind": "classic", "what it is": about} for name, about in CLASSICS.items()]
    for name in list_parameter_sets():
        own = parameter_set(name)
        rows.append({"model": name, "kind": SET, "what it is": f"{_of(own)}; {own.about}"})
    for name in list_model_ensembles():
        several = model_ensemble(name)
        rows.append({"model": name, "kind": SEVERAL, "what it is": f"{_shares(several)}; {several.about}"})
    return rows


def _of(own: ParameterSet) -> str:
    return f"{len(own.parameters)} parameters of {own.model}, {len(own.draws)} draws"


def _shares(several: ModelEnsemble) -> str:
    return ", ".join(f"{one.name} {100 * one.weight:.0f} %" for one in several.structures)


def _found(name: str) -> tuple[Any, str] | None:
    """Return values and text of a parameter set or an ensemble; None for what is neither."""
    from pathlib import Path

    from mollisol.models.ensembles import KIND as SEVERAL
    from mollisol.models.ensembles import folder as folder_of_several
    from mollisol.models.ensembles import list_model_ensembles, read_model_ensemble
    from mollisol.models.json_file import named_file, read_json
    from mollisol.models.parameter_sets import KIND, folder, list_parameter_sets, read_parameter_set

    if name in list_model_ensembles() or (name.endswith(".json") and _has_structures(name)):
        several = read_model_ensemble(named_file(name, folder_of_several(), SEVERAL))
        rows = [
            {
                "structure": one.name,
                "weight": one.weight,
                "parameter set": one.parameter_set or "",
                "slots": ", ".join(f"{slot}: {choice}" for slot, choice in one.slots.items()),
            }
            for one in several.structures
        ]
        return several, f"{several.name}: {several.about}\n\n{table(rows)}"
    if name in list_parameter_sets() or name.endswith(".json"):
        path = named_file(name, folder(), KIND)
        own = read_parameter_set(path)
        return read_json(Path(path), KIND).values, _set(own)
    return None


def _has_structures(name: str) -> bool:
    from pathlib import Path

    from mollisol.models.json_file import read_json

    return Path(name).is_file() and "structures" in read_json(Path(name), "file").values


def _set(own: ParameterSet) -> str:
    import numpy as np

    low, high = np.quantile(own.draws, [0.05, 0.95], axis=0)
    rows = [
        {
            "parameter": name,
            "best": float(own.best[i]),
            "5 %": float(low[i]),
            "95 %": float(high[i]),
            "unit": own.units[i],
        }
        for i, name in enumerate(own.parameters)
    ]
    spread = [{"spread of sites": name, "median": value} for name, value in own.spread.items()]
    slots = ", ".join(f"{slot}: {choice}" for slot, choice in own.slots.items())
    lines = [f"{own.name}: {_of(own)}; {own.about}", f"holds for {slots or 'the default slots'}", "", table(rows)]
    lines += ["", table(spread)] if spread else []
    told = [f"{pair[0]} and {pair[1]} (correlation {pair[2]:.2f})" for pair in own.indistinct]
    lines += ["", f"The data cannot tell apart: {'; '.join(told)}"] if told else []
    return "\n".join([*lines, "", f"code {own.code}, SHA-256 {own.sha256}"])


def _full(one: Mapping[str, Any]) -> str:
    pools = [
        {"pool": pool.name, "phase": pool.phase, "C:N": pool.carbon_to_nitrogen, "what it is": pool.about}
        for pool in one["pools"]
    ]
    lines = [f"{one['name']}: {one['about']}", "", table(pools), "", "Slots (the first alternative is the default):"]
    for slot, alternatives in one["processes"].items():
        for at, (alternative, process) in enumerate(alternatives.items()):
            default = ", default" if at == 0 else ""
            lines += ["", f"{slot}: {alternative}{default}"]
            if process["parameters"] or process["equation"] != "-":
                lines += [f"  {process['about']}", f"  {process['equation']}"]
            lines += [
                f"    {key}: {number(declared.value)} {declared.unit if declared.unit != '1' else ''}".rstrip()
                + f" ({declared.lower:g} to {declared.upper:g}); {declared.source} ({declared.confidence})"
                for key, declared in process["parameters"].items()
            ]
    return "\n".join(lines)
