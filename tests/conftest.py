"""Fixtures that several test files share."""

from __future__ import annotations

import os

# The workers share the processors: threads of each would only wait for one another. numpy reads
# this when it is imported, and so do the kernels that the tests start.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import contextlib
import json
import signal
import tempfile
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import statsmodels
from hypothesis import settings

from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study, transactions_file
from erfm.figures import style
from erfm.samples import Samples, split_samples
from erfm.study import OUTPUT, ROOT, Study

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("erfm", derandomize=True, deadline=None)
settings.load_profile("erfm")

EXPECTED = Path(__file__).parent / "expected"


@pytest.fixture(scope="session")
def make_study(tmp_path_factory) -> Callable[..., tuple[Study, pd.DataFrame]]:
    """Return a function that writes customers and a study file and loads both.

    Every column of the frame but ``retained`` is a predictor; `levels` names the categorical ones'
    levels. Further keywords are keys of [stepwise] or [classification].
    """

    def make(
        frame: pd.DataFrame, levels: dict[str, list[str]] | None = None, cutoff: float = 0.5, **keys
    ) -> tuple[Study, pd.DataFrame]:
        folder = tmp_path_factory.mktemp("study")
        frame.to_csv(folder / "customers.csv", index=False)
        lines = ['title = "A study made for a test"', '[data]\nfile = "customers.csv"']
        lines += ['[outcome]\ncolumn = "retained"\nretained = 1\nchurned = 0']
        for name in frame.columns.drop("retained"):
            given = f"\nlevels = {(levels or {})[name]}" if name in (levels or {}) else ""
            lines.append(f"[predictors.{name}]{given}")
        lines += ["[stepwise]", *(f"{key} = {value}" for key, value in keys.items())]
        lines += [f"[classification]\ncutoff = {cutoff}"]
        path = folder / "study.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        study = load_study(path)
        return study, load_customers(study).dropna().astype({"retained": int})

    return make


@pytest.fixture(scope="session")
def sample(make_study) -> tuple[Study, pd.DataFrame]:
    """The 400 invented customers of expected/sample.csv, three levels of segment among them."""
    frame = pd.read_csv(EXPECTED / "sample.csv").drop(columns="id")
    levels = {"segment": ["basic", "plus", "premium"], "gender": ["female", "male"]}
    return make_study(frame, levels)


