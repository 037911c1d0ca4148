"""The page that begins with odds: its variable, its tables, its figures and its sentences."""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from pictures import assert_readable

from erfm import fit_logistic, forward_lr, retention_by
from erfm.report import figures_odds, odds
from erfm.report import sentences_odds as sentences
from erfm.report.odds import example_values, odds_table, one_variable, step_of
from erfm.study import Predictor

pytestmark = pytest.mark.usefixtures("closed_figures")


@pytest.fixture
def alone(sample):
    study, frame = one_variable(*sample)
    return study, frame, fit_logistic(study, frame)


def numbers(text: str) -> list[float]:
    found = re.findall(r"−?\d[\d,]*(?:\.\d+)?", text)
    return [float(number.replace("−", "-").replace(",", "")) for number in found]


# --- Which variable -------------------------------------------------------------------------------


def test_the_variable_is_the_number_with_the_largest_score_test(sample):
    study, frame = sample
    scores = forward_lr(study, frame).steps[0].score_tests["score"]
    numeric = [p.name for p in study.predictors.values() if not p.categorical]
    alone, same = one_variable(study, frame)
    assert list(alone.predictors) == [max(numeric, key=scores.get)]
    assert same.equals(frame) and alone.predictors.items() <= study.predictors.items()


def test_of_variables_that_tie_the_study_s_first_is_chosen(sample):
    study, frame = sample
    name = next(iter(one_variable(study, frame)[0].predictors))
    mirror = Predictor("mirror", "mirror", "Mirror")
    for order in ([mirror, study.predictors[name]], [study.predictors[name], mirror]):
        twins = dataclasses.replace(study, predictors={p.name: p for p in order})
        chosen, _ = one_variable(twins, frame.assign(mirror=-frame[name] / 3))
        assert list(chosen.predictors) == [order[0].name]


def test_without_a_number_an_indicator_stands_in(sample):
    study, frame = sample
    categorical = {p.name: p for p in study.predictors.values() if p.categorical}
    assert len(categorical) > 1
    alone, shown = one_variable(dataclasses.replace(study, predictors=categorical), frame)
    (column,) = alone.predictors
    term, level = study.design.columns[column]
    assert not alone.predictors[column].categorical and alone.label(column) == study.label(column)
    assert (shown[column] == (frame[term] == level)).all()
    fit = fit_logistic(alone, shown)
    shares = shown.groupby(column)["retained"].mean()
    text = sentences.straight_line(alone, fit, shown[column].to_numpy())
    assert f"both pass through {shares[0]:.3f} and {shares[1]:.3f}" in text


# --- Tables ---------------------------------------------------------------------------------------


def test_odds_and_log_odds_are_those_of_the_counts(sample):
    study, frame = sample
    groups = retention_by(study.predictors["frequency"], frame)
    table = odds_table(groups)
    assert table.index[0] == "All" and list(table.index[1:]) == list(groups.index)
    assert table.loc["All", "customers"] == len(frame)
    back = 1 / (1 + np.exp(-table["log_odds"]))
    assert np.allclose(back, table["probability"]) and np.allclose(
        table["odds"] / (1 + table["odds"]), table["retained"] / table["customers"]
    )


def test_a_group_without_churn_or_without_retention_has_no_log_odds():
    groups = pd.DataFrame({"customers": [20, 10, 10], "retained": [0, 4, 10]}, ["a", "b", "c"])
    table = odds_table(groups)
    assert table.loc[["a", "c"], "log_odds"].isna().all() and table.loc["a", "odds"] == 0
    assert np.isnan(table.loc["c", "odds"]) and not np.isinf(table.to_numpy()).any()


def test_examples_are_customers_and_at_least_two():
    assert list(example_values(np.arange(101.0))) == [10, 50, 90]
    assert list(example_values(np.array([0.0] * 99 + [7.0]))) == [0, 7]
    assert list(example_values(np.repeat([1.0, 2.0], 50))) == [1, 2]


@pytest.mark.parametrize(
    ("values", "step"),
    [([0, 1, 1, 0], 1), ([0, 900, 5000], 1000), ([0.1, 0.25, 0.3], 0.01), ([1, 2, 30], 10)],
)
def test_a_step_is_round_and_no_part_of_a_whole_number(values, step):
    assert step_of(np.array(values, dtype=float)) == pytest.approx(step)


# --- Figures --------------------------------------------------------------------------------------


