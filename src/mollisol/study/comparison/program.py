"""Columns of a comparison: any plan, member and mixture of plans, put together for one compiled program.

A comparison has many plans, so that columns are run in batches; what plans alone decide is held once for each patch of
a field, and a batch gathers what its columns need. A column takes each group of drivers from a patch of its own
(`drivers.GROUPS`): all from the same patch for a plan, from two for the attribution of a difference. All batches of a
program have arrays of one shape, so that it is compiled once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mollisol.plants import LITTER_POOLS
from mollisol.practices import Management
from mollisol.study.comparison.drivers import GROUPS, group_of_forcing, is_addition
from mollisol.study.inputs import Inputs

if TYPE_CHECKING:
    from mollisol.column.setup import Events, Setup
    from mollisol.column.simulate import Annual, State
    from mollisol.study.prepared import PreparedPlans

Array = NDArray[np.float64]
Index = NDArray[np.int64]

TILE = 128
"""Columns of each device in a batch: a run whose drivers go by date takes a quarter of a gigabyte for as many."""

MOST = 1024
"""Columns that a batch has at most: from more on tiles are wider."""


@dataclass(frozen=True, eq=False)
class Columns:
    """Columns: (column,) the member, and the patch of the program that each group of drivers comes from.

    `soil` are soil properties (row, column) that these columns have in place of the site's.
    """

    member: Index
    patch: Mapping[str, Index]
    soil: Mapping[str, Array] = field(default_factory=dict)

    @classmethod
    def joined(cls, several: Sequence[Columns]) -> Columns:
        """Return the columns of several, one after the other; a soil property that some have is NaN in the others."""
        names = dict.fromkeys(name for one in several for name in one.soil)
        rows = next((len(value) for one in several for value in one.soil.values()), 0)
        return cls(
            np.concatenate([one.member for one in several]),
            {group: np.concatenate([one.patch[group] for one in several]) for group in several[0].patch},
            {n: np.concatenate([o.soil.get(n, np.full((rows, len(o)), np.nan)) for o in several], -1) for n in names},
        )

    @classmethod
    def of(cls, patches: Index, members: Index) -> Columns:
        """Return all members of patches, the patch varying slowest."""
        where = np.repeat(np.asarray(patches), len(members))
        return cls(np.tile(np.asarray(members), len(patches)), dict.fromkeys(GROUPS, where))

    def __len__(self) -> int:
        return len(self.member)

    def select(self, index: Index) -> Columns:
        """Return some of the columns."""
        soil = {name: one[:, index] for name, one in self.soil.items()}
        return Columns(self.member[index], {name: one[index] for name, one in self.patch.items()}, soil)


@dataclass(frozen=True, eq=False)
class Program:
    """Plans that share a compiled program.

    Attributes
    ----------
    ready : the study's plans.
    patches : (patch,) their numbers among the patches of the study; the first is the baseline.
    managements : of each.
    forcing : (month, row, patch), as the plans alone decide it.
    factors : (month, row, patch, member) of what practices do to processes.
    events : (month, kind, patch) when what is done; maps by event, as `Events`.
    added : (kind,) whether it adds minerals.
    kind, breaks : (event,) its kind, and whether it is what that kind breaks, apart from what it does to layers.
    plants, additions : how many inputs of each a plan has at most.
    moves : whether soil is part of the state.
    target : (year, row, patch), looseness that tillage leads to; None where nothing settles.
    loss : (month, patch), soil that erodes, kg/m2/yr; None where the surface stays.
    deep : (patch,) whether carbon is placed deep.
    """

    ready: PreparedPlans
    patches: Index
    managements: Sequence[Management]
    forcing: Mapping[str, Array]
    factors: Mapping[str, Array]
    events: Events
    added: NDArray[np.bool_]
    kind: Index
    breaks: NDArray[np.bool_]
    plants: int
    additions: int
    moves: bool
    target: Array | None
    loss: Array | None
    deep: NDArray[np.bool_]

    @cached_property
    def model(self) -> Any:
        """The model, (member,), with what applies the factors of the practices."""
        from mollisol.study.process_factors import scaled_model

        return scaled_model(self.ready.model, self.ready.inputs.managements)

    @cached_property
    def _fixed(self) -> dict[str, Array]:
        """What plans decide beside the climate, (month, row, patch), as far as a process reads it."""
        from mollisol.study.columns import nitrogen_of, root_density_of

        place, months = self.ready.place, self.managements[0].months
        read = {
            item.removeprefix("forcing.")
            for one in self.model.processes
            for item in (*one.reads, *getattr(one, "optional", ()), *getattr(one, "prepares_from", ()))
        }
        found = {}
        if "root_density" in read:
            found["root_density"] = root_density_of(place, self.managements)
        if "nitrogen_supply" in read:
            supply = nitrogen_of(place, self.managements)
            found["nitrogen_supply"] = np.broadcast_to(supply, (months, *supply.shape[1:]))
        return found

    def setup(self, columns: Columns) -> tuple[Any, Setup, State]:
        """Return model, set-up and start of some columns."""
        from mollisol.column.motion import carrying_soil
        from mollisol.column.setup import Setup, select_columns, vertical
        from mollisol.column.simulate import State
        from mollisol.study.columns import soil_of
        from mollisol.study.soil_moves import moving_state, settling_columns, travelling

        ready, member, at = self.ready, columns.member, columns.patch
        model, start = select_columns(self.model, member), ready.start
        names = ready.model.pool_names
        amount, placement, quality = self._inputs(columns, names)
        setup = Setup(
            *vertical(ready.place.grid),
            {**soil_of(ready.place), "balance": start.balance[:, member]},
            self._forcing(columns),
            amount,
            placement,
            quality,
            self._events(columns),
            tuple(names.index(pool) for pool in LITTER_POOLS),
        )
        state = State(
            start.state.carbon[..., member], {name: one[..., member] for name, one in start.state.soil.items()}
        )
        where = at["rearrangement"]
        if self.target is not None and ready.moves is not None:
            settle = ready.settling()
            works = {name: one[self.patches[where]] for name, one in travelling(ready.fields).items()}
            setup = settling_columns(
                setup, ready.moves.start, self.target[..., where], settle["swelling"][member],
                settle["settling_time"][member], works if ready.moves.works else None,
            )  # fmt: skip
        setup = self._in_soil_of(setup, columns)
        if self.loss is not None:
            setup = self._eroding(setup, columns)
            state = carrying_soil(setup, state)
        return (model, *(moving_state(setup, state) if self.target is not None else (setup, state)))

    def _in_soil_of(self, setup: Setup, columns: Columns) -> Setup:
        """Return the set-up with the soil that columns have of their own; the scalar's depth has its place in all."""
        from mollisol.study.soil_moves import SCALAR

        soil, travels, wide = dict(setup.soil), dict(setup.travels), len(columns)
        if self.deep.any() and SCALAR not in soil:
            soil[SCALAR] = np.asarray(setup.depth)
            if self.target is not None or self.loss is not None:
                travels[SCALAR] = np.zeros(wide)
        if self.deep.any():
            soil[SCALAR] = np.repeat(soil[SCALAR], wide, axis=-1)
        for name, value in columns.soil.items():
            soil[name] = np.where(np.isnan(value), soil[name], value)
        return replace(setup, soil=soil, travels=travels)

    def _eroding(self, setup: Setup, columns: Columns) -> Setup:
        from mollisol.study.erosion import Erosion
        from mollisol.study.moving import Material, moving_setup

        material, member = self.ready.start.material, columns.member
        assert material is not None
        assert self.loss is not None
        own = Material(material.below[:, member], material.deposited[:, member])
        loss = self.loss[:, columns.patch["rearrangement"]]
        return moving_setup(setup, self.ready.spec.erosion or Erosion(), loss, own)

    def _forcing(self, columns: Columns) -> dict[str, Array]:
        at, member = columns.patch, columns.member
        found = {n: one[..., at[group_of_forcing(n)]] for n, one in {**self.forcing, **self._fixed}.items()}
        found |= {n: one[:, :, at[group_of_forcing(n)], member] for n, one in self.factors.items()}
        below, where = self.ready.below, at["decomposition"]
        months, rows = self.managements[0].root_respiration.shape
        respired = np.empty((months, rows, len(columns)))
        for patch in np.unique(where):
            own, here = self.managements[patch], where == patch
            each = own.root_respiration[..., None] if own.draws is None else own.draws.root_respiration
            respired[..., here] = (each[..., member[here]] if each.shape[-1] > 1 else each) * below[member[here]]
            for one in own.factors:
                if one.process == "oxygen":
                    drawn = one.strength if one.strength.shape[-1] == 1 else one.strength[:, 1:]
                    strength = drawn[:, member[here]] if drawn.shape[-1] > 1 else drawn
                    found["air_filled_porosity"][..., here] *= 1.0 + one.course[:, None, None] * strength
        found["root_respiration"] = respired
        return found

    def _inputs(self, columns: Columns, names: Sequence[str]) -> tuple[Array, Array, Array]:
        """Return amount (month, source, column), placement (source, row, column) and quality (source, pool, column)."""
        member, ready, width = columns.member, self.ready, len(columns)
        months, rows = self.managements[0].root_respiration.shape
        pools = [names.index(pool) for pool in LITTER_POOLS]
        amount = np.zeros((months, self.plants + self.additions, width))
        # an input that a plan does not have is a zero; where and what it would be must only be shares
        placement, quality = np.zeros((amount.shape[1], rows, width)), np.zeros((amount.shape[1], len(names), width))
        placement[:, 0], quality[:, pools[0]] = 1.0, 1.0
        for group, first in (("inputs", 0), ("additions", self.plants)):
            where = columns.patch[group]
            for patch in np.unique(where):
                own, here = self.managements[patch], np.flatnonzero(where == patch)
                scales = Inputs.scales(own, ready.above, ready.below)
                for slot, source in enumerate(sources_of(own)[group], start=first):
                    each = own.amount[:, source, None] if own.draws is None else own.draws.amount[:, source]
                    each = each[:, member[here]] if each.shape[-1] > 1 else each
                    amount[:, slot, here] = each * scales[source, member[here]]
                    placement[slot][:, here] = _of_members(own, "depth", source, member[here])
                    made_of = np.zeros((len(names), len(here)))
                    made_of[pools] = _of_members(own, "quality", source, member[here])
                    quality[slot][:, here] = made_of
        return amount, placement, quality

    def _events(self, columns: Columns) -> Events:
        """Return the events of columns: work on layers may come from one patch and what it breaks from another."""
        layers, broken = columns.patch["rearrangement"], columns.patch["protection"]
        if not len(self.kind):  # no plan tills or moves soil
            return replace(self.events, happens=np.zeros((1, 0, 1)))
        events, own = self.events, np.asarray(self.events.happens)[:, self.kind]
        happens = np.where((self.breaks | self.added[self.kind])[:, None], own[..., broken], own[..., layers])
        moved = None if events.moves_soil is None else np.asarray(events.moves_soil)[:, layers]
        return replace(events, happens=happens, moves_soil=moved)


