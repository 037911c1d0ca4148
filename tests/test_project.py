"""The project's own files agree with one another."""

import ast
import operator
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata

import nbformat
import numpy as np
import pandas as pd
import pytest

from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study
from erfm.report.page import number_of
from erfm.samples import split_samples
from erfm.stepwise import forward_lr
from erfm.study import OUTPUT, ROOT, StudyError

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PYPROJECT["dependency-groups"]
ANALYSIS = PYPROJECT["project"]["dependencies"]
REPORT = PYPROJECT["project"]["optional-dependencies"]["report"]
DECLARED = [*ANALYSIS, *REPORT, *GROUPS["test"], *GROUPS["build"]]


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return listed.stdout.splitlines()


def test_conda_and_pip_users_get_the_same_packages():
    listed = re.findall(
        r"^ +- ([\w-]+>=\S+)$", (ROOT / "environment.yml").read_text(encoding="utf-8"), flags=re.M
    )
    python = "python" + PYPROJECT["project"]["requires-python"]
    assert set(listed) == {*DECLARED, python}


def test_every_dependency_is_pinned_with_a_hash():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([\w.-]+)==\S+(?: ; [^\\]+)? \\\n +--hash=sha256:", lock, flags=re.M)
    assert names(DECLARED) <= set(pinned)
    assert len(pinned) == len(re.findall(r"^[\w.-]+==", lock, flags=re.M))
    assert "://" not in lock


def test_every_range_is_a_lowest_version_and_holds_the_pinned_one():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([\w.-]+)==([\d.]*\d)", lock, flags=re.M))
    # `make test-oldest` pins the lowest versions: a range that another package narrows is untested.
    fits = operator.eq if "--resolution lowest-direct" in lock else operator.le
    for declared in DECLARED:
        name, lowest = re.fullmatch(r"([\w-]+)>=([\d.]+)", declared).groups()
        assert fits(numbers(lowest), numbers(pinned[name])), f"{declared}, {pinned[name]} pinned"


def numbers(version: str) -> list[int]:
    return [int(part) for part in re.sub(r"(\.0)+$", "", version).split(".")]


def test_every_imported_package_is_declared():
    imported = set()
    for name in tracked_files():
        path = ROOT / name
        if path.suffix == ".py":
            imported |= imports(path.read_text(encoding="utf-8"))
        if path.suffix == ".ipynb":
            cells = nbformat.read(path, as_version=4).cells
            imported |= imports("\n".join(c.source for c in cells if c.cell_type == "code"))
    files = {path.stem for folder in ("erfm", "tests") for path in (ROOT / folder).glob("*.py")}
    assert packages_of(imported - files - {"pyspark"}) <= names(DECLARED)  # an optional extra


def test_pip_install_brings_what_the_analysis_imports_and_no_more():
    """The core and every room but the report's can be imported without what only that needs."""
    imported = set()
    for path in (ROOT / "erfm").rglob("*.py"):
        if ROOT / "erfm" / "report" not in path.parents:
            imported |= imports(path.read_text(encoding="utf-8"), anywhere=False)
    # Ibis imports it, and asks for it with its extras alone.
    assert packages_of(imported) | {"pyarrow-hotfix"} == names(ANALYSIS)
    assert not names(ANALYSIS) & names(REPORT)


def names(declared: list[str]) -> set[str]:
    return {re.match(r"[\w-]+", package)[0] for package in declared}


def packages_of(modules: set[str]) -> set[str]:
    """Return the names, as they are declared, of the packages that modules come from."""
    distributions = metadata.packages_distributions()
    return {
        re.sub(r"[_.]", "-", distributions[module][0].lower())
        for module in modules - sys.stdlib_module_names - {"erfm"}
    }


