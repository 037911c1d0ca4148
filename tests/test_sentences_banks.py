"""What the page on another bank says, of this other bank and of others that agree or differ."""

import numpy as np
import pandas as pd
import pytest

from erfm.customers.study_file import load_study
from erfm.logistic import LogisticFit
from erfm.trust import another_bank as bank
from erfm.trust import sentences_banks as said
from erfm.trust import sentences_shapes as shapes

STUDY = load_study("reconstruction")
NAMES = ["recency", "amount", "frequency", "has_child", "gender", "age"]
CLAIMED = bank.claims(STUDY, "Recency, Frequency, Gender, Age")
HERE = {"recency": -0.3, "amount": 0.0, "frequency": 1.0, "gender": -0.1, "age": -0.2}


def effects(**sizes: float) -> pd.DataFrame:
    """B · sd of each variable, all significant unless 0."""
    b = pd.Series(sizes, dtype=float)
    return pd.DataFrame(
        {"b": b, "p_value": (b == 0) * 1.0, "x_standardised": b, "odds_ratio": np.exp(b)}
    )


def told(**sizes: float) -> str:
    real = effects(**dict.fromkeys(NAMES, 0.0) | sizes)
    return said.directions(STUDY, CLAIMED, bank.verdicts(CLAIMED, real), real)


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (["recency"], "those on **Recency** hold for 1,234 customers of the other bank; those on "
         "Amount, Frequency, Has_Child, Gender, Age do not. The page then looks for the reasons"),
        (NAMES, "All of the paper's claims on its 6 variables hold for 1,234 customers of the"),
        ([], "claims on its 6 variables, none holds for 1,234 customers"),
    ],
)  # fmt: skip
def test_banks_in_short(standing, words):
    verdicts = {n: bank.CLAIM_HOLDS if n in standing else bank.OPPOSITE for n in NAMES}
    text = said.banks_in_short(STUDY, verdicts, 1234)
    assert words in text and text.endswith(".")


def test_only_reasons_for_what_falls_are_looked_for():
    verdicts = {n: bank.CLAIM_HOLDS for n in NAMES} | {"gender": bank.OPPOSITE}
    text = said.banks_in_short(STUDY, verdicts, 10)
    assert text.endswith("for the reasons: gender has opposite differences among rare and frequent "
                         "users.")  # fmt: skip
    verdicts |= {"gender": bank.CLAIM_HOLDS, "recency": bank.OPPOSITE}
    assert "reasons" not in said.banks_in_short(STUDY, verdicts, 10)


def test_units_states_both_rates():
    frames = [pd.DataFrame({"retained": values}) for values in ([0, 1], [1, 1, 1, 0])]
    assert "50.0% against 75.0%" in said.units(*frames)


def test_directions_of_the_banks_that_differ():
    text = told(recency=-0.5, frequency=2, gender=0.1, age=0.1, amount=-1.5, has_child=-0.2)
    assert text.startswith("Recency and Frequency point the same way at both banks. Gender and Age "
                           "are significant with the *opposite* sign, and Amount and Has_Child, "
                           "which the paper found without influence, are significant and go with "
                           "*less* retention, against their hypotheses. Amount's")  # fmt: skip
    assert text.endswith("0.22: after Frequency the strongest effect of all.")


def test_directions_of_banks_that_agree():
    text = told(recency=-0.5, frequency=2, gender=-0.1, age=-0.1)
    assert "opposite" not in text and "hypothes" not in text
    assert "Amount and Has_Child are without influence at both." in text


def test_directions_in_the_singular_and_with_mixed_signs():
    text = told(recency=0.5, amount=3.0)
    assert "Recency is significant with the *opposite* sign, and Amount, which" in text
    assert "is significant and goes with *more* retention. " in text
    assert "Frequency and Gender and Age are not significant." in text
    assert text.endswith("20.09: the strongest effect of all.")
    assert "(Has_Child with *less* retention)" in told(amount=1.0, has_child=-1.0)


