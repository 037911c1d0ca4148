"""The sentences of page 01: who the customers are, and what tells the two groups apart."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from erfm import ties
from erfm.descriptives import frequency_table
from erfm.escaping import markdown
from erfm.formats import counted, named, number, percent
from erfm.paper.ledger import printed
from erfm.samples import Samples
from erfm.study import Predictor, Study

FEWEST = 20
"""The retention rate of a smaller group is not spoken of: a few customers make it anything."""


def in_short(study: Study, path: pd.DataFrame) -> str:
    """Say how many customers there are, how many are analysed, and how many of them stay."""
    everyone, complete = path.loc["All customers"], path.loc["Complete cases"]
    return (
        f"**In short.** Of {everyone['customers']:,.0f} customers, {complete['customers']:,.0f} "
        f"have a value for every variable and are analysed. {percent(complete['retention_rate'])} "
        f"of them are *retained* ({_code(1, study.retained)}); the others have *churned* "
        f"({_code(0, study.churned)}). "
        "This page shows who they are and which variables tell the two groups apart, one at a time."
    )


def _code(code: int, in_file: str) -> str:
    """Return how an outcome is coded on the pages and, if that differs, in the customers' file."""
    if in_file == str(code):
        return f"coded {code}"
    return f"coded {code} on every page, “{markdown(in_file)}” in the file"


def left_out(customers: pd.DataFrame, samples: Samples) -> str:
    """Say whether the customers who lack a value stay as often as the others."""
    incomplete = customers.drop(samples.complete.index)
    if incomplete.empty:
        return "No customer lacks a value, so nobody is left out."
    harmless = "Leaving customers out is harmless only if those left out are like the others"
    known = incomplete["retained"].dropna()
    if known.empty:
        return (
            f"Of the {counted(len(incomplete), 'customer')} left out it is not known whether they "
            f"are retained. {harmless}."
        )
    # A customer without an outcome is among those left out, and in no rate.
    of = "" if len(known) == len(incomplete) else f" (the outcome of {len(known):,} is known)"
    verb = "is" if len(incomplete) == 1 else "are"
    return (
        f"The {counted(len(incomplete), 'customer')} left out {verb} retained in "
        f"{percent(known.mean())} of cases{of}, the complete ones in "
        f"{percent(samples.complete['retained'].mean())}. {harmless}, given what the model knows "
        "of them."
    )


def most_skewed(study: Study, descriptives: pd.DataFrame) -> str:
    """Say which variable is the most skewed, and how far its tail reaches."""
    if descriptives.empty:
        return "This study has no numeric variable."
    name = ties.largest(descriptives["skewness"].abs())
    row = descriptives.loc[name]
    errors = abs(row["skewness"] / row["skewness_se"])
    if row["skewness"] < 0:
        extreme, side = "smallest", "below"
        distance = (row["mean"] - row["minimum"]) / row["standard_deviation"]
    else:
        extreme, side = "largest", "above"
        distance = (row["maximum"] - row["mean"]) / row["standard_deviation"]
    return (
        f"**{named(study, name)}** is the most skewed variable: its skewness of "
        f"{number(row['skewness'])} is {counted(round(errors), 'standard error')} "
        f"from 0, and its {extreme} value lies {distance:.1f} standard deviations {side} "
        "the mean. "
        "Logistic regression does not ask predictors to be normal, but a long tail gives a few "
        "customers much influence on its coefficient."
    )


def kurtosis_as_skewness(frequency: pd.Series) -> str:
    """Say what the two printed moments of Frequency are, by the reconstruction's `frequency`."""
    return (
        "Everything but the last two rows agrees, *by construction*. The paper prints a skewness "
        f"of {printed('frequency_skewness')} and a kurtosis of {printed('frequency_kurtosis')}. "
        f"The first is the computed **kurtosis** ({frequency['kurtosis']:.3f}), the second its "
        f"**standard error** ({frequency['kurtosis_se']:.4f}): two neighbouring columns of the "
        "SPSS table were read as the two statistics. [Page 06](06_published_numbers.ipynb) proves "
        "that the printed skewness is impossible for any data with the other printed values."
    )


