"""The same choices under the arithmetic of other machines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from erfm.report import build as report
from erfm.report.portable import another_machine, first_difference, machines, settings
from erfm.study import StudyError

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


@pytest.mark.slow
@pytest.mark.parametrize("setting", settings(), ids=lambda setting: setting.name)
def test_choices_are_the_same(setting, runs):
    if setting.lacking:
        pytest.skip(setting.lacking)
    here, there = runs["here"]["choices"], runs[setting.name]["choices"]
    assert here.keys() == there.keys()
    for name, made in here.items():
        assert made == there[name], name


@pytest.mark.slow
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


def notebook(*shown: str, picture: str = "") -> nbformat.NotebookNode:
    """Return an executed notebook of one cell that showed these texts and a picture."""
    outputs = [new_output("display_data", {"text/html": text}) for text in shown]
    outputs.append(new_output("display_data", {"image/png": picture, "text/plain": "figure"}))
    return new_notebook(cells=[new_code_cell("x", outputs=outputs, execution_count=1)])


def test_differences_are_found_in_text_and_not_in_pictures():
    one = notebook("a", "0.41\n0.42", picture="AAAA")
    assert first_difference(one, notebook("a", "0.41\n0.42", picture="BBBB")) == ""
    assert "'0.42' against '0.43'" in first_difference(one, notebook("a", "0.41\n0.43"))
    assert first_difference(notebook("a"), notebook("a", "b"))
    assert "1 lines against 2" in first_difference(notebook(), notebook("figure"))


@pytest.mark.slow
def test_an_output_of_one_machine_alone_is_not_stored(tmp_path, monkeypatch):
    stored = tmp_path / "02_x.ipynb"
    nbformat.write(notebook("old"), stored)
    before = stored.read_bytes()
    for name in ("NOTEBOOKS", "README"):
        monkeypatch.setattr(report, name, tmp_path if name == "NOTEBOOKS" else tmp_path / "README")
    (tmp_path / "README").write_text("<!-- findings --><!-- /findings -->", encoding="utf-8")
    monkeypatch.setattr(report, "build_folder", lambda study: tmp_path / "build")
    other = {"shows": "0.42"}

    def executed(study, paths, folder, variables=None):
        folder.mkdir(parents=True, exist_ok=True)
        assert variables in (None, another_machine().variables)
        for path in paths:
            nbformat.write(notebook(other["shows"] if variables else "0.41"), folder / path.name)

    monkeypatch.setattr(report, "execute_all", executed)
    with pytest.raises(StudyError, match=r"02_x.ipynb, cell 0: '0.41' against '0.42'"):
        report.update_notebooks([])
    assert stored.read_bytes() == before
    other["shows"] = "0.41"
    report.update_notebooks([])
    assert first_difference(nbformat.read(stored, as_version=4), notebook("0.41")) == ""
