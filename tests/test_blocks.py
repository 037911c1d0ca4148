"""Customers a block at a time: the same sums as of all at once, whatever the threads."""

import numpy as np
import pandas as pd
import pytest
from benchmark import customers, study_of_six
from scipy import special

from erfm import blocks, stepwise
from erfm.blocks import ROWS_AT_A_TIME, InMemory, derivatives
from erfm.stepwise import Likelihood, forward_lr, search
from erfm.study import design_matrix, standardise

GROUPS = {"recency": [1], "frequency": [2], "amount": [3]}


def drawn(n: int, seed: int = 5) -> InMemory:
    rng = np.random.default_rng(seed)
    matrix = np.ones((n, 4), order="F")
    matrix[:, 1:] = rng.standard_normal((n, 3))
    logit = matrix @ [0.3, -0.6, 0.4, 0.0]
    return InMemory(matrix, (rng.random(n) < special.expit(logit)).astype(float))


@pytest.mark.parametrize("n", [1, 40, ROWS_AT_A_TIME, ROWS_AT_A_TIME + 1, 150_000])
def test_a_pass_sums_what_all_rows_give_at_once(n):
    sample, b = drawn(n), np.array([[0.1, 0.2, -0.3, 0.0], [0.0, 40.0, 0.0, 0.0]])
    found = derivatives(sample, list(b))
    for model, value, gradient, information in zip(b, *found, strict=True):
        linear, y, x = sample.matrix @ model, sample.outcome, sample.matrix
        p = special.expit(linear)
        assert value == pytest.approx(special.log_expit((2 * y - 1) * linear).sum(), rel=1e-12)
        assert gradient == pytest.approx((y - p) @ x, rel=1e-9, abs=1e-9)
        assert information == pytest.approx((x.T * (p * special.expit(-linear))) @ x, rel=1e-9)


def test_gradients_alone_are_those_of_a_whole_pass():
    sample, b = drawn(500), [np.array([0.1, 0.2, -0.3, 0.0])]
    whole, part = derivatives(sample, b), derivatives(sample, b, information=False)
    assert part[0] == whole[0]
    assert (part.gradients == whole.gradients).all()
    assert part.informations.size == 0


@pytest.mark.slow
def test_every_number_of_threads_gives_the_same_bits(monkeypatch):
    sample, results = drawn(400_000), []
    for threads in ("1", "2", "3", "7"):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        results.append(derivatives(sample, [np.array([0.1, 0.2, -0.3, 0.0])] * 2))
    for other in results[1:]:
        for one, two in zip(results[0], other, strict=True):
            assert (one == two).all()


@pytest.mark.parametrize(("given", "threads"), [("3", 3), ("0", 9), ("", 9), ("4,2", 9)])
def test_the_environment_says_how_many_threads_may_compute(monkeypatch, given, threads):
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    monkeypatch.setattr(blocks.os, "cpu_count", lambda: 9)
    assert blocks.processors() == threads


