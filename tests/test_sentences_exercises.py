"""The answers to exercises say what the numbers that they are given say, on any study."""

import dataclasses
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from erfm import (
    coefficient_table,
    descriptive_statistics,
    fit_logistic,
    forward_lr,
    omnibus_test,
    retention_by,
    roc,
    standardised_coefficients,
)
from erfm.logistic import CONSTANT
from erfm.paper.bounds import narrowest_interval
from erfm.report import sentences_exercises as answers
from erfm.report import sentences_exercises_beyond as beyond
from erfm.study import Predictor


@pytest.fixture
def named_study(sample):
    """The sample's study with a label that means something in Markdown."""
    study, frame = sample
    odd = Predictor("recency", "recency", "*R*ecency (a/b)", unit="days")
    return dataclasses.replace(study, predictors=study.predictors | {"recency": odd}), frame


# --- 01 -------------------------------------------------------------------------------------------


def test_the_closest_to_normal_has_the_smaller_of_the_larger_distances(sample):
    study = sample[0]
    table = pd.DataFrame({"skewness": [1.0, -3.0], "kurtosis": [9.0, 4.0]}, ["recency", "amount"])
    text = answers.closest_to_normal(study, table)
    assert text.startswith("**amount**: its skewness is −3.0 and its kurtosis 4.0 standard errors")
    assert "farther than the two" in text
    assert "as near to 0 as chance" in answers.closest_to_normal(study, table / 4)
    assert answers.closest_to_normal(study, table.iloc[:0]) == answers.NO_NUMBER


def groups(*rates: float, customers: int = 50) -> pd.DataFrame:
    table = pd.DataFrame({"retention_rate": rates})
    table["customers"] = customers
    return table.assign(lower=table["retention_rate"] - 0.1, upper=table["retention_rate"] + 0.1)


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ((0.1, 0.2, 0.2, 0.4), "rises and never turns"),
        ((0.4, 0.3, 0.1), "falls and never turns"),
        ((0.1, 0.3, 0.3, 0.2), "changes direction 1 time."),
        ((0.1, 0.3, 0.2, 0.5), "changes direction 2 times."),
    ],
)
def test_turns_are_counted_and_equal_groups_are_no_turn(rates, said):
    text = answers.one_direction(groups(*rates))
    assert said.rstrip(".") in text and "about 10.0 percentage points" in text
    assert "With 50 customers a group" in text


def test_there_may_be_no_group_to_compare():
    assert "one group only" in answers.one_direction(groups(0.3))
    assert "does not move" in answers.one_direction(groups(0.3, 0.3))
    assert answers.one_direction(None) == answers.NO_NUMBER


def test_those_left_out_are_compared_in_standard_deviations(sample):
    study = sample[0]
    means = pd.DataFrame(
        {"complete": [10.0, 5.0, 3.0, 0.3], "left_out": [9.0, 9.0, np.nan, 0.4]},
        ["recency", "amount", "frequency", "retained"],
    )
    sd = pd.Series({"recency": 1.0, "amount": 8.0, "frequency": 1.0})
    text = answers.left_out(study, means, sd)
    assert "**recency**, by −1.00 standard deviations" in text
    assert "Of them 40.0% stay, of the complete 30.0%." in text
    unknown = answers.left_out(study, means.assign(left_out=np.nan), sd)
    assert unknown.startswith("Of what is known of both, no number") and "nan" not in unknown
    assert "nobody is left out" in answers.left_out(study, means[["complete"]], sd)
    only = answers.left_out(study, means.loc[["retained"]], pd.Series(dtype=float))
    assert "no number can be compared. Of them 40.0% stay" in only


def test_one_mistyped_value_drowns_the_skewness(sample):
    study, frame = sample
    before = descriptive_statistics(study, frame).loc["amount"]
    values = frame["amount"].astype(float).reset_index(drop=True)
    slip = values.mask(values.index == values.argmax(), 100 * values)
    after = descriptive_statistics(study, frame.assign(amount=slip.to_numpy())).loc["amount"]
    text = answers.mistyped(study, "amount", before, after)
    assert f"the skewness from {before['skewness']:,.3f} to {after['skewness']:,.3f}" in text
    assert "√n = 20.000" in text and before["skewness"] < after["skewness"] < 20
    assert answers.mistyped(study, None, before, after) == answers.NO_NUMBER


def test_no_skewness_exceeds_the_square_root_of_n():
    for n in (5, 50, 400):
        lonely = pd.Series([0.0] * (n - 1) + [1.0])
        assert lonely.skew() == pytest.approx(np.sqrt(n))


