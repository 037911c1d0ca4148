"""The commands as a terminal sees them."""

import pandas as pd
import pytest

from erfm.__main__ import main
from erfm.study import DATA, load_study


@pytest.fixture
def customers(tmp_path):
    """The reconstruction's first customers in a folder of their own."""
    table = pd.read_csv(DATA / "customers.csv").head(400)
    table.drop(columns="sample").to_csv(tmp_path / "mine.csv", index=False)
    return tmp_path / "mine.csv"


def test_new_drafts_a_study_and_never_overwrites_it_unasked(customers, capsys):
    assert main(["new", str(customers)]) == 0
    assert "check every line" in capsys.readouterr().out
    written = customers.with_suffix(".toml")
    assert "frequency" in load_study(written).predictors
    written.write_text("mine", encoding="utf-8")
    assert main(["new", str(customers)]) == 1
    assert written.read_text(encoding="utf-8") == "mine"
    assert main(["new", "--overwrite", str(customers)]) == 0
    assert written.read_text(encoding="utf-8") != "mine"


def test_score_lists_every_customer(customers, capsys):
    assert main(["score", "--study", "reconstruction", str(customers)]) == 0
    printed = capsys.readouterr().out
    assert "mine_scored.csv" in printed
    assert len(pd.read_csv(customers.with_name("mine_scored.csv"))) == 400


@pytest.mark.parametrize(
    "arguments", [["report", "--study", "nobody"], ["new", "no.csv"], ["score", "no.csv"]]
)
def test_an_error_is_one_line_and_no_traceback(arguments, capsys):
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert told.err.startswith("error: ")
    assert told.err.count("\n") == 1
    assert not told.out
