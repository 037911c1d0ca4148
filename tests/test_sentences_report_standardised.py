"""What page 05 says, also of an equation with one variable or with none."""

import dataclasses

from erfm.logistic import fit_logistic
from erfm.report import sentences_standardised as sentences
from erfm.standardised import standardised_coefficients


def table_of(sample, terms):
    return standardised_coefficients(sample[0], fit_logistic(*sample, terms), sample[1])


def test_one_variable_is_not_compared_with_itself(sample):
    text = sentences.relative(sample[0], table_of(sample, ["recency"]))
    assert text == "recency is the only variable, so there is nothing to rank."
    assert " reaches " in sentences.relative(sample[0], table_of(sample, ["recency", "frequency"]))


def test_in_short_says_where_the_full_model_stands_in(sample):
    table, kept = table_of(sample, ["recency", "gender"]), fit_logistic(*sample, ["recency"])
    assert "stands in" not in sentences.in_short(sample[0], kept, table)
    none = dataclasses.replace(kept, terms={})
    assert "kept no variable, so the full" in sentences.in_short(sample[0], none, table)


def test_definitions_that_agree_are_counted(sample):
    study, kept = sample[0], fit_logistic(*sample, ["recency"])
    table = table_of(sample, ["recency", "frequency"])
    text = sentences.in_short(study, kept, table)
    assert "the order is **recency > frequency**." in text
    assert "All 6 definitions in use agree on it; the unstandardised B would say" in text
    table["two_sd"] = table["two_sd"].to_numpy()[::-1]
    assert "5 of the 6 definitions in use agree" in sentences.in_short(study, kept, table)
    table["b"] = table["x_standardised"]
    assert sentences.in_short(study, kept, table).endswith("B would say the same.")
    one = sentences.in_short(study, kept, table_of(sample, ["recency"]))
    assert one.endswith("has one variable, **recency**: there is a size to standardise, but no "
                        "order.")  # fmt: skip


def test_ranks_differ_only_by_the_unscaled_indicators(sample):
    table = table_of(sample, ["recency", "frequency"])
    assert "does so here, as there is no indicator." in sentences.ranks(sample[0], table)
    mixed = table_of(sample, ["recency", "gender"])
    assert "but does not here." in sentences.ranks(sample[0], mixed)
    table["two_sd"] = table["two_sd"].to_numpy()[::-1]
    assert "2 sd (indicators: B) ranks otherwise" in sentences.ranks(sample[0], table)
    assert "a factor of " in sentences.spread(sample[0], table)
    assert "by construction" in sentences.printed_coefficients()
