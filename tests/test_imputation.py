"""Multiple imputation against R's mice, Rubin's rules against mice and by simulation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from erfm.customers.load import load_customers
from erfm.logistic import fit_logistic
from erfm.trust.imputation import (
    DONORS,
    allowed_decimals,
    compare_estimates,
    draw_values,
    formats,
    imputable,
    impute,
    missing_values,
    pool,
    pool_estimates,
)

EXPECTED = Path(__file__).parent / "expected"
FROM_R = {
    "(Intercept)": "Constant",
    "segmentgold": "segment(gold)",
    "segmentprivate": "segment(private)",
}


@pytest.fixture(scope="module")
def incomplete(make_study):
    """The customers of expected/beyond_customers.csv with their missing ages."""
    frame = pd.read_csv(EXPECTED / "beyond_customers.csv")
    study, _ = make_study(frame, {"segment": ["basic", "gold", "private"]})
    return study, load_customers(study)


def pooled_fits(study, customers, imputations: int, seed: int) -> pd.DataFrame:
    completed = impute(study, imputable(study, customers), imputations, seed=seed)
    return pool([fit_logistic(study, frame) for frame in completed])


# --- Against R ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_pooled_estimates_agree_with_mice(incomplete):
    study, customers = incomplete
    found = pooled_fits(study, customers, 60, seed=1)
    expected = pd.read_csv(EXPECTED / "beyond_mice.csv", index_col="term")
    expected = expected.rename(index=FROM_R)
    found = found.loc[expected.index]
    # Two implementations and two sets of draws: within a fraction of the standard error.
    scale = expected["standard_error"]
    assert ((found["b"] - expected["b"]).abs() < 0.1 * scale).all()
    assert found["standard_error"].to_numpy() == pytest.approx(scale.to_numpy(), rel=0.05)
    for limit in ("lower", "upper"):
        assert ((found[limit] - expected[limit]).abs() < 0.2 * scale).all()
    difference = found["missing_information"] - expected["missing_information"]
    assert difference.abs().max() < 0.1


@pytest.mark.slow
def test_a_chain_of_three_incomplete_columns_agrees_with_mice(make_study):
    """The same gaps as in imputation.R, on top of the missing ages."""
    frame = pd.read_csv(EXPECTED / "beyond_customers.csv")
    row = np.arange(1, len(frame) + 1)
    frame["recency"] = frame["recency"].mask((row % 5 == 2) & (frame["retained"] == 1))
    frame["frequency"] = frame["frequency"].mask(row % 7 == 3)
    study, _ = make_study(frame, {"segment": ["basic", "gold", "private"]})
    found = pooled_fits(study, load_customers(study), 60, seed=3)
    expected = pd.read_csv(EXPECTED / "imputation.csv", index_col="term").rename(index=FROM_R)
    scale = expected["standard_error"]
    found = found.loc[expected.index]
    assert ((found["b"] - expected["b"]).abs() < 0.15 * scale).all()
    assert found["standard_error"].to_numpy() == pytest.approx(scale.to_numpy(), rel=0.06)
    difference = found["missing_information"] - expected["missing_information"]
    assert difference.abs().max() < 0.12


def test_rubins_rules_equal_mice():
    expected = pd.read_csv(EXPECTED / "beyond_rubin.csv")
    estimates, variances = expected[["estimate"]], expected[["variance"]]
    found = pool_estimates(
        estimates.set_axis(["q"], axis=1), variances.set_axis(["q"], axis=1), complete_df=120 - 6
    ).loc["q"]
    for name in ("b", "standard_error", "df", "lower", "upper", "missing_information"):
        assert found[name] == pytest.approx(expected[name][0], rel=1e-12)


def test_estimates_without_missing_information_stay_as_they_are():
    same = pd.DataFrame({"q": [0.3, 0.3, 0.3]})
    found = pool_estimates(same, same * 0 + 0.04, complete_df=1e9).loc["q"]
    assert found["b"] == pytest.approx(0.3) and found["standard_error"] == pytest.approx(0.2)
    assert found["upper"] == pytest.approx(0.3 + 1.959964 * 0.2, abs=1e-6)


def test_rubins_limits_cover_the_truth():
    """95% limits of a mean with 40% missing at random hold in 93% to 97% of samples.

    Proper imputations of a normal variable are drawn from its posterior without software between.
    """
    rng = np.random.default_rng(5)
    n, m, samples = 60, 10, 3000
    observed = rng.normal(size=(samples, 36))
    k = observed.shape[1]
    mean, variance = observed.mean(axis=1), observed.var(axis=1, ddof=1)
    sigma = np.sqrt((k - 1) * variance[:, None] / rng.chisquare(k - 1, (samples, m)))
    mu = mean[:, None] + sigma * rng.normal(size=(samples, m)) / np.sqrt(k)
    drawn = mu[..., None] + sigma[..., None] * rng.normal(size=(samples, m, n - k))
    whole = np.concatenate([np.broadcast_to(observed[:, None], (samples, m, k)), drawn], axis=2)
    pooled = pool_estimates(
        pd.DataFrame(whole.mean(axis=2).T), pd.DataFrame(whole.var(axis=2, ddof=1).T / n), n - 1
    )
    held = ((pooled["lower"] <= 0) & (pooled["upper"] >= 0)).mean()
    assert 0.93 <= held <= 0.97


def test_estimates_side_by_side(incomplete):
    study, customers = incomplete
    listwise = fit_logistic(study, customers.dropna().astype({"retained": int}))
    pooled = pooled_fits(study, customers, 3, seed=1)
    table = compare_estimates(listwise, pooled)
    assert set(table.index) == set(pooled.index) and table.notna().all(axis=None)
    assert table["listwise_b"].to_dict() == pytest.approx(listwise.parameters.to_dict())
    assert table["imputed_b"].to_dict() == pytest.approx(pooled["b"].to_dict())


# --- What is imputed ------------------------------------------------------------------------------


def test_imputation_repairs_what_listwise_deletion_distorts(make_study):
    rng = np.random.default_rng(1)
    n = 3000
    x, z = rng.normal(size=(2, n))
    retained = (rng.random(n) < special.expit(x + 0.5 * z)).astype(int)
    gone = rng.random(n) < special.expit(-1.2 + 1.5 * retained * x)
    frame = pd.DataFrame({"x": x, "z": np.where(gone, np.nan, z), "retained": retained}).round(6)
    study, complete = make_study(frame)
    pooled = pooled_fits(study, load_customers(study), 10, seed=2)
    table = compare_estimates(fit_logistic(study, complete), pooled)
    assert table.loc["x", "listwise_upper"] < 1
    assert table.loc["x", "imputed_lower"] < 1 < table.loc["x", "imputed_upper"]
    assert table.loc["z", "missing_information"] > table.loc["x", "missing_information"]
    difference = table["imputed_b"] - table["listwise_b"]
    assert (table["change_in_se"] * table["listwise_standard_error"]).to_numpy() == pytest.approx(
        difference.to_numpy()
    )


def test_known_values_stay_and_imputed_ones_are_other_customers(incomplete):
    study, customers = incomplete
    completed = impute(study, imputable(study, customers), 3, seed=1)
    missing = customers["age"].isna()
    for frame in completed:
        assert frame.loc[~missing].equals(imputable(study, customers).loc[~missing])
        assert frame["age"].isin(customers["age"].dropna()).all()
    assert not completed[0]["age"].equals(completed[1]["age"])


@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(5, 60))
def test_donors_are_among_the_nearest(seed, most, n):
    """Without noise the drawn coefficients are the estimate, so that who is near is known."""
    rng = np.random.default_rng(seed)
    x, target = rng.integers(0, most, n), rng.integers(0, most, 30)
    known, unknown = (np.column_stack([np.ones(len(v)), v]) for v in (x, target))
    if np.ptp(x) == 0:
        known, unknown = known[:, :1], unknown[:, :1]
        target = np.full(30, x[0])
    distance = np.abs(x - target[:, None])
    reach = np.sort(distance, axis=1, kind="stable")[:, DONORS - 1]
    chosen = draw_values(known, x - x.mean(), unknown, rng)
    assert (distance[np.arange(30), chosen] <= reach).all()


def test_donors_that_tie_are_drawn_alike():
    """Of 400 customers with the same prediction each is a donor as often as any other."""
    rng = np.random.default_rng(1)
    known, unknown = np.ones((400, 1)), np.ones((20_000, 1))
    values = rng.normal(size=400)
    times = np.bincount(draw_values(known, values, unknown, rng), minlength=400)
    chi_square = ((times - 50) ** 2 / 50).sum()
    assert 330 < chi_square < 475  # 0.5% and 99.5% of chi-square on 399 df


def test_all_of_the_nearest_are_drawn_and_nobody_else():
    """Ten customers apart from one another: the five nearest to a value share it alike."""
    known = np.column_stack([np.ones(10), np.arange(10.0)])
    unknown = np.tile([1.0, 2.2], (5000, 1))
    drawn = draw_values(known, np.arange(10.0), unknown, np.random.default_rng(3))
    times = np.bincount(drawn, minlength=10)
    assert times[5:].sum() == 0 and (times[:5] > 900).all()


@pytest.mark.slow
def test_intervals_cover_the_truth(make_study):
    """95% limits after imputation hold the truth in 91% to 99% of samples with gaps by outcome."""
    rng = np.random.default_rng(4)
    n, truth, held = 250, np.array([0.2, 0.8, -0.5]), []
    made = pd.DataFrame(rng.normal(size=(n, 2)), columns=["x", "z"])
    study, _ = make_study(made.assign(retained=np.arange(n) % 2))
    for seed in range(200):
        x, z = rng.normal(size=(2, n))
        retained = (rng.random(n) < special.expit(truth @ [np.ones(n), x, z])).astype(int)
        gone = rng.random(n) < special.expit(-1 + retained + 0.5 * x)
        frame = pd.DataFrame({"x": x, "z": np.where(gone, np.nan, z), "retained": retained})
        frame = frame.assign(customer_id=[str(i) for i in range(n)])
        pooled = pooled_fits(study, frame, 10, seed)
        held.append((pooled["lower"] <= truth) & (truth <= pooled["upper"]))
    assert pd.DataFrame(held).mean().between(0.91, 0.99).all()


def test_predictors_may_have_any_name(make_study):
    rng = np.random.default_rng(6)
    names = ["x0", "y", "Intercept", "index", "outcome", "const"]
    frame = pd.DataFrame(rng.normal(size=(80, len(names))), columns=names)
    frame = frame.assign(retained=rng.integers(0, 2, 80))
    frame.loc[::4, ["y", "x0"]] = np.nan
    study, _ = make_study(frame)
    for completed in impute(study, imputable(study, load_customers(study)), 2, seed=1):
        assert completed.notna().all(axis=None)


def test_decimals_end_where_the_draws_begin(incomplete):
    assert [allowed_decimals(e) for e in (0.0004, 0.001, 0.02, 0.3, 7, 0)] == [3, 3, 1, 0, 0, 8]
    study, customers = incomplete
    first, second = (pooled_fits(study, customers, 20, seed=s) for s in (1, 2))
    # The difference between two runs is of the size that each says.
    error = np.hypot(first["monte_carlo_error"], second["monte_carlo_error"])
    assert ((first["b"] - second["b"]).abs() < 4 * error).all()
    assert (first["monte_carlo_error"] < first["standard_error"] / 4).all()


@pytest.mark.slow
def test_imputed_numbers_are_written_within_their_error(incomplete):
    """The sd over runs of what is shown is that which decides on its decimals."""
    study, customers = incomplete
    runs = pd.concat([pooled_fits(study, customers, 20, seed=s) for s in range(12)], keys=range(12))
    listwise = fit_logistic(study, customers.dropna().astype({"retained": int}))
    table = compare_estimates(listwise, runs.loc[0])
    written = formats(table, 20)
    spread = runs.groupby(level=1).std().loc[table.index]
    for column, found in (("imputed_b", "b"), ("missing_information", "missing_information")):
        unit = written[column].map(lambda spec: 10.0 ** -int(spec[2:-1]))
        # A last decimal is worth at least the error, and no decimal is given away.
        assert (unit > 0.4 * spread[found]).all() and (unit < 30 * spread[found]).all()
    assert written["monte_carlo_error"]["age"] == f",.{int(written['imputed_b']['age'][2:-1]) + 1}f"


def test_the_order_of_rows_does_not_matter(incomplete):
    study, customers = incomplete
    shuffled = customers.sample(frac=1, random_state=1)
    first, second = (
        impute(study, imputable(study, c), 2, seed=1)[1] for c in (customers, shuffled)
    )
    pd.testing.assert_frame_equal(first, second)


def test_imputation_depends_on_the_seed_alone(incomplete):
    study, customers = incomplete
    first, again, other = (
        impute(study, imputable(study, customers), 1, seed=s)[0] for s in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(first, again)
    assert not first["age"].equals(other["age"])


def test_a_category_of_two_and_several_columns_are_imputed(make_study):
    rng = np.random.default_rng(3)
    n = 300
    frame = pd.DataFrame(
        {
            "x": rng.normal(size=n).round(4),
            "z": rng.normal(size=n).round(4),
            "sex": rng.choice(["f", "m"], n),
            "tier": rng.choice(["a", "b", "c"], n),
            "retained": rng.integers(0, 2, n),
        }
    )
    frame.loc[::5, "x"] = np.nan
    frame.loc[1::5, "sex"] = None
    frame.loc[::50, "tier"] = None
    study, _ = make_study(frame, {"sex": ["f", "m"], "tier": ["a", "b", "c"]})
    customers = load_customers(study)
    able = imputable(study, customers)
    assert len(able) == n - 6 and able["tier"].notna().all()
    for completed in impute(study, able, 2, seed=1):
        assert completed.notna().all(axis=None)
        assert set(completed["sex"]) == {"f", "m"}
    table = missing_values(study, customers)
    assert table["missing"].to_dict() == {"x": 60, "z": 0, "sex": 60, "tier": 6}


def test_nothing_missing_means_nothing_imputed(sample):
    study, frame = sample
    for completed in impute(study, frame, 2, seed=1):
        pd.testing.assert_frame_equal(completed, frame)