@pytest.mark.parametrize(
    ("there", "words"),
    [
        ({"frequency": 2, "amount": -1.5, "recency": -0.5}, "Frequency comes first at both banks. "
         "At the other bank Amount is second (|B·sd| = 1.50), a variable that the paper drops, and "
         "Recency follows at 0.50; forward selection keeps 3 of 6."),
        ({"recency": -2, "age": -1}, "At the other bank Recency comes first. At the other bank Age "
         "is second (|B·sd| = 1.00); forward selection keeps 2 of 6."),
        ({"frequency": 2}, "both banks. At the other bank forward selection keeps 1 of 6."),
        ({}, "At the other bank forward selection keeps none of 6."),
    ],
)  # fmt: skip
def test_final_order(there, words):
    final = {"reconstruction": effects(**HERE), "other_bank": effects(**there)}
    assert said.final_order(STUDY, final, list(HERE)[::2]).endswith(words)


def test_at_size():
    signs = {"amount": [-1, -1], "gender": [1, 1], "age": [0, 1], "has_child": [0, 0]}
    repeated = pd.DataFrame(signs | {"order": [["age"], ["age", "amount"]]})
    shares = bank.outcome_shares(repeated, ["amount", "gender", "age", "has_child"])
    assert list(shares.columns) == list(bank.OUTCOMES) and (shares.sum(axis=1) == 1).all()
    text = said.at_size(STUDY, repeated, shares, ["amount", "age"], 2000)
    assert "negative in 100.0% of the samples and Gender positive in 100.0%: those dis" in text
    assert "*not significant* in 50.0% and Has_Child in 100.0%. Two variables are kept in" in text
    assert "in 50.0% of the samples, but the paper's two in 1 of 2." in text
    shares.loc["gender", bank.MORE] = 0.5
    assert "nothing to do" not in said.at_size(STUDY, repeated, shares, ["age"], 2000)


def ladder(amount: list[float], gender: list[float], age: list[float], p: float) -> pd.DataFrame:
    values = {"amount": amount, "gender": gender, "age": age}
    index = [name for name, ratios in values.items() for _ in ratios]
    flat = [ratio for ratios in values.values() for ratio in ratios]
    return pd.DataFrame({"odds_ratio": flat, "p_value": p}, index=index)


def test_signs_turning():
    made = ladder([1.2, 1.1, 1.0], [0.9] * 4, [0.8] * 4, 0.5)
    turned = ladder([2.2, 0.25, 0.3], [1.06, 1.2, 1.3, 1.2], [1.0, 1.05, 1.13, 0.85], 0.5)
    text = said.signs_turning(STUDY, made, turned)
    assert text.startswith("Three different things happen. **Amount** alone goes with more")
    assert "turns as soon as Frequency" in text and "alone too, and vanishes." in text
    assert "men stay more often" in text and "more clearly afterwards" in text
    assert "positive in the linear model (1.13) and *negative*, as the paper says, when" in text
    same = ladder([0.5, 0.4, 0.4], [0.8, 1.1, 0.9, 0.9], [0.8] * 4, 0.001)
    text = said.signs_turning(STUDY, same, same)
    assert text.startswith("**Amount** alone goes with less retention (odds ratio 0.50) and keeps")
    assert "in the reconstruction it is 0.50 alone and 0.40 beside all others" in text
    assert "**Gender** turns: women stay more often" in text
    assert "goes with less retention alone" in text and "(0.80) and also *negative*" in text


def test_border():
    assert "it rises: 4.3 more transactions make up for 1,000" in shapes.border(0.8, 0.0043, 1000)
    other = shapes.border(-0.2, -0.0043, 1000)
    assert "r = −0.20" in other and "4.3 fewer transactions" in other and "rise" not in other


