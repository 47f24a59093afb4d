"""JAX's settings: untouched by importing, set by `configure`, and single precision is refused."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from mollisol.column import backend


def output_of(script: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, **env}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_importing_changes_no_setting() -> None:
    script = (
        "import jax; before = dict(jax.config.values)\n"
        "import mollisol.models.whole_profile, mollisol.column.tiles, mollisol.column.equilibrium\n"
        "from jax._src import xla_bridge\n"
        "print(dict(jax.config.values) == before, xla_bridge.backends_are_initialized())"
    )
    assert output_of(script) == "True False"


def test_the_grid_does_not_load_jax() -> None:
    script = "import sys; from mollisol.column import Grid; print('jax' in sys.modules)"
    assert output_of(script) == "False"


def test_public_names_are_functions_and_classes_whatever_was_imported_before() -> None:
    script = (
        "import mollisol.column.simulate, mollisol.column.equilibrium, mollisol.column as c\n"
        "from mollisol.column import equilibrium, simulate\n"
        "from mollisol.column.simulate import State\n"
        "print(all(callable(getattr(c, name)) for name in c.__all__), callable(equilibrium), c.State is State)"
    )
    assert output_of(script) == "True True True"


def test_configure_sets_precision_devices_and_cache_once(tmp_path: Path) -> None:
    script = (
        "from mollisol.column.backend import configure; configure(2); import jax\n"
        "print(jax.config.jax_enable_x64, len(jax.devices()), jax.config.jax_compilation_cache_dir)\n"
        "configure(1); print(len(jax.devices()))"
    )
    assert output_of(script, MOLLISOL_CACHE=str(tmp_path / "new")).split() == ["True", "2", str(tmp_path / "new"), "2"]


@pytest.mark.parametrize(
    ("given", "level"), [("", "1"), ("--xla_backend_optimization_level=3", "3")], ids=["of the package", "of the user"]
)
def test_flags_of_the_compiler_are_added_where_the_user_has_none(given: str, level: str, tmp_path: Path) -> None:
    script = (
        "import os; from mollisol.column.backend import configure; configure(2); import jax.numpy as jnp\n"
        "print(float(jnp.ones(2).sum()), os.environ['XLA_FLAGS'])"
    )
    total, *flags = output_of(script, XLA_FLAGS=given, MOLLISOL_CACHE=str(tmp_path)).split()
    assert total == "2.0"
    assert [flag for flag in flags if "level" in flag] == [f"--xla_backend_optimization_level={level}"]
    assert sum("xla_backend_extra_options" in flag for flag in flags) == 1


def test_programs_from_the_cache_are_loaded_without_a_word(tmp_path: Path) -> None:
    script = (
        "import mollisol; from mollisol.column.backend import configure; configure(2); import jax.numpy as jnp\n"
        "print(float(jnp.linalg.solve(jnp.eye(3), jnp.ones(3)).sum()))"
    )
    env = {**os.environ, "MOLLISOL_CACHE": str(tmp_path)}
    env.pop("TF_CPP_MIN_LOG_LEVEL", None)
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("3.0\n", "")


def test_the_compiler_reduces_large_arrays_as_numpy_does() -> None:
    """JAX 0.10.2 does not (jax-ml/jax 39103): the last rows of a product and sum over more than 16,384 are others'."""
    rows = np.stack([np.arange(16_385.0), np.zeros(16_385), np.zeros(16_385)], axis=1)
    turn = np.eye(3)

    def squares(x: Any) -> Any:
        return jax.vmap(lambda row: jnp.sum((turn @ row) ** 2))(x)

    np.testing.assert_allclose(jax.jit(squares)(rows), np.sum((rows @ turn) ** 2, axis=1), rtol=1e-12)


def test_a_number_of_devices_that_was_chosen_stands() -> None:
    script = (
        "from mollisol.column.backend import configure; configure(3); configure(); import jax; print(jax.devices())"
    )
    assert output_of(script).count("CpuDevice") == 3


def test_single_precision_is_refused() -> None:
    script = (
        "import jax; jax.config.update('jax_enable_x64', False); jax.devices()\n"
        "from mollisol.column.tiles import simulate\n"
        "from mollisol.units import RunError\n"
        "try:\n    simulate(None, None, None, 1)\n"
        "except RunError as error:\n    print(error)"
    )
    assert "single precision" in output_of(script)


@pytest.mark.parametrize(
    ("given", "folder"),
    [
        ({"MOLLISOL_CACHE": "/a/b"}, "/a/b"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/mollisol/jax"),
        ({"HOME": "/home/someone"}, "/home/someone/.cache/mollisol/jax"),
    ],
)
def test_the_cache_is_where_the_user_says(given: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOLLISOL_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert backend.cache_folder() == Path(folder)
