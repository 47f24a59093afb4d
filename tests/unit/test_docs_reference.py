"""The documentation follows the code, and its examples are accepted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mollisol.study.schema import StudyFile

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def generate(*arguments: str, folder: Path = ROOT / "docs") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "generate.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_reference_pages_follow_the_code() -> None:
    done = generate("--check")
    assert done.returncode == 0, done.stderr


def test_a_stale_reference_page_is_noticed_and_rewritten(tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    (folder / "reference").mkdir(parents=True)
    for name in ("generate.py", "pages.py"):
        (folder / name).write_text((ROOT / "docs" / name).read_text(encoding="utf-8"), encoding="utf-8")
    for page in (ROOT / "docs" / "reference").glob("*.md"):
        (folder / "reference" / page.name).write_text(page.read_text(encoding="utf-8"), encoding="utf-8")
    stale = folder / "reference" / "parameters-processes.md"
    stale.write_text(stale.read_text(encoding="utf-8").replace("2.2", "2.3", 1), encoding="utf-8")
    refused = generate("--check", folder=folder)
    assert refused.returncode == 1
    assert "parameters-processes.md" in refused.stderr
    assert generate(folder=folder).returncode == 0
    assert generate("--check", folder=folder).returncode == 0


def test_every_parameter_of_every_process_is_documented() -> None:
    from mollisol.processes import ALTERNATIVES, declared

    page = (ROOT / "docs" / "reference" / "parameters-processes.md").read_text(encoding="utf-8")
    for alternatives in ALTERNATIVES.values():
        for process in alternatives.values():
            for name, parameter in declared(process)["parameters"].items():
                row = next(line for line in page.splitlines() if f"`{name}`" in line and parameter.source[:40] in line)
                assert parameter.unit in row
                assert parameter.confidence in row


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_whole_studies_of_the_documentation_are_accepted(page: Path) -> None:
    for text in blocks(page, "yaml"):
        # a practice has a name too
        if not text.startswith("name:") or "\nactions:" in text:
            continue
        StudyFile.model_validate(yaml.safe_load(text))


def test_the_documentation_shows_a_whole_study() -> None:
    shown = [page.name for page in PAGES for text in blocks(page, "yaml") if text.startswith("name:")]
    assert {"README.md", "study.md"} <= set(shown)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_named_files_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_make_targets_of_the_documentation_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        for line in re.findall(r"^make ([a-z -]+?)(?:\s{2,}#|$)", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
            assert set(line.split()) <= targets, line


def test_checks_of_a_change_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
