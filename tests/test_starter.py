"""The tests' starter is as good as starting the program."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import caixun
from tests.starter import start


def test_what_it_starts_ends_and_prints_as_the_program_does(tmp_path):
    for arguments in (["--version"], ["nonsense"], ["status", "x" * 100_000], ["show", "--data", "none"], []):
        forked = caixun(*arguments, cwd=tmp_path)
        whole = caixun(*arguments, cwd=tmp_path, LC_TIME="C")  # the program itself
        assert (forked.returncode, forked.stdout, forked.stderr) == (whole.returncode, whole.stdout, whole.stderr)


def test_one_that_takes_too_long_is_ended_and_the_next_one_is_started():
    with pytest.raises(subprocess.TimeoutExpired):
        start(["--help"], dict(os.environ), Path.cwd(), 0.001)
    assert caixun("--version").returncode == 0
