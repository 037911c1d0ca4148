"""The same transactions under other definitions: what changes, and what a model makes of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from banks import CDNOW, WITHOUT_CDNOW, ledger, write_bank

from erfm import fit_logistic, forward_lr, predict, roc, split_samples
from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study, transactions_file
from erfm.study import StudyError
from erfm.transactions import definitions
from erfm.transactions.measuring import Transactions, features_file, load_transactions
from erfm.transactions.rows import Place

ROWS = [
    ("b", "2024-01-01", 10), ("b", "2024-03-31", 2.5), ("b", "2024-05-01", 1),
    ("a", "2024-02-29", 3.5), ("a", "2024-02-01", 1), ("a", "2023-02-01", 7),
    ("c", "2024-03-01", 4), ("c", "2024-06-30", 1), ("c", "2024-06-01", 1),
]  # fmt: skip


@pytest.fixture
def bank(tmp_path) -> Transactions:
    return load_transactions(load_study(write_bank(tmp_path, ROWS)))


def test_what_is_not_redefined_stays(bank, tmp_path):
    features_file(bank.study.path)
    same = definitions.redefined(bank, tmp_path / "new" / "customers.csv")
    pd.testing.assert_frame_equal(
        definitions.customers_of(same), load_customers(bank.study), check_dtype=False
    )
    assert same.keys == bank.keys and (tmp_path / "new" / "customers_codebook.csv").is_file()


def test_windows_measures_and_churned_are_redefined(bank, tmp_path):
    windows = {"observation": ["2024-03-01", "2024-03-31"], "outcome": ["2024-05-01", "2024-06-30"]}
    march = definitions.redefined(
        bank, tmp_path / "m.csv", windows=windows, measures={"recency": "months"},
        churned={"fewer_than": 2},
    )  # fmt: skip
    found = definitions.customers_of(march).set_index("customer_id")
    assert list(found.index) == ["b", "c"]  # a has no transaction in March
    assert list(found["retained"]) == [0, 1]
    np.testing.assert_allclose(found["recency"], np.array([1, 31]) * 12 / 365.25)
    assert definitions.customers_of(definitions.redefined(bank, tmp_path / "a.csv")).shape[0] == 3


def test_windows_that_overlap_are_refused_in_one_sentence(bank, tmp_path):
    windows = {"observation": ["2024-01-01", "2024-05-31"], "outcome": ["2024-05-01", "2024-06-30"]}
    with pytest.raises(StudyError, match=r"bank\.toml: the outcome window .* must not be seen\.$"):
        definitions.redefined(bank, tmp_path / "x.csv", windows=windows)


def test_other_transactions_can_be_named(bank, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("client,day,value\nz,2024-01-31,5\nz,2024-06-30,5\n", encoding="utf-8")
    found = definitions.customers_of(definitions.redefined(bank, tmp_path / "o.csv", source=other))
    assert found["customer_id"].tolist() == ["z"] and found["recency"].tolist() == [61]


def test_purchases_of_a_few_customers_have_their_place(bank):
    found = definitions.purchases(bank, ["a", "c"])
    assert found["customer"].tolist() == ["a"] * 3 + ["c"] * 3
    assert found["date"].dt.strftime("%m-%d").tolist() == [
        "02-01", "02-01", "02-29", "03-01", "06-01", "06-30"
    ]  # fmt: skip
    assert found["amount"].tolist() == [7, 1, 3.5, 4, 1, 1]
    assert found["place"].tolist() == [
        Place.BEFORE, Place.OBSERVED, Place.OBSERVED, Place.OBSERVED, Place.OUTCOME, Place.OUTCOME,
    ]  # fmt: skip


def test_purchases_in_a_database_are_refused(bank):
    elsewhere = replace(bank, keys=bank.keys.model_copy(update={"file": ""}))
    with pytest.raises(StudyError, match=r"bank\.toml: the transactions are in a database\. Name"):
        definitions.purchases(elsewhere, ["a"])


def test_a_study_names_its_transactions_or_none(bank):
    assert transactions_file(bank.study) == bank.study.path.parent / "ledger.csv"
    assert transactions_file(load_study("reconstruction")) is None


# --- Models ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> tuple[Transactions, dict[tuple[str, str], pd.DataFrame]]:
    """The same transactions under a long and a short observation window."""
    folder = tmp_path_factory.mktemp("measured")
    rows = ledger(200).itertuples(index=False)
    bank = load_transactions(load_study(write_bank(folder, rows)))
    found = {}
    for name, begin in (("long", "2024-01-01"), ("short", "2024-03-01")):
        windows = {"observation": [begin, "2024-03-31"], "outcome": ["2024-05-01", "2024-06-30"]}
        defined = definitions.redefined(bank, folder / f"{name}.csv", windows=windows)
        found[name, "two months"] = definitions.customers_of(defined)
    return bank, found


@pytest.mark.slow
def test_a_model_is_that_of_the_core_s_functions(measured):
    bank, found = measured
    customers = found["long", "two months"]
    model = definitions.model_of(bank.study, customers)
    samples = split_samples(bank.study, customers)
    fit = fit_logistic(bank.study, samples.build)
    assert model.customers == len(customers)
    assert model.churned == (customers["retained"] == 0).sum()
    sd = samples.build[list(bank.study.predictors)].std()
    expected = np.exp(fit.parameters[sd.index] * sd)
    np.testing.assert_allclose(model.effects["odds_ratio"], expected, rtol=1e-12)
    assert (model.effects["lower"] < expected).all() and (expected < model.effects["upper"]).all()
    assert model.selected == forward_lr(bank.study, samples.build).terms
    chances = predict(fit, bank.study, samples.holdout)
    assert model.auc == roc(samples.holdout["retained"].to_numpy(), chances).auc
    assert model.lower < model.auc < model.upper


@pytest.mark.slow
def test_definitions_are_compared_on_the_customers_that_all_of_them_have(measured):
    bank, found = measured
    shared = definitions.in_all(found)
    long, short = (shared[name, "two months"] for name in ("long", "short"))
    assert len(short) < len(found["long", "two months"])
    assert long["customer_id"].tolist() == short["customer_id"].tolist()
    assert long["retained"].tolist() == short["retained"].tolist()
    assert (long["frequency"] >= short["frequency"]).all() and not long.equals(short)
    models = {name: definitions.model_of(bank.study, rows) for name, rows in shared.items()}
    table = definitions.compared(bank.study, models)
    assert list(table.index) == [("long", "two months"), ("short", "two months")]
    assert (table["customers"] == len(short)).all()
    assert table["churned"].tolist() == [(short["retained"] == 0).mean()] * 2
    ratios = definitions.odds_ratios(models)
    assert list(ratios.index.unique("term")) == list(bank.study.predictors)
    assert ratios.index.names == ["term", *definitions.DEFINITION]
    for (term, *name), row in ratios.iterrows():
        assert table.loc[tuple(name), term] == row["odds_ratio"]
    assert definitions.in_words(table).index.tolist() == [
        "long, none in two months", "short, none in two months"
    ]  # fmt: skip
    assert definitions.in_words(table)["auc"].tolist() == [m.auc for m in models.values()]


def test_a_model_that_selects_nothing_says_so(sample):
    study, frame = sample
    numbers = frame[["recency"]].assign(retained=frame["retained"])
    effects = pd.DataFrame({"odds_ratio": [1.0]}, ["recency"])
    model = definitions.Model(len(numbers), 1, effects, (), 0.5, 0.4, 0.6)
    table = definitions.compared(study, {("3 months", "9 months"): model})
    assert table["selected"].tolist() == ["none"]


@pytest.mark.slow
@pytest.mark.skipif(CDNOW is None, reason=WITHOUT_CDNOW)
def test_cdnow_under_short_windows_is_what_pandas_makes_of_it(tmp_path):
    shop = load_transactions(load_study("cdnow"))
    windows = {"observation": ["1997-07-01", "1997-09-30"], "outcome": ["1997-10-01", "1997-12-31"]}
    short = definitions.redefined(shop, tmp_path / "short.csv", source=CDNOW, windows=windows)
    found = definitions.customers_of(short).set_index("customer_id")
    rows = pd.read_csv(CDNOW, sep=r"\s+", dtype={"customer_id": str, "date": str})
    observed = rows[rows["date"].between("19970701", "19970930")].groupby("customer_id")
    days = (pd.Timestamp("1997-10-01") - pd.to_datetime(observed["date"].max())).dt.days
    later = rows.loc[rows["date"].between("19971001", "19971231"), "customer_id"]
    assert found["recency"].to_dict() == days.to_dict()
    assert found["frequency"].to_dict() == observed.size().to_dict()
    np.testing.assert_allclose(found["amount"], observed["dollar_value"].sum(), atol=1e-6)
    assert found["retained"].astype(bool).tolist() == found.index.isin(later).tolist()
