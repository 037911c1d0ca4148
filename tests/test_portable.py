"""The same choices under the arithmetic of other machines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from erfm.portable import machines, settings

SCRIPT = Path(__file__).parent / "portable_choices.py"


@pytest.fixture(scope="module")
def runs() -> dict[str, dict]:
    """What the script prints here and under each setting, all run at once."""

    def start(variables: dict[str, str]) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, SCRIPT], env=os.environ | variables, stdout=subprocess.PIPE, text=True
        )

    started = {s.name: start(s.variables) for s in settings() if not s.lacking}
    started["here"] = start({})
    printed = {name: process.communicate()[0] for name, process in started.items()}
    return {name: json.loads(text) for name, text in printed.items()}


@pytest.mark.parametrize("setting", settings(), ids=lambda setting: setting.name)
def test_choices_are_the_same(setting, runs):
    if setting.lacking:
        pytest.skip(setting.lacking)
    here, there = runs["here"]["choices"], runs[setting.name]["choices"]
    assert here.keys() == there.keys()
    for name, made in here.items():
        assert made == there[name], name


def test_the_settings_take_effect(runs):
    """OpenBLAS says with which kernels it computes; the others have no way to tell."""
    kernels = {name: set(run["kernels"]) for name, run in runs.items()}
    asked = [s.name for s in settings() if "OPENBLAS_CORETYPE" in s.variables and not s.lacking]
    assert len({tuple(kernels[name]) for name in asked}) == len(asked)


def test_between_them_three_machines_have_every_setting():
    one_by_one = {tuple(s.variables.items()) for s in settings() if not s.lacking}
    together = {item for machine in machines() for item in machine.variables.items()}
    assert {item for variables in one_by_one for item in variables} >= together
    assert len(machines()) == 3
