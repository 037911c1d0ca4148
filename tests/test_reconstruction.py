"""The simulated customers: the file, its targets, the true coefficients and the missing ages."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study
from erfm.paper import reconstruction
from erfm.paper.ledger import printed
from erfm.samples import split_samples
from erfm.stepwise import forward_lr
from erfm.study import DATA, design_matrix

FILE = DATA / "customers.csv"


@pytest.fixture(scope="module")
def simulated():
    return reconstruction.simulate()


@pytest.fixture(scope="module")
def customers():
    return pd.read_csv(FILE)


@pytest.fixture(scope="module")
def complete(customers):
    return customers.dropna(subset=["age"])


@pytest.fixture(scope="module")
def build(complete):
    return complete[complete["sample"] == "build"]


def logit(outcome, columns):
    return sm.Logit(outcome, sm.add_constant(columns.astype(float))).fit(disp=0)


def design(frame):
    """The six predictors as numbers, without the package's own design matrix."""
    numbers = frame[["recency", "frequency", "amount", "has_child", "age"]]
    return numbers.assign(male=(frame["gender"] == "male").astype(int))


# --- The file -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_file_is_regenerated_byte_for_byte(tmp_path, simulated, monkeypatch):
    monkeypatch.setattr(reconstruction, "simulate", {reconstruction.SEED: simulated}.get)
    reconstruction.write_customers(tmp_path / "customers.csv")
    assert (tmp_path / "customers.csv").read_bytes() == FILE.read_bytes()


def test_file_is_plain_text_with_line_feeds_and_whole_numbers():
    text = FILE.read_bytes().decode("utf-8")
    header, *rows = text.removesuffix("\n").split("\n")
    assert header == "customer_id,recency,frequency,amount,has_child,gender,age,retained,sample"
    row = re.compile(r"C\d{4},\d+,\d+,\d+,\d,(fe)?male,(\d\d,[01],(build|holdout)|,[01],)")
    assert [line for line in rows if not row.fullmatch(line)] == []


