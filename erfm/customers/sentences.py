"""What the page on the reader's own data says, one function a sentence or paragraph."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from erfm.customers.drafting import Draft
from erfm.escaping import markdown
from erfm.formats import counted, gain_in_accuracy, how_many, listed, percent
from erfm.samples import Samples
from erfm.study import Study


def size(table: pd.DataFrame) -> str:
    """Say how many rows and columns a file has, and how many of these are numbers."""
    numbers, n = table.select_dtypes("number").shape[1], table.shape[1]
    kinds = "all numbers" if numbers == n else f"{numbers or 'none'} of them numbers"
    return (
        f"{counted(len(table), 'row')} and {counted(n, 'column')}, {kinds}, and nothing that "
        "says which column is what."
    )


def proposed(draft: Draft) -> str:
    """Say what a draft proposes, and that guesses have to be checked."""
    n = len(draft.predictors)
    predictors = (
        f"{counted(n, 'column')} {'is' if n == 1 else 'are'} proposed as "
        f"{'predictor' if n == 1 else 'predictors'}"
        if n
        else "No column is proposed as predictor"
    )
    return (
        f"{predictors} and “{markdown(draft.outcome_column)}” as the outcome. A guess is no "
        "knowledge: every line of the file that it writes says what to check."
    )


def accepted(samples: Samples) -> str:
    """Say how many voters build and test the model, and what was noticed on the way."""
    build, holdout = len(samples.build), len(samples.holdout)
    warning = "a warning" if len(samples.warnings) == 1 else "warnings"
    return (
        f"The file is accepted: {counted(build, 'voter')} {'builds' if build == 1 else 'build'} "
        f"the model, {holdout:,} {'is' if holdout == 1 else 'are'} kept to test it"
        + (f", with {warning}: {markdown(' '.join(samples.warnings))}" if samples.warnings else ".")
    )


def noticed(messages: dict[str, str]) -> str:
    """Say how many mistakes are noticed, and what the messages end with."""
    found = sum(message != "no error" for message in messages.values())
    noticed = how_many(found, len(messages), "mistake")
    return (
        f"{noticed[0].upper()}{noticed[1:]} {'is' if found < 2 else 'are'} noticed before anything "
        "is computed. The remedy is the message's last sentence. Missing values are no error: "
        "customers who lack a value are left out of the model, counted, and shown."
    )


def five_steps(
    study: Study,
    terms: Sequence[str],
    rates: pd.DataFrame,
    gain: pd.Series,
    auc: float,
    ranked: str,
) -> str:
    """Say what forward selection keeps (`terms`), how well it predicts, and what counts most.

    `rates` is the table of `classification_rates` on the holdout sample, `gain` the row of
    `compare_rules` that compares the equation's rule with naming the commoner outcome, `ranked`
    what `ranking` returns.
    """
    n = rates.loc["accuracy", "of"]
    right, base = (
        f"{k:,} ({percent(k / n)})"
        for k in rates.loc[["accuracy", "no_information_rate"], "successes"]
    )
    unseen = f"on {n:,} voters that it has not seen"
    if not terms:
        return (
            f"Forward selection keeps no variable; {unseen}, the constant alone is right for "
            f"{right}."
        )
    kept = (
        f"Forward selection keeps {listed(study, terms)}; {unseen}, the equation has an AUC of "
        f"{auc:.3f}. It is right for {right}, naming the commoner outcome for everyone is right "
        f"for {base}. The equation's rule is {gain_in_accuracy(gain)}."
    )
    return f"{kept} By size of effect: {markdown(ranked)}." if len(terms) > 1 else kept


def drafted(draft: Draft) -> str:
    """Say how a Chinese file's format and outcome are guessed."""
    form = draft.format
    mark = f"decimal mark “{markdown(form.decimal)}”" if form.decimal else "no decimal mark"
    return "For instance, a file in GB18030 with semicolons and decimal commas is drafted with " + (
        f"encoding “{markdown(form.encoding)}”, separator “{markdown(form.separator)}” and {mark}; "
        f"its outcome is {markdown(draft.outcome_column)}, where {markdown(draft.retained)} is "
        "taken for *retained*."
    )


def reference_level(study: Study, name: str) -> str:
    """Say which level of the predictor `name` is the reference."""
    predictor = study.predictors[name]
    others = "the other has a coefficient"
    if len(predictor.levels) > 2:
        others = "the others have a coefficient each"
    return (
        f"The first level named, “{markdown(predictor.reference)}”, is the reference; {others}, "
        "compared with it. Another reference would change the coefficients, and no probability."
    )


def quoted_error(message: str) -> str:
    """Quote an error, and say how it is read."""
    return (
        f"For example, a misspelt file name: “{markdown(message)}” What is wrong comes first, then "
        "what to do."
    )