def test_grid_read_knows_cells_without_customers():
    index = pd.MultiIndex.from_tuples([("1–2", "3–4"), ("1–2", "5–6"), ("8–9", "5–6")])
    grid = pd.DataFrame({"retention_rate": [0.25, 0.5, 0.75]}, index=index)
    text = shapes.grid_read(grid, ("1–2", ["3–4", "5–6"]), ("5–6", ["8–9", "10–11"]))
    assert "at 1 to 2 dollars, retention is 25.0% for those with 3 to 4 transactions" in text
    assert "it is 75.0% at 8 to 9 dollars and unknown, for nobody is there, at 10 to 11" in text


def test_paradox():
    def table(*ratios: float) -> pd.DataFrame:
        ratio = pd.Series(ratios)
        return pd.DataFrame({"odds_ratio": ratio, "lower": ratio - 0.1, "upper": ratio + 0.1})

    text = shapes.paradox(table(1.3, 0.5, 0.95, 1.2))
    assert "below one in 2 of 3, the whole interval in 1 of 3. An association" in text
    assert "above one in 1 of 2, the whole interval in 1 of 2." in shapes.paradox(
        table(0.5, 1.2, 0.8)
    )
    text = shapes.paradox(table(1.3, 1.2, 1.2))
    assert text.endswith("below one in none, the whole interval in none.")


def fit(log_likelihood: float, **b: float) -> LogisticFit:
    made = object.__new__(LogisticFit)
    object.__setattr__(made, "parameters", pd.Series(b))
    object.__setattr__(made, "log_likelihood", log_likelihood)
    return made


def test_dip():
    shape = pd.DataFrame({"middle": [1000.0, 2288.0], "retention_rate": [0.9, 0.45],
                          "lower": 0.4, "upper": 0.5, "straight": 0.7, "curved": 0.5})  # fmt: skip
    text = shapes.dip(shape, fit(-100, age=0.1), fit(-50, age=-0.1, bend=1.0))
    assert "Around 2,288 dollars, retention drops to 45.0% (40.0% to 50.0%)" in text
    assert "by 100 with 1 more coefficients, far beyond chance." in text and "opposite" in text
    text = shapes.dip(shape, fit(-50.5, age=0.1), fit(-50, age=0.2, bend=1.0))
    assert "p = 0.317" in text and "have the same sign." in text


def test_young_in_the_dip():
    ages = pd.DataFrame({"mean": [46.0, 42.0]}, index=["0–10", "10–20"])
    curve = pd.DataFrame({"odds_ratio": [1.01, 0.85]}, index=["frequency", "amount"])
    text = shapes.young_in_the_dip(ages, 45.0, pd.Series([0.9, 0.5, 0.7]), curve)
    assert "42.0 years on average at 10–20 dollars, 45.0 overall. Yet" in text
    assert "*most* (90.0%; the older classes between 50.0% and 70.0%)" in text
    assert "It is Amount's shape that matters: with" in text
    text = shapes.young_in_the_dip(ages, 45.0, pd.Series([0.5, 0.5, 0.7]), curve * 2)
    assert "*most*" not in text and "shape that matters" not in text


def test_freer_curves():
    def table(age: list[float], upper: list[float], gender: list[float]) -> pd.DataFrame:
        columns = {"age_b": age, "age_upper": upper, "gender_b": gender, "has_child_b": -0.1}
        return pd.DataFrame(columns, index=[0, 3, 4])

    text = shapes.freer_curves(STUDY, table([0.015, 0.0, -0.01], [0.02, 0.01, -0.001], [1, 1, 1]))
    assert "age is 0.015; it falls" in text and "lies below zero with 4 knots or more" in text
    assert "Gender stays positive and Has_Child negative throughout" in text
    text = shapes.freer_curves(STUDY, table([-0.1, 0.0, 0.1], [-0.1, 0.1, 0.2], [1, -1, 1]))
    assert "does not fall" in text and "does not stay below zero" in text
    assert "Gender turns and Has_Child stays negative with more knots" in text