def readme_table(first_column):
    """The rows of the table of data/README.md whose first column has this heading."""
    lines = (DATA / "README.md").read_text(encoding="utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith(f"| {first_column} |"))
    rows = itertools.takewhile(lambda line: line.startswith("|"), lines[start + 2 :])
    return [[cell.strip(" `") for cell in row.split("|")[1:-1]] for row in rows]


def test_codebook_describes_the_file(customers):
    ranges, missing = {}, {}
    for column, kind, _, extent, absent, _ in readme_table("column"):
        ranges[column], missing[column] = extent, int(absent)
        assert (kind == "integer") == pd.api.types.is_numeric_dtype(customers[column])
    assert missing == customers.isna().sum().to_dict()
    assert customers["customer_id"].is_unique
    for column, extent in ranges.items():
        values = sorted(customers[column].dropna().unique())
        if column in ("gender", "sample"):
            assert ", ".join(values) == extent
        else:
            assert [str(v).removesuffix(".0") for v in (values[0], values[-1])] == extent.split("–")


def test_readme_gives_the_coefficients_of_the_simulation():
    lines = (DATA / "README.md").read_text(encoding="utf-8").splitlines()
    for coefficients in (
        reconstruction.TRUE_COEFFICIENTS,
        reconstruction.MISSING_AGE_COEFFICIENTS,
    ):
        for term, value in coefficients.items():
            assert f"| {term} | {value:g} |" in lines


def test_only_ages_and_samples_are_missing_and_always_together(customers):
    missing = customers.isna()
    assert missing["age"].sum() == printed("n_raw") - printed("n_complete")
    assert (missing["age"] == missing["sample"]).all()
    assert not missing.drop(columns=["age", "sample"]).any(axis=None)


# --- The targets, each by a path of its own -------------------------------------------------------


def test_every_target_holds_in_the_file_as_the_study_loads_it():
    table = reconstruction.targets(load_customers(load_study("reconstruction")))
    assert table.index.is_unique
    assert table.index[~table["holds"]].tolist() == []


def test_a_changed_customer_is_seen_by_the_targets(customers):
    changed = customers.copy()
    changed.loc[changed["age"].notna().idxmax(), "frequency"] += 30
    table = reconstruction.targets(changed)
    assert not table.loc[["frequency_sd", "frequency_skewness"], "holds"].any()
    assert table.loc["male_n", "holds"]


def test_counts(complete, build):
    holdout = complete[complete["sample"] == "holdout"]
    assert len(build) == 2000
    assert holdout["retained"].value_counts().to_dict() == {0: 897, 1: 437}
    assert complete["gender"].value_counts().to_dict() == {"male": 2394, "female": 940}


def test_frequency_moments_by_spss_formulas(complete):
    x = complete["frequency"]
    n, deviation = len(x), x - x.mean()
    m2, m4, s = (deviation**2).sum(), (deviation**4).sum(), x.std()
    kurtosis = (n * (n + 1) * m4 - 3 * (n - 1) * m2**2) / ((n - 1) * (n - 2) * (n - 3) * s**4)
    assert (x.min(), x.max()) == (2, 101)
    assert (f"{x.mean():.2f}", f"{s:.3f}", f"{kurtosis:.3f}") == ("11.10", "9.387", "11.265")


def test_full_model_by_statsmodels(build):
    fit = logit(build["retained"], design(build))
    assert f"{np.exp(fit.params['frequency']):.3f}" == "1.051"
    assert (fit.params[["recency", "male", "age"]] < 0).all()
    assert (fit.pvalues[["frequency", "recency", "male", "age"]] < 0.05).all()
    assert (fit.pvalues[["amount", "has_child"]] > 0.05).all()
    assert abs(fit.params["amount"]) < 0.0005


def test_standardised_coefficients_rank_as_printed(build):
    x = design(build)
    sizes = (logit(build["retained"], x).params.drop("const") * x.std()).abs()
    four = sizes[["frequency", "recency", "age", "male"]]
    assert four.is_monotonic_decreasing
    assert four.min() > sizes[["amount", "has_child"]].max()


def test_forward_lr_never_has_amount_or_children_to_choose():
    study = load_study("reconstruction")
    samples = split_samples(study, load_customers(study))
    steps = forward_lr(study, samples.build).steps
    assert {step.entered for step in steps[1:]} == {"frequency", "recency", "age", "gender"}
    assert len(steps) == 5
    assert (steps[-1].score_tests.loc[["amount", "has_child"], "p_value"] > 0.1).all()


# --- The truth behind the file --------------------------------------------------------------------


@pytest.mark.slow
def test_simulated_customers_are_the_file_with_every_age(simulated, customers):
    assert simulated["age"].between(18, 80).all()
    hidden = simulated.assign(age=simulated["age"].mask(simulated["age_missing"]))
    pd.testing.assert_frame_equal(hidden.drop(columns="age_missing"), customers, check_dtype=False)


@pytest.mark.slow
def test_true_coefficients_are_recovered_from_all_customers(simulated):
    truth = pd.Series(reconstruction.TRUE_COEFFICIENTS)
    truth = truth.rename({"Constant": "const", "gender(male)": "male"})
    fit = logit(simulated["retained"], design(simulated))
    assert ((fit.params - truth[fit.params.index]).abs() < 3 * fit.bse).all()


@pytest.mark.slow
def test_true_probabilities_are_calibrated(simulated):
    p = reconstruction.retention_probability(simulated)
    z = (simulated["retained"] - p).sum() / np.sqrt((p * (1 - p)).sum())
    assert abs(z) < 3


def test_listwise_deletion_flattens_frequency_but_not_absurdly(complete):
    fit = logit(complete["retained"], design(complete))
    truth = reconstruction.TRUE_COEFFICIENTS["frequency"]
    assert truth / 2 < fit.params["frequency"] < truth - 1.5 * fit.bse["frequency"]


def test_missing_ages_follow_what_is_observed(customers):
    observed = customers.assign(
        interaction=customers["retained"] * np.log(customers["frequency"] / 8)
    )[["recency", "interaction"]]
    fit = logit(customers["age"].isna().astype(int), observed)
    truth = list(reconstruction.MISSING_AGE_COEFFICIENTS.values())
    assert (fit.pvalues[["recency", "interaction"]] < 0.001).all()
    assert (np.abs(fit.params - truth) < 3 * fit.bse).all()


@pytest.mark.slow
def test_missing_ages_do_not_follow_the_age(simulated):
    x = simulated.assign(interaction=simulated["retained"] * np.log(simulated["frequency"] / 8))[
        ["recency", "interaction", "age"]
    ]
    fit = logit(simulated["age_missing"].astype(int), x)
    assert fit.pvalues["age"] > 0.05


@pytest.mark.slow
def test_associations_are_plausible(simulated):
    spearman = simulated[["recency", "frequency", "amount", "has_child", "age"]].corr("spearman")
    assert spearman.loc["recency", "frequency"] < -0.3
    assert spearman.loc["frequency", "amount"] > 0.3
    assert spearman.loc["age", "has_child"] > 0.2
    assert simulated[["recency", "frequency", "amount"]].skew().gt(0.8).all()


# --- The steps of the simulation ------------------------------------------------------------------


@pytest.mark.slow
@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_every_draw_has_the_margins_it_is_built_from(seed):
    customers = reconstruction._draw_customers(np.random.default_rng(seed))
    assert customers["frequency"].between(2, 101).all()
    assert (customers["gender"] == "male").sum() == round(4500 * 2394 / 3334)
    shares = customers["has_child"].value_counts(normalize=True).sort_index()
    np.testing.assert_allclose(shares, [0.35, 0.47, 0.15, 0.03], atol=0.001)


def test_moments_equal_scipy():
    x = np.random.default_rng(7).gamma(1.5, 6, size=500)
    moments = reconstruction._moments(reconstruction._powers(x).sum(axis=0), len(x))
    expected = [x.mean(), x.std(ddof=1), stats.kurtosis(x, bias=False)]
    np.testing.assert_allclose(moments, expected, rtol=1e-9)


@pytest.mark.slow
def test_matching_moves_few_frequencies_and_by_at_most_three():
    rng = np.random.default_rng(reconstruction.SEED)
    matched = None
    while matched is None:
        customers = reconstruction._draw_customers(rng)
        kept = ~reconstruction._draw_missing(rng, customers)
        drawn = customers.loc[kept, "frequency"].to_numpy()
        matched = reconstruction._match_frequency(drawn)
    moves = np.abs(matched - drawn)
    extremes = [drawn.argmin(), drawn.argmax()]
    assert 0 < (moves > 0).sum() <= reconstruction.MOST_MOVED
    assert np.delete(moves, extremes).max() <= 3


def test_matching_gives_up_on_frequencies_that_are_too_far():
    assert reconstruction._match_frequency(np.full(3334, 11)) is None


def test_true_probability_uses_the_indicator_of_men():
    twins = pd.DataFrame(
        {"recency": 30, "frequency": 9, "amount": 800, "has_child": 1, "age": 40,
         "gender": ["female", "male"]}
    )  # fmt: skip
    p = reconstruction.retention_probability(twins)
    log_odds = np.log(p / (1 - p))
    truth = reconstruction.TRUE_COEFFICIENTS
    assert log_odds[0] == pytest.approx(
        truth["Constant"] + 30 * truth["recency"] + 9 * truth["frequency"] + 40 * truth["age"]
    )
    assert log_odds[1] - log_odds[0] == pytest.approx(truth["gender(male)"])
    assert design_matrix(load_study("reconstruction"), twins)["gender(male)"].tolist() == [0, 1]