def test_the_s_curve_is_that_of_the_fit_and_its_jitter_that_of_the_seed(alone):
    study, frame, fit = alone
    (name,) = study.predictors
    x, groups = frame[name].to_numpy(), retention_by(study.predictors[name], frame)
    figure, again = (figures_odds.s_curve(study, fit, x, groups, seed) for seed in (1, 1))
    other = figures_odds.s_curve(study, fit, x, groups, seed=2)
    axes = figure.axes[0]
    lines = {line.get_label(): line for line in axes.get_lines()}
    curve = lines["S-curve (logistic)"].get_ydata()
    assert curve[[0, -1]] == pytest.approx(fit.probabilities[[x.argmin(), x.argmax()]])
    retained = lines["customer, retained"]
    assert len(retained.get_ydata()) == frame["retained"].sum()
    assert np.abs(retained.get_ydata() - 1).max() <= figures_odds.JITTER
    drawn = [f.axes[0].get_lines()[0].get_ydata() for f in (figure, again, other)]
    assert (drawn[0] == drawn[1]).all() and (drawn[0] != drawn[2]).any()
    looks = [lines[f"customer, {outcome}"] for outcome in ("retained", "churned")]
    assert looks[0].get_marker() != looks[1].get_marker()
    assert lines["straight line"].get_linestyle() == "--"
    assert axes.get_title(loc="left") and axes.get_xlabel() and axes.get_ylabel()
    alt = figures_odds.s_curve_alt(study, fit, x)
    ends = fit.probabilities[[x.argmin(), x.argmax()]]
    assert f"from {ends[0]:.2f} at the lowest value to {ends[1]:.2f}" in alt and len(alt) > 30
    plt.close("all")


def test_the_climb_marks_each_candidate():
    study = type("Study", (), {"predictors": {"x": Predictor("x", "x", "X")}})()
    candidates = pd.DataFrame({"slope": [0.0, 1.0, 2.0], "log_likelihood": [-9.0, -5.0, -7.0]})
    candidates.index = ["no slope", "the estimate", "twice the estimate"]
    figure = figures_odds.climb(study, pd.Series([-9.0, -5.0, -7.0], [0.0, 1.0, 2.0]), candidates)
    marked = figure.axes[0].get_lines()[1:]
    assert [(m.get_xdata()[0], m.get_ydata()[0]) for m in marked] == [(0, -9), (1, -5), (2, -7)]
    assert len({m.get_marker() for m in marked}) == 3
    assert "the estimate −5.0" in figures_odds.climb_alt(candidates)
    assert_readable(figure)
    plt.close("all")


@pytest.mark.slow
@pytest.mark.parametrize("slope", [0.00011, 0.0213, 3.7, -1234.5])
def test_the_climb_can_be_read_whatever_the_slope(slope):
    study = type("Study", (), {"predictors": {"x": Predictor("x", "x", "X")}})()
    slopes = slope * np.linspace(-1, 3, 41)
    heights = pd.Series(-12_345 - 900 * (slopes / slope - 1) ** 2, slopes)
    candidates = pd.DataFrame({"slope": [0.0, slope, 2 * slope], "log_likelihood": -13_000.0})
    candidates.index = ["no slope", "the estimate", "twice the estimate"]
    figure = figures_odds.climb(study, heights, candidates)
    assert_readable(figure)
    assert "−13,000" in [text.get_text() for text in figure.axes[0].get_yticklabels()]
    plt.close("all")


# --- Sentences ------------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [(651, 1349), (1349, 651), (1, 199), (7, 3)])
def test_the_worked_odds_close(counts):
    text = sentences.there_and_back(*counts)
    retained, churned = counts
    assert f"= {retained / (retained + churned):.3f}, or" in text
    assert f"{retained:,} / ({churned:,} + {retained:,}) = {retained:,} / {sum(counts):,} =" in text
    below = "below 0 because fewer" if retained < churned else "above 0 because more"
    assert below in text and ("−" in text) == (retained < churned)


def test_even_odds_have_a_logarithm_of_zero():
    assert sentences.there_and_back(5, 5).endswith("= 0, because as many stay as leave.")


def odds_of(*groups: tuple[int, int]) -> pd.DataFrame:
    rows = pd.DataFrame(groups, columns=["customers", "retained"])
    return odds_table(rows.set_axis([f"g{i}" for i in range(len(rows))]))


@pytest.mark.parametrize("groups", [[(90, 30), (90, 60)], [(90, 60), (90, 45), (90, 30)]])
def test_the_odds_of_groups_divide(alone, groups):
    text = sentences.groups(alone[0], odds_of(*groups))
    last, ratio, first = numbers(text)[:3]
    assert ratio == round(last / first, 2)
    assert last == round(groups[-1][1] / (groups[-1][0] - groups[-1][1]), 3)


def test_groups_may_be_one_or_without_odds_or_equal(alone):
    study = alone[0]
    assert "nothing to compare" in sentences.groups(study, odds_of((200, 50)))
    text = sentences.groups(study, odds_of((40, 0), (40, 5), (40, 40)))
    assert text.startswith("In 2 of the 3 groups") and "nan" not in text and "inf" not in text
    assert "the same as in the lowest" in sentences.groups(study, odds_of((40, 10), (80, 20)))