# --- 02 -------------------------------------------------------------------------------------------


def test_wald_by_hand_is_that_of_the_table(named_study):
    study, frame = named_study
    table = coefficient_table(fit_logistic(study, frame))
    row = table.loc["recency"]
    b, se = row["b"], row["standard_error"]
    hand = pd.Series({"wald": (b / se) ** 2, "lower": np.exp(b - 1.96 * se)})
    hand["upper"] = np.exp(b + 1.96 * se)
    text = answers.wald_by_hand(study, "recency", hand, row)
    assert ": what the table says" in text and f"(B / S.E.)² is {(b / se) ** 2:,.3f}" in text
    assert "**&#42;R&#42;ecency" in text
    assert "NOT what the table" in answers.wald_by_hand(study, "recency", hand * 1.01, row)


def test_the_weakest_are_missed_or_not(sample):
    study, frame = sample
    full = fit_logistic(study, frame)
    smaller = fit_logistic(study, frame, [t for t in full.terms if t not in ("amount", "segment")])
    test = omnibus_test(full, smaller).loc["Step"]
    text = answers.two_weakest(study, ["amount", "segment"], test)
    rise = 2 * (full.log_likelihood - smaller.log_likelihood)
    assert f"Without amount and segment, −2 log-likelihood rises by {rise:.3f} on 3 df" in text
    assert ("no more than chance" in text) == (stats.chi2.sf(rise, 3) >= 0.05)
    assert "even the weakest" in answers.two_weakest(
        study, ["amount"], test.replace(test["p_value"], 0.01)
    )


def test_a_twin_takes_the_certainty_away(sample):
    before = pd.Series({"standard_error": 0.01, "p_value": 0.00001})
    after = pd.Series({"standard_error": 0.8, "p_value": 0.4})
    text = answers.twin(sample[0], "gender(male)", before, after, 1.5)
    assert (
        "**gender (male)** becomes 80 times as large, and its p < 0.001 turns into p = 0.400"
        in text
    )


@pytest.mark.parametrize(
    ("average", "share", "said"),
    [(0.3, 0.32, "below the share"), (0.7, 0.65, "above the share"), (0.5, 0.5, "the same, to")],
)
def test_the_average_customer_is_not_the_average(average, share, said):
    assert said in answers.average_customer(average, share)


# --- 03 -------------------------------------------------------------------------------------------


def test_a_stricter_entry_loses_gains_or_changes_nothing(sample):
    study = sample[0]
    lost = answers.stricter(study, ["recency"], ["recency", "amount"], 0.001)
    assert "PIN = 0.001 the search keeps recency: amount no longer." in lost
    assert "the same variables" in answers.stricter(study, ["recency"], ["recency"], 0.001)
    assert "keeps no variable: recency no longer" in answers.stricter(study, [], ["recency"], 0.001)
    swapped = answers.stricter(study, ["amount"], ["recency"], 0.001)
    assert "recency no longer, and amount instead" in swapped


def test_backward_may_keep_the_same_or_others(sample):
    study = sample[0]
    same = answers.backward(study, ["amount", "recency"], ["recency", "amount"])
    assert "keeps amount, recency: the same equation" in same
    other = answers.backward(study, ["amount", "gender"], ["recency", "amount"])
    assert "another equation, with gender more and recency less" in other
    assert "keeps no variable: another" in answers.backward(study, [], ["recency"])


def test_the_score_at_the_constant_is_n_r_squared(sample):
    study, frame = sample
    scores = forward_lr(study, frame).steps[0].score_tests["score"]
    r = frame[["recency", "amount"]].corrwith(frame["retained"])
    check = pd.DataFrame({"n_r_squared": len(frame) * r**2, "score": scores.reindex(r.index)})
    assert "two columns agree" in answers.score_and_correlation(check)
    assert "do NOT agree" in answers.score_and_correlation(check.assign(score=1.0))
    assert "No variable" in answers.score_and_correlation(check.iloc[:0])


def test_noise_enters_at_the_rate_of_pin():
    text = answers.pure_noise(np.array([0.5, 0.01, 0.04, 0.9]), 0.05)
    assert "2 variables of pure noise out of 4 could enter; 0.2 are expected" in text
    assert f"is {100 * (1 - 0.95**4):.1f}%" in text and "smallest p = 0.010" in text
    assert "0 variables" in answers.pure_noise(np.array([0.5]), 0.05)


# --- 04 -------------------------------------------------------------------------------------------


