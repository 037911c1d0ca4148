"""The sentences of page 05: standardised coefficients and the ranks that they give."""

from __future__ import annotations

import numpy as np
import pandas as pd

from erfm import ties
from erfm.escaping import markdown
from erfm.formats import named
from erfm.logistic import LogisticFit
from erfm.paper.ledger import printed, printed_standardised
from erfm.standardised import DEFINITIONS, ranking
from erfm.study import Study


def claimed(study: Study) -> pd.Series:
    """Return the sizes that the study's source gives, by design column; mostly it has none."""
    return printed_standardised(study)


def in_short(study: Study, kept: LogisticFit, table: pd.DataFrame) -> str:
    """Say in which order the definitions put the variables, and the unstandardised B."""
    stands_in = (
        "Forward selection kept no variable, so the full model stands in for the final equation. "
    )
    return f"**In short.** {'' if kept.terms else stands_in}{_order(study, table)}"


def _order(study: Study, table: pd.DataFrame) -> str:
    if len(table) == 1:
        return (
            f"The equation has one variable, **{named(study, table.index[0])}**: there is a size "
            "to standardise, but no order."
        )
    order, by_b = ranking(table["x_standardised"], study), ranking(table["b"], study)
    agreeing = sum(ranking(table[name], study) == order for name in DEFINITIONS)
    agree = f"{agreeing} of the {len(DEFINITIONS)} definitions in use agree"
    if agreeing == len(DEFINITIONS):
        agree = f"All {agreeing} definitions in use agree"
    return (
        f"Per standard deviation, the order is **{markdown(order)}**. {agree} on it; the "
        f"unstandardised B would say {'the same' if by_b == order else markdown(by_b)}."
    )


def spread(study: Study, table: pd.DataFrame) -> str:
    """Say how far the definitions differ for the variable that ranks first."""
    top = ties.largest(table["x_standardised"].abs())
    values = table.loc[top, list(DEFINITIONS)].abs()
    return (
        f"For **{named(study, top)}** alone, the six values run from {values.min():.4f} to "
        f"{values.max():.4f}: a factor of {values.max() / values.min():.1f} between numbers that "
        "carry the same name."
    )


def ranks(study: Study, table: pd.DataFrame) -> str:
    """Say which definitions rank otherwise, and why only one can."""
    order = ranking(table["x_standardised"], study)
    two_sd = "The two-sd rule, too, does so here, as there is no indicator."
    if not np.allclose(table["two_sd"], 2 * table["x_standardised"]):
        two_sd = "The two-sd rule leaves indicators unscaled and could rank otherwise, but does "
        two_sd += "not here."
    if (otherwise := ranking(table["two_sd"], study)) != order:
        two_sd = (
            f"{DEFINITIONS['two_sd']} ranks otherwise, because it leaves indicators unscaled: "
            f"{markdown(otherwise)}."
        )
    return (
        "Five of the definitions multiply B·sd by the same constant for every variable, so their "
        f"ranks cannot differ. {two_sd} The unstandardised B ranks by unit of measurement, which "
        "says nothing about importance."
    )


def relative(study: Study, table: pd.DataFrame) -> str:
    """Say what the second variable reaches of the first."""
    sizes = table["x_standardised"].abs()
    if len(sizes) == 1:
        return f"{named(study, sizes.index[0])} is the only variable, so there is nothing to rank."
    top, second = sizes.index[ties.descending(sizes)[:2]]
    return (
        f"Relative to {named(study, top)}, {named(study, second)} reaches "
        f"{format(sizes[second] / sizes[top], '.0%')}. Lines that run side by side give the "
        "variables the same ratios; where one bends away, its definition disagrees."
    )


def printed_coefficients() -> str:
    """Say why the printed values agree with no definition."""
    return (
        f"The printed ranking, {printed('standardised_ranking')}, is met *by construction*. The "
        "printed values agree with no definition, and cannot: a variable as weak as "
        f"{printed('standardised_recency')} could not be significant on {printed('n_train'):,} "
        f"customers, and {printed('standardised_frequency')} does not fit the printed odds ratio "
        "([page 06](06_published_numbers.ipynb))."
    )
