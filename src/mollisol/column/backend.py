"""The one place that touches JAX's settings: float64, a device per core, the compilation cache.

Importing `mollisol` changes none of them. `configure` is called by the command line and by the first run; it acts only
while no JAX backend is up. `require_float64` refuses to run in single precision: mass would close to 4e-6 only.
"""

from __future__ import annotations

import os
from pathlib import Path

from mollisol.units import RunError

FLAGS = {
    "xla_backend_extra_options": "xla_cpu_small_while_loop_byte_threshold=4000000",
    "xla_backend_optimization_level": "1",
}
"""Flags of XLA's compiler, where `XLA_FLAGS` does not have them. Loops over the rows of a tile become one function
each, where they would be a call of a small function for every operation of every row (a quarter of a run's time). LLVM
optimises lightly: programs compile in three quarters of the time; many columns at three steps a month run a seventh
slower, at one step a month as fast (docs/benchmarks.md)."""


def cache_folder() -> Path:
    """Return the folder of the persistent compilation cache (`MOLLISOL_CACHE` or the user's cache folder)."""
    given = os.environ.get("MOLLISOL_CACHE")
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(given) if given else (Path(base) if base else Path.home() / ".cache") / "mollisol" / "jax"


def configure(cores: int | None = None) -> None:
    """Set float64, one host device per core and the compilation cache, if JAX's backend is not yet up.

    Parameters
    ----------
    cores : number of host devices, at least 2; None keeps a number that was set before, else takes the cores that
        this process may use.
    """
    import jax
    from jax._src import xla_bridge

    if xla_bridge.backends_are_initialized():
        return
    jax.config.update("jax_enable_x64", True)
    given = os.environ.get("XLA_FLAGS", "")
    added = [f"--{name}={value}" for name, value in FLAGS.items() if name not in given]
    os.environ["XLA_FLAGS"] = " ".join([given, *added]).strip()
    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores is not None or jax.config.jax_num_cpu_devices < 1:  # a number that was chosen before stands
        # at least two, so that one core computes to the bit what several do (see `tiles`)
        jax.config.update("jax_num_cpu_devices", max(2, cores or available))
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return  # a read-only home: run without the cache
    jax.config.update("jax_compilation_cache_dir", str(folder))
    # One step compiles in about half a second, below JAX's default threshold for caching.
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


def require_float64() -> None:
    """Raise `RunError` if JAX computes in single precision."""
    import jax

    if not jax.config.jax_enable_x64:
        raise RunError(
            "JAX runs in single precision, in which carbon does not balance; "
            'call jax.config.update("jax_enable_x64", True) before anything else uses JAX'
        )