@pytest.mark.parametrize(
    ("men", "words"),
    [
        ([0.9, 0.4], "Among the rarer users men stay more often, by up to 40 percentage points; in "
         "1 of 2 tenths, all with more transactions, women do (by up to 10 points). 100.0% of"),
        ([0.4, 0.9], "In 1 of 2 tenths men stay more often, by up to 40 percentage points; in 1"),
        ([0.5, 0.9], "In no tenth do women stay more often."),
        ([0.5, 0.5], "In no tenth do women stay more often."),
        ([0.5, 0.1], "In no tenth do men stay more often."),
    ],
)  # fmt: skip
def test_crossing(men, words):
    women = STUDY.predictors["gender"].levels[0]
    other = STUDY.predictors["gender"].levels[1]
    index = pd.MultiIndex.from_product([["1–5", "6–9"], [women, other]])
    table = pd.DataFrame({"retention_rate": [0.5, men[0], 0.5, men[1]]}, index=index)
    there = pd.DataFrame({"frequency": [1, 2, 8, 9], "retained": [0, 0, 1, 1]})
    assert words in shapes.crossing(STUDY, table, there)


def test_fading():
    retained, frequency = pd.Series([0, 0, 1, 1]), pd.Series({"odds_ratio": 12.1})
    text = shapes.fading(pd.Series([0.5, 0.5, 0.7, 0.7]), retained, frequency)
    assert "fell to 50.0%" in text and "slow goodbye" in text and "ratio of 12.1" in text
    text = shapes.fading(pd.Series([1.5, 1.5, 0.7, 0.7]), retained, frequency)
    assert "fell" not in text and "nothing fades" in text


def test_product():
    effect = pd.Series({"b": -0.026, "p_value": 0.0001})
    assert "B = −0.026 (p < 0.001); above 73 tr" in shapes.product(effect, 73.2)
    assert "below 73" in shapes.product(-effect, 73.2)


def test_tenths_and_means():
    values = pd.Series(range(20))
    assert list(bank.tenths(values).unique()[:2]) == ["0–1", "2–3"]
    means = bank.means_by(values, bank.tenths(values))
    assert list(means["mean"].iloc[:2]) == [0.5, 2.5]
    np.testing.assert_allclose(means["upper"] - means["mean"], 1.96 * 0.5)


def test_measures_and_added_columns(reconstruction):
    study, samples = reconstruction
    frame = samples.build
    table = bank.measures({"one": (study, frame)})
    assert table.loc["recency", "one"] == "days" and table.iloc[-1, 0] == f"{len(frame):,}"
    wider, customers = bank.with_columns(study, frame, log_amount=np.log(frame["amount"]))
    assert wider.label("log_amount") == "log amount" and "log_amount" in customers
    assert "log_amount" not in study.predictors


def form(chi_square=5.4, p_value=0.795, lower=-0.046, upper=-0.001) -> pd.Series:
    return pd.Series(
        {"chi_square": chi_square, "df": 9.0, "p_value": p_value, "forward": 0.6737,
         "boosting": 0.6502, "lower": lower, "upper": upper}
    )  # fmt: skip


def test_the_same_questions_of_simulated_and_real_customers():
    banks = {"simulated": form(), "real ones": form(662.2, 1e-9, 0.05, 0.12)}
    text = said.form(pd.DataFrame(banks))
    assert text.startswith(
        "Of the simulated, curves lower −2 log-likelihood by 5.4 with 9 more coefficients, no more "
        "than chance would (p = 0.795); boosting's AUC is 0.650 against 0.674, surely worse (95% "
        "interval of the difference −0.046 to −0.001). Of real ones, curves lower"
    )
    assert "more than chance would (p < 0.001)" in text and "surely better (95%" in text
    assert "could show nothing else. The real ones, which could, do not give the same" in text
    alike = said.form(pd.DataFrame({"a": form(), "b": form(upper=-0.002)}))
    assert alike.endswith("The real ones give the same answers.")
    unlike = said.form(pd.DataFrame({"a": form(), "b": form(upper=0.002)}))
    assert "not surely another (95%" in unlike and "is no finding about a bank." in unlike