def test_the_best_cutoff_is_told_beside_an_honest_one():
    accuracies = pd.Series({0.3: 0.6, 0.4: 0.7, 0.5: 0.7})
    text = answers.best_cutoff(accuracies, 0.45, 0.65, 0.61)
    assert text.startswith("0.400 gives 70.0%, the most of 3 cut-offs.")
    assert "of 1 cut-off. It" in answers.best_cutoff(accuracies.head(1), 0.45, 0.65, 0.61)
    assert "would be 0.450, and right for 65.0% of these" in text and "for 61.0%." in text


def test_pairs_are_the_area():
    assert "they are one number" in answers.pairs(0.6895601, 0.6895601)
    assert "NOT the same" in answers.pairs(0.68, 0.69)


@pytest.mark.parametrize(("other", "said"), [(0.7, "is within"), (0.8, "is beyond")])
def test_two_areas_differ_by_chance_or_more(other, said):
    one, two = (SimpleNamespace(auc=auc, standard_error=0.02) for auc in (0.68, other))
    text = answers.two_areas(one, two)
    assert said in text and f"{other - 0.68:+.3f}" in text
    assert f"{1.96 * np.hypot(0.02, 0.02):.3f}" in text


def test_bolder_probabilities_rank_as_before():
    before = pd.Series({"auc": 0.69, "accuracy": 0.7, "brier": 0.2})
    text = answers.bolder(before, before.replace(0.2, 0.22))
    assert "area stays 0.690 and the accuracy at 0.5 stays 0.700" in text and ", worse:" in text
    assert "no worse" in answers.bolder(before, before.replace(0.2, 0.19))
    assert "area goes from 0.690 to 0.500" in answers.bolder(before, before.replace(0.69, 0.5))


# --- 05 -------------------------------------------------------------------------------------------


def test_another_unit_changes_b_and_sd_alone(sample):
    study, frame = sample
    terms = ["recency", "gender"]
    before = standardised_coefficients(study, fit_logistic(study, frame, terms), frame)
    other = frame.assign(recency=frame["recency"] / 1000)
    after = standardised_coefficients(study, fit_logistic(study, other, terms), other)
    text = answers.rescaled(study, "recency", before, after)
    assert text.startswith("Dividing **recency** by a thousand changes only B and Std. deviation:")
    assert "no numeric variable" in answers.rescaled(study, None, before, after)


def test_z_scores_have_b_times_sd(sample):
    both = pd.DataFrame({"fitted_to_z_scores": [0.4], "x_standardised": [0.4]}, ["recency"])
    assert "They are B · sd" in answers.z_scores(sample[0], both)
    assert "NOT B · sd" in answers.z_scores(sample[0], both.assign(x_standardised=0.5))
    assert "no numeric" in answers.z_scores(sample[0], both.iloc[:0])


def test_percentiles_rank_as_sd_does_or_otherwise(named_study):
    study = named_study[0]
    moved = pd.Series({"recency": -0.9, "gender(male)": 0.3, "amount": 0.1})
    text = answers.percentiles(study, moved, moved / 2)
    assert "moves the logit by −0.900" in text and "the same order as by B · sd" in text
    assert text.startswith("**&#42;R&#42;ecency") and "is 2.56 standard deviations" in text
    other = answers.percentiles(study, moved, moved.abs().rsub(1))
    assert "; by B · sd it is amount > gender" in other


def test_the_middle_half_changes_the_order_or_not(sample):
    study = sample[0]
    sizes = pd.DataFrame({"all": [0.5, 0.3], "kept": [0.1, 0.3]}, ["recency", "amount"])
    text = answers.middle_half(study, "recency", (9.0, 2.0), sizes)
    assert "falls from 9 to 2, and with it B · sd from 0.500 to 0.100" in text
    assert "the order was recency > amount, and is amount > recency now." in text
    same = answers.middle_half(study, "recency", (9.0, 8.0), sizes.assign(kept=[0.4, 0.3]))
    assert "the order stays recency > amount." in same
    assert "no numeric" in answers.middle_half(study, None, (0.0, 0.0), sizes)


# --- 06 -------------------------------------------------------------------------------------------


def test_a_quarter_of_the_customers_doubles_the_width():
    narrowest = {n: narrowest_interval(1.051, 9.387, n) for n in (2000, 500)}
    text = beyond.fewer_customers(narrowest)
    assert "(1.0412, 1.0609) on 2,000 customers" in text and "2.00 times as wide" in text
    assert "4 times as many are needed for an interval 2 times as narrow" in text