def commonest_levels(study: Study, complete: pd.DataFrame) -> str:
    """Say which level of each categorical variable is the commonest."""
    names = [name for name, predictor in study.predictors.items() if predictor.categorical]
    return commonest(study, {name: frequency_table(complete[name]) for name in names})


def commonest(study: Study, frequencies: Mapping[str, pd.DataFrame]) -> str:
    """Say which level is the commonest in each table of frequencies, by variable."""
    said = (_commonest(study, study.predictors[name], t) for name, t in frequencies.items())
    return " ".join(said) or "This study has no categorical variable."


def _commonest(study: Study, predictor: Predictor, table: pd.DataFrame) -> str:
    top = table["frequency"].max()
    levels = [markdown(level) for level in table.index[table["frequency"] == top]]
    share = f"{percent(top / table['frequency'].sum())} of the complete cases"
    commonest = (
        f"{levels[0]} is the commonest level, with {share}"
        if len(levels) == 1
        else f"{', '.join(levels)} are the commonest levels, each with {share}"
    )
    return (
        f"{named(study, predictor.name)}: {commonest}; the reference level of the models is "
        f"{markdown(predictor.reference)}."
    )


def most_different(study: Study, complete: pd.DataFrame, descriptives: pd.DataFrame) -> str:
    """Say in which numeric variable the means of the two groups lie farthest apart."""
    names = [p.name for p in study.predictors.values() if not p.categorical]
    if not names:
        return "This study has no numeric variable."
    groups = complete.groupby("retained")[names]
    means, lowest, highest = groups.mean(), groups.min(), groups.max()
    difference = (means.loc[1] - means.loc[0]) / descriptives["standard_deviation"][names]
    apart = (lowest.max() > highest.min()).any()
    overlap = "" if apart else "The two groups overlap everywhere. "
    largest = ties.largest(difference.abs())
    if abs(difference[largest]) < 1e-9:
        return f"{overlap}Their means are equal in every numeric variable."
    return (
        f"{overlap}They differ most in **{named(study, largest)}**, where the mean of the retained "
        f"lies {abs(difference[largest]):.2f} standard deviations "
        f"{'above' if difference[largest] > 0 else 'below'} that of the churned."
    )


def most_moving(study: Study, rates: dict[str, pd.DataFrame]) -> str:
    """Say between which groups of one variable retention differs most; see `FEWEST`."""
    large = {name: table[table["customers"] >= FEWEST] for name, table in rates.items()}
    small = any(len(large[name]) < len(table) for name, table in rates.items())
    spread = pd.Series(
        {name: np.ptp(table["retention_rate"]) for name, table in large.items() if len(table) > 1},
        dtype=float,
    )
    return (
        f"{_widest(study, large, spread)} "
        + (f"Groups of fewer than {FEWEST} customers are not compared. " if small else "")
        + "Each picture looks at one variable alone; [page 02](02_full_model.ipynb) asks what each "
        "adds when the others are held fixed."
    )


def _widest(study: Study, large: dict[str, pd.DataFrame], spread: pd.Series) -> str:
    if spread.empty:
        return f"No variable has two groups of {FEWEST} customers or more."
    widest = ties.largest(spread)
    if spread[widest] == 0:
        return "Retention is the same in all groups of every variable."
    # By position: two groups may be named alike.
    groups = large[widest].rename_axis("group").reset_index()
    low, high = (
        f"{percent(row['retention_rate'])} of the {row['customers']:,} customers in the group "
        f"“{markdown(str(row['group']))}”"
        for row in (
            groups.loc[ties.smallest(groups["retention_rate"])],
            groups.loc[ties.largest(groups["retention_rate"])],
        )
    )
    return (
        f"Between the groups of **{named(study, widest)}** retention differs most: {low} are "
        f"retained, and {high}."
    )
