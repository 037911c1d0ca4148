"""What page 08c says of missing values: how many there are and what leaving them out hides."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from erfm import ties
from erfm.formats import listed, named, number, percent
from erfm.logistic import CONSTANT
from erfm.study import Study
from erfm.trust.sentences import for_the_bank


def in_short_without_gaps(outcome: pd.Series) -> str:
    """Say that nothing is missing; `outcome` is the customers' retention."""
    nobody = _nobody(outcome).capitalize()
    return f"**In short.** {nobody} has a gap, so that there is nothing to impute."


def _nobody(outcome: pd.Series) -> str:
    """Name what has no gap: all of a customer, unless some outcomes are unknown."""
    return "no customer" if outcome.notna().all() else "no variable"


def in_short(
    study: Study,
    table: pd.DataFrame,
    estimates: pd.DataFrame,
    written: Mapping[str, pd.Series],
    *,
    everyone: int,
    used: int,
    complete: int,
) -> str:
    """Say what is missing most, how many customers that costs and what it does to the estimates.

    `table` is that of `imputation.missing_values`; the others are those of `imputed`.
    """
    most = ties.largest(table["share_missing"])
    lost = (
        f"**In short.** {named(study, most)} is missing for "
        f"{percent(table.loc[most, 'share_missing'])} of the customers; leaving out whoever has a "
        f"gap keeps {complete:,} of {everyone:,}."
    )
    if used == complete:
        return f"{lost} None of the others can be imputed, so that nothing changes."
    slopes = estimates.drop(index=CONSTANT)
    name = ties.largest(slopes["change_in_se"].abs())
    change = abs(slopes.loc[name, "change_in_se"])
    moved = f"{change:{written['change_in_se'][name]}} listwise standard errors"
    return (
        f"{lost} Multiple imputation, which uses {used:,}, {_narrower(slopes)}. It moves "
        f"{named(study, name)} most, by {moved}: leaving customers out "
        + ("changes what the equation says about it." if change > 1 else "changes little.")
    )


def gaps(study: Study, table: pd.DataFrame, outcome: pd.Series) -> str:
    """Say which variable is missing most often, and whether those customers stay as others do.

    `table` is that of `imputation.missing_values`, `outcome` the customers' retention.
    """
    if not table["missing"].any():
        return (
            f"{_nobody(outcome).capitalize()} has a gap, so nothing is lost and there is nothing "
            "to impute; the rest of this section is left out."
        )
    name = ties.largest(table["share_missing"])
    share, known, missing = table.loc[
        name, ["share_missing", "retained_if_known", "retained_if_missing"]
    ]
    rates = (
        "Whether these stay is not known."
        if pd.isna(missing)
        else f"Of these, {percent(missing)} are retained, against {percent(known)} where it is "
        "known."
    )
    return (
        f"{named(study, name)} is missing for {percent(share)} of the customers. {rates} All "
        "customers are used here, model-building and holdout samples together: the question is the "
        "estimates."
    )


def imputed(
    study: Study,
    estimates: pd.DataFrame,
    written: Mapping[str, pd.Series],
    imputations: int,
    *,
    everyone: int,
    used: int,
    complete: int,
) -> str:
    """Say what multiple imputation changes, and how sure its numbers are.

    `estimates` is the table of `imputation.compare_estimates`, `written` its `formats`; the counts
    are of all customers, of those used with imputation and of the complete ones.
    """
    out = _stay_out(everyone - used)
    if used == complete:
        return (
            f"{out}No other customer has a gap, so that there was nothing to impute and both ways "
            "give the same estimates."
        )
    slopes = estimates.drop(index=CONSTANT)
    name = ties.largest(slopes["change_in_se"].abs())
    row, spec = slopes.loc[name], {column: specs[name] for column, specs in written.items()}
    change, label = abs(row["change_in_se"]), named(study, name)
    advice = "dropping incomplete customers " + (
        f"changes what the equation says about {label}; find out why values are missing before "
        "trusting it."
        if change > 1
        else "changes little here; it only wastes customers."
    )
    return (
        f"{out}Using {used:,} customers instead of {complete:,} {_narrower(slopes)}. {label} moves "
        f"most: from {number(row['listwise_b'], spec['imputed_b'])} to "
        f"{number(row['imputed_b'], spec['imputed_b'])}, {change:{spec['change_in_se']}} listwise "
        f"standard errors. Values are drawn, so {imputations} other imputations would give a "
        "slightly different B: its Monte-Carlo error is "
        f"{row['monte_carlo_error']:{spec['monte_carlo_error']}}, and no imputed number is shown "
        f"with more decimals than its error allows. {for_the_bank(study, advice)}"
    )


def _stay_out(customers: int) -> str:
    """Say how many customers cannot be imputed; nothing where all can."""
    if not customers:
        return ""
    stay = "customer" if customers == 1 else "customers"
    return (
        f"{customers:,} {stay} without an outcome or without a category of three or more levels "
        f"{'stays' if customers == 1 else 'stay'} out. "
    )


def _narrower(slopes: pd.DataFrame) -> str:
    """Say whether the intervals of multiple imputation are narrower."""
    ratio = (slopes["imputed_standard_error"] / slopes["listwise_standard_error"]).median()
    change = number(abs(1 - ratio), ".0%")
    if round(100 * abs(1 - ratio)) == 0:
        return "leaves the intervals about as wide (the median standard error is the same)"
    if ratio < 1:
        return f"narrows the intervals (median standard error {change} smaller)"
    return f"does not narrow the intervals (median standard error {change} larger)"


def _so_many(held: pd.Series) -> str:
    """Return how many are true: "none", a number or "all"."""
    if held.all():
        return "all"
    return str(held.sum()) if held.any() else "none"


def truth_held(study: Study, held: pd.DataFrame, customers: float, complete: float) -> str:
    """Say how often each interval holds the truth, and what that means for the paper.

    `held` is the table of `imputation.against_truth`; the counts are the printed ones.
    """
    listwise, pooled = held["listwise_holds"], held["imputed_holds"]
    lost = list(held.index[~listwise & pooled])
    return (
        f"Only simulated customers have a known truth. Of {len(held)} coefficients, the listwise "
        f"interval holds it for {_so_many(listwise)}, that of multiple imputation for "
        f"{_so_many(pooled)}"
        + (f"; what listwise deletion gets wrong is {listed(study, lost)}. " if lost else ". ")
        + f"The paper dropped {customers - complete:,} of {customers:,} customers for a missing "
        "age. If being missing had to do with staying, as it was made to here, its coefficients "
        + ("carry such an error" if lost else "may carry an error of this kind")
        + ", and nothing printed could show it."
    )
