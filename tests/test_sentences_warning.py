"""What the early-warning page says, also of results that could make its sentences false."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from erfm.formats import as_text
from erfm.logistic import fit_logistic
from erfm.study import design_matrix
from erfm.warning import sentences
from erfm.warning.fairness import error_rates, thirds
from erfm.warning.gains import (
    at_shares,
    count_formats,
    expected_gain,
    first_fifth,
    gains_curve,
)
from erfm.warning.model_file import SavedModel, describe_model, load_model, save_model
from erfm.warning.scoring import ACTIONS, Scores, score, score_parts

TERMS = ["recency", "frequency", "segment", "gender"]
OUTCOME = np.tile([0, 0, 1, 0, 1, 1, 1, 1, 1, 1], 4)
RISK = np.linspace(0.9, 0.1, 40)


@pytest.fixture(scope="module")
def model(sample) -> SavedModel:
    study, frame = sample
    return describe_model(study, fit_logistic(study, frame, TERMS), frame, "2012-12-31")


@pytest.fixture(scope="module")
def scores(model, sample) -> Scores:
    return score(model, sample[1])


def changed(scores: Scores, first: int = 0, **columns) -> Scores:
    """Return the first customers (all for 0) with some columns changed; missing ones shown so."""
    ranked = scores.ranked.head(first or len(scores.ranked)).assign(**columns)
    return dataclasses.replace(scores, ranked=ranked)


def unscored(scores: Scores, n: int) -> Scores:
    rows = {"row": range(2, n + 2), "customer_id": ["x"] * n, "reason": ["Age is missing"] * n}
    return dataclasses.replace(scores, unscored=pd.DataFrame(rows))


@pytest.fixture(scope="module")
def curve() -> pd.DataFrame:
    return gains_curve(OUTCOME, RISK, repetitions=50)


# --- In short -------------------------------------------------------------------------------------


def test_in_short(scores, curve):
    text = sentences.in_short(scores, curve)
    assert (
        "ranks 400 customers that played no part in building it by their risk of leaving. Cal"
        in (text)
    )
    fifth = first_fifth(curve)
    assert f"reaches {100 * fifth['gain']:.1f}% (" in text
    assert f"of those who leave, {fifth['lift']:.2f} times as many as calling at random" in text


def test_in_short_counts_who_cannot_be_scored(scores, curve):
    text = sentences.in_short(unscored(scores, 1166), curve)
    assert "their risk of leaving and gives the reason why 1,166 more cannot be scored. " in text


def test_in_short_of_one_customer_and_a_list_in_the_wrong_order(scores):
    wrong = gains_curve(OUTCOME, 1 - RISK, repetitions=50)
    text = sentences.in_short(changed(scores, first=1), wrong)
    assert "ranks 1 customer that played no part in building it by its risk of" in text
    assert "leave, 0.42 times as many as calling at random, which is not surely fewer. Wh" in text
    less = wrong.assign(gain_upper=0.19)
    assert "as calling at random, surely fewer. Whether" in sentences.in_short(scores, less)


# --- The model's file -----------------------------------------------------------------------------


def test_the_file_reads_back_or_is_said_not_to(model, tmp_path):
    save_model(model, tmp_path / "model.json")
    loaded = load_model(tmp_path / "model.json")
    text = sentences.kept_in_file(model, loaded, "`model.json`")
    assert "The file `model.json` keeps 6 coefficients with" in text
    assert "are equal to the last bit. A file" in text
    for part in ("parameters", "covariance"):
        other = dataclasses.replace(model, **{part: getattr(model, part) * (1 + 1e-15)})
        assert "are **not equal**. A file" in sentences.kept_in_file(model, other, "x")


@pytest.mark.parametrize(
    ("reference", "command"),
    [
        ("bank_churners", "--study bank_churners customers.csv"),
        ("my study/它's.toml", "--study 'my study/它'\"'\"'s.toml' customers.csv"),
    ],
)
def test_the_command_can_be_run_in_a_shell(reference, command):
    text = sentences.command(SimpleNamespace(reference=reference))
    assert text == f"python -m erfm score {command}"


# --- The ranked list ------------------------------------------------------------------------------


def test_first_on_the_list(scores):
    first = scores.ranked.iloc[0]
    text = sentences.first_on_list(scores, "`list.csv`")
    assert text.startswith(f"First on the list is {first['customer_id']}, whose probability of")
    assert f"%), raised most by {first['first_push']} and {first['second_push']}. The whole" in text
    assert "is in `list.csv`; every" in text


@pytest.mark.parametrize(
    ("pushes", "said"),
    [
        ((None, None), "which no variable raises above the average. The"),
        (("A*b", None), "raised most by A&#42;b. The"),
    ],
)
def test_first_on_the_list_may_have_fewer_pushes(scores, pushes, said):
    one = changed(scores, first=1, customer_id="*1*", first_push=pushes[0], second_push=pushes[1])
    text = sentences.first_on_list(one, "x")
    assert "is &#42;1&#42;, whose" in text and said in text


@pytest.mark.parametrize(
    ("risks", "said"),
    [
        ([0.9, 0.9 - 1e-15, 0.8], ". 1 more customer has the same probability; equals stand in"),
        ([0.9, 0.9, 0.9], ". 2 more customers have the same probability; equals stand in"),
        ([0.9, 0.8, 0.8], ". The whole list"),
    ],
)
def test_first_on_the_list_may_have_equals(scores, risks, said):
    text = sentences.first_on_list(changed(scores, 3, churn_probability=risks), "x")
    assert said in text


def test_width_of_the_intervals(scores):
    text = sentences.width_of_intervals(changed(scores, 3, lower=0.1, upper=[0.2, 0.3, 0.9]))
    assert text.startswith("The median interval is 20.0 percentage points wide.")
    assert text.endswith(
        "risk are those that half and a fifth of the model-building sample exceed."
    )


def test_limits_of_risk_where_customers_are_alike(scores):
    def said(risks, limits):
        alike = changed(scores, 3, churn_probability=risks)
        model = dataclasses.replace(scores.model, risk_limits=limits)
        return sentences.width_of_intervals(dataclasses.replace(alike, model=model))

    assert said([0.6, 0.6, 0.3], (0.6, 0.6)).endswith("are the same: no risk is *raised*.")
    reached = "reach: customers who are alike are not parted."
    assert said([0.6, 0.6 - 1e-15, 0.3], (0.31, 0.6)).endswith(reached)
    assert said([0.6, 0.3, 0.3], (0.3, 0.61)).endswith(reached)
    assert said([0.6, 0.3, 0.3], (0.31, 0.61)).endswith("sample exceed.")


# --- Reasons and actions --------------------------------------------------------------------------


def test_the_parts_of_a_score_and_the_commonest_reason(model, scores, sample):
    study, frame = sample
    top = frame.set_index("customer_id").loc[[scores.ranked["customer_id"].iloc[0]]]
    parts = score_parts(model, design_matrix(study, top, TERMS))
    text = sentences.reasons(scores, parts)
    risk = scores.ranked["churn_probability"].iloc[0]
    assert text.startswith(
        f"The sum of {special.logit(risk):.3f} is the logit of {100 * risk:.1f}%"
    )
    high = scores.ranked.loc[scores.ranked["risk"] == "high", "first_push"]
    most = high.value_counts()
    assert f"{most.index[0]} is most often the first reason ({most.iloc[0]} of {len(high)})" in text


@pytest.mark.parametrize(
    ("risk", "push", "said"),
    [
        ("high", list("bba"), "b is most often the first reason (2 of 3)."),
        ("high", ["b", "a", "b", "a"], "a and b are equally and most often the first reason "
                                      "(2 each of 4)."),
        ("high", ["b", "b"], "For all 2 customers at high risk, b is the first reason."),
        ("high", ["*", None, None], "&#42; is most often the first reason (1 of 3)."),
        ("high", [None, None], "No variable raises a high risk."),
        ("low", list("ab"), "No customer is at high risk."),
    ],
)  # fmt: skip
def test_the_commonest_reason_may_be_several_or_none(scores, risk, push, said):
    reasons = pd.Categorical(push, sorted({*"ab", *filter(None, push)}))
    few = changed(scores, len(push), risk=risk, first_push=reasons)
    text = sentences.reasons(few, pd.Series({"average customer": 0.0, "a": -1.5, "sum": -1.5}))
    assert text.startswith("The sum of −1.500 is the logit of ") and text.endswith(said)


def test_calls_are_those_at_high_risk_who_are_worth_it(scores):
    ranked = scores.ranked
    called = (ranked["risk"] == "high") & ranked["value_tier"].isin(["middle", "high"])
    text = sentences.calls(scores)
    assert text.startswith(f"{called.sum()} customers would be called: those at high risk whose")
    assert "whose value is middle or high. Banks'" in text


@pytest.mark.parametrize(
    ("value", "action", "limits", "said"),
    [
        ("unknown", "middle", (1, 2), "high; a value that is not known counts as middle. Banks'"),
        ("unknown", "middle", (), "high; without an amount, everyone's value counts as middle. B"),
        ("high", "high", (1, 2), "whose value is middle or high. Banks'"),
    ],
)
def test_calls_without_a_known_value(scores, value, action, limits, said):
    model = dataclasses.replace(scores.model, value_limits=limits)
    one = changed(scores, 1, value_tier=value, action=ACTIONS["high", action])
    text = sentences.calls(dataclasses.replace(one, model=model))
    assert text.startswith("1 customer would be called") and said in text


def test_nobody_may_have_to_be_called(scores):
    low = changed(scores, 3, risk="low", value_tier="unknown", action=ACTIONS["low", "middle"])
    assert sentences.calls(low).startswith("0 customers would be called: those at high risk whose "
                                           "value is middle or high. Banks'")  # fmt: skip


@pytest.mark.parametrize(
    ("n", "remarks", "said"),
    [
        (0, ["", ""], "Every customer can be scored. No value lies far outside those seen."),
        (1, ["far", ""], "1 of 3 customers cannot be scored; the file lists the reason. "
                         "1 has a value far outside those seen."),
        (1, [], "1 of 1 customer cannot be scored; the file lists the reason. "
                "No value lies far outside those seen."),
        (1200, ["far", "far"], "1,200 of 1,202 customers cannot be scored; the file lists each "
                               "with its reason. 2 have a value far outside those seen."),
    ],
)  # fmt: skip
def test_who_is_left_out(scores, n, remarks, said):
    few = dataclasses.replace(scores, ranked=scores.ranked.head(len(remarks)))
    few = dataclasses.replace(few, ranked=few.ranked.assign(remark=remarks))
    assert sentences.left_out(unscored(few, n)) == said


# --- Gains and plans ------------------------------------------------------------------------------


def test_reached(curve):
    text = sentences.reached(curve.assign(gain_lower=0.21), base=0.3)
    assert text.startswith("The first fifth, 8 of 40 customers, holds 3 of the 12 leavers: 25.0% (")
    assert "chance would give 20.0%. 37.5% of those called would leave, against 30.0% of" in text
    assert text.endswith("A perfect list would reach 66.7% with as many calls.")


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ((0.15, 0.6), "would give 20.0%, which is not surely more. "),
        ((0.02, 0.15), "would give 20.0%, surely fewer. "),
    ],
)
def test_reached_by_a_list_that_is_no_better_than_chance(curve, limits, said):
    poor = curve.assign(gain_lower=limits[0], gain_upper=limits[1])
    assert said in sentences.reached(poor, base=0.3)


def test_a_perfect_list_is_told_by_counts_that_divide():
    outcome = np.repeat([0, 1], [897, 437])
    curve = gains_curve(outcome, np.linspace(0.9, 0.1, 1334), repetitions=2)
    text = sentences.reached(curve, base=897 / 1334)
    assert "267 of 1,334 customers, holds 267 of the 897 leavers: 29.8%" in text
    assert "even a perfect one reaches only 29.8%" in text


def test_equals_are_shared_and_said_to_be():
    outcome = np.tile([0, 1, 1], 20)
    alike = gains_curve(outcome, np.full(60, 0.5), [0.1, 0.2], repetitions=2)
    assert "shared in proportion, as lots" not in sentences.equals_shared(alike)
    parts = gains_curve(outcome, np.full(60, 0.5), [0.05, 0.12], repetitions=2)
    assert parts["customers"].tolist() == [3, 7] and count_formats(parts).tolist()[0] == ",.0f"
    assert "shared in proportion, as lots would on average" in sentences.equals_shared(parts)


@given(st.integers(10, 400), st.integers(2, 9), st.integers(0, 10**6))
@settings(max_examples=30)
def test_counts_of_a_gains_table_divide_as_it_says(n, values, seed):
    rng = np.random.default_rng(seed)
    outcome, risk = rng.integers(0, 2, n), rng.integers(0, values, n) / 10
    outcome[:2] = 0, 1
    rows = at_shares(gains_curve(outcome, risk, repetitions=2), [0.05, 0.1, 0.2, 0.3, 0.5])
    total = (outcome == 0).sum()
    for spec, (_, row) in zip(count_formats(rows), rows.iterrows(), strict=True):
        churned = float(format(row["churned"], spec).replace(",", ""))
        assert row["customers"] == int(row["customers"])
        assert 100 * churned / row["customers"] == pytest.approx(100 * row["precision"], abs=0.1)
        assert 100 * churned / total == pytest.approx(100 * row["gain"], abs=0.1)


@pytest.mark.parametrize(
    ("base", "gain", "limit"),
    [
        (0.15, 0.5, "A perfect list would reach 100.0% with"),
        (0.8, 0.2, "base rate this high no list can do much better: even a perfect one reaches "
                   "only 25.0% with"),
        (0.5, 0.2, "base rate this high even a perfect list reaches only 40.0% with"),
    ],
)  # fmt: skip
def test_reached_against_a_perfect_list(curve, base, gain, limit):
    assert limit in sentences.reached(curve.assign(gain=gain), base)


def plans(curve, cost, value, success) -> dict[str, pd.DataFrame]:
    return {
        f"a success rate of {100 * rate:.1f}%": expected_gain(curve, 10_000, cost, value, rate)
        for rate in (0.8 * success, success, 1.25 * success)
    }


def worth(curve, cost, value, success) -> str:
    return sentences.worth(plans(curve, cost, value, success), cost, value, success, 10_000)


def test_worth_where_calls_pay(curve):
    text = worth(curve, 20, 500.0, 0.1)
    chosen = expected_gain(curve, 10_000, 20, 500.0, 0.1)
    best = chosen.loc[chosen["gain"].idxmax()]
    assert text.startswith(
        "With a contact at 20, a customer worth 500 and a success rate of 10.0%, a call pays "
        "where the risk exceeds 20 / (0.1 × 500) = 40.0%. On a list of 10,000 it is best to call "
        f"{best['contacts']:,.0f}, for an expected gain of {best['gain']:,.0f} ("
    )
    assert text.count("would be best to call") == 2 and "rate of 8.0% it would be best" in text
    assert text.endswith("its gain is a little flattering.)")


def test_worth_where_calls_may_as_well_cost(curve):
    unsure = curve.assign(precision_lower=0.0)
    assert "cannot show that calling pays at all. (The" in worth(unsure, 20, 500.0, 0.1)
    sure = curve.assign(precision_lower=curve["precision"])
    assert "cannot show" not in worth(sure, 20, 500.0, 0.1)


def test_worth_where_only_a_better_success_rate_pays(curve):
    always = curve.assign(precision=0.45)
    text = worth(always, 20, 400.0, 0.1)
    assert "No number of calls is expected to pay. With a success rate of 8.0% no call" in text
    assert "With a success rate of 12.5% it would be best to call 10,000. The success" in text
    assert "flattering" not in text


def test_worth_where_no_risk_is_high_enough(curve):
    text = worth(curve, 20, 100.0, 0.1)
    assert "= 200.0%, which no risk does. No number of calls is expected to pay. With" in text
    assert text.count("no call would pay") == 2
    assert text.endswith("The success rate is the number to measure first.")


def test_worth_of_a_success_rate_that_cannot_be_raised(curve):
    plan = {"a success rate of 100.0%": expected_gain(curve, 10_000, 20, 100.0, 1.0)}
    text = sentences.worth(plan, 20, 100.0, 1, 10_000)
    assert "20 / (1 × 100) = 20.0%. On a list" in text and "it would be" not in text


# --- Gender and age -------------------------------------------------------------------------------


def table(groups: list[str], called: np.ndarray = RISK > 0.7) -> pd.DataFrame:
    return error_rates(OUTCOME, called, pd.Series(pd.Categorical(groups)))


def test_errors_by_group(sample):
    halves = ["f"] * 20 + ["*m*"] * 20
    text = sentences.errors_by_group(sample[0], "gender", table(halves))
    assert text.startswith(
        "By gender, 50.0% of the group *f* and 0.0% of the group *&#42;m&#42;* are called, where "
        "30.0% and 30.0% in fact leave; some intervals of the errors do not overlap"
    )


def test_errors_that_cannot_be_told_apart(sample):
    mixed = ["f", "f", "m"] * 13 + ["m"]
    text = sentences.errors_by_group(sample[0], "gender", table(mixed).assign(customers=20))
    assert text.endswith("in fact leave; the intervals of the errors overlap.")


@pytest.mark.parametrize(("called", "share"), [(True, "100.0%"), (False, "0.0%")])
def test_groups_that_are_called_alike(sample, called, share):
    alike = table(["f", "m"] * 20, np.full(40, called))
    text = sentences.errors_by_group(sample[0], "gender", alike)
    assert text == f"By gender, {share} of every group are called; the intervals of the errors " \
                   "overlap."  # fmt: skip


def test_one_group_has_nothing_to_be_compared_with(sample):
    text = sentences.errors_by_group(sample[0], "gender", table(["f"] * 40))
    assert text == "By gender, all belong to the group *f*, so there is nothing to compare."


def test_a_group_in_which_nobody_leaves(sample):
    stay = np.where(OUTCOME == 1, "s", "l")
    text = sentences.errors_by_group(
        sample[0], "gender", table(stay, RISK > 0.79).assign(customers=20)
    )
    assert text.startswith("By gender, 25.0% of the group *l* and 10.7% of the group *s* are")
    assert "where 100.0% and 0.0% in fact leave; the intervals of the errors overlap." in text


def test_groups_are_named_as_the_study_names_them(sample):
    assert as_text(sample[0], table(["b"] * 20 + ["a"] * 20), {}).index.tolist() == ["a", "b"]


def test_groups_and_remarks_of_negative_numbers_have_minus_signs(model, sample):
    assert thirds(pd.Series([-3, -2, -1, 0])).cat.categories[0].startswith("−3")
    seen = model.seen.assign(minimum=-5.0, maximum=-4.0, standard_deviation=0.1)
    far = score(dataclasses.replace(model, seen=seen), sample[1]).ranked["remark"]
    assert far.str.contains("far above −4, the most seen").all()


def test_groups_of_a_few_customers_are_left_aside(sample):
    halves = ["f"] * 20 + ["m"] * 19 + ["x"]
    text = sentences.errors_by_group(sample[0], "gender", table(halves))
    assert text == (
        "By gender, 2 groups of fewer than 20 customers left aside, there is nothing to compare."
    )
    large = pd.concat([table(["f"] * 20 + ["m"] * 20), table(["x"] * 40).assign(customers=1)])
    assert sentences.errors_by_group(sample[0], "gender", large).startswith(
        "By gender, 1 group of fewer than 20 customers left aside, 50.0% of the group *f* and 0.0%"
    )


def areas(full: float, without: float, lower: float, upper: float) -> pd.Series:
    return pd.Series({"full": full, "without": without, "lower": lower, "upper": upper})


AREAS = areas(0.6904, 0.6696, 0.005, 0.037)


@pytest.mark.parametrize(
    ("traits", "terms", "said"),
    [
        (["gender"], ("recency", "gender"), "The equation uses gender. Its AUC on the holdout "
         "sample is 0.690, and 0.670 without: +0.020 by using it (95% interval, the customers "
         "being the same, +0.005 to +0.037): surely more."),
        (["gender", "recency"], ("recency", "gender", "amount"), "+0.020 by using them (95%"),
        (["gender"], ("recency",), "The equation does not use gender."),
        (["gender", "amount"], ("recency",), "The equation uses neither gender nor amount."),
        (["gender"], ("gender",), "uses gender and nothing else: without, it could not rank"),
    ],
)  # fmt: skip
def test_use_of_traits(sample, traits, terms, said):
    assert said in sentences.use_of_traits(sample[0], traits, terms, AREAS)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (areas(0.48, 0.51, -0.05, -0.01), "0.510 without: −0.030 by using it (95% interval, the "
         "customers being the same, −0.050 to −0.010): surely less."),
        (areas(0.51, 0.5, -0.05, 0.07), "(95% interval, the customers being the same, −0.050 to "
         "+0.070): not surely another."),
    ],
)  # fmt: skip
def test_traits_that_do_not_help(sample, found, said):
    assert said in sentences.use_of_traits(sample[0], ["gender"], ("recency", "gender"), found)


def test_fairness_joins_what_is_said_of_each_trait(sample):
    tables = {"gender": table(["f", "m"] * 20), "recency": table(["1–2"] * 40)}
    text = sentences.fairness(sample[0], tables, ("recency", "amount"), AREAS)
    assert text.startswith("By gender, ") and " overlap. By recency, all belong to" in text
    assert "compare. The equation uses recency. Its AUC on the" in text


def test_a_study_without_gender_and_age(sample):
    text = sentences.fairness(sample[0], {}, ("recency",), AREAS)
    assert text == "This study has neither gender nor age, so nothing can be said about them."
    assert "gender" not in sentences.implications(sample[0], [], ("recency",))


@pytest.mark.parametrize(
    ("traits", "terms", "heading", "points"),
    [
        (["gender", "amount"], ("gender", "amount"), "What using gender and amount implies:", 4),
        (["gender", "amount"], ("gender", "recency"), "What using gender implies:", 4),
        (["gender"], ("recency",), "What holds although the equation does not use gender:", 3),
    ],
)
def test_what_using_traits_implies_is_said_where_they_are_used(
    sample, traits, terms, heading, points
):
    text = sentences.implications(sample[0], traits, terms)
    assert text.startswith(heading + "\n\n- ") and text.count("\n- ") == points
    assert ("treated differently" in text) == (points == 4)


def test_tiers_of_value(model, sample):
    study = sample[0]
    text = sentences.value_tiers(study, model)
    assert text.startswith("Value tiers are the thirds of amount in the model-building sample. Vol")
    alike = dataclasses.replace(model, value_limits=(3.0, 3.0))
    assert "that no value is *middle*." in sentences.value_tiers(study, alike)
    predictors = {n: p for n, p in model.predictors.items() if n != "amount"}
    none = dataclasses.replace(model, predictors=predictors, value_limits=())
    assert "has no amount that is a number: everyone's value is *unknown*" in (
        sentences.value_tiers(study, none)
    )


# --- Exercises ------------------------------------------------------------------------------------


def test_the_interval_by_hand_is_compared_with_the_list_s():
    text = sentences.interval_by_hand(0.81, 0.93, pd.Series({"lower": 0.81, "upper": 0.9302}))
    assert text.startswith("81.0% to 93.0%, and the list says 81.0% to 93.0%. ")


def test_the_lowest_success_rate_is_told_beside_the_assumed_one():
    text = sentences.lowest_success_rate(0.074, 0.1)
    assert "No call pays below a success rate of 7.4%, where" in text and "10.0% is assumed" in text
    assert "No success rate makes a call pay" in sentences.lowest_success_rate(1.5, 0.1)


def test_calling_by_risk(curve):
    plan = expected_gain(curve, 1000, 20, 500.0, 0.1)
    text = sentences.called_by_risk(0.15, plan, 1000)
    at_15 = plan["gain"].iloc[5]
    assert text.startswith(
        f"15.0% of the holdout customers, for an expected gain of {at_15:,.0f}; the "
    )
    assert "curve is highest at" in text


def test_calling_by_risk_where_nobody_is_called_or_the_first_few(curve):
    plan = expected_gain(curve, 1000, 20, 500.0, 0.1)
    assert "0.0% of the holdout customers, for an expected gain of 0; " in (
        sentences.called_by_risk(0.0, plan, 1000)
    )
    # Whole customers are called: 12 of the 25 of the first row.
    few = plan["gain"].iloc[0] * 12 / 25
    assert f"gain of {few:,.0f};" in sentences.called_by_risk(0.0121, plan, 1000)


def test_calling_by_risk_where_no_call_pays(curve):
    plan = expected_gain(curve, 1000, 20, 100.0, 0.1)
    text = sentences.called_by_risk(1.0, plan, 1000)
    assert "for an expected gain of −" in text
    assert "; on the curve, no number of calls pays. The rule" in text