def _of_members(own: Management, name: str, source: int, member: Index) -> Array:
    """Return (n, column) where a source enters or what it is made of."""
    each = getattr(own, name)[source, :, None] if own.draws is None else getattr(own.draws, name)[source]
    return np.asarray(each[:, member] if each.shape[-1] > 1 else each)


def sources_of(management: Management) -> dict[str, list[int]]:
    """Return the numbers of the sources that bring anything: of plants, and those that are brought to the field."""
    own = management.amount if management.draws is None else management.draws.amount.max(axis=-1)
    brings = np.flatnonzero(np.any(own > 0.0, axis=0))
    additions = [int(one) for one in brings if is_addition(management.sources[one])]
    return {"inputs": [int(one) for one in brings if int(one) not in additions], "additions": additions}


def batch_columns() -> int:
    """Return how many columns are run at a time: a tile on each device."""
    import jax

    return min(TILE * max(2, len(jax.devices())), MOST)


def least_columns(columns: int) -> int:
    """Return how many columns a small batch is padded to, so that its tiles are as wide as those of a large one."""
    from mollisol.column.tiles import WIDTHS, tile_width

    smaller = [width for width in WIDTHS if width < tile_width(min(columns, batch_columns()))]
    return (smaller[-1] if smaller[-1] == 1 else 8 * smaller[-1]) + 1 if smaller else 1


