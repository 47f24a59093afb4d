"""The section that the blind validation writes into a page, and what it says first."""

import numpy as np
import pytest
from validation.blind_tables import MODEL, by_depth, comparison_lines, verdicts
from validation.profiles import BEGIN, END, main, with_section

from mollisol.evidence.scores import compared

STUDIES = np.array([f"s{i}" for i in range(12)])


def test_a_section_goes_before_the_others_and_is_replaced() -> None:
    page = "# Validation\n\nIntroduction.\n\n## Another\n\nText.\n"
    once = with_section(page, "## Mine\n\nfirst")
    assert once.index("Introduction.") < once.index(BEGIN) < once.index("## Mine") < once.index(END)
    assert once.index(END) < once.index("## Another")
    twice = with_section(once, "## Mine\n\nsecond")
    assert "first" not in twice
    assert twice == once.replace("first", "second")


def test_a_page_with_one_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="both marks"):
        with_section(f"# Page\n\n{BEGIN}\n", "text")


def test_a_model_that_loses_is_said_to_lose() -> None:
    measured = np.linspace(0.0, 1.0, 12)
    said = {MODEL: measured + 1.0, "near": measured + 0.1, "far": measured + 3.0, "alike": measured - 1.0}
    found = {"0-20": compared(measured, said, np.full(12, 0.5), STUDIES, (0.5, 0.9))}
    lines = "\n".join(verdicts("SOC", found, ("0-20",)))
    assert "**worse** than the near in 0-20 cm" in lines
    assert "**not shown to be better** than the alike" in lines
    assert "far" not in lines


def test_depths_without_values_are_left_out() -> None:
    measured = np.full((12, 7), np.nan)
    measured[:, 0] = np.linspace(0.0, 1.0, 12)
    said = {MODEL: measured + 0.5, "other": measured + 1.0}
    found = by_depth(np.arange(12), measured, said, np.full((12, 7), 0.5), STUDIES)
    assert list(found) == ["0-20", "0-100"]
    lines = comparison_lines(found)
    assert lines[2].startswith("| 0-20 | **Mollisol** | 12 (12) | +0.50 |")
    assert "0.75" in lines[3]


def test_absent_data_end_with_a_code(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert main([str(tmp_path)]) == 2
    assert "absent" in capsys.readouterr().err
