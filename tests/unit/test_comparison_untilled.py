"""A comparison on a field that nobody tills, of practices that move no soil: there is no event at all."""

from pathlib import Path

import numpy as np
import yaml

from mollisol.examples import demo_folder
from mollisol.study import load_spec
from mollisol.study.comparison import asked_practices, compare_study

QUICK = demo_folder().parent / "quick"


def test_a_field_without_any_event_is_compared(tmp_path: Path) -> None:
    for name in ("profile.csv", "climate.csv"):
        (tmp_path / name).write_bytes((QUICK / name).read_bytes())
    study = {
        **yaml.safe_load((QUICK / "study.yaml").read_text()),
        "years": {"start": 2025, "end": 2028},
        "grid": [0.0, 0.1, 0.3, 1.0, 2.0],
        "practices": ["residue_removal", "manure_surface"],
        "initial": "measured",
        "model": {"parameter_set": "priors"},
        "steps_per_month": 1,
        "ensemble": 2,
        "output": {"radiocarbon": False, "permanence": False},
    }
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(study))
    spec, skipped = asked_practices(load_spec(path))
    assert not skipped
    found = compare_study(spec, other_model=False)
    assert np.all(found.gain[0, -1, -1] < 0.0)
    assert np.all(found.gain[1, -1, -1] > 0.0)
