"""The package as `pip install .` brings it: without the report's packages, data and notebooks."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_paper_file import PAPER

from erfm.study import ROOT

pytestmark = pytest.mark.slow

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REPORT = {re.split("[>=]", p)[0] for p in PROJECT["optional-dependencies"]["report"]}
# What the report uses and matplotlib brings, with the report or without.
REPORT -= {re.split("[>=]", p)[0] for p in metadata.requires("matplotlib") or ()}
MODULES_OF_THE_REPORT = sorted(
    module
    for module, packages in metadata.packages_distributions().items()
    if REPORT & {re.sub("[_.]", "-", package.lower()) for package in packages}
)
REPORT_MISSING = f"""
from importlib.machinery import PathFinder

find = PathFinder.find_spec
PathFinder.find_spec = lambda name, *rest: (
    None if name.partition(".")[0] in {MODULES_OF_THE_REPORT} else find(name, *rest)
)
"""


@pytest.fixture(scope="module")
def site_packages(tmp_path_factory) -> Path:
    """A folder that holds the package alone."""
    folder = tmp_path_factory.mktemp("site-packages")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "erfm", folder / "erfm", ignore=ignored)
    return folder


@pytest.fixture
def run(site_packages, tmp_path):
    """Return a function that runs a program on the installed package, in an empty folder."""

    def run(program: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program],
            cwd=tmp_path, capture_output=True, text=True, encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(site_packages), "PYTHONUTF8": "1"},
        )  # fmt: skip

    return run


def command(*arguments: str) -> str:
    return f"from erfm.report.cli import main\nassert main({list(arguments)}) == 0\n"


def fails_with(ended: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that a command told before it ended with an error."""
    told, _, rest = ended.stderr.partition("\n")
    assert ended.returncode == 1
    assert told.startswith("error: ")
    assert rest.splitlines()[-1:] == ["AssertionError"], "and nothing else went wrong"
    return told


def test_an_installation_without_the_report_is_one():
    assert {"IPython", "docx", "jinja2", "jupyterlab", "sphinx"} <= set(MODULES_OF_THE_REPORT)
    assert not {"matplotlib", "numpy", "pandas"} & set(MODULES_OF_THE_REPORT)


def test_the_analysis_runs_from_a_file_of_customers_to_a_list(run, tmp_path):
    rng = np.random.default_rng(1)
    n = 300
    customers = pd.DataFrame(
        {
            "customer": np.arange(n) + 1000,
            "recency": rng.integers(1, 300, n),
            "frequency": rng.poisson(9, n),
            "age": rng.integers(18, 80, n),
        }
    )
    customers.to_csv(tmp_path / "new.csv", index=False)
    stays = rng.random(n) < 1 / (1 + np.exp(-0.2 * (customers["frequency"] - 9)))
    customers["status"] = np.where(stays, "retained", "churned")
    customers.to_csv(tmp_path / "mine.csv", index=False)
    ended = run(
        REPORT_MISSING
        + "from importlib import import_module\nfrom pkgutil import walk_packages\n"
        + "import erfm\n"
        + "for module in walk_packages(erfm.__path__, 'erfm.'):\n"
        + "    if not module.name.startswith(('erfm.report.', 'erfm.__main__')):\n"
        + "        import_module(module.name)\n"
        + command("new", "mine.csv")
        + command("fit", "--study", "mine.toml", "--output", "model.json")
        + command("score", "--study", "model.json", "new.csv")
    )
    assert ended.returncode == 0, ended.stderr
    assert len(pd.read_csv(tmp_path / "new_scored.csv")) == n


@pytest.mark.parametrize("name", ["report", "student", "notebooks"])
def test_a_command_that_needs_the_report_s_packages_says_how_to_install_them(run, name):
    assert "pip install '.[report]'" in fails_with(run(REPORT_MISSING + command(name)))


def test_a_paper_is_examined_without_the_report_but_its_page_needs_it(run, tmp_path):
    (tmp_path / "mine.paper.toml").write_text(PAPER, encoding="utf-8")
    ended = run(REPORT_MISSING + command("examine", "mine.paper.toml"))
    assert ended.returncode == 0, ended.stderr
    told = fails_with(
        run(REPORT_MISSING + command("examine", "mine.paper.toml", "--output", "out"))
    )
    assert "pip install '.[report]'" in told and not (tmp_path / "out").exists()


def test_a_study_of_the_project_is_missed_in_one_line(run, tmp_path):
    told = fails_with(run(command("fit", "--study", "reconstruction", "--output", "model.json")))
    assert "reconstruction: no such study. The project's own studies do not come with" in told
    assert not list(tmp_path.iterdir())


def test_the_project_s_notebooks_are_missed_in_one_line(run, site_packages):
    assert "there are no notebooks" in fails_with(run(command("student")))
    assert {path.name for path in site_packages.iterdir()} == {"erfm"}