def run_batches(
    program: Program,
    columns: Columns,
    years: int,
    take: Any,
    *,
    least: int = 1,
    state: State | None = None,
    progress: Any = None,
) -> None:
    """Run columns in batches and hand each batch's results to `take(index, final, annual)`.

    Parameters
    ----------
    least : columns that a batch has at least; see `least_columns`.
    state : that the columns begin with; else their start.
    progress : called with the share that is done.
    """
    from mollisol.column.setup import select_columns
    from mollisol.column.tiles import simulate, tile_width

    # no wider tiles than the smallest batch has: another width is another program
    batch = min(batch_columns(), 8 * tile_width(least))
    for first in range(0, len(columns), batch):
        index = np.arange(first, min(first + batch, len(columns)))
        padded = np.append(index, np.repeat(index[-1], max(0, least - len(index))))
        model, setup, begin = program.setup(columns.select(padded))
        if state is not None:
            begin = select_columns(state, padded)
        final, annual = simulate(model, setup, begin, years, steps=program.ready.steps, keep_pools=False)
        kept = np.arange(len(index))
        take(index, select_columns(final, kept), _kept(annual, kept))
        if progress is not None:
            progress((index[-1] + 1) / len(columns))


def _kept(annual: Annual, kept: Index) -> Annual:
    from mollisol.column.setup import select_columns

    found: Annual = select_columns(annual, kept)
    return found
