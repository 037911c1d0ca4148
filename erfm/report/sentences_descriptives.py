"""The sentences of page 01: who the customers are, and what tells the two groups apart."""

from __future__ import annotations

import pandas as pd

from erfm import ties
from erfm.descriptives import frequency_table
from erfm.escaping import markdown
from erfm.formats import named, percent
from erfm.paper.ledger import printed
from erfm.samples import Samples
from erfm.study import Predictor, Study


def in_short(path: pd.DataFrame) -> str:
    """Say how many customers there are, how many are analysed, and how many of them stay."""
    everyone, complete = path.loc["All customers"], path.loc["Complete cases"]
    return (
        f"**In short.** Of {everyone['customers']:,.0f} customers, {complete['customers']:,.0f} "
        f"have a value for every variable and are analysed. {percent(complete['retention_rate'])} "
        "of them are *retained* (outcome 1); the others have *churned* (outcome 0). "
        "This page shows who they are and which variables tell the two groups apart, one at a time."
    )


def left_out(customers: pd.DataFrame, samples: Samples) -> str:
    """Say whether the customers who lack a value stay as often as the others."""
    incomplete = customers.drop(samples.complete.index)
    if incomplete.empty:
        return "No customer lacks a value, so nobody is left out."
    known = incomplete["retained"].dropna()
    if known.empty:
        return (
            f"Whether the {len(incomplete):,} customers left out are retained is not known. "
            "Leaving customers out is harmless only if those left out are like the others."
        )
    return (
        f"The {len(incomplete):,} customers left out are retained in {percent(known.mean())} of "
        f"cases, the complete ones in {percent(samples.complete['retained'].mean())}. Leaving "
        "customers out is harmless only if those left out are like the others, given what the "
        "model knows of them."
    )


def most_skewed(study: Study, descriptives: pd.DataFrame) -> str:
    """Say which variable is the most skewed, and how far its tail reaches."""
    if descriptives.empty:
        return "This study has no numeric variable."
    name = ties.largest(descriptives["skewness"].abs())
    row = descriptives.loc[name]
    if row["skewness"] < 0:
        extreme, side = "smallest", "below"
        distance = (row["mean"] - row["minimum"]) / row["standard_deviation"]
    else:
        extreme, side = "largest", "above"
        distance = (row["maximum"] - row["mean"]) / row["standard_deviation"]
    return (
        f"**{named(study, name)}** is the most skewed variable: its skewness of "
        f"{row['skewness']:.3f} is {abs(row['skewness'] / row['skewness_se']):,.0f} standard "
        f"errors from 0, and its {extreme} value lies {distance:.1f} standard deviations {side} "
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
    categorical = [p for p in study.predictors.values() if p.categorical]
    said = (_commonest(study, predictor, complete) for predictor in categorical)
    return " ".join(said) or "This study has no categorical variable."


def _commonest(study: Study, predictor: Predictor, complete: pd.DataFrame) -> str:
    table = frequency_table(complete[predictor.name])
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
    """Say between whose groups retention differs most."""
    rate = {name: table["retention_rate"] for name, table in rates.items()}
    spread = pd.Series({name: values.max() - values.min() for name, values in rate.items()})
    widest = ties.largest(spread)
    return (
        f"**{named(study, widest)}** moves retention most: from {percent(rate[widest].min())} in "
        f"its lowest group to {percent(rate[widest].max())} in its highest. Each picture looks at "
        "one variable alone; [page 02](02_full_model.ipynb) asks what each adds when the others "
        "are held fixed."
    )
