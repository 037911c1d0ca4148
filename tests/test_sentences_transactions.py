"""What the page "From transactions" says, also where results could embarrass it."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest
from banks import write_bank
from hypothesis import given
from hypothesis import strategies as st
from invented import functions, numbers, percent, runs, shares, told
from rules import said, seen

from erfm.customers.study_file import load_study
from erfm.report import sentences_transactions as sentences
from erfm.study import Predictor
from erfm.transactions.account import LEFT_OUT, READ, USED
from erfm.transactions.definitions import Model, compared, odds_ratios
from erfm.transactions.measuring import Features, Transactions, load_transactions
from erfm.transactions.rows import Place
from erfm.validation import RocCurve

NAMES = ["recency", "frequency", "amount"]
LABELS = ["Recency [R]", "Fre_quency", "Amount $"]
DEFINITIONS = [(w, m) for w in ("3 months", "6 months") for m in ("1 year", "2 weeks")]


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> Transactions:
    path = write_bank(tmp_path_factory.mktemp("bank"), [("a", "2024-01-05", 1)])
    bank = load_transactions(load_study(path))
    labelled = {
        name: Predictor(name, name, label, unit="days" if name == "recency" else "")
        for name, label in zip(NAMES, LABELS, strict=True)
    }
    return replace(bank, study=replace(bank.study, predictors=labelled))


def model(
    ratios=(0.8, 1.5, 1.01), selected=("frequency",), auc=0.7, customers=100, churned=40
) -> Model:
    effects = pd.DataFrame({"odds_ratio": ratios}, NAMES, dtype=float)
    effects = effects.assign(lower=effects["odds_ratio"] * 0.9, upper=effects["odds_ratio"] * 1.1)
    return Model(customers, churned, effects, tuple(selected), auc, auc - 0.1, auc + 0.1)


def tables(bank, models: list[Model]) -> tuple[pd.DataFrame, pd.DataFrame]:
    named = dict(zip(DEFINITIONS, models, strict=False))
    return compared(bank.study, named), odds_ratios(named)


def features(bank, rows: list[tuple[str, str, int]], customers=10, churned=4) -> Features:
    account = pd.DataFrame(rows, columns=["use", "reason", "transactions"])
    account = account.assign(customers=1, examples="")
    return Features(bank, customers, churned, pd.DataFrame(), account, ())


# --- Each sentence --------------------------------------------------------------------------------


def purchases(*days: str) -> pd.DataFrame:
    rows = [
        ("a", pd.Timestamp(day), 1.0, Place.OBSERVED if day < "2024-04" else Place.OUTCOME)
        for day in days
    ]
    return pd.DataFrame(rows, columns=["customer", "date", "amount", "place"])


def customer(retained: int, **measured: float) -> pd.Series:
    usual = {"recency": 2, "frequency": 1, "amount": 1_234.5}
    return pd.Series({"customer_id": "a"} | usual | measured | {"retained": retained})


@pytest.mark.parametrize(
    ("days", "retained", "start", "end"),
    [
        (["2024-03-30"], 0, "Customer a has 1 transaction on 2024-03-30.", "there is no "
         "transaction: churned."),
        (["2024-01-01", "2024-03-30", "2024-05-01"], 1,
         "Customer a has 2 transactions from 2024-01-01 to 2024-03-30.",
         "From 2024-05-01 to 2024-06-30 there is one: retained."),
        (["2024-03-30", "2024-05-01", "2024-06-01"], 1, "Customer a has 1 transaction on",
         "there are 2 transactions: retained."),
    ],
)  # fmt: skip
def test_a_customer_in_dates(bank, days, retained, start, end):
    text = sentences.example(bank, purchases(*days), customer(retained))
    assert said(text) == []
    plain = seen(text)
    assert plain.startswith(start) and plain.endswith(end)
    assert "Recency [R] is the time from the last of them to 2024-04-01, the day after" in plain
    assert "window: 2 days. Fre_quency is their number, 1, and Amount $ their sum, 1,234.50" in (
        plain
    )


def test_the_account_closes(bank):
    used = [(READ, "all rows", 1_000), (USED, "observed", 600), (USED, "outcome", 400)]
    text = sentences.closing(features(bank, used))
    assert text == (
        "Of 1,000 rows read, 1,000 are used and none left out. They give 10 customers, of whom 4 "
        "(40.0%) have churned."
    )
    left = [*used[:2], (LEFT_OUT, "no day", 399), (LEFT_OUT, "no amount", 1)]
    assert "600 are used and 400 left out, for 2 reasons. They" in sentences.closing(
        features(bank, [*left, (LEFT_OUT, "customers without history", 0)])
    )
    one = [(READ, "all rows", 2), (USED, "observed", 1), (LEFT_OUT, "no day", 1)]
    assert "1 is used and 1 left out, for 1 reason. They" in sentences.closing(features(bank, one))
    assert "left out. These do not add up." in sentences.closing(features(bank, used[:2]))


def test_whom_a_shorter_window_loses(bank):
    rows = [(READ, "all rows", 2)]
    text = sentences.lost(features(bank, rows, customers=10), 40)
    assert text.startswith("In the shorter window 30 of 40 customers (75.0%) made no transaction.")
    assert said(text) == []
    assert sentences.lost(features(bank, rows), 10) == "The shorter window loses no customer."


def test_what_is_selected_and_how_it_ranks(bank):
    curve = RocCurve(pd.DataFrame(), 0.7, 0.01, 0.6, 0.8)
    text = sentences.model(bank.study, ("frequency", "recency"), curve, 1_000)
    assert seen(text) == (
        "Forward selection keeps Fre_quency and Recency [R], without Amount $. The equation has "
        "an AUC of 0.700 (0.600 to 0.800) on 1,000 customers of the holdout sample."
    )
    assert "without" not in sentences.model(bank.study, tuple(NAMES), curve, 1)
    none = sentences.model(bank.study, (), curve, 1)
    assert none.startswith("Forward selection keeps no variable: an AUC of 0.700 (0.600 to 0.800)")


def test_definitions_that_change_nothing_are_not_said_to(bank):
    table, ratios = tables(bank, [model()] * 4)
    assert sentences.own_customers(table) == "Under each definition 40.0% of them have churned."
    short = sentences.in_short(table, table)
    assert "are those of 100 customers, of whom 40.0% have churned; the AUC is 0.700." in short
    assert "keeps the same variables in the same order under each" in short
    text = seen(sentences.same_customers(bank.study, table, ratios))
    assert text.startswith("Odds ratios are 0.80 for Recency [R], 1.50 for Fre_quency, 1.01 for ")
    assert "Recency [R] and Fre_quency are surely on one side of 1 whatever" in text
    assert "For Amount $ that depends on the definition." in text
    assert text.endswith("keeps Fre_quency, in this order, under all 4 definitions.")


def test_definitions_under_which_nothing_is_sure_or_selected(bank):
    table, ratios = tables(bank, [model((1, 1, 1), ()), model((1, 2, 1), ())])
    text = sentences.same_customers(bank.study, table, ratios)
    assert "No variable is surely on the same side of 1 under every definition." in text
    assert text.endswith("keeps no variable under both definitions.")
    sure, ratios = tables(bank, [model((0.5, 2, 2)), model((0.5, 0.5, 2), ("amount",))])
    text = seen(sentences.same_customers(bank.study, sure, ratios))
    assert "Recency [R] and Amount $ are surely" in text and "For Fre_quency that depends" in text
    assert "under 1 of 2 definitions" in text


def test_customers_that_are_the_same_are_not_called_others(bank):
    table, _ = tables(bank, [model(), model(churned=60)])
    text = sentences.own_customers(table)
    assert "not the same customers" not in text
    assert text.startswith(
        "Fewest have churned, 40.0%, where 3 months are observed and 1 year without a transaction "
        "count as churned; most, 60.0%, where 3 months are observed and 2 weeks without"
    )
    table, _ = tables(bank, [model(), model(customers=200, churned=120, auc=0.8)])
    assert "AUC is 0.700 to 0.800, largest where 3 months are observed and 2 weeks" in (
        sentences.own_customers(table)
    )
    assert "But these are not the same customers: the longer" in sentences.own_customers(table)


def test_leakage_is_told_and_its_absence(bank):
    assert sentences.nothing_leaked(100, 40, 0) == (
        "Not one predictor of 100 customers has changed, and the outcome of 40 of 100 customers "
        "has. No predictor could have known what came later."
    )
    assert "the outcome of no customer has" in sentences.nothing_leaked(100, 0, 0)
    text = sentences.nothing_leaked(100, 40, 3)
    assert (
        text == "Something later has leaked: another predictor than before for 3 of 100 customers."
    )


def test_an_area_near_1_is_called_the_outcome_itself():
    text = sentences.leaked(0.7, 0.9991)
    assert text.startswith("0.999 instead of 0.700: more than") and "*is* the outcome" in text
    other = sentences.leaked(0.7, 0.65)
    assert "no more than an honest" in other and "*is* the outcome" not in other


def test_the_variable_that_moves_most_may_move_down(bank):
    after = model((0.4, 1.6, 1.01), churned=50, auc=0.6)
    text = seen(sentences.stricter(bank.study, model(), after))
    assert text.startswith("Churned are 50.0% instead of 40.0%. Most moves the odds ratio of Rece")
    assert "from 0.80 to 0.40; the AUC goes from 0.700 to 0.600." in text


def test_frequency_of_days_may_be_that_of_transactions(bank):
    text = sentences.other_frequency(bank.study, 0, model(), model())
    assert text.startswith("It is another number for no customer:")


def test_a_message_is_quoted_whole_and_as_text():
    text = sentences.overlapping("the window in [x] ends *late*. Change it.")
    assert "“the window in [x] ends *late*. Change it.”" in seen(text)


# --- Whatever the results -------------------------------------------------------------------------

RATIOS = st.tuples(*[st.sampled_from([0.2, 0.95, 1.0, 1.05, 3.0])] * 3)
MODELS = st.builds(
    model,
    RATIOS,
    st.sampled_from([(), ("recency",), ("frequency", "recency"), tuple(NAMES)]),
    st.sampled_from([0.45, 0.7, 0.70001, 1.0]),
    st.sampled_from([1, 2, 1_000]),
    st.sampled_from([0, 1]),
)


@pytest.mark.slow
@runs(60)
@given(st.lists(MODELS, min_size=2, max_size=4), st.integers(1, 5), st.integers(0, 5))
def test_no_result_breaks_a_rule_of_sentences(bank, models, one, other):
    table, ratios = tables(bank, models)
    rows = [(READ, "all rows", one + other), (USED, "observed", one), (LEFT_OUT, "no day", other)]
    known = {
        "own": table, "same": table, "table": table, "ratios": ratios, "study": bank.study,
        "transactions": bank, "purchases": purchases("2024-01-01", "2024-03-30"),
        "customer": customer(0), "selected": models[0].selected, "holdout": 1 + one,
        "curve": RocCurve(pd.DataFrame(), 0.7, 0.01, 0.6, 0.8), "everyone": 1 + one + other,
        "features": features(bank, rows, 1 + one, min(1 + one, other)), "before": models[0],
        "after": models[-1], "differ": min(one, models[0].customers), "changed": other,
        "message": "The window is empty. Correct it.", "honest": 0.7, "told": models[0].auc,
    }  # fmt: skip
    known_of_leakage = {"features": 5, "changed": other, "predictors": one}
    text = {
        name: told(function, known_of_leakage if name == "nothing_leaked" else known)
        for name, function in functions(sentences).items()
    }
    churned = [m.churned / m.customers for m in models]
    assert shares(text["own_customers"])[0] == percent(min(churned)).rstrip("%")
    assert len(numbers(seen(text["same_customers"]))) >= len(NAMES)
    limits = {name: [m.effects.loc[name, ["lower", "upper"]] for m in models] for name in NAMES}
    sure = [
        name
        for name, pairs in limits.items()
        if all(low > 1 for low, _ in pairs) or all(high < 1 for _, high in pairs)
    ]
    said_sure = re.search(r"Amount \$\. (.*?) (?:is|are) surely", seen(text["same_customers"]))
    labels = dict(zip(NAMES, LABELS, strict=True))
    assert said_sure[1] == (" and ".join(labels[n] for n in sure) or "No variable")
