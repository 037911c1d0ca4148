"""Whom an early warning names wrongly or misses, by group of customers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from erfm.formats import number
from erfm.study import Study
from erfm.validation import wilson_interval


def thirds(values: pd.Series) -> pd.Series:
    """Return the third of the customers that each belongs to, named by its values ("18–34").

    Where there are no more than three different values, each is a group of its own.
    """
    few = values.nunique() <= 3
    group = values if few else pd.qcut(values, 3, labels=False, duplicates="drop")
    ends = values.groupby(group).agg(["min", "max"])
    named = ends.map(lambda end: number(end, "g"))
    names = [low if low == high else f"{low}–{high}" for low, high in named.to_numpy()]
    codes = ends.index.get_indexer(group)
    return pd.Series(pd.Categorical.from_codes(codes, names, ordered=True), index=values.index)


def trait_groups(study: Study, customers: pd.DataFrame) -> dict[str, pd.Series]:
    """Return each customer's group by gender and by age, as far as the study has them.

    A categorical variable's groups are its levels, a number's its `thirds`.
    """
    traits = [trait for trait in map(study.role, ("gender", "age")) if trait]
    return {
        trait.name: customers[trait.name] if trait.levels else thirds(customers[trait.name])
        for trait in traits
    }


def error_rates(
    outcome: np.ndarray, warned: np.ndarray, groups: pd.Series, level: float = 0.95
) -> pd.DataFrame:
    """Return how often each group is warned of wrongly or missed, with Wilson intervals.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        1 = retained, 0 = churned.
    warned : ndarray of bool, shape (n,)
        Whether the customer is on the list of likely leavers.
    groups : Series of length n
        The group of each customer; its rows come in the order of the categories.

    Returns
    -------
    DataFrame
        A row for each group: customers, churned, churn_rate, warned_rate, false_alarms (the share
        of retained customers who were warned of) and missed (the share of churned customers who
        were not), the last two with ``_lower`` and ``_upper``.
    """
    table = pd.DataFrame(
        {"churned": np.asarray(outcome) == 0, "warned": np.asarray(warned, dtype=bool)}
    )
    rows = {}
    for name, group in table.groupby(groups.array, observed=True):
        churned, on_list = group["churned"], group["warned"]
        row = {
            "customers": len(group),
            "churned": int(churned.sum()),
            "churn_rate": churned.mean(),
            "warned_rate": on_list.mean(),
        }
        for error, wrong, of in (
            ("false_alarms", on_list & ~churned, ~churned),
            ("missed", churned & ~on_list, churned),
        ):
            count, total = int(wrong.sum()), int(of.sum())
            row[error] = count / total if total else np.nan
            row[f"{error}_lower"], row[f"{error}_upper"] = wilson_interval(count, total, level)
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("group")
