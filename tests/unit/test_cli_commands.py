"""The commands: help, lists, exit codes, and what a run is given."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from mollisol.cli.main import run
from mollisol.cli.output import plain, table, to_json
from mollisol.examples import demo_folder
from mollisol.units import InputError, RunError

COMMANDS = [
    ["demo"],
    ["run"],
    ["compare"],
    ["clocks"],
    ["practices"],
    ["crops"],
    ["models"],
    ["profile", "check"],
    ["profile", "harmonise"],
    ["archive", "import"],
    ["archive", "query"],
    ["archive", "export"],
    ["archive", "imports"],
    ["climate", "check"],
    ["validate"],
    ["version"],
]
STUDY = """\
name: a wheat field
site: {latitude: 39.1, longitude: -96.6}
profile: profile.csv
climate: climate.csv
years: {start: 2025, end: 2034}
crops: [{crop: wheat, yield_t_ha: 3.0}]
practices: [residue_removal]
ensemble: 1
"""


@pytest.fixture
def study(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("study")
    for name in ("profile.csv", "climate.csv"):
        (folder / name).write_bytes((demo_folder() / name).read_bytes())
    (folder / "study.yaml").write_text(STUDY)
    return str(folder / "study.yaml")


@pytest.fixture
def runner(monkeypatch):
    """Stand in for the simulation and its report: remember what they were given, write a file."""
    calls = []

    def run_study(spec, directory, progress=None):
        calls.append((spec, directory, progress))
        return "the simulation"

    def write_results(spec, done, folder, compared=()):
        assert done == "the simulation"
        report = Path(folder) / "report.html"
        report.write_text("report")
        return report

    module = types.ModuleType("mollisol.study.run")
    module.run_study = run_study
    monkeypatch.setitem(sys.modules, "mollisol.study.run", module)
    monkeypatch.setattr("mollisol.cli.report.write_results", write_results)
    return types.SimpleNamespace(calls=calls, module=module)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(capsys, command):
    assert run([*command, "--help"]) == 0
    shown = capsys.readouterr().out
    assert f"Example:  mollisol {' '.join(command)}" in shown
    assert "\x1b" not in shown
    # Nothing is shortened; the line of usage marks an argument that may be repeated.
    assert "..." not in shown.split("\n", 1)[1]


def test_the_overview_names_every_command_in_full(capsys):
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in COMMANDS:
        assert re.search(rf"^  {command[0]} +[A-Z].*\.$", shown, re.MULTILINE)


def test_help_is_quick_and_light():
    code = (
        "import sys, resource\n"
        "from mollisol.cli.main import run\n"
        "assert run(['--help']) == 0\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "heavy = [m for m in ('jax', 'xarray', 'pandas', 'matplotlib', 'numpy', 'scipy', 'duckdb', 'pyarrow')"
        " if m in sys.modules]\n"
        "print(used.ru_utime + used.ru_stime, heavy)\n"
    )
    seconds = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        spent, heavy = done.stdout.splitlines()[-1].split(" ", 1)
        assert heavy == "[]"
        seconds.append(float(spent))
    # Processor time, because other programs on the machine lengthen the time on the clock.
    assert min(seconds) < 0.3


@pytest.mark.parametrize("command", [["practces"], ["run"], ["run", "study.yaml"], ["crops", "--jsn"], ["profile"]])
def test_wrong_usage_is_exit_code_2(capsys, command):
    assert run(command) == 2
    shown = capsys.readouterr()
    assert "Traceback" not in shown.err
    if command == ["practces"]:
        assert "practices" in shown.err


def test_run_passes_the_checked_study(capsys, tmp_path, runner, study):
    output = tmp_path / "deep" / "results"
    assert run(["run", study, "-o", str(output), "--members", "7", "--seed", "11"]) == 0
    (spec, directory, progress) = runner.calls[0]
    assert (spec.ensemble, spec.seed) == (7, 11)
    assert "seed" not in spec.defaults_used
    assert directory == output
    # Nobody watches: no progress.
    assert progress is None
    assert capsys.readouterr().out == f"Report: {output / 'report.html'}\n"


def test_a_run_without_practices_cannot_compare_them(capsys, tmp_path, runner, study):
    alone = Path(study).with_name("alone.yaml")
    alone.write_text(Path(study).read_text().replace("practices: [residue_removal]\n", ""))
    assert run(["run", str(alone), "-o", str(tmp_path / "out"), "--compare"]) == 2
    assert "no practices to compare" in capsys.readouterr().err
    assert not runner.calls
    assert not (tmp_path / "out").exists()


def test_quiet_says_nothing(capsys, tmp_path, runner, study):
    assert run(["run", study, "-o", str(tmp_path), "--quiet"]) == 0
    shown = capsys.readouterr()
    assert shown.out == shown.err == ""
    assert runner.calls[0][0].ensemble == 1


def test_foreign_files_in_the_output_folder_stay(tmp_path, runner, study):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "report.html").write_text("old")
    assert run(["run", study, "-o", str(tmp_path)]) == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert (tmp_path / "report.html").read_text() == "report"


@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [
        (RunError("the steady state was not found"), 1, "Error: the steady state was not found"),
        (InputError("no climate", file="climate.csv", line=3), 2, "climate.csv, line 3: no climate"),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (OSError(28, "No space left on device", "result.nc"), 1, "result.nc: No space left on device"),
    ],
)
def test_what_fails_in_a_run_is_told_without_a_traceback(capsys, tmp_path, runner, raised, code, message, study):
    def fail(spec, directory, progress=None):
        raise raised

    runner.module.run_study = fail
    assert run(["run", study, "-o", str(tmp_path)]) == code
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Traceback" not in shown.err
    assert shown.out == ""


def test_a_bug_is_not_hidden(tmp_path, runner, study):
    def fail(spec, directory, progress=None):
        raise ZeroDivisionError

    runner.module.run_study = fail
    with pytest.raises(ZeroDivisionError):
        run(["run", study, "-o", str(tmp_path)])


def test_demo_runs_the_shipped_study(capsys, tmp_path, runner):
    assert run(["demo", "-o", str(tmp_path), "--members", "2"]) == 0
    spec = runner.calls[0][0]
    assert spec.ensemble == 2
    assert spec.source == tmp_path / "study" / "study.yaml"
    assert spec.profile.read_bytes() == (demo_folder() / "profile.csv").read_bytes()
    assert f"Report: {tmp_path / 'report.html'}" in capsys.readouterr().out


def test_demo_keeps_a_study_that_the_user_changed(tmp_path, runner):
    assert run(["demo", "-o", str(tmp_path)]) == 0
    study = tmp_path / "study" / "study.yaml"
    study.write_text("mine")
    assert run(["demo", "-o", str(tmp_path)]) == 0
    assert study.read_bytes() == (demo_folder() / "study.yaml").read_bytes()
    assert (tmp_path / "study" / "study.1.yaml").read_text() == "mine"
    assert run(["demo", "-o", str(tmp_path)]) == 0
    assert len(list((tmp_path / "study").iterdir())) == len(list(demo_folder().iterdir())) + 1


def test_lists_as_text_and_json(capsys):
    from mollisol.models.ensembles import list_model_ensembles
    from mollisol.models.parameter_sets import list_parameter_sets
    from mollisol.models.registry import CLASSICS, MODELS
    from mollisol.plants import CROPS
    from mollisol.practices import list_practices

    models = [*MODELS, *CLASSICS, *list_parameter_sets(), *list_model_ensembles()]
    for command, names, key in (
        ("practices", list_practices(), "practice"),
        ("crops", CROPS, "name"),
        ("models", models, "model"),
    ):
        assert run([command]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line.split()[0] for line in lines[1:]] == list(names)
        assert run([command, "--json"]) == 0
        assert [one[key] for one in json.loads(capsys.readouterr().out)] == list(names)
        for name in names:
            assert run([command, name]) == 0
            assert name in capsys.readouterr().out
            assert run([command, name, "--json"]) == 0
            assert json.loads(capsys.readouterr().out)["name"] == name


def test_a_practice_is_shown_with_its_parameters(capsys):
    assert run(["practices", "manure_surface"]) == 0
    shown = capsys.readouterr().out
    assert "t_ha: 6 t dry matter/ha" in shown
    assert "0.1 to 100" in shown
    assert "source: 30 t/ha of fresh cattle manure" in shown


def test_own_practices_and_drivers_are_told_apart(capsys, tmp_path, monkeypatch):
    (tmp_path / "practices").mkdir()
    (tmp_path / "practices" / "mine.yaml").write_text(
        "name: mine\nabout: Of my own.\nmechanism: No tillage.\nactions: [{set_tillage: {operation: none}}]\n"
    )
    monkeypatch.chdir(tmp_path)
    assert run(["practices", "--json"]) == 0
    kinds = {one["practice"]: one["kind"] for one in json.loads(capsys.readouterr().out)}
    assert (kinds["mine"], kinds["climate_change"], kinds["no_till"]) == ("own", "driver", "practice")
    assert run(["practices", "mine"]) == 0
    shown = capsys.readouterr().out
    assert "Made of: set_tillage" in shown
    assert "Risks:\n  - none told" in shown
    assert "Evidence: none" in shown
    assert run(["practices", "cultivar_drift"]) == 0
    assert "A driver:" in capsys.readouterr().out
    assert run(["practices", "mine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == "mine.yaml"


@pytest.mark.parametrize(
    ("command", "near"), [(["practices", "cover_crops"], "cover_crop"), (["crops", "maiz"], "maize")]
)
def test_an_unknown_name_gets_the_nearest(capsys, command, near):
    assert run(command) == 2
    assert f"'{near}'" in capsys.readouterr().err


def test_version(capsys):
    assert run(["version", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", found["mollisol"])
    assert re.fullmatch(r"\d+\.\d+\.\d+.*", found["jax"])


def test_profile_check_and_harmonise(capsys, tmp_path):
    profile = demo_folder() / "profile.csv"
    assert run(["profile", "check", str(profile)]) == 0
    assert "7 horizons to 206 cm" in capsys.readouterr().out
    out = tmp_path / "layers.csv"
    assert run(["profile", "harmonise", str(profile), "-o", str(out)]) == 0
    assert "layers.csv" in capsys.readouterr().out
    assert run(["profile", "harmonise", str(profile)]) == 0
    assert capsys.readouterr().out == out.read_text()
    assert len(out.read_text().splitlines()) == 21


def test_climate_check(capsys):
    climate = demo_folder() / "climate.csv"
    assert run(["climate", "check", str(climate)]) == 0
    assert "precipitation 855.5 mm/yr" in capsys.readouterr().out
    assert run(["climate", "check", str(climate), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["months"]) == 12


def test_validate_needs_a_folder(capsys, tmp_path):
    assert run(["validate", str(tmp_path / "absent")]) == 2
    assert "is not a folder" in capsys.readouterr().err


def test_progress_is_shown_on_a_terminal_only(monkeypatch, capsys):
    from mollisol.cli.progress import progress_bar

    with progress_bar() as report:
        assert report is None
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with progress_bar(quiet=True) as report:
        assert report is None
    with progress_bar() as report:
        assert report is not None
        report("steady state [label]", 0.4)
        report("stepping", 1.7)


def test_a_closed_pipe_is_no_error():
    program = "from mollisol.cli.main import main; main(['crops', '--json'])"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([sys.executable, "-c", program], stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 0


def test_a_stopped_run_leaves_no_temporary_file(tmp_path, study):
    program = (
        "import sys, time, types\n"
        "module = types.ModuleType('mollisol.study.run')\n"
        "def run_study(spec, directory, progress=None):\n"
        "    from mollisol.study.atomic import atomic_write\n"
        "    with atomic_write(directory / 'result.nc') as temporary:\n"
        "        temporary.write_text('half')\n"
        "        print('writing', flush=True)\n"
        "        time.sleep(60)\n"
        "module.run_study = run_study\n"
        "sys.modules['mollisol.study.run'] = module\n"
        "from mollisol.cli.main import main\n"
        "main(sys.argv[1:])\n"
    )
    command = [sys.executable, "-c", program, "run", study, "-o", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    process.terminate()
    assert process.wait() == 143
    process.stdout.close()
    assert not list(tmp_path.iterdir())


def test_tables_are_neither_wrapped_nor_shortened():
    rows = [{"name": "a", "about": "x" * 300, "value": None}, {"name": "long name", "about": "y", "value": 0.5}]
    lines = table(rows, {"about": "what it is"}).splitlines()
    assert lines[0].split() == ["name", "what", "it", "is", "value"]
    assert "x" * 300 in lines[1]
    assert lines[2].endswith("0.5")
    assert table([]) == ""


def test_json_has_no_nan():
    import numpy as np

    assert json.loads(to_json({"a": float("nan"), "b": np.array([1.0, np.inf]), "c": {1}})) == {
        "a": None,
        "b": [1.0, None],
        "c": [1],
    }
    assert plain(Path("a")) == "a"
