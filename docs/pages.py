"""Parts of the reference pages: tables, the pages of all parameters, and the page of crops."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any

from mollisol.units import Parameter, parameters_of

KEY_NOTES: Mapping[str, str] = {
    "crops": "How much grows is given in exactly one way: `yield_t_ha`, `yield_dry_t_ha`, `inputs` or "
    "`productivity: climate`.",
    "amendments": "The amount is given in exactly one way.",
    "practices": "Further keys are parameters of the practice: see [practices](practices.md).",
}

ROOMS = (
    "processes", "plants", "soil", "climate", "clocks", "practices.tradeoffs", "evidence",
    "models.rothc", "models.icbm", "models.century", "models.ctool",
)  # fmt: skip
TITLES = {
    "processes": "Parameters of `whole_profile`",
    "plants": "Parameters of the plants",
    "soil": "Parameters of the soil",
    "climate": "Parameters of the climate at depth",
    "clocks": "Parameters of the clocks",
    "practices.tradeoffs": "Parameters of the trade-offs",
    "evidence": "Parameters of the calibration",
    "models.rothc": "Parameters of RothC",
    "models.icbm": "Parameters of ICBM",
    "models.century": "Parameters of Century",
    "models.ctool": "Parameters of C-TOOL",
}
PRIOR = (
    "`value` is the best estimate; outside `from` to `to` a value makes no sense, and draws are truncated there. "
    "`prior` is what an ensemble draws from, with its spread (normal: standard deviation in the unit; lognormal: of "
    "the natural logarithm; logit: of the logit between the bounds). `confidence`: **opened** means read in the "
    "source, **computed** from such figures, **high**, **medium** and **low** quoted without the source at hand.\n"
)


def text(value: Any) -> str:
    """Write one cell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    return str(value).replace("|", "\\|").replace("\n", " ")


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Write a Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(text(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def modules(room: str) -> Iterator[ModuleType]:
    """Import every module of a room."""
    package = importlib.import_module(f"mollisol.{room}")
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


def parameter_groups(room: str) -> dict[str, dict[str, Parameter]]:
    """Find every parameter that a room declares: {what declares it: {name: parameter}}, in a fixed order."""
    groups: dict[str, dict[str, Parameter]] = {}
    for module in modules(room):
        where = module.__name__.removeprefix("mollisol.")
        for name, value in vars(module).items():
            if inspect.isclass(value) and value.__module__ == module.__name__ and dataclasses.is_dataclass(value):
                declared = parameters_of(value)
                # in the engine a classic's processes have the parameters of its tables
                if declared and not (room.startswith("models.") and hasattr(value, "slot")):
                    groups[f"{where}.{name}"] = declared
            elif isinstance(value, Parameter) and not name.startswith("_"):
                groups.setdefault(where, {})[name] = value
            elif isinstance(value, Mapping) and not name.startswith("_") and _home(value, name, module):
                for key, inner in value.items():
                    found = _parameters_in(key, inner)
                    if found:
                        groups.setdefault(f"{where}.{name}", {}).update(found)
    return dict(sorted(groups.items()))


def _parameters_in(key: str, value: Any) -> dict[str, Parameter]:
    """Parameters inside an entry of a registry: the entry itself, its fields, or the tables among its fields."""
    if isinstance(value, Parameter):
        return {key: value}
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return {}
    found: dict[str, Parameter] = {}
    for field in dataclasses.fields(value):
        inner = getattr(value, field.name)
        if isinstance(inner, Parameter):
            found[f"{key}.{field.name}"] = inner
        elif isinstance(inner, Mapping):
            found.update({f"{key}.{k}": v for k, v in inner.items() if isinstance(v, Parameter)})
    return found


def _home(value: Mapping[Any, Any], name: str, module: ModuleType) -> bool:
    """Whether a registry is defined in this module and not imported into it."""
    return any(line.startswith((f"{name}:", f"{name} =")) for line in inspect.getsource(module).splitlines())


def parameter_page(room: str) -> str:
    """Write the table of all parameters of a room."""
    parts = [f"# {TITLES[room]}\n", PRIOR]
    for owner, parameters in parameter_groups(room).items():
        rows = []
        for name, one in parameters.items():
            prior = one.distribution if one.distribution == "fixed" else f"{one.distribution}, {one.spread:g}"
            rows.append((f"`{name}`", one.value, one.unit, one.lower, one.upper, prior, one.about, one.source,
                         one.confidence))  # fmt: skip
        head = ("parameter", "value", "unit", "from", "to", "prior", "what it is", "source", "confidence")
        parts += [f"## {owner}\n", table(head, rows)]
    return "\n".join(parts)


def parameter_pages() -> dict[str, Callable[[], str]]:
    """The page of each room that has parameters, by file name."""

    def page(room: str) -> Callable[[], str]:
        return lambda: parameter_page(room)

    return {f"parameters-{room.replace('models.', '')}.md": page(room) for room in ROOMS}


def crop_page() -> str:
    """Every crop and land cover with its figures and their sources."""
    from mollisol.plants import CROPS

    parts = [
        "# Crops and land covers\n",
        "Shares of net primary productivity (sum 1), market moisture and carbon (kg/kg), quality of straw and roots, "
        "depths above which 50 and 95 % of the roots lie (m), months of sowing and harvest in the temperate north "
        "(start and end of growth where perennial; six months later in the south).\n",
        table(
            ("crop", "product", "straw", "root", "rhizodeposit", "moisture", "C", "straw lignin", "straw C:N",
             "root lignin", "root C:N", "d50", "d95", "sow", "harvest"),
            (
                (f"`{c.name}`: {c.about}", c.product, c.straw, c.root, c.rhizodeposit, c.moisture, c.carbon,
                 c.straw_lignin, c.straw_carbon_to_nitrogen, c.root_lignin, c.root_carbon_to_nitrogen, c.root_d50,
                 c.root_d95, c.sow, c.harvest)
                for c in CROPS.values()
            ),
        ),
        "## Sources\n",
        table(
            ("crop", "figures", "source", "confidence"),
            (
                (f"`{c.name}`", group, source.text, source.confidence)
                for c in CROPS.values()
                for group, source in c.sources.items()
            ),
        ),
    ]  # fmt: skip
    return "\n".join(parts)
