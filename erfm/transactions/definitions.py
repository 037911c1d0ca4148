"""The same transactions under other definitions: other windows, another meaning of *churned*."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from erfm.customers import tables
from erfm.customers.load import load_customers
from erfm.customers.toml_tables import one_sentence
from erfm.logistic import fit_logistic, predict, scaled_odds_ratios
from erfm.samples import split_samples
from erfm.stepwise import forward_lr
from erfm.study import Study, StudyError, design_matrix
from erfm.transactions.measuring import Transactions, write_features
from erfm.transactions.rows import as_text, placed_rows
from erfm.transactions.source import read_file
from erfm.validation import roc

ID = "customer_id"
DEFINITION = ["observation_window", "no_transaction_in"]
"""How a definition is named: by the length of its observation window, and by that of its outcome
window, in which a churned customer has no transaction."""
Definition = tuple[str, str]


def redefined(
    transactions: Transactions, file: Path, source: Path | None = None, **changes: dict[str, Any]
) -> Transactions:
    """Return transactions with other definitions, whose customers go to another file.

    Parameters
    ----------
    transactions : Transactions
    file : Path
        Where `erfm.transactions.measuring.write_features` is to write the customers.
    source : Path, optional
        Other transactions, written as those are.
    **changes
        Tables of [transactions] in place of its own, with the keys and values that a study file
        would give them: ``windows``, ``measures``, ``churned``.

    Raises
    ------
    StudyError
        A table that cannot be meant, such as windows that overlap.
    """
    keys, study = transactions.keys, transactions.study
    with one_sentence(study.path):
        update: dict[str, Any] = {
            name: type(getattr(keys, name)).model_validate(table) for name, table in changes.items()
        }
    if source:
        update["file"] = str(source)
    return Transactions(replace(study, file=file), keys.model_copy(update=update))


def customers_of(transactions: Transactions) -> pd.DataFrame:
    """Measure and write the customers of transactions, and return them as `load_customers` does."""
    write_features(transactions, overwrite=True)
    return load_customers(transactions.study)


def purchases(transactions: Transactions, customers: Sequence[str]) -> pd.DataFrame:
    """Return the transactions of a few customers, as they count.

    Parameters
    ----------
    transactions : Transactions
        Those of a file.
    customers : sequence of str

    Returns
    -------
    DataFrame
        ``customer``, ``date``, ``amount`` and ``place`` (`erfm.transactions.rows.Place`), in the
        order of customers and days.

    Raises
    ------
    StudyError
        The transactions are in a database, or cannot be read.
    """
    study, keys = transactions.study, transactions.keys
    if transactions.file is None:
        raise StudyError(f"{study.path}: the transactions are in a database. Name a 'file'.")
    with tables.scratch_beside(study.file) as scratch:
        local = tables.engine(scratch)
        try:
            source = read_file(local, transactions.file, keys.format, keys.head, scratch)
            rows = placed_rows(source, keys)
            few = rows.select("date", "amount", "place", customer=as_text(rows.customer))
            few = few.filter(few.customer.isin(list(customers)))
            found = tables.aggregates(few.order_by("customer", "date", "amount"))
        finally:
            local.disconnect()
    found["date"] = pd.to_datetime(found["date"])
    return found[["customer", "date", "amount", "place"]].astype({"amount": float})


# --- Models under definitions ---------------------------------------------------------------------


@dataclass(frozen=True)
class Model:
    """What a study finds of customers that were measured in one way.

    Attributes
    ----------
    customers, churned : int
        How many there are, and how many of them have churned.
    effects : DataFrame
        Of the full model on the model-building sample, with a row a predictor: the odds ratio of
        retention per standard deviation in that sample, and its 95% limits lower and upper.
    selected : tuple of str
        The predictors that forward LR lets in, in their order.
    auc, lower, upper : float
        Of the full model in the holdout sample: the area under the curve, and DeLong's 95% limits.
    """

    customers: int
    churned: int
    effects: pd.DataFrame
    selected: tuple[str, ...]
    auc: float
    lower: float
    upper: float


def model_of(study: Study, customers: pd.DataFrame) -> Model:
    """Split customers, fit the full model, and search by forward LR.

    Raises
    ------
    StudyError
        As `erfm.samples.split_samples`, `erfm.logistic.fit_logistic` and
        `erfm.stepwise.forward_lr`.
    """
    samples = split_samples(study, customers)
    build, holdout = samples.build, samples.holdout
    fit = fit_logistic(study, build)
    effects = scaled_odds_ratios(fit, design_matrix(study, build).std())
    curve = roc(holdout["retained"].to_numpy(), predict(fit, study, holdout))
    churned = int((samples.complete["retained"] == 0).sum())
    selected = forward_lr(study, build).terms
    return Model(
        len(samples.complete), churned, effects, selected, curve.auc, curve.lower, curve.upper
    )


def in_all(measured: Mapping[Definition, pd.DataFrame]) -> dict[Definition, pd.DataFrame]:
    """Return of customers measured in several ways those whom all of them have."""
    kept = set.intersection(*(set(customers[ID]) for customers in measured.values()))
    return {
        definition: customers[customers[ID].isin(kept)].reset_index(drop=True)
        for definition, customers in measured.items()
    }


def compared(study: Study, models: Mapping[Definition, Model]) -> pd.DataFrame:
    """Return what each definition makes of its customers, a row a definition.

    Returns
    -------
    DataFrame
        Index: `DEFINITION`. ``customers``; ``churned``, a share of them; each predictor's odds
        ratio of retention per standard deviation; ``selected``, labels in their order of entry;
        ``auc``.
    """
    rows = [
        {
            "customers": model.customers,
            "churned": model.churned / model.customers,
            **model.effects["odds_ratio"],
            "selected": ", ".join(map(study.label, model.selected)) or "none",
            "auc": model.auc,
        }
        for model in models.values()
    ]
    return pd.DataFrame(rows, index=pd.MultiIndex.from_tuples(models, names=DEFINITION))


def in_words(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table of `compared` with definitions in words: "3 months, none in 9 months"."""
    words = [f"{window}, none in {none_in}" for window, none_in in table.index]
    return table.set_axis(pd.Index(words, name="group"))


def odds_ratios(models: Mapping[Definition, Model]) -> pd.DataFrame:
    """Return the odds ratios of all models with their limits; index: term, then `DEFINITION`."""
    stacked = pd.concat({name: model.effects for name, model in models.items()})
    stacked.index = stacked.index.set_names([*DEFINITION, "term"])
    by_term = stacked.reorder_levels(["term", *DEFINITION])
    return pd.concat([by_term.xs(term, drop_level=False) for term in by_term.index.unique("term")])
