"""Columns are cut into tiles of one fixed, padded width and spread over the devices.

The width depends on the number of columns only, never on the number of cores, and a tile is always computed by the
same program, so results do not depend on the machine's cores. One call runs one tile on each device; a progress
function is told after each call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import jax
import numpy as np
from jax.sharding import Mesh, PartitionSpec

from mollisol.column.backend import configure, require_float64
from mollisol.column.idle import idle_pools, with_idle, without
from mollisol.column.model import Model
from mollisol.column.setup import Setup, check_setup, columns_of
from mollisol.column.simulate import Annual, State, advance_years, simulate_years
from mollisol.units import RunError

Progress = Callable[[float], None]

WIDTHS = (1, 16, 128)
"""Widths of a tile: the smallest that holds a sixteenth of the columns, or the largest."""


OPTIONS = {"xla_cpu_prefer_vector_width": 512}
"""Of the compiler: the widest vectors that a core has; XLA's own choice is half of AVX-512."""


def tile_width(columns: int) -> int:
    """Return the width of the tiles for a number of columns."""
    for width in WIDTHS:
        if columns <= (width if width == 1 else 8 * width):
            return width
    return WIDTHS[-1]


def whole_slopes(width: int, setup: Setup) -> int:
    """Return the width, or the next smaller one that holds whole hillslopes: linked columns stay in one tile."""
    linked = setup.motion is not None and setup.motion.link is not None
    return width - width % setup.motion.link.positions if linked else width  # type: ignore[union-attr]