def test_totals_that_can_print_the_accuracy():
    """By whole-number arithmetic: 95.105 n <= 100 k < 95.115 n for some k."""
    possible = [n for n in range(1, 2668) if any(95105 * n <= 100_000 * k < 95115 * n
                for k in range(int(0.951 * n), int(0.952 * n) + 2))]  # fmt: skip
    assert possible[0] == 184 and 1334 not in possible
    text = beyond.possible_totals("95.11%", possible, 1334)
    below, above = max(n for n in possible if n < 1334), min(n for n in possible if n > 1334)
    assert f"is 184; the nearest to 1,334 are {below:,} and {above:,}." in text
    assert "printed number, too" in beyond.possible_totals("95.11%", [184, 1334], 1334)


def test_a_lonely_value_reaches_the_bound():
    assert "reach 99.97% of it" in beyond.lonely_value(57.741, 57.758, 3334)


# --- 07 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lower", "said"), [(0.9, "do not even overlap"), (0.85, "in pairs")])
def test_curves_are_compared_on_the_same_customers(lower, said):
    areas = pd.DataFrame(
        {"auc": [0.861, 0.94], "lower": [0.84, lower], "upper": [0.88, 0.96]},
        ["straight lines", "curves"],
    )
    text = beyond.curves_on_holdout(areas)
    assert said in text and "difference of +0.079" in text


def test_two_names_for_one_direction():
    rows = pd.DataFrame(
        {
            "log_frequency": [5.0, 3.0],
            "second variable": [-2.0, -2.0],
            "log-likelihood": [-9.0, -9],
        },
        ["log_amount", "log_ticket"],
    )
    text = beyond.other_second(rows)
    assert "−9.000, stay the same; that of frequency goes from 5.000 to 3.000" in text
    rows.loc["log_ticket", "second variable"] = -1.0
    assert "CHANGE" in beyond.other_second(rows)


def test_verdicts_that_change_are_told(sample):
    study = sample[0]
    before = {"recency": "holds", "amount": "holds"}
    b = pd.DataFrame({"some": [-0.2, 0.1], "curved": [-0.1, np.nan]}, ["recency", "amount"])
    some = pd.Series({"recency": "contradicted", "amount": "holds"})
    text = beyond.claims_on_some(study, before, some, b)
    assert "1 verdict of 2 changes: **recency** from “holds” to “contradicted”." in text
    assert "recency has B = −0.200 among them, and −0.100 among all" in text and "same sign" in text
    none = beyond.claims_on_some(study, before, pd.Series(before), b)
    assert none.startswith("0 verdicts of 2 change. A") and "nan" not in none
    other = beyond.claims_on_some(study, before, some, b.assign(curved=0.3))
    assert "OTHER sign" in other


# --- 08 -------------------------------------------------------------------------------------------


def test_a_harder_entry_names_who_loses_most(sample):
    shares = pd.DataFrame({"usual": [0.9, 0.5], "strict": [0.8, 0.2]}, ["recency", "amount"])
    text = beyond.harder_entry(sample[0], shares, (0.004, 0.003), 0.01)
    assert "**amount** loses most: with PIN = 0.01 it comes in in 20.0%" in text
    assert "is 0.0030, against 0.0040 before: smaller." in text
    assert ": larger." in beyond.harder_entry(sample[0], shares, (0.003, 0.004), 0.01)
    assert ": no larger." in beyond.harder_entry(sample[0], shares, (0.00301, 0.00304), 0.01)


def test_equations_of_shuffled_outcomes_flatter_themselves(sample):
    study, frame = sample
    draw, areas = np.random.default_rng(1), []
    for _ in range(5):
        fit = fit_logistic(study, frame.assign(retained=draw.permutation(frame["retained"])))
        new = roc(frame["retained"].to_numpy(), fit.probabilities)
        areas.append((roc(fit.outcome, fit.probabilities).auc, new.auc))
    table = pd.DataFrame(areas, columns=["own", "holdout"])
    assert table["own"].min() > 0.5
    text = beyond.shuffled(table)
    assert f"On average of 5 shuffles {table['own'].mean():.3f} on the customers" in text
    assert f"{table['holdout'].min():.3f} to {table['holdout'].max():.3f}). There was" in text


def test_costs_and_cutoffs():
    at = pd.Series({"cutoff": 0.5, "contacted": 0.89, "accuracy": 0.703, "cost": 0.3})
    assert "is 0.5: contact" in beyond.equal_costs(at) and "89.0% of the" in beyond.equal_costs(at)
    more, less = at.replace(0.3, 0.4), at.replace(0.3, 0.2)
    assert "costs 0.400 a customer instead of 0.300: more." in beyond.bolder_probabilities(at, more)
    assert "instead of 0.300: less, as" in beyond.bolder_probabilities(at, less)
    same = beyond.bolder_probabilities(at, at)
    assert "instead of 0.300: the same." in same and "89.0% of the customers as before" in same
    fewer = beyond.bolder_probabilities(at, at.replace(0.89, 0.5))
    assert "contact 50.0% of the customers instead of 89.0%, and" in fewer


