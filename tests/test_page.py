"""What a page files: in its study's own folder, whatever the study file is called."""

import dataclasses
import hashlib
import os
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from erfm.customers.study_file import load_study
from erfm.formats import as_text
from erfm.report import build as report
from erfm.report import students
from erfm.report.page import Page, build_folder, figure_folder, save_figure
from erfm.study import DATA, OUTPUT, RESERVED, ROOT, Predictor, output_folder
from erfm.validation import classification_table

# Names of study files that led, or could lead, to another's folder.
NAMES = [
    "...toml", "..toml", "....toml", ".toml", " .toml", ". .toml", "a..toml", "a .toml",
    "reconstruction.toml", "bank_churners.toml", "student.toml", "own_data.toml", "build.toml",
    "con.toml", "NUL.toml", "com1.toml", "~.toml", "-rf.toml", "$(id).toml", "*.toml", "a:b.toml",
    "’;.toml", '".toml', "'.toml", "a\nb.toml", "a\\b.toml", "客户 报告.toml", "é.toml",
    "e\u0301.toml", "．．.toml", "\u2025.toml", "\u202egnp.toml", "\u200b.toml", "\ufeff.toml",
    "\u3164.toml", "🏦.toml", "ﷺ.toml", f"{'a' * 250}.toml", f"{'长' * 80}.toml", "a\x7f.toml",
    "Reconstruction.toml", "RECONSTRUCTION.toml", "reconstruction .toml", "\udcff.toml",
]  # fmt: skip


@pytest.fixture
def write_any(write_study, tmp_path):
    """Return a function that writes a study under a name, if this file system has such names."""

    def write(name: str, folder: str = "studies") -> Path:
        try:
            return write_study(tmp_path / folder / name)
        except (OSError, UnicodeError) as error:
            pytest.skip(f"no such name here: {error}")

    return write


@pytest.mark.parametrize("name", NAMES)
def test_every_study_has_a_folder_of_its_own(write_any, name):
    """The shipped studies' folders, the students' and those of other studies are others'."""
    one, other = (load_study(write_any(name, folder)) for folder in ("one", "other"))
    assert one.folder_name != other.folder_name
    for study in (one, other):
        assert not study.shipped
        assert study.folder_name.lower() not in {*RESERVED, "reconstruction", "bank_churners"}
        assert study.folder_name.replace("_", "a").isalnum()
        assert len(os.fsencode(study.folder_name)) < 160
        assert build_folder(study).parent == output_folder() / "build"
        assert figure_folder(study) == build_folder(study) / "figures"


def test_all_names_give_different_folders(write_study, tmp_path):
    made = []
    for name in NAMES:
        try:
            made.append(load_study(write_study(tmp_path / name)).folder_name)
        except (OSError, UnicodeError):
            continue
    assert len(made) > 10
    assert len({folder.casefold() for folder in made}) == len(made)


def test_a_study_is_known_by_its_path_however_that_is_spelt(write_any, tmp_path, monkeypatch):
    path = write_any("mine.toml")
    monkeypatch.chdir(tmp_path)
    spellings = [path, "studies/mine.toml", "./studies/../studies/mine.toml"]
    if os.name == "posix":
        (tmp_path / "link").symlink_to(tmp_path / "studies")
        spellings.append("link/mine.toml")
    studies = [load_study(spelling) for spelling in spellings]
    assert {study.folder_name for study in studies} == {studies[0].folder_name}
    assert studies[0].folder_name.startswith("mine_")
    assert {study.reference for study in studies} == {str(path.resolve())}


def test_shipped_studies_keep_their_names(monkeypatch):
    monkeypatch.delenv(OUTPUT)
    for name in ("reconstruction", "bank_churners"):
        monkeypatch.chdir(DATA)
        for spelling in (name, DATA / f"{name}.toml", f"{name}.toml", f"../data/{name}.toml"):
            study = load_study(spelling)
            assert study.folder_name == study.reference == name
            assert build_folder(study) == ROOT / "build" / name
    assert figure_folder(load_study("reconstruction")) == ROOT / "figures"
    assert figure_folder(load_study("bank_churners")).is_relative_to(ROOT / "build")


@pytest.mark.skipif(os.name != "posix", reason="links need a right on Windows")
def test_a_link_to_a_shipped_study_has_its_own_folder(tmp_path):
    """Its customers are those beside the link."""
    (tmp_path / "mine.toml").symlink_to(DATA / "reconstruction.toml")
    study = load_study(tmp_path / "mine.toml")
    assert study.file.parent == tmp_path
    assert not study.shipped
    assert figure_folder(study) == build_folder(study) / "figures"