def imports(source: str, anywhere: bool = True) -> set[str]:
    """Return the modules, without their submodules, that a text imports, or does when imported."""
    found, tree = set(), ast.parse(source)
    for node in ast.walk(tree) if anywhere else tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_the_other_engines_are_those_of_the_extras():
    extras = PYPROJECT["project"]["optional-dependencies"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    installed = re.search(r"--target \.engines (.*)$", makefile, flags=re.M)[1]
    packages = [name.replace("[binary]", "") for name in re.findall('"([^"]+)"', installed)]
    assert packages == [*extras["spark"], *extras["postgres"]]


def test_the_lowest_python_is_the_declared_one():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lowest = re.search(r"^PYTHONS := (\S+)", makefile, flags=re.M)[1]
    assert PYPROJECT["project"]["requires-python"] == f">={lowest}"
    assert set(re.findall(r"--python-version (\S+)", makefile)) == {lowest}


def test_top_level_is_small():
    top = {name.split("/")[0] for name in tracked_files()}
    assert top == {
        ".ci", ".gitignore", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "LICENSE",
        "Makefile", "README.md", "data", "environment.yml", "erfm", "figures", "notebooks",
        "pyproject.toml", "requirements.lock", "tests",
    }  # fmt: skip


def test_other_people_s_data_are_not_shipped():
    assert not [name for name in tracked_files() if "external/" in name or "BankChurners" in name]


def test_every_figure_is_named_after_its_notebook():
    notebooks = {number_of(path.stem) for path in (ROOT / "notebooks").glob("*.ipynb")}
    figures = sorted(path.name for path in (ROOT / "figures").iterdir())
    assert figures
    assert {number_of(name) for name in figures} <= notebooks
    assert all(re.fullmatch(r"\d\d[a-z]?_\w+\.png", name) for name in figures)


def test_every_figure_belongs_to_its_notebook_s_output():
    sources = {
        number_of(path.stem): path.read_text(encoding="utf-8")
        for path in (ROOT / "notebooks").glob("*.ipynb")
    }
    for path in (ROOT / "figures").glob("*.png"):
        number, _, name = path.stem.partition("_")
        assert f'\\"{name}\\"' in sources[number], f"{path.name} is drawn by no notebook"


def test_the_readme_s_study_file_works_as_it_stands(tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (tmp_path / "my_customers.toml").write_text(
        re.search(r"```toml\n(.*?)```", readme, flags=re.S)[1], encoding="utf-8"
    )
    rng = np.random.default_rng(1)
    n = 300
    customers = pd.DataFrame(
        {
            "customer": np.arange(n),
            "days_since_last": rng.integers(1, 300, n),
            "transactions": rng.poisson(9, n),
            "balance": rng.lognormal(8, 1, n).round(2),
            "gender": rng.choice(["f", "m"], n),
            "age": rng.integers(18, 80, n),
        }
    )
    stays = rng.random(n) < 1 / (1 + np.exp(-0.2 * (customers["transactions"] - 9)))
    customers["status"] = np.where(stays, "active", "closed")
    customers.to_csv(tmp_path / "my_customers.csv", index=False)
    study = load_study(tmp_path / "my_customers.toml")
    samples = split_samples(study, load_customers(study))
    assert len(samples.holdout) == 0.4 * n
    assert "frequency" in forward_lr(study, samples.build).terms


def test_a_misnamed_column_in_the_readme_s_study_file_gets_a_remedy(tmp_path):
    text = 'title = "x"\ndata = { file = "c.csv" }\noutcome = { column = "status", retained = "a", '
    text += 'churned = "b" }\n[predictors]\nage = { unit = "years", column = "aeg" }\n'
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    (tmp_path / "c.csv").write_text("age,status\n30,a\n40,b\n", encoding="utf-8")
    with pytest.raises(StudyError, match=r"no column 'aeg'.*Did you mean 'age'"):
        load_customers(load_study(tmp_path / "c.toml"))


# --- Any folder, any locale -----------------------------------------------------------------------

ASCII_ONLY = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
needs_make = pytest.mark.skipif(
    os.name != "posix" or not shutil.which("make"), reason="make and its shell are not here"
)


def make(folder, study: str) -> list[str]:
    """Return what the command of `make report` is given: its arguments, then its UTF-8 mode."""
    folder.mkdir(exist_ok=True)
    (folder / "ready").touch()
    program = folder / "program"
    program.write_text('#!/bin/sh\nprintf "%s\\0" "$@" "$PYTHONUTF8"\n', encoding="utf-8")
    program.chmod(0o755)
    command = ["make", "--silent", f"STUDY={study}", f"RUN={program}", f"READY={folder / 'ready'}"]
    made = subprocess.run(
        [*command, "report"], cwd=ROOT, capture_output=True, env={**os.environ, **ASCII_ONLY}
    )
    assert made.returncode == 0, made.stderr
    return os.fsdecode(made.stdout).split("\0")[:-1]


@needs_make
@pytest.mark.parametrize(
    "study",
    [
        "reconstruction", "my folder 报告/客户.toml", 'a"; echo injected; ".toml', "a'b.toml",
        "`id`.toml", "$(id).toml", "$HOME.toml", "a\\b.toml", "a#b.toml", "%.toml", "$$.toml",
        "a;b|c&d.toml",
    ],
)  # fmt: skip
def test_make_hands_a_study_s_path_on_as_it_is(tmp_path, study):
    assert make(tmp_path / "made", study)[:-1] == ["-m", "erfm", "report", "--study", study]


@needs_make
def test_make_sets_up_and_runs_in_utf_8_whatever_the_locale(tmp_path):
    """Else the folder's name is written into the environment as the locale misreads it."""
    assert make(tmp_path, "reconstruction")[-1] == "1"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Windows has no such locales")
def test_pages_are_executed_in_any_folder_and_locale(tmp_path):
    """Page 09, which writes a model and a list, in a copy of the project elsewhere."""
    folder = tmp_path / "my folder 报告"
    for name in ("erfm", "data", "notebooks", "README.md", "requirements.lock"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        folder.mkdir(exist_ok=True)
        copy(ROOT / name, folder / name)
    ended = subprocess.run(
        [sys.executable, "-m", "erfm", "notebooks", "09_early_warning"],
        cwd=folder, capture_output=True, text=True,
        env={**os.environ, **ASCII_ONLY, "PYTHONPATH": str(folder), OUTPUT: ""},
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    for name in ("model.json", "early_warning.csv"):
        assert (folder / "build" / "reconstruction" / name).is_file()
    assert not list(folder.rglob(".*.*")), "no half-written file is left"


def test_the_report_s_own_scripts_stay_small():
    """What readers' browsers run is ours to read: there is no build step, and little of it."""
    scripts = list((ROOT / "erfm").rglob("*.js"))
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in scripts}
    assert "verdicts.js" in lines and sum(lines.values()) <= 300, lines