@pytest.fixture(scope="session")
def write_study() -> Callable[..., Path]:
    """Return a function that writes a study of expected/sample.csv's customers to any path."""
    text = f"""
title = "A study made for a test"
data = {{ file = {json.dumps(str(EXPECTED / "sample.csv"))}, id = "id" }}
outcome = {{ column = "retained", retained = 1, churned = 0 }}
[predictors]
recency = {{}}
frequency = {{}}
amount = {{}}
segment = {{ levels = ["basic", "plus", "premium"] }}
gender = {{ levels = ["female", "male"] }}
"""

    def write(path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def reconstruction() -> tuple[Study, Samples]:
    study = load_study("reconstruction")
    return study, split_samples(study, load_customers(study))


@pytest.fixture(scope="session")
def studied(sample, reconstruction) -> dict[str, tuple[Study, pd.DataFrame]]:
    """The two data sets that R was run on: study and model-building sample."""
    study, samples = reconstruction
    return {"sample": sample, "reconstruction": (study, samples.build)}


@pytest.fixture(scope="session")
def low_birth_weight(make_study) -> Callable[..., tuple[Study, pd.DataFrame]]:
    """Return a function that loads Hosmer & Lemeshow's births, 1 = low weight, from statsmodels.

    statsmodels holds Stata's copy. One mother's weight in it differs from the book's by a pound;
    `copy` = "book" restores it.
    """
    path = Path(statsmodels.__file__).parent / "genmod/tests/results/stata_lbw_glm.csv"
    if not path.is_file():
        pytest.skip("this installation of statsmodels has no low birth weight data")
    births = pd.read_csv(path)

    def load(copy: str, *predictors: str) -> tuple[Study, pd.DataFrame]:
        frame = births.copy()
        if copy == "book":
            frame.loc[frame["id"] == 76, "lwt"] = 105
        frame = frame.rename(columns={"low": "retained"})[[*predictors, "retained"]]
        levels = {"race": ["white", "black", "other"]}
        return make_study(frame, {k: v for k, v in levels.items() if k in predictors})

    return load


@pytest.fixture(scope="session")
def from_r() -> Callable[[str, str, str], pd.DataFrame]:
    """Return a function that reads one table of a file that an R script in expected/ wrote.

    Design columns get the names that `erfm.logistic` gives them.
    """
    names = {"(Intercept)": "Constant", "gendermale": "gender(male)"}
    names |= {f"segment{level}": f"segment({level})" for level in ("plus", "premium")}

    def read(name: str, data_set: str, table: str) -> pd.DataFrame:
        rows = pd.read_csv(EXPECTED / f"{name}.csv")
        rows = rows[(rows["set"] == data_set) & (rows["table"] == table)]
        assert len(rows), f"{name}.csv has no table {table} for {data_set}"
        table = rows.pivot_table(index="row", columns="column", values="value")
        return table.rename(index=names)

    return read


@pytest.fixture(scope="session")
def from_pspp() -> Callable[..., pd.DataFrame]:
    """Return a function that reads the n-th table with a title from PSPP's output, all as text."""

    def read(name: str, title: str, n: int = 0) -> pd.DataFrame:
        tables = (EXPECTED / f"{name}.csv").read_text(encoding="utf-8").split("Table: ")
        found = [table for table in tables if table.startswith(f"{title}\n")]
        body = found[n].split("\n", 1)[1].split("\n\n")[0]
        return pd.read_csv(StringIO(body), dtype=str, header=None).fillna("")

    return read


@pytest.fixture
def closed_figures() -> Iterator[None]:
    """Draw as the report does, and leave no figure open."""
    style()
    yield
    plt.close("all")


@pytest.fixture(scope="session")
def default_site() -> Path:
    """The default report's site, built once from the notebooks' stored outputs."""
    from browser import shared_site

    return shared_site()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser; what needs it is skipped, and says so, where none is found or starts.

    Not for the whole session: while it runs, nothing else in the process can run an event loop.
    """
    from browser import CannotStart, started

    try:
        with started() as browser:
            yield browser
    except CannotStart as reason:
        pytest.skip(str(reason))


BANK_CHURNERS = load_study("bank_churners").file
CDNOW = transactions_file(load_study("cdnow"))
EXTERNAL = {"07_another_bank": BANK_CHURNERS, "11_from_transactions": CDNOW}
"""The files that are not shipped, by the page that is about them."""
BESIDE = ROOT.parent / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """Let what is made go to a temporary folder, and find the data that are not shipped.

    Kernels and programs, and the workers among which the tests may be divided, inherit the folder.
    """
    # A study names its customers by their place beside it, so a copy beside the checkout is of use
    # only as a link in the folder that is kept for it, which git ignores.
    for file in EXTERNAL.values():
        if (BESIDE / file.name).is_file() and not file.exists():
            file.parent.mkdir(exist_ok=True)
            with contextlib.suppress(FileExistsError):
                file.symlink_to(BESIDE / file.name)
    if is_worker(config):
        return
    made = tempfile.TemporaryDirectory(prefix="erfm-tests-", ignore_cleanup_errors=True)
    config.add_cleanup(made.cleanup)
    os.environ[OUTPUT] = made.name
    config.stash[BEFORE] = checkout()


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


# --- Nothing in the checkout is written -----------------------------------------------------------

BEFORE = pytest.StashKey[dict[str, tuple[int, int]]]()
CHANGED = pytest.StashKey[list[str]]()


def checkout() -> dict[str, tuple[int, int]]:
    """Return the project's folders and files, these with time and size; not what tools keep."""
    found = {}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [f for f in folders if not f.startswith((".", "__pycache__"))]
        found |= {Path(folder, f).relative_to(ROOT).as_posix(): (0, 0) for f in folders}
        for path in (Path(folder, name) for name in files):
            with contextlib.suppress(FileNotFoundError):
                status = path.lstat()
                found[path.relative_to(ROOT).as_posix()] = (status.st_mtime_ns, status.st_size)
    return found


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if the checkout is not as it was before the tests."""
    if is_worker(session.config):
        return
    before, after = session.config.stash[BEFORE], checkout()
    changed = [name for name in before | after if before.get(name) != after.get(name)]
    session.config.stash[CHANGED] = sorted(changed)
    if changed:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if changed := config.stash.get(CHANGED, []):
        terminalreporter.section("The checkout changed during the tests", red=True, bold=True)
        terminalreporter.line("By a test, or by someone else meanwhile: " + ", ".join(changed))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs data that are not shipped where they are not, and say so."""
    for item in items:
        marked = BANK_CHURNERS if item.get_closest_marker("bank_churners") else None
        needed = EXTERNAL.get(item.path.stem, marked)
        if needed and not needed.exists():
            told = f"{needed.name} is not in data/external; data/README.md says how to get it"
            item.add_marker(pytest.mark.skip(reason=told))


@pytest.fixture
def heeds_interruption() -> Iterator[None]:
    """Let Ctrl-C interrupt a test, though a shell that ran the tests aside has it ignored."""
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, inherited)
