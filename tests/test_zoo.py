"""Every page of the report on studies that nobody had in mind: it runs, and no text breaks a rule.

A class for each study of the zoo, so that workers share them. That a study is as odd as it says is
tested too, by what its own pages computed.
"""

import os
import re
from unittest import mock

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from rules import complaints
from zoo import ZOO, Visit, visit

from erfm import hosmer_lemeshow
from erfm.customers.study_file import load_study
from erfm.figures import has_cjk

pytestmark = pytest.mark.slow  # each study's whole report is computed

EPOCH, TODAY = "1937000000", "2031-05-19"


@pytest.fixture(scope="class")
def report(request, tmp_path_factory):
    """What the pages of the class's study show, run on a day of the future."""
    path = ZOO[request.cls.name].write(tmp_path_factory.mktemp(request.cls.name))
    with mock.patch.dict(os.environ, {"SOURCE_DATE_EPOCH": EPOCH}):
        yield visit(load_study(path))
    plt.close("all")


class Report:
    """What holds for every study."""

    name: str
    ends: tuple[str, ...] = ()
    """The pages that end early, because the study allows no further step."""

    def test_pages_run_to_their_end(self, report: Visit):
        assert set(report.ended) == set(self.ends), report.ended
        for page in report.pages:
            assert any(text.page == page for text in report.texts)

    def test_no_text_breaks_a_rule(self, report: Visit):
        found = {
            f"{text.page}[{text.cell}] {text.kind}: {complaint} in {text.text[:200]!r}"
            for text in report.texts
            for complaint in complaints(text.kind, text.text, report.study, report.links, TODAY)
        }
        assert not found, "\n" + "\n".join(sorted(found))

    def test_groups_are_counted(self, report: Visit):
        full = report.names["02_full_model"]["full"]
        made = {
            "02_full_model": len(hosmer_lemeshow(full.outcome, full.probabilities).table),
            "04_holdout_validation": len(report.names["04_holdout_validation"]["groups"]),
        }
        for text in report.texts:
            if text.page in made and re.search(
                r"(?<!to )(?<!most )(?<!about )\bten groups", text.text
            ):
                assert made[text.page] == 10, text


class TestClinic(Report):
    name = "clinic"

    def test_is_odd(self, report: Visit):
        names = report.names
        table = names["02_full_model"]["coefficients"].drop(index="Constant")
        assert table["wald"].idxmax() == "ward" and table.loc["ward", "df"] == 3
        assert names["03_stepwise_reduction"]["selection"].terms == ("ward",)
        assert names["01_descriptive_statistics"]["descriptives"]["skewness"].min() < -1
        assert names["08c_missing_values"]["incomplete"]
        label = report.study.predictors["ward"].label
        assert {"[", "]", "(", ")", "/"} <= set(label)
        assert not any(map(report.study.role, ("amount", "gender", "age")))


class TestLottery(Report):
    name = "lottery"
    ends = ("09_early_warning",)

    def test_is_odd(self, report: Visit):
        assert report.names["03_stepwise_reduction"]["selection"].terms == ()
        assert "no predictor enters" in report.ended["09_early_warning"]


class TestUpsideDown(Report):
    name = "upside_down"

    def test_is_odd(self, report: Visit):
        names = report.names["04_holdout_validation"]
        assert names["curve"].upper < 0.5
        assert len(set(names["probability"].round(9))) <= 15 < len(names["probability"])
        assert (report.study.retained, report.study.churned) == ("0", "1")
        assert report.study.role("gender") and not any(map(report.study.role, ("amount", "age")))


class TestBirth(Report):
    name = "birth"

    def test_is_odd(self, report: Visit):
        names = report.names["01_descriptive_statistics"]
        assert len(names["customers"]) == 189
        assert names["descriptives"].loc["weeks", "skewness"] < -1
        assert report.study.role("amount") and report.study.predictors["b"].label == "b"


class TestTeahouse(Report):
    name = "teahouse"

    def test_is_odd(self, report: Visit):
        assert all(has_cjk(p.label) for p in report.study.predictors.values())
        assert not report.study.id_column
        assert report.names["08c_missing_values"]["incomplete"]


class TestWarehouse(Report):
    name = "warehouse"

    def test_is_odd(self, report: Visit):
        columns = pd.read_csv(report.study.file, nrows=0).columns
        used = {p.column for p in report.study.predictors.values()} | {"number", "state"}
        assert len(set(columns) - used) == 500
        assert all(p.categorical for p in report.study.predictors.values())
        assert report.study.retained == "0"


class TestHermit(Report):
    name = "hermit"

    def test_is_odd(self, report: Visit):
        assert len(report.study.predictors) == 1 and report.study.simulated
        assert report.names["04_holdout_validation"]["observed"].mean() < 0.5