def snapshot(folder: Path, without: Path) -> dict[Path, str]:
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "folder"
        for path in folder.rglob("*")
        if path != without and without not in path.parents
    }


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A folder like the project's, with something in each place that a report could hit."""
    root = tmp_path / "project"
    for folder in ("", "build/", "build/reconstruction/", "build/student/", "build/own_data/"):
        for file in (
            "notebooks/00_start_here.ipynb", "notebooks/02_full_model.ipynb", "tables/02_x.csv",
            "tables/02_x.json", "figures/02_x.png", "site/index.html", "exports/tables.xlsx",
            "source/index.md", "site.new/a", "02_full_model.ipynb", "model.json", "README.md",
        ):  # fmt: skip
            (root / folder / file).parent.mkdir(parents=True, exist_ok=True)
            (root / folder / file).write_text(file, encoding="utf-8")
    monkeypatch.setenv(OUTPUT, str(root))
    return root


def file_a_page(study: Path) -> None:
    """File what a notebook files, under names that the project has as well."""
    filing = Page(study, "02_full_model")
    filing.table(pd.DataFrame({"b": [1.0]}, index=["recency"]), "x", "A table")
    figure, _ = plt.subplots(figsize=(1, 1))
    filing.figure(figure, "x", alt="A figure")


@pytest.mark.slow
@pytest.mark.parametrize("name", [*NAMES[:5], "a .toml", *NAMES[8:12], "con.toml", "．．.toml"])
def test_a_report_touches_nothing_outside_its_study_s_folder(write_any, project, monkeypatch, name):
    path = write_any(name)
    own = project / "build" / load_study(path).folder_name
    before = snapshot(project, own)

    def executed(study, due, folder):
        folder.mkdir(parents=True, exist_ok=True)
        for notebook in due:
            (folder / notebook.name).write_text("{}", encoding="utf-8")
        file_a_page(path)

    monkeypatch.setattr(report, "execute_all", executed)
    monkeypatch.setattr(report, "build_site", lambda study, build: build / "site" / "index.html")
    report.build_report(str(path))
    assert snapshot(project, own) == before
    assert {folder.name for folder in own.iterdir()} == {
        "notebooks",
        "tables",
        "figures",
        "svg",
        "exports",
    }
    inside = snapshot(own, own / "-")
    students.write_student_copies()
    assert snapshot(own, own / "-") == inside


@pytest.mark.parametrize("damage", [b"", b"\x89PNG\r\n", "half"])
def test_a_damaged_figure_is_drawn_anew(tmp_path, damage):
    path = tmp_path / "02_x.png"
    figure, _ = plt.subplots(figsize=(1, 1))
    save_figure(figure, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if isinstance(damage, str) else damage)
    save_figure(figure, path)
    assert path.read_bytes() == whole
    plt.close(figure)


def test_a_row_may_have_decimals_of_its_own(sample):
    study, _ = sample
    frame = pd.DataFrame({"b": [0.05831, -12.3456], "n": [1200, 3]}, index=["age", "Constant"])
    decimals = pd.Series({"Constant": ".1f", "age": ".3f"})
    shown = as_text(study, frame, {}, {"b": decimals})
    assert shown["b"].tolist() == ["0.058", "−12.3"]
    assert shown["n"].tolist() == ["1,200", "3"]


@pytest.mark.parametrize("name", ["b", "wald", "n", "count", "range", "df", "lower"])
def test_a_predictor_named_like_a_statistic_keeps_its_name(sample, name):
    study, _ = sample
    predictors = {name: Predictor(name, name, name), "b2": Predictor("b2", "b2", "Wald test")}
    study = dataclasses.replace(study, predictors=predictors)
    frame = pd.DataFrame({"b": [0.1, 0.2, 0.3]}, index=[name, "b2", "Constant"])
    assert as_text(study, frame, {"b": "B"}).index.tolist() == [name, "Wald test", "Constant"]


def test_a_total_is_no_predictor_of_that_name(sample):
    study, _ = sample
    predictors = {
        "total": Predictor("total", "total", "Total spend"),
        "1": Predictor("1", "1", "I"),
    }
    study = dataclasses.replace(study, predictors=predictors)
    table = classification_table(np.array([0, 1]), np.array([0.2, 0.7]), 0.5)
    assert as_text(study, table, {}).index.tolist() == ["Churned", "Retained", "Total"]
    steps = pd.DataFrame({"chi_square": [1.0]}, index=pd.Index([1], name="step"))
    assert as_text(study, steps, {}).index.tolist() == ["1"]
    scores = pd.DataFrame({"score": [1.0]}, index=pd.Index(["total"], name="term"))
    assert as_text(study, scores, {}).index.tolist() == ["Total spend"]