def spread(function: Callable[..., Any], tree: Any, columns: int, width: int, progress: Progress | None = None) -> Any:
    """Apply `function(tree of one tile)` to all columns and join the results along the column axis.

    Parameters
    ----------
    function : hashable and traceable; takes a tree whose arrays end in a column axis of `width` (or 1) and returns
        a tree of arrays that end in one of `width`.
    tree : arrays that end in a column axis of `columns` (or 1).
    columns, width : numbers of columns, in all and in a tile.
    progress : called with the share that is done.
    """
    devices = jax.devices()
    leaves, structure = jax.tree_util.tree_flatten(tree)
    arrays = [np.asarray(leaf) for leaf in leaves]
    wide = tuple(array.ndim > 0 and array.shape[-1] == columns and columns > 1 for array in arrays)
    tiles = -(-columns // width)
    # never one where there are two: XLA rounds differently in a program for a single device
    count = min(len(devices), max(tiles, 2))
    run = _compiled(function, structure, wide, count)

    def start(first: int) -> Any:
        batch = [_tile(arrays, wide, columns, width, min(first + k, tiles - 1)) for k in range(count)]
        return run(*[np.stack([tile[i] for tile in batch]) if wide[i] else array for i, array in enumerate(arrays)])

    joined: list[np.ndarray] = []
    shape: Any = None
    running = start(0)
    for first in range(0, tiles, count):
        result, shape = jax.tree_util.tree_flatten(running)
        # the next tiles are under way while the results of these are copied
        running = start(first + count) if first + count < tiles else None
        got = [np.asarray(leaf) for leaf in result]
        joined = joined or [np.empty((*leaf.shape[1:-1], columns), leaf.dtype) for leaf in got]
        for k in range(min(count, tiles - first)):
            here = slice((first + k) * width, min((first + k + 1) * width, columns))
            for whole, leaf in zip(joined, got, strict=True):
                whole[..., here] = leaf[k][..., : here.stop - here.start]
        if progress is not None:
            progress(min(first + count, tiles) / tiles)
    return jax.tree_util.tree_unflatten(shape, joined)


def _tile(arrays: list[np.ndarray], wide: tuple[bool, ...], columns: int, width: int, number: int) -> list[np.ndarray]:
    first, last = number * width, min((number + 1) * width, columns)

    def cut(array: np.ndarray) -> np.ndarray:
        own = array[..., first:last]
        if last - first == width:
            return own
        # the last tile is padded with copies of the last column
        padding = np.broadcast_to(own[..., -1:], (*own.shape[:-1], width - (last - first)))
        return np.concatenate([own, padding], axis=-1)

    return [cut(array) if is_wide else array for array, is_wide in zip(arrays, wide, strict=True)]


@lru_cache(maxsize=64)
def _compiled(function: Callable[..., Any], structure: Any, wide: tuple[bool, ...], count: int) -> Callable[..., Any]:
    mesh = Mesh(np.array(jax.devices()[:count]), ("tile",))
    split, same = PartitionSpec("tile"), PartitionSpec()

    def one_device(*leaves: Any) -> Any:
        own = [leaf[0] if is_wide else leaf for leaf, is_wide in zip(leaves, wide, strict=True)]
        result = function(jax.tree_util.tree_unflatten(structure, own))
        return jax.tree_util.tree_map(lambda leaf: leaf[None], result)

    specs = tuple(split if is_wide else same for is_wide in wide)
    mapped = jax.shard_map(one_device, mesh=mesh, in_specs=specs, out_specs=split, check_vma=False)
    compiled: Callable[..., Any] = jax.jit(mapped, compiler_options=OPTIONS)
    return compiled


BALANCE_TOLERANCE = 1e-9
"""Largest error of a year's carbon budget, kg C/m2; rounding leaves about 1e-13."""

DEFAULT_STEPS = 3
"""Implicit steps per month: the time error of every layer's SOC stays below 0.5 % (docs/science.md)."""


@lru_cache(maxsize=64)
def _past(steps: int) -> Callable[..., Any]:
    def run(tree: tuple[Model, Setup, State, Any, Any]) -> State:
        return advance_years(*tree, steps)

    return run


@lru_cache(maxsize=64)
def _years(years: int, steps: int, keep_pools: bool, width: int) -> Callable[..., Any]:
    def run(tree: tuple[Model, Setup, State, Any]) -> tuple[State, Annual]:
        model, setup, state, first = tree
        return simulate_years(model, setup, state, first, years, steps, keep_pools)

    return run


def simulate(
    model: Model,
    setup: Setup,
    state: State,
    years: int,
    *,
    first_month: int = 0,
    steps: int = DEFAULT_STEPS,
    keep_pools: bool = True,
    progress: Progress | None = None,
) -> tuple[State, Annual]:
    """Run whole years for any number of columns.

    Parameters
    ----------
    model, setup : see there.
    state : state at the beginning; arrays end in the number of columns.
    years : how many.
    first_month : month of the run at which this stretch begins; a run that is cut at a year's end and goes on from
        the state that it returned equals the unbroken run bit for bit.
    steps : implicit steps per month.
    keep_pools : whether the result holds every pool of every year.
    progress : called with the share that is done.

    Returns
    -------
    The final state and the yearly results, NumPy arrays that end in the column axis.

    Raises
    ------
    RunError
        If the set-up lacks what a process needs, JAX runs in single precision, or carbon does not balance.
    """
    configure()
    require_float64()
    check_setup(setup, model, state.soil)
    columns = max(columns_of(setup, model), int(np.shape(state.carbon)[-1]))
    width = whole_slopes(tile_width(columns), setup)
    idle = idle_pools(model, setup, state)
    own = without(model, setup, widened(state, columns), idle)
    function = _years(years, steps, keep_pools, width)
    final, annual = spread(function, (*own, np.int64(first_month)), columns, width, progress)
    check_annual(annual)
    return (
        final._replace(carbon=with_idle(final.carbon, idle)),
        annual._replace(carbon=with_idle(annual.carbon, idle)),
    )


def check_annual(annual: Annual) -> None:
    """Raise `RunError` where carbon does not balance, or turned negative, in any year of any column."""
    worst = int(np.argmax(np.where(np.isfinite(annual.residual), annual.residual, np.inf)))
    if not annual.residual[worst] <= BALANCE_TOLERANCE:
        raise RunError(f"carbon does not balance in column {worst}: a year is off by {annual.residual[worst]} kg C/m2")
    least = int(np.argmin(annual.smallest))
    if annual.smallest[least] < 0.0:
        raise RunError(f"carbon turned negative in column {least}: {annual.smallest[least]} kg C/m2")


def advance(
    model: Model, setup: Setup, state: State, years: int, *, first_month: int = 0, steps: int = DEFAULT_STEPS
) -> State:
    """Run whole years and return the final state only; any number of years uses the same compiled program.

    Parameters and errors as for `simulate`.
    """
    configure()
    require_float64()
    check_setup(setup, model, state.soil)
    columns = max(columns_of(setup, model), int(np.shape(state.carbon)[-1]))
    idle = idle_pools(model, setup, state)
    tree = (*without(model, setup, widened(state, columns), idle), np.int64(first_month), np.int64(years))
    final: State = spread(_past(steps), tree, columns, whole_slopes(tile_width(columns), setup))
    return final._replace(carbon=with_idle(final.carbon, idle))


def widened(tree: Any, columns: int) -> Any:
    """Broadcast the column axis of every array of a tree to the number of columns."""
    return jax.tree_util.tree_map(lambda a: np.broadcast_to(a, (*np.shape(a)[:-1], columns)).copy(), tree)