def test_few_blocks_wait_in_memory_at_a_time(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    monkeypatch.setattr(blocks, "ROWS_AT_A_TIME", 10)
    begun, most = [], 0
    looked = blocks.in_order(drawn(1_000), lambda x, y: begun.append(0) or len(y))
    for taken, rows in enumerate(looked):
        most = max(most, len(begun) - taken)
        assert rows == 10
    assert len(begun) == 100
    assert most <= 6


# --- A search that a sample has foreseen ----------------------------------------------------------


def of_six(n: int, seed: int) -> tuple[Likelihood, Likelihood]:
    frame = customers(n, seed)
    study = study_of_six()
    design = design_matrix(study, frame)
    groups = {term: [i] for i, term in enumerate(study.design.groups, start=1)}
    sample = InMemory(standardise(design).matrix, frame["retained"].to_numpy(dtype=float))
    return Likelihood(sample, groups), Likelihood(sample.every(8), groups)


def assert_same(one, other):
    assert [s.terms for s in one.steps] == [s.terms for s in other.steps]
    for a, b in zip(one.steps, other.steps, strict=True):
        assert a.log_likelihood == pytest.approx(b.log_likelihood, rel=1e-13)
        for tests in ("scores", "overall", "removals"):
            for first, second in zip(getattr(a, tests), getattr(b, tests), strict=True):
                assert first.term == second.term
                assert first.statistic == pytest.approx(second.statistic, rel=1e-8, abs=1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("n", [20_000, 100_000])
@pytest.mark.parametrize("seed", range(4))
def test_a_foreseen_search_is_the_same_search(n, seed):
    plain, sample = of_six(n, seed)
    seen = Likelihood(plain.blocks, plain.groups)
    stepwise.foresee(seen, sample, 0.05, 0.10)
    assert len(seen.models) > 1
    assert_same(search(seen, 0.05, 0.10), search(plain, 0.05, 0.10))


def test_the_foreseen_maxima_are_maxima():
    plain, sample = of_six(20_000, 3)
    stepwise.foresee(plain, sample, 0.05, 0.10)
    for key, maximum in plain.models.items():
        found = derivatives(plain.blocks, [maximum.coefficients])
        columns = plain.columns(key)
        assert abs(found.gradients[0][columns]).max() < 1e-4  # of about 70, a sd
        assert found[0][0] == pytest.approx(maximum.log_likelihood, rel=1e-13)


def test_a_sample_without_a_maximum_spoils_nothing():
    """Every eighth customer has no value but one; among all of them there is a maximum."""
    plain = Likelihood(drawn(4_000), GROUPS)
    sample = Likelihood(plain.blocks.every(8), GROUPS)
    sample.blocks.matrix[:, 1] = 2 * sample.blocks.outcome - 1
    stepwise.foresee(plain, sample, 0.05, 0.10)
    assert_same(search(plain, 0.05, 0.10), search(Likelihood(drawn(4_000), GROUPS), 0.05, 0.10))


def test_a_misleading_sample_spoils_nothing():
    """The sample's customers are others: its estimates are far from those of all."""
    plain = Likelihood(drawn(4_000), GROUPS)
    other = drawn(500, 6)
    other.matrix[:, 1:] = -3 * other.matrix[:, 1:] + 1
    stepwise.foresee(plain, Likelihood(other, GROUPS), 0.05, 0.10)
    assert_same(search(plain, 0.05, 0.10), search(Likelihood(drawn(4_000), GROUPS), 0.05, 0.10))


@pytest.mark.slow
def test_many_customers_are_foreseen_and_few_are_not(monkeypatch):
    seen = []
    monkeypatch.setattr(stepwise, "foresee", lambda *given: seen.append(given[0].blocks.customers))
    for n in (stepwise.MANY - 1, stepwise.MANY):
        forward_lr(study_of_six(), customers(n))
    assert seen == [stepwise.MANY]


def test_fewer_passes_are_made_over_customers_that_are_foreseen(monkeypatch):
    passes = []

    def counted(sample, models, information=True):
        passes.append(len(sample) and sample.customers)
        return derivatives(sample, models, information)

    monkeypatch.setattr(stepwise, "derivatives", counted)
    plain, sample = of_six(20_000, 3)
    search(plain, 0.05, 0.10)
    alone = passes.count(20_000)
    passes.clear()
    seen = Likelihood(plain.blocks, plain.groups)
    stepwise.foresee(seen, sample, 0.05, 0.10)
    search(seen, 0.05, 0.10)
    assert passes.count(20_000) <= alone / 2


def test_all_removals_of_a_step_share_their_passes(monkeypatch):
    models = []
    monkeypatch.setattr(
        stepwise, "derivatives",
        lambda sample, given, information=True: models.append(len(given))
        or derivatives(sample, given, information),
    )  # fmt: skip
    plain, _ = of_six(5_000, 1)
    plain.removal_tests(("age", "frequency", "gender", "recency"))
    assert models.count(4) >= 1
    assert pd.Series(models).sum() > len(models)
