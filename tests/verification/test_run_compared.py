"""`mollisol run --compare`: a run, and the comparison of its practices beside it and in its report."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mollisol.cli.main import run as command_line
from mollisol.examples import demo_folder

pytestmark = pytest.mark.slow

QUICK = demo_folder().parent / "quick"


def test_the_report_of_a_run_says_what_its_comparison_says(tmp_path: Path) -> None:
    for name in ("profile.csv", "climate.csv"):
        (tmp_path / name).write_bytes((QUICK / name).read_bytes())
    study = {
        **yaml.safe_load((QUICK / "study.yaml").read_text()),
        "years": {"start": 2025, "end": 2032},
        "grid": [0.0, 0.1, 0.2, 0.3, 0.6, 1.0, 2.0],
        "tillage": {"depth_cm": 20, "every_years": 1},
        "practices": ["residue_removal", "no_till", "manure_surface"],
        "steps_per_month": 1,
        "ensemble": 3,
        "output": {"radiocarbon": False, "permanence": False},
    }
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study))
    out = tmp_path / "out"
    assert command_line(["run", str(tmp_path / "study.yaml"), "-o", str(out), "--compare", "--quiet"]) == 0
    page = (out / "report.html").read_text()
    assert "Under the microbial model the first is" in page or "was not checked under the microbial model" in page
    assert (out / "comparison" / "report.html").is_file()
    assert (out / "comparison" / "compare.csv").is_file()
    assert "Shapley values" in (out / "comparison" / "report.html").read_text()