def test_fewer_imputations_leave_a_larger_error():
    errors = pd.DataFrame({"few": [0.2, 0.5], "many": [0.1, 0.1]})
    text = beyond.fewer_imputations(errors, 5, 100)
    assert "between 2.0 and 5.0 times" in text and "√(100 / 5) = 4.5" in text
    assert "Nothing is missing" in beyond.fewer_imputations(None, 5, 100)


def test_leaving_out_half_of_the_churned_moves_the_constant(reconstruction):
    study, samples = reconstruction
    frame = samples.build
    out = frame.index[frame["retained"] == 0][::2]
    before, after = fit_logistic(study, frame), fit_logistic(study, frame.drop(index=out))
    text = beyond.half_the_churned(study, before, after)
    rise, expected = map(
        float, re.findall(r"rises by (\S+); a rise of ln\(.*?\) = (\d\.\d+)", text)[0]
    )
    assert rise == pytest.approx(after.parameters[CONSTANT] - before.parameters[CONSTANT], abs=6e-4)
    assert expected == pytest.approx(np.log(2), abs=2e-3)
    assert f"The constant falls by {rise}" in beyond.half_the_churned(study, after, before)


def test_linearity_in_the_final_equation_and_by_knots():
    def tests(p):
        return pd.DataFrame({"p_value": [0.5, p]}, ["recency", "all"])

    assert beyond.bent_equation(tests(0.2), tests(0.3)).startswith("The verdict holds: all")
    assert "does NOT hold" in beyond.bent_equation(tests(0.2), tests(0.01))
    none = tests(0.2).iloc[:0]
    assert beyond.bent_equation(none, none).startswith("The study has no variable with enough")
    assert beyond.bent_equation(tests(0.2), none).startswith("The final equation has no variable")
    by_knots = pd.DataFrame({"3 knots": [0.3, 0.2], "4 knots": [0.1, 0.01]}, ["recency", "all"])
    text = beyond.numbers_of_knots(by_knots)
    assert "p = 0.200 with 3 knots, p = 0.010 with 4 knots: NOT the same" in text
    assert "the same verdict each" in beyond.numbers_of_knots(by_knots + 0.1)
    assert "no difference" in beyond.numbers_of_knots(by_knots.iloc[:1])


@pytest.mark.parametrize(("boosting", "said"), [(0.65, "it loses elsewhere"), (0.7, "too much")])
def test_boosting_wins_at_home(boosting, said):
    scores = pd.Series({"boosting": boosting, "forward": 0.67})
    text = beyond.boosting_on_its_own(0.79, scores)
    assert said in text and "has an AUC of 0.790" in text


# --- 09 and 10 ------------------------------------------------------------------------------------


def test_doubled_odds_keep_the_order():
    before = np.array([0.2, 0.5, 0.8])
    after = 2 * before / (1 + before)
    text = beyond.doubled_odds(before, after, 0.6)
    assert "The order stays" in text and "66.7% instead of 33.3% exceed" in text
    assert f"from 50.0% to {100 * after.mean():.1f}%" in text
    assert "does NOT stay" in beyond.doubled_odds(before, after[::-1], 0.6)


def test_party_changes_what_goes_with_it(sample):
    study, frame = sample
    without = fit_logistic(study, frame, ["recency", "amount"])
    beside = fit_logistic(study, frame, ["recency", "amount", "frequency"])
    text = beyond.with_party(study, without, beside, "frequency")
    error = np.sqrt(np.diag(without.covariance))
    change = (beside.parameters[without.parameters.index] - without.parameters) / error
    most = change.drop(CONSTANT).abs().to_numpy().argmax()
    assert text.startswith(f"**{['recency', 'amount'][most]}** changes most, from")
    assert f"by {change.iloc[1 + most].__abs__():.1f} of its standard errors" in text


def test_groups_of_a_real_table_are_read(sample):
    study, frame = sample
    table = retention_by(study.predictors["amount"], frame, groups=10)
    steps = np.sign(np.diff(table["retention_rate"]))
    turns = sum(a != b for a, b in zip(steps[steps != 0], steps[steps != 0][1:], strict=False))
    text = answers.one_direction(table)
    assert (f"changes direction {turns} time" in text) == (turns > 0)
