"""Chains of the No-U-Turn sampler from the Laplace approximation, resumable draw by draw.

The sampler moves in w with z = peak + L w, L L' the Laplace covariance: a posterior that is nearly normal is then
nearly a standard one, and few steps suffice. Each chain keeps its draws and its state in one file that is replaced
atomically.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from mollisol.evidence.likelihood import Joint
from mollisol.evidence.map_estimate import Peak
from mollisol.units.files import atomic_write

Array = NDArray[np.float64]
Found = TypeVar("Found")
Told = Callable[[float], None]

KEPT_EVERY = 10
"""Draws after which a chain's file is written."""

DEEPEST = 6
"""Largest depth of a trajectory's tree."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of all chains.

    Attributes
    ----------
    z : (chain, draw, axis) standard scores.
    diverging : (chain,) how many draws diverged.
    pareto_k, effective, highest : of draws by importance, the shape of their weights' tail, their effective number and
        the largest log posterior among them; else NaN.
    """

    z: Array
    diverging: NDArray[np.int64]
    pareto_k: float = float("nan")
    effective: float = float("nan")
    highest: float = float("nan")


def sample(
    joint: Joint,
    peak: Peak,
    folder: Path,
    *,
    chains: int,
    warmup: int,
    draws: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> Draws:
    """Run the chains, or go on where their files in `folder` end."""
    lower = np.linalg.cholesky(peak.covariance)
    done = np.zeros(chains)

    def told(chain: int, share: float) -> None:
        done[chain] = share
        if progress is not None:
            progress(float(done.mean()))

    potential = jax.tree_util.Partial(_against, joint, jnp.asarray(peak.z), jnp.asarray(lower), peak.slopes)

    kernel, step = _kernel(potential, warmup)
    runs = [
        partial(_chain, kernel, step, len(peak.z), folder / f"chain-{k + 1}.npz", k, warmup, draws, seed)
        for k in range(chains)
    ]
    found = one_by_one(runs, told)
    w = np.stack([one for one, _ in found])
    return Draws(peak.z + w @ lower.T, np.array([diverging for _, diverging in found]))


def one_by_one(runs: Sequence[Callable[[Told], Found]], told: Callable[[int, float], None]) -> list[Found]:
    """Run one after another, and return what they found.

    Never two at a time: programs of one process share the threads of the compiler's runtime, and two that iterate to a
    steady state can wait for each other for ever.

    Parameters
    ----------
    runs : each is given a function to call with its share after every step.
    told : called with a run's number and share.
    """
    return [run(partial(told, number)) for number, run in enumerate(runs)]


def _against(joint: Joint, z: Any, lower: Any, slopes: Any, w: Any) -> Any:
    return -joint.log_posterior(z + lower @ w, slopes)


def _kernel(potential: Any, warmup: int) -> tuple[Any, Any]:
    from numpyro.infer import NUTS

    kernel = NUTS(
        potential_fn=potential, adapt_mass_matrix=False, target_accept_prob=0.8, max_tree_depth=DEEPEST,
        regularize_mass_matrix=False,
    )  # fmt: skip
    return kernel, jax.jit(lambda state: kernel.sample(state, (), {}))


def _chain(
    kernel: Any,
    step: Any,
    size: int,
    path: Path,
    number: int,
    warmup: int,
    draws: int,
    seed: int,
    told: Told,
) -> tuple[Array, int]:
    """Run one chain: (draw, axis) in w, and how many diverged."""
    key = jax.random.fold_in(jax.random.PRNGKey(seed), number)
    begin, key = jax.random.split(key)
    start = 0.5 * jax.random.normal(begin, (size,))
    state = kernel.init(key, warmup, start, (), {})
    kept, diverged, first = np.zeros((draws, size)), 0, 0
    leaves, structure = jax.tree_util.tree_flatten(state)
    if path.is_file():
        with np.load(path) as saved:
            if saved["kept"].shape == kept.shape and int(saved["seed"]) == seed:
                kept, first, diverged = saved["kept"].copy(), int(saved["done"]), int(saved["diverged"])
                leaves = [jnp.asarray(saved[f"state_{i}"]) for i in range(len(leaves))]
                state = jax.tree_util.tree_unflatten(structure, leaves)
    for i in range(first, warmup + draws):
        state = step(state)
        if i >= warmup:
            kept[i - warmup] = np.asarray(state.z)
            diverged += int(state.diverging)
        if (i + 1) % KEPT_EVERY == 0 or i + 1 == warmup + draws:
            flat: dict[str, Any] = {
                f"state_{n}": np.asarray(leaf) for n, leaf in enumerate(jax.tree_util.tree_leaves(state))
            }
            with atomic_write(path) as temporary, temporary.open("wb") as file:
                np.savez(file, kept=kept, done=i + 1, diverged=diverged, seed=seed, **flat)
        told((i + 1) / (warmup + draws))
    return kept, diverged
