"""What page 12 says: of a study in memory and of a sample, of nothing selected, of one variable."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from erfm import final_equation, fit_logistic, forward_lr, load_study
from erfm.report import sentences_all_customers as sentences
from erfm.stepwise import ForwardSelection

STUDY = load_study("reconstruction")


def test_in_short_says_where_the_customers_were_and_what_is_kept(sample):
    study, frame = sample
    selection = forward_lr(study, frame)
    few = sentences.in_short(study, selection, 600, 0)
    assert few.startswith("**In short.** Computed by the engine from the 600 customers of the ")
    many = sentences.in_short(study, selection, 6_000_000, 10_000_000)
    assert "from all 6,000,000 customers of the model-building sample, who do not fit in" in many
    assert all(study.label(term) in many for term in selection.terms)
    none = ForwardSelection(selection.steps[:1], "no term can enter or leave")
    assert sentences.in_short(study, none, 600, 0).endswith("*Forward: LR* keeps no variable.")


def test_who_is_shown():
    assert sentences.who(4_500, 0).startswith("The 4,500 customers of this study fit in memory")
    assert sentences.who(99_486, 10**7) == (
        "The other pages show a random sample of 99,486 of the 10,000,000 customers; this one has "
        "them all."
    )


@pytest.mark.parametrize(("p", "words"), [(0.2, "no more than chance could"), (0.01, "more than")])
def test_the_joint_test(p, words):
    omnibus = pd.DataFrame({"chi_square": [1234.5], "df": [6], "p_value": [p]}, index=["Model"])
    said = sentences.joint_test(omnibus)
    assert words in said and "χ² = 1,234.500 on 6 df" in said


def test_two_ways_to_one_equation_are_compared(sample):
    study, frame = sample
    fit = fit_logistic(study, frame)
    same = sentences.beside(fit, fit)
    assert (same["distance"] == 0).all()
    assert sentences.agreement(study, same, 0) == (
        "Both ways give the same coefficients, to more digits than are shown."
    )
    se = np.sqrt(np.diag(fit.covariance))
    moved = fit.parameters.copy()
    moved["recency"] += 2.5 * se[list(moved.index).index("recency")]
    other = sentences.beside(fit, replace(fit, parameters=moved))
    assert other.loc["recency", "distance"] == pytest.approx(2.5)
    said = sentences.agreement(study, other, 10**7)
    assert "at most 2.50 of their standard errors" in said and study.label("recency") in said
    assert f"{len(se) - 1} of {len(se)} coefficients lie within 1.96" in said
    assert "differ by as much as" in sentences.agreement(study, other, 0)


def test_blocks_are_counted():
    assert sentences.passes(1, 65_536, 2_000) == (
        "The 2,000 customers make one block of at most 65,536 rows."
    )
    assert "in 92 blocks" in sentences.passes(92, 65_536, 6_000_000)


def test_an_order_needs_two():
    table = pd.DataFrame({"x_standardised": [0.5, -0.9]}, index=["recency", "frequency"])
    assert sentences.order(STUDY, table).endswith("the order is **Frequency > Recency**.")
    assert "nothing to rank" in sentences.order(STUDY, table.head(1))


def test_two_halves_make_a_whole():
    said = sentences.two_halves(STUDY, "age", (40.0, 44.0), 12.0, 12.0)
    assert "the standard deviation 12, the same as all values at once" in said
    assert "40 and 44" in said
    assert "and not 13, that of all" in sentences.two_halves(STUDY, "age", (40.0, 44.0), 12.0, 13.0)


def test_digits_are_lost_or_not():
    naive = pd.Series([3.0, 3.0000001, 2.5, np.nan], index=[0, 1e3, 1e9, 1e12])
    assert "no longer does once 1,000,000,000 is added" in sentences.lost_digits(naive, 3.0)
    assert sentences.lost_digits(naive.head(2), 3.0).startswith("Nothing is lost")
    assert "once 1,000,000,000,000 is" in sentences.lost_digits(naive.drop(1e9), 3.0)


def test_what_is_small_stays_small():
    table = pd.DataFrame(
        {
            "p_value": [0.5, 0.001],
            "x_standardised": [0.01, -0.4],
            "p_value_of_more": [0.001, 0.0],
        },
        index=["amount", "gender(male)"],
    )
    said = sentences.small_but_sure(STUDY, table, 100)
    assert said.startswith("Amount would turn significant with 100 times as many")
    assert "Amount has the smallest, 0.010," in said
    table["p_value_of_more"] = [0.3, 0.0]
    assert sentences.small_but_sure(STUDY, table, 100).startswith("No variable would turn")


def test_an_equation_is_compared_with_that_of_other_customers(reconstruction):
    study, samples = reconstruction
    final = final_equation(study, samples)
    table = sentences.beside(final, fit_logistic(study, samples.holdout, [*final.terms]))
    assert "standard errors from those of all" in sentences.agreement(study, table, 4_500)
