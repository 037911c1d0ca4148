"""The same customers give the same results, in whatever order a file lists them."""

import numpy as np
import pandas as pd
import pytest

from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study
from erfm.samples import by_identifier, split_samples
from erfm.stepwise import forward_lr
from erfm.trust.resampling import at_most, bootstrap

STUDY = """
title = "Listed twice"
data = {{ file = "{file}"{identifier} }}
outcome = {{ column = "status", retained = "a", churned = "b" }}
sample = {{ holdout_size = {size}, seed = 5 }}
predictors = {{ visits = {{}}, age = {{}} }}
"""


@pytest.fixture(scope="module")
def listed(tmp_path_factory):
    """The same 300 customers in two orders, and studies of them with and without identifiers."""
    folder = tmp_path_factory.mktemp("listed")
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"id": rng.permutation(900)[:300], "visits": rng.integers(0, 9, 300)})
    frame["age"] = rng.integers(18, 80, 300)
    frame["status"] = np.where(rng.random(300) < 0.1 + 0.08 * frame["visits"], "a", "b")
    frame.to_csv(folder / "one.csv", index=False)
    frame.sample(frac=1, random_state=3).to_csv(folder / "other.csv", index=False)

    def study(file: str, identifier: str = ', id = "id"', size: float = 0.4):
        path = folder / "study.toml"
        text = STUDY.format(file=f"{file}.csv", identifier=identifier, size=size)
        path.write_text(text, encoding="utf-8")
        return load_study(path)

    return study


def analysed(study):
    samples = split_samples(study, load_customers(study))
    repeated = bootstrap(study, samples.build, 20, seed=1)
    return samples, forward_lr(study, samples.build), repeated


def test_a_shuffled_copy_gives_the_same_samples_and_resamples(listed):
    (samples, path, repeated), (again, same_path, same) = (
        analysed(listed(file)) for file in ("one", "other")
    )
    for part in ("complete", "build", "holdout"):
        first, second = (getattr(s, part).reset_index(drop=True) for s in (samples, again))
        pd.testing.assert_frame_equal(first, second)
    assert path.steps == same_path.steps
    pd.testing.assert_frame_equal(repeated.coefficients, same.coefficients)


def test_at_most_draws_the_same_customers_from_any_order(listed):
    one, other = (at_most(load_customers(listed(f)), 100, seed=1) for f in ("one", "other"))
    assert one["customer_id"].tolist() == other["customer_id"].tolist()


def test_a_larger_holdout_keeps_those_held_out_before(listed):
    """The draw goes by each customer's own digest, so that samples of two sizes are nested."""
    held = {}
    for size in (0.2, 0.4):
        study = listed("one", size=size)
        held[size] = set(split_samples(study, load_customers(study)).holdout["customer_id"])
    assert held[0.2] < held[0.4] and len(held[0.4]) == 120


def test_another_seed_draws_others(listed):
    study = listed("one")
    customers = load_customers(study)
    first = split_samples(study, customers).holdout
    path = study.path
    path.write_text(path.read_text("utf-8").replace("seed = 5", "seed = 6"), encoding="utf-8")
    other = split_samples(load_study(path), customers).holdout
    shared = len(set(first["customer_id"]) & set(other["customer_id"]))
    assert 25 < shared < 75  # 48 of 120 if the draws know nothing of one another


def test_without_identifiers_the_order_matters_and_is_told(listed):
    study = listed("one", identifier="")
    samples = split_samples(study, load_customers(study))
    assert any("no identifier" in warning for warning in samples.warnings)
    study = listed("one")
    assert split_samples(study, load_customers(study)).warnings == ()


def test_identifiers_are_ordered_as_numbers_and_then_as_text():
    customers = pd.DataFrame({"customer_id": ["10", "b", "9.0", "a10", "007", "a9"]})
    ordered = by_identifier(customers)
    assert ordered["customer_id"].tolist() == ["007", "9.0", "10", "a10", "a9", "b"]
    assert ordered.index.tolist() == [4, 2, 0, 3, 5, 1]