def test_the_straight_line_is_told_where_it_ends(alone):
    study, frame, fit = alone
    x = frame[next(iter(study.predictors))].to_numpy()
    b, a = np.polyfit(x, fit.outcome, 1)
    within = min(a + b * x) >= 0 and max(a + b * x) <= 1
    text = sentences.straight_line(study, fit, x)
    assert ("no customer can have" in text) != within and f"gives {a + b * min(x):.3f}" in (
        text.replace("−", "-")
    )
    far = np.where(np.arange(len(x)) == 0, 1e4, x)
    assert "no customer can have" in sentences.straight_line(study, fit, far) or b == 0


def test_the_worked_example_is_the_equation_s(alone):
    study, frame, fit = alone
    (name,) = study.predictors
    values = example_values(frame[name].to_numpy())
    log_odds = fit.parameters["Constant"] + fit.parameters[name] * values
    worked = pd.DataFrame({"value": values, "log_odds": log_odds, "odds": np.exp(log_odds)})
    worked["probability"] = worked["odds"] / (1 + worked["odds"])
    text = sentences.worked_example(study, worked)
    differ = float(re.search(r"differ by (−?[\d.]+)", text)[1].replace("−", "-"))
    times = float(re.search(r"exp\(−?[\d.]+\) = ([\d.]+)", text)[1])
    assert times == pytest.approx(np.exp(differ), abs=0.006)
    doubled = sentences.solution_2(study, worked)
    for i in (0, -1):
        p = worked["probability"].iloc[i]
        assert f"from {100 * p:.1f}% to {100 * 2 * p / (1 + p):.1f}%" in doubled


def test_the_variable_s_texts_are_text(alone):
    study, _, fit = alone
    (name,) = study.predictors
    days = Predictor(name, name, "*R*", unit="d_1*")
    study = dataclasses.replace(study, predictors={name: days})
    text = sentences.in_short(study, fit, 1.0)
    assert "**&#42;R&#42;** alone, a difference of 1 (d_1&#42;)" in text
    assert f"by {np.exp(fit.parameters[name]):.3f}." in text


def candidates_of(*log_likelihoods: float, n: int = 400) -> pd.DataFrame:
    table = pd.DataFrame({"log_likelihood": log_likelihoods}, odds_names())
    return table.assign(typical=np.exp(table["log_likelihood"] / n))


def odds_names() -> list[str]:
    return ["no slope", "the estimate", "twice the estimate"]


def test_the_likelihood_of_all_is_told_in_tens(alone):
    fit = alone[2]
    best = fit.log_likelihood
    text = sentences.likelihoods(candidates_of(best - 9, best, best - 2), fit)
    assert ", the same as that of `fit_logistic`" in text and "a small number; so" in text
    power = int(re.search(r"power of −(\d+)", text)[1])
    assert 10.0**-power >= np.exp(best) > 10.0 ** -(power + 1)
    assert "NOT the same" in sentences.likelihoods(candidates_of(best, best - 1, best), fit)
    huge = dataclasses.replace(fit, log_likelihood=-2000.0)
    assert "take it for 0" in sentences.likelihoods(candidates_of(-2100, -2000, -2050), huge)


def test_five_customers_are_multiplied():
    table = pd.DataFrame({"no slope": [0.5, 0.5], "the estimate": [0.9, 0.2]})
    text = sentences.five_customers(table)
    assert "0.25 for *no slope*, 0.18 for *the estimate*" in text


def test_another_unit_changes_b_and_nothing_else(alone):
    study, frame, _ = alone
    (name,) = study.predictors
    fits = {
        change: fit_logistic(study, frame.assign(**{name: factor * frame[name]}))
        for change, factor in {"as it is": 1, "a thousand times": 1000, "turned round": -1}.items()
    }
    slopes = pd.Series({change: fit.parameters[name] for change, fit in fits.items()})
    heights = pd.Series({change: fit.log_likelihood for change, fit in fits.items()})
    assert slopes["a thousand times"] == pytest.approx(slopes["as it is"] / 1000)
    assert slopes["turned round"] == pytest.approx(-slopes["as it is"])
    assert "log-likelihood stays" in sentences.solution_3(heights, slopes)
    heights["turned round"] -= 1
    assert "does NOT stay" in sentences.solution_3(heights, slopes)


def test_three_to_one_is_three_quarters():
    assert "3 of 4 customers: a probability of 75%" in sentences.solution_1()
    assert "odds of 1 and log-odds of 0:" in sentences.solution_1()


def test_two_hundred_customers_with_one_value_for_most_are_enough(make_study):
    rng = np.random.default_rng(3)
    x = np.where(np.arange(200) % 20 == 0, rng.integers(1, 50, 200), 0)
    retained = (rng.random(200) < 0.3 + 0.3 * (x > 0)).astype(int)
    study, frame = make_study(pd.DataFrame({"x": x, "retained": retained}), {})
    alone, frame = odds.one_variable(study, frame)
    table = odds_table(retention_by(alone.predictors["x"], frame))
    assert "nothing to compare" in sentences.groups(alone, table)
    assert len(example_values(frame["x"].to_numpy())) == 2
