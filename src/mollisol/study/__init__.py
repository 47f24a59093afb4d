"""What a user writes (`study.yaml`), its validation, the run and its result.

Names are exposed lazily: reading a study file loads neither JAX nor xarray nor pandas.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mollisol.study.atomic import atomic_write as atomic_write
    from mollisol.study.equal_mass import equal_mass as equal_mass
    from mollisol.study.loading import load_spec as load_spec
    from mollisol.study.registry import register_key as register_key
    from mollisol.study.run import load_study as load_study
    from mollisol.study.schema import StudySpec as StudySpec

_HOME = {
    "load_study": "mollisol.study.run",
    "run_study": "mollisol.study.run",
    "load_spec": "mollisol.study.loading",
    "StudySpec": "mollisol.study.schema",
    "register_key": "mollisol.study.registry",
    "atomic_write": "mollisol.study.atomic",
    "equal_mass": "mollisol.study.equal_mass",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'mollisol.study' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
