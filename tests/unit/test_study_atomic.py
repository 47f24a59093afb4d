"""Files appear whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest

from mollisol.study.atomic import atomic_write, prepare_folder, write_text
from mollisol.units import InputError


def test_the_file_appears_with_its_final_content_only(tmp_path):
    target = tmp_path / "result.nc"
    target.write_text("old")
    with atomic_write(target) as temporary:
        temporary.write_text("new")
        assert temporary.suffix == ".nc"
        assert temporary.parent == tmp_path
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["result.nc"]


def test_a_failure_leaves_what_was_there(tmp_path):
    target = tmp_path / "summary.csv"
    target.write_text("old")

    def fail():
        with atomic_write(target) as temporary:
            temporary.write_text("half")
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        fail()
    assert target.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["summary.csv"]


def test_a_block_that_writes_nothing_fails(tmp_path):
    def write_nothing():
        with atomic_write(tmp_path / "report.html"):
            pass

    with pytest.raises(FileNotFoundError):
        write_nothing()
    assert not list(tmp_path.iterdir())


def test_a_killed_writer_leaves_no_half_file_under_the_final_name(tmp_path):
    code = textwrap.dedent(
        """
        import sys, time
        from mollisol.study.atomic import atomic_write
        with atomic_write(sys.argv[1]) as temporary:
            temporary.write_text("half")
            print("writing", flush=True)
            time.sleep(60)
        """
    )
    target = tmp_path / "result.nc"
    process = subprocess.Popen([sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert not target.exists()


def test_permissions_follow_the_umask(tmp_path):
    before = os.umask(0o022)
    try:
        write_text(tmp_path / "run.json", "{}")
    finally:
        os.umask(before)
    assert (tmp_path / "run.json").stat().st_mode & 0o777 == 0o644


def test_a_folder_under_the_final_name_is_refused(tmp_path):
    (tmp_path / "report.html").mkdir()
    with pytest.raises(InputError, match="a folder has this name"):
        write_text(tmp_path / "report.html", "x")
    with pytest.raises(InputError, match="does not exist"):
        write_text(tmp_path / "absent" / "report.html", "x")


def test_a_folder_is_prepared_and_what_is_in_it_stays(tmp_path):
    folder = prepare_folder(tmp_path / "a" / "b")
    (folder / "mine.txt").write_text("mine")
    assert prepare_folder(folder) == folder
    assert (folder / "mine.txt").read_text() == "mine"
    with pytest.raises(InputError, match="is a file"):
        prepare_folder(folder / "mine.txt")
    with pytest.raises(InputError, match="cannot be made"):
        prepare_folder(folder / "mine.txt" / "deeper")
