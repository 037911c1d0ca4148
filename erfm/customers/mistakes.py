"""What is said of customers that someone has damaged: for learning what each mistake is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from erfm.customers.files import write_bytes
from erfm.customers.load import load_customers
from erfm.samples import split_samples
from erfm.study import Study, StudyError

Changes = Mapping[str, tuple[int | slice, str | pd.Series]]
"""By column: the rows that are changed (from 0; ``slice(None)``: all) and what they then hold."""


def message_for(changes: Changes, study: Study, customers: pd.DataFrame, path: Path) -> str:
    """Return what is said of a copy of a study's customers with some cells changed.

    The copy is written as the study's file is, loaded and split into samples. The study stays as it
    is; the message calls it like the copy, with the suffix ``.toml``.

    Parameters
    ----------
    changes : Changes
    study : Study
        Of customers in a text file (CSV).
    customers : DataFrame
        All or some rows of that file, its columns as text.
    path : Path
        The copy's file, which is replaced.

    Returns
    -------
    str
        The error's text, or "no error".
    """
    damaged = customers.copy()
    for column, (rows, value) in changes.items():
        damaged.loc[rows, column] = value
    text = damaged.to_csv(index=False, sep=study.format.separator)
    write_bytes(path, text.encode(study.format.encoding))
    copy = replace(study, file=path, path=path.with_suffix(".toml"))
    try:
        split_samples(copy, load_customers(copy))
    except StudyError as error:
        return str(error)
    return "no error"
