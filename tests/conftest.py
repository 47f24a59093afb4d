"""Double precision and two host devices for every test, set before anything else uses JAX."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import jax
import pytest

from mollisol.column import tiles
from mollisol.column.backend import configure

# a test's programs run for moments and compile for seconds: unless XLA_FLAGS is given, LLVM leaves them as they are
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")
configure(2)

MAPPED = Path("/proc/self/maps")
MOST = 20_000
"""Pieces of memory that a process may have mapped before compiled programs are let go: Linux allows 65,530, and XLA
takes some hundreds for a program, so that a worker with a hundred of them would crash."""


@pytest.fixture(autouse=True, scope="module")
def few_programs() -> Iterator[None]:
    """Let compiled programs go between files where there are many; they come back from the cache on disk."""
    yield
    if MAPPED.is_file() and len(MAPPED.read_bytes().splitlines()) > MOST:
        tiles._compiled.cache_clear()
        jax.clear_caches()
        gc.collect()
