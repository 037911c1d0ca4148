"""Forward LR against R, statsmodels and a naive search, and where it has to enter, leave, stop."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from erfm.customers.study_file import load_study
from erfm.logistic import fit_logistic
from erfm.stepwise import OVERALL, ForwardSelection, final_equation, forward_lr, path_table
from erfm.study import Predictor, Study, StudyError, design_matrix

DATA_SETS = pytest.mark.parametrize("data_set", ["sample", "reconstruction"])


def study_of(frame: pd.DataFrame, entry_p: float = 0.05, removal_p: float = 0.10) -> Study:
    """Return a study of the numeric predictors in `frame`."""
    predictors = {name: Predictor(name, name, name) for name in frame.columns.drop("retained")}
    study = load_study("reconstruction")
    return dataclasses.replace(study, predictors=predictors, entry_p=entry_p, removal_p=removal_p)


def draw(rng: np.random.Generator, logit: np.ndarray) -> np.ndarray:
    return (rng.random(len(logit)) < 1 / (1 + np.exp(-logit))).astype(int)


# --- Every test of every step ---------------------------------------------------------------------


@DATA_SETS
def test_whole_search_equals_r(studied, from_r, data_set):
    selection = forward_lr(*studied[data_set])
    order = from_r("stepwise", data_set, "final")["order"].sort_values()
    assert selection.terms == tuple(order.index)
    for step in selection.steps:
        expected = from_r("stepwise", data_set, f"step{step.number}")
        deviance = expected.loc["model", "minus2_log_likelihood"]
        assert -2 * step.log_likelihood == pytest.approx(deviance, rel=1e-12)
        for table, columns in (
            (step.score_tests, {"score": "score", "df": "score_df", "p_value": "score_p"}),
            (step.removal_tests, {"change": "change", "df": "removal_df", "p_value": "removal_p"}),
        ):
            if table.empty:
                continue
            wanted = expected[list(columns.values())].dropna()
            assert set(table.index) == set(wanted.index)
            np.testing.assert_allclose(
                table[list(columns)], wanted.loc[table.index], rtol=1e-6, atol=1e-300
            )


@DATA_SETS
def test_log_likelihoods_equal_statsmodels(studied, data_set):
    study, frame = studied[data_set]
    for step in forward_lr(study, frame).steps:
        refit = fit_logistic(study, frame, list(step.terms))
        assert step.log_likelihood == pytest.approx(refit.log_likelihood, abs=1e-9)
        for test in step.removals:
            without = fit_logistic(study, frame, [t for t in step.terms if t != test.term])
            assert test.log_likelihood == pytest.approx(without.log_likelihood, abs=1e-9)


def test_newton_s_step_is_halved_where_it_overshoots():
    # An extreme value sends the first full step so far beyond the maximum that it never returns.
    rng = np.random.default_rng(871)
    x, z = rng.exponential(size=60) ** 6, rng.standard_normal(60)
    side = np.where(rng.random(60) < 0.9, 1, -1)
    with np.errstate(over="ignore"):
        frame = pd.DataFrame({"x": x, "z": z, "retained": draw(rng, side * (x * 3 - 1) + z)})
    selection = assert_same_path(study_of(frame, 0.5, 0.6), frame)
    assert set(selection.terms) == {"x", "z"}


def test_scores_equal_statsmodels(sample):
    study, frame = sample
    design, columns = sm.add_constant(design_matrix(study, frame)), study.design.groups
    for step in forward_lr(study, frame).steps:
        inside = ["const", *(c for term in step.terms for c in columns[term])]
        result = sm.Logit(frame["retained"], design[inside]).fit(disp=False, tol=1e-12)
        outside = [term for term in columns if term not in step.terms]
        added = {term: [*columns[term]] for term in outside}
        added[OVERALL] = [c for term in outside for c in columns[term]]
        for term, extra in added.items():
            score, p_value = result.score_test(exog_extra=design[extra])[:2]
            row = step.score_tests.loc[term]
            assert row["score"] == pytest.approx(float(np.squeeze(score)), rel=1e-7)
            assert row["p_value"] == pytest.approx(float(np.squeeze(p_value)), rel=1e-6)
            assert row["df"] == len(extra)


def test_scores_of_the_births_as_spss_prints_them(low_birth_weight):
    # SPSS at UCLA's textbook examples (Hosmer & Lemeshow 2000, table 2.2), block 0; race entered
    # as two separate indicators.
    _, frame = low_birth_weight("book", "age", "lwt", "race", "ftv")
    frame = frame.assign(
        race2=(frame["race"] == "black").astype(float),
        race3=(frame["race"] == "other").astype(float),
    ).drop(columns="race")
    frame = frame[["age", "lwt", "race2", "race3", "ftv", "retained"]]
    start = forward_lr(study_of(frame), frame).steps[0].score_tests
    assert [f"{score:.3f}" for score in start["score"]] == [
        "2.674", "5.438", "1.727", "1.797", "0.749", "11.388",
    ]  # fmt: skip
    assert [f"{p:.3f}" for p in start["p_value"]] == [
        "0.102", "0.020", "0.189", "0.180", "0.387", "0.044",
    ]  # fmt: skip
    assert start.loc[OVERALL, "df"] == 5


def test_first_score_of_an_indicator_is_pearson_s_chi_square(sample):
    study, frame = sample
    scores = forward_lr(study, frame).steps[0].score_tests
    for name in ("segment", "gender"):
        table = pd.crosstab(frame[name], frame["retained"])
        pearson = stats.chi2_contingency(table, correction=False)
        assert scores.loc[name, "score"] == pytest.approx(pearson.statistic, rel=1e-9)
        assert scores.loc[name, "df"] == pearson.dof


# --- The path -------------------------------------------------------------------------------------


def naive_path(study: Study, frame: pd.DataFrame) -> tuple[list[tuple[str, str]], list[float]]:
    """Search by refitting every model with statsmodels; return the actions and log-likelihoods."""
    design, columns = sm.add_constant(design_matrix(study, frame)), study.design.groups
    outcome = frame["retained"].to_numpy()

    def fit(terms):
        chosen = ["const", *(c for term in terms for c in columns[term])]
        return sm.Logit(outcome, design[chosen].to_numpy()).fit(disp=False, maxiter=200, tol=1e-12)

    def score_p(terms, term):
        probability = fit(terms).predict()
        x = design[["const", *(c for t in terms for c in columns[t])]].to_numpy()
        z = design[[*columns[term]]].to_numpy()
        weight = (probability * (1 - probability))[:, None]
        # What is left of z after the weighted regression on x.
        left = z - x @ np.linalg.lstsq(np.sqrt(weight) * x, np.sqrt(weight) * z, rcond=None)[0]
        u = left.T @ (outcome - probability)
        return stats.chi2.sf(u @ np.linalg.inv(left.T @ (weight * left)) @ u, z.shape[1])

    def removal_p(terms, term):
        change = 2 * (fit(terms).llf - fit([t for t in terms if t != term]).llf)
        return stats.chi2.sf(change, len(columns[term]))

    terms, actions, values = [], [], [fit([]).llf]
    visited = [set()]
    while True:
        removals = {term: removal_p(terms, term) for term in terms}
        scores = {term: score_p(terms, term) for term in columns if term not in terms}
        if removals and max(removals.values()) > study.removal_p:
            worst = max(removals, key=removals.get)
            terms = [term for term in terms if term != worst]
            actions.append(("leaves", worst))
        elif scores and min(scores.values()) < study.entry_p:
            best = min(scores, key=scores.get)
            terms = [*terms, best]
            actions.append(("enters", best))
        else:
            return actions, values
        values.append(fit(terms).llf)
        if set(terms) in visited:
            return actions, values
        visited.append(set(terms))


def assert_same_path(study: Study, frame: pd.DataFrame) -> ForwardSelection:
    selection = forward_lr(study, frame)
    actions, values = naive_path(study, frame)
    table = path_table(selection)
    assert list(zip(table["action"], table["term"], strict=True)) == actions
    np.testing.assert_allclose([step.log_likelihood for step in selection.steps], values, atol=1e-9)
    return selection


@DATA_SETS
def test_path_equals_a_naive_search(studied, data_set):
    assert_same_path(*studied[data_set])


def test_path_on_the_births_equals_a_naive_search(low_birth_weight):
    names = ["age", "lwt", "race", "smoke", "ptl", "ht", "ui", "ftv"]
    study, frame = low_birth_weight("book", *names)
    loose = dataclasses.replace(study, entry_p=0.15, removal_p=0.20)
    selection = assert_same_path(loose, frame)
    assert "race" in selection.terms


@pytest.mark.slow
@given(st.integers(0, 10_000), st.sampled_from([(0.05, 0.1), (0.2, 0.25), (0.3, 0.3)]))
@settings(max_examples=25)
def test_path_on_correlated_predictors_equals_a_naive_search(seed, limits):
    rng = np.random.default_rng(seed)
    common, *own = rng.standard_normal((6, 150))
    frame = pd.DataFrame({f"x{i}": common + 0.6 * x for i, x in enumerate(own)})
    frame["retained"] = draw(rng, frame["x0"] - frame["x1"] + 0.3 * frame["x2"])
    assert_same_path(study_of(frame, *limits), frame)


def composite_of_two(seed: int) -> pd.DataFrame:
    """Return customers with a composite of two causes that is the best single predictor."""
    rng = np.random.default_rng(seed)
    first, second, noise = rng.standard_normal((3, 300))
    composite = first + second + 0.7 * noise
    retained = draw(rng, first + second)
    return pd.DataFrame(
        {"composite": composite, "first": first, "second": second, "retained": retained}
    )


def test_a_variable_enters_and_later_leaves():
    frame = composite_of_two(seed=0)
    selection = assert_same_path(study_of(frame), frame)
    table = path_table(selection)
    assert list(zip(table["action"], table["term"], strict=True)) == [
        ("enters", "composite"),
        ("enters", "first"),
        ("enters", "second"),
        ("leaves", "composite"),
    ]
    assert selection.terms == ("first", "second")
    assert selection.ended == "no term can enter or leave"
    assert (table["p_value"].iloc[:3] < 0.05).all()
    assert table["p_value"].iloc[3] > 0.10
    # What left stays out: its score at the end is not significant.
    assert selection.steps[-1].score_tests.loc["composite", "p_value"] > 0.05
    assert table["minus2_log_likelihood"].iloc[3] > table["minus2_log_likelihood"].iloc[2]


def test_a_recurring_model_ends_the_search():
    # With equal limits a term can pass the score test (p = 0.041) and fail the LR test (0.0501).
    rng = np.random.default_rng(48)
    x = rng.exponential(size=100) ** 2
    frame = pd.DataFrame({"x": x, "retained": draw(rng, 0.15 * x - 1)})
    selection = assert_same_path(study_of(frame, 0.05, 0.05), frame)
    assert path_table(selection)["action"].to_list() == ["enters", "leaves"]
    assert selection.ended == "the model had been reached before"
    assert selection.terms == ()


def test_categorical_set_enters_whole_with_its_degrees_of_freedom(sample):
    selection = forward_lr(*sample)
    table = path_table(selection).set_index("term")
    assert table.loc["segment", ["action", "df"]].to_list() == ["enters", 2]
    assert table.loc["segment", "p_value"] == pytest.approx(
        stats.chi2.sf(table.loc["segment", "statistic"], 2)
    )
    removal = selection.steps[-1].removal_tests.loc["segment"]
    assert removal["df"] == 2
    assert removal["change"] == pytest.approx(
        2 * (selection.steps[-1].log_likelihood - removal["log_likelihood"])
    )


def test_limits_decide(sample):
    study, frame = sample
    nothing = forward_lr(dataclasses.replace(study, entry_p=1e-9), frame)
    assert nothing.terms == ()
    assert path_table(nothing).empty
    everything = forward_lr(dataclasses.replace(study, entry_p=0.99, removal_p=0.995), frame)
    assert set(everything.terms) == set(study.predictors)
    last = everything.steps[-1]
    assert last.score_tests.empty
    full = fit_logistic(study, frame)
    assert last.log_likelihood == pytest.approx(full.log_likelihood, abs=1e-9)


# --- Symmetries -----------------------------------------------------------------------------------


def assert_same_search(selection: ForwardSelection, other: ForwardSelection) -> None:
    assert [step.terms for step in selection.steps] == [step.terms for step in other.steps]
    for step, same in zip(selection.steps, other.steps, strict=True):
        assert same.log_likelihood == pytest.approx(step.log_likelihood, rel=1e-10)
        pd.testing.assert_frame_equal(
            same.score_tests.loc[step.score_tests.index], step.score_tests, rtol=1e-6
        )
        pd.testing.assert_frame_equal(same.removal_tests, step.removal_tests, rtol=1e-6)


@pytest.mark.slow
@given(st.integers(0, 10_000))
@settings(max_examples=10)
def test_order_of_customers_does_not_matter(sample, seed):
    study, frame = sample
    shuffled = frame.sample(frac=1, random_state=seed)
    assert_same_search(forward_lr(study, frame), forward_lr(study, shuffled))


@pytest.mark.slow
@given(st.sampled_from([-1, 1]), st.floats(1e-6, 1e6), st.floats(-1e4, 1e4))
@settings(max_examples=15)
def test_units_do_not_matter(sample, sign, factor, shift):
    study, frame = sample
    scaled = frame.assign(recency=sign * factor * (frame["recency"] + shift))
    assert_same_search(forward_lr(study, frame), forward_lr(study, scaled))


def test_coding_of_the_outcome_and_of_levels_does_not_matter(sample):
    study, frame = sample
    selection = forward_lr(study, frame)
    swapped = frame.assign(retained=1 - frame["retained"])
    assert_same_search(selection, forward_lr(study, swapped))
    segment = study.predictors["segment"]
    turned = dataclasses.replace(segment, levels=segment.levels[::-1])
    other = dataclasses.replace(study, predictors=study.predictors | {"segment": turned})
    assert_same_search(selection, forward_lr(other, frame))


def test_order_of_predictors_does_not_matter(sample):
    study, frame = sample
    reordered = dict(reversed(study.predictors.items()))
    other = forward_lr(dataclasses.replace(study, predictors=reordered), frame)
    assert_same_search(forward_lr(study, frame), other)


# --- Separation -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["complete", "quasi", "level"])
def test_separation_on_the_path_names_the_variable(kind):
    rng = np.random.default_rng(5)
    n = 200
    retained = rng.integers(0, 2, n)
    score = rng.standard_normal(n)
    group = rng.choice(["a", "b"], n).astype(object)
    if kind == "complete":
        score = 2.0 * retained + rng.random(n)
    elif kind == "quasi":
        score = np.where(retained == 1, rng.integers(3, 9, n), rng.integers(0, 4, n)).astype(float)
    else:
        group[(retained == 1) & (rng.random(n) < 0.3)] = "c"
    frame = pd.DataFrame({"score": score, "retained": retained})
    study = study_of(frame)
    levels = ("a", "b", "c") if kind == "level" else ("a", "b")
    group_predictor = Predictor("group", "group", "Group", levels=levels)
    study = dataclasses.replace(study, predictors=study.predictors | {"group": group_predictor})
    named = "Group \\(c\\)" if kind == "level" else "score"
    with pytest.raises(StudyError, match=f"'{named}' separates retained from churned"):
        forward_lr(study, frame.assign(group=group))


@pytest.mark.slow
@given(st.integers(0, 10_000))
@settings(max_examples=30)
def test_search_and_fit_agree_on_what_has_a_maximum(seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(np.round(rng.standard_normal((30, 2)), 1), columns=["x", "y"])
    frame["retained"] = draw(rng, 5 * frame["x"] + rng.standard_normal() * frame["y"])
    frame.loc[:1, "retained"] = [0, 1]
    study = study_of(frame, 0.999, 0.9999)
    try:
        fit = fit_logistic(study, frame)
    except StudyError:
        with pytest.raises(StudyError):
            forward_lr(study, frame)
    else:
        last = forward_lr(study, frame).steps[-1]
        if len(last.terms) == 2:
            assert last.log_likelihood == pytest.approx(fit.log_likelihood, abs=1e-9)


# --- The equation that is reported ----------------------------------------------------------------


def test_final_equation_is_the_reported_fit_of_the_selected_terms(reconstruction):
    study, samples = reconstruction
    selection, final = forward_lr(study, samples.build), final_equation(study, samples)
    assert tuple(final.terms) == selection.terms
    assert final.n == len(samples.build)
    assert final.log_likelihood == pytest.approx(selection.steps[-1].log_likelihood, abs=1e-8)


def test_final_equation_is_the_constant_where_nothing_enters(reconstruction):
    study, samples = reconstruction
    final = final_equation(dataclasses.replace(study, entry_p=1e-300), samples)
    assert final.terms == {} and list(final.parameters.index) == ["Constant"]
    assert final.log_likelihood == pytest.approx(final.null_log_likelihood, rel=1e-12)
