"""Descriptive statistics as SPSS DESCRIPTIVES and FREQUENCIES define and print them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from erfm.formats import number
from erfm.study import Predictor, Study
from erfm.validation import wilson_interval


def standard_error_of_skewness(n: int) -> float:
    """Return sqrt(6 n (n-1) / ((n-2) (n+1) (n+3))), the standard error that SPSS prints."""
    return float(np.sqrt(6 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3))))


def standard_error_of_kurtosis(n: int) -> float:
    """Return sqrt(4 (n²-1) SE_skewness² / ((n-3) (n+5))), the standard error that SPSS prints."""
    return float(np.sqrt(4 * (n**2 - 1) * standard_error_of_skewness(n) ** 2 / ((n - 3) * (n + 5))))


def descriptive_statistics(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    """Return SPSS's *Descriptive Statistics*, a row for each numeric predictor.

    Columns: n, range, minimum, maximum, mean, standard_deviation (divisor n - 1), skewness G1 with
    its standard error and excess kurtosis G2 with its standard error, all of the non-missing values
    of `frame`. G1 and G2 are the bias-adjusted statistics (pandas' ``skew`` and ``kurt``).
    """
    rows = {}
    for name, predictor in study.predictors.items():
        if predictor.levels:
            continue
        values = frame[name].dropna()
        rows[name] = {
            "n": len(values),
            "range": values.max() - values.min(),
            "minimum": values.min(),
            "maximum": values.max(),
            "mean": values.mean(),
            "standard_deviation": values.std(),
            "skewness": values.skew(),
            "skewness_se": standard_error_of_skewness(len(values)),
            "kurtosis": values.kurt(),
            "kurtosis_se": standard_error_of_kurtosis(len(values)),
        }
    columns = ["n", "range", "minimum", "maximum", "mean", "standard_deviation"]
    columns += ["skewness", "skewness_se", "kurtosis", "kurtosis_se"]
    return pd.DataFrame(rows, index=columns).T.astype({"n": int})


def frequency_table(values: pd.Series) -> pd.DataFrame:
    """Return SPSS's *Frequencies*: frequency, percent, cumulative_percent (0 to 100) by level."""
    counts = values.value_counts().sort_index()
    percent = 100 * counts / counts.sum()
    return pd.DataFrame(
        {"frequency": counts, "percent": percent, "cumulative_percent": percent.cumsum()}
    )


def retention_by(predictor: Predictor, frame: pd.DataFrame, groups: int = 5) -> pd.DataFrame:
    """Return customers, retained and retention_rate by level or by quantile group of a predictor.

    The rate's Wilson limits are lower and upper.

    A number with more than `groups` distinct values is cut at its quantiles; equal values stay in
    one group, so a variable with many ties has fewer groups. Such a group's row is named by its
    smallest and largest value; ``middle`` is its median.
    """
    values, retained = frame[predictor.name], frame["retained"]
    if predictor.levels:
        group = pd.Categorical(values, categories=predictor.levels)
    elif values.nunique() <= groups:
        group = values
    else:
        group = pd.qcut(values, groups, duplicates="drop")
    grouped = retained.groupby(group, observed=True)
    table = pd.DataFrame({"customers": grouped.size(), "retained": grouped.sum()})
    if not predictor.levels:
        table["middle"] = values.groupby(group, observed=True).median()
    table["retention_rate"] = table["retained"] / table["customers"]
    table[["lower", "upper"]] = [
        wilson_interval(int(retained), int(customers))
        for retained, customers in zip(table["retained"], table["customers"], strict=True)
    ]
    table.index = [_group_name(members) for _, members in values.groupby(group, observed=True)]
    return table.rename_axis(predictor.name)


def _group_name(values: pd.Series) -> str:
    if not pd.api.types.is_numeric_dtype(values):
        return str(values.iloc[0])
    smallest, largest = number(values.min(), ",.6g"), number(values.max(), ",.6g")
    return smallest if smallest == largest else f"{smallest} – {largest}"
