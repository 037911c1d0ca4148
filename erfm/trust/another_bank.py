"""A published study's claims, judged on the customers of more than one bank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd

from erfm import ties
from erfm.formats import p_text, p_value, percent
from erfm.logistic import (
    CONSTANT,
    LogisticFit,
    coefficient_table,
    fit_logistic,
    scaled_odds_ratios,
)
from erfm.stepwise import forward_lr
from erfm.study import Predictor, Study, StudyError, design_matrix
from erfm.trust.curves import bend, fit_curves, linearity_tests
from erfm.trust.other_models import BOOSTING, FORWARD, compare_models, cross_validate
from erfm.validation import wilson_interval

SIGNIFICANT = 0.05

CLAIM_HOLDS = "holds"

OPPOSITE = "contradicted: significant with the opposite sign"
NOT_SIGNIFICANT = "not confirmed: not significant"
SIGNIFICANT_AFTER_ALL = "contradicted: significant"
CONTRADICTED = "contradicted"


class Claim(NamedTuple):
    """What a study says of one variable: its sign on P(retained) and whether it is significant."""

    sign: str
    significant: bool

    def __str__(self) -> str:
        if not self.significant:
            return "not significant"
        return f"{'more' if self.sign == '+' else 'less'} retention, significant"


def claims(study: Study, significant: str) -> dict[str, Claim]:
    """Return the claim on each predictor of `study`: its hypothesised sign, and its significance.

    `significant` lists the labels of the significant ones, separated by commas.
    """
    named = names(study, significant.split(","))
    return {name: Claim(p.sign, name in named) for name, p in study.predictors.items()}


def names(study: Study, labels: Iterable[str]) -> list[str]:
    """Return the names of the predictors with these labels, in the order given."""
    by_label = {predictor.label: name for name, predictor in study.predictors.items()}
    return [by_label[label.strip()] for label in labels]


def effects(
    study: Study, fit: LogisticFit, frame: pd.DataFrame, terms: list[str] | None = None
) -> pd.DataFrame:
    """Return terms' effects on a scale that two banks share: per standard deviation in `frame`.

    Parameters
    ----------
    terms : list of str, optional
        Those wanted; by default all in the model.

    Returns
    -------
    DataFrame
        Index: predictors' names. Columns b (per unit), p_value (Wald), x_standardised = B · sd, and
        the odds ratio exp(B · sd) with its 95% limits lower and upper.

    Raises
    ------
    StudyError
        A term has several coefficients, so that no single sign can be claimed for it.
    """
    terms = list(fit.terms) if terms is None else terms
    for term in terms:
        if len(fit.terms[term]) > 1:
            raise StudyError(
                f"{study.path}: [predictors.{term}] has {len(fit.terms[term]) + 1} levels; a claim "
                "on a sign needs a number or two levels. Merge levels, or leave it out."
            )
    sd = design_matrix(study, frame, terms).std()
    table = coefficient_table(fit).loc[sd.index, ["b", "p_value"]]
    table["x_standardised"] = table["b"] * sd
    return table.join(scaled_odds_ratios(fit, sd)).set_axis(terms)


def verdict(claim: Claim, b: float, p_value: float) -> str:
    """Judge a claim by a coefficient: `CLAIM_HOLDS`, or in what way it does not."""
    significant = p_value < SIGNIFICANT
    if not claim.significant:
        return SIGNIFICANT_AFTER_ALL if significant else CLAIM_HOLDS
    if not significant:
        return NOT_SIGNIFICANT
    return CLAIM_HOLDS if (b > 0) == (claim.sign == "+") else OPPOSITE


def verdicts(claimed: dict[str, Claim], evidence: pd.DataFrame) -> dict[str, str]:
    """Judge each claim by the table of `effects`; see `verdict`."""
    return {
        name: verdict(claim, *evidence.loc[name, ["b", "p_value"]])
        for name, claim in claimed.items()
    }


def measures(banks: dict[str, tuple[Study, pd.DataFrame]]) -> pd.DataFrame:
    """Return how each bank measures each predictor, as text: its unit or its levels.

    `banks` gives study and model-building sample by the bank's name. Two more rows say how many
    were retained, and how many customers there are.
    """
    table = pd.DataFrame(
        {
            bank: {p.name: p.unit or ", ".join(p.levels) for p in study.predictors.values()}
            for bank, (study, _) in banks.items()
        }
    )
    frames = [frame for _, frame in banks.values()]
    table.loc["Retained"] = [percent(frame["retained"].mean()) for frame in frames]
    table.loc["Customers that build the model"] = [f"{len(frame):,}" for frame in frames]
    return table


def coefficient_claims(
    claimed: dict[str, Claim], by_construction: pd.DataFrame, evidence: pd.DataFrame
) -> pd.DataFrame:
    """Return claim, reconstruction, other_bank and verdict for each predictor.

    Both tables are those of `effects`. The verdict is the other bank's alone.
    """
    rows = {
        name: {
            "claim": str(claim),
            "reconstruction": effect_text(by_construction.loc[name]),
            "other_bank": effect_text(evidence.loc[name]),
            "verdict": verdict(claim, *evidence.loc[name, ["b", "p_value"]]),
        }
        for name, claim in claimed.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def effect_text(effect: pd.Series) -> str:
    """Return a row of `effects` as "1.25 (1.10 to 1.42), p < 0.001".

    In a narrow column it breaks only between its three parts.
    """
    ratio, lower, upper = effect[["odds_ratio", "lower", "upper"]]
    parts = f"{ratio:.2f}", f"({lower:.2f} to {upper:.2f}),", p_text(effect["p_value"])
    return " ".join(part.replace(" ", "\N{NO-BREAK SPACE}") for part in parts)


def order(table: pd.DataFrame) -> list[str]:
    """Return the terms of `effects` by ``|B · sd|``, the largest first."""
    return list(table.index[ties.descending(table["x_standardised"].abs())])


def final_effects(study: Study, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the `effects` in the equation that forward selection keeps."""
    return effects(study, fit_logistic(study, frame, list(forward_lr(study, frame).terms)), frame)


def selection_claims(
    study: Study, entered: str, ranked: str, selected: dict[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return the claims on what forward selection keeps and how the kept variables rank.

    Parameters
    ----------
    entered, ranked : str
        The labels as printed: "Recency, Age" and "Age > Recency".
    selected : dict of str to DataFrame
        For ``reconstruction`` and ``other_bank``, the `effects` of the final equation.
    """
    kept, ranking = names(study, entered.split(",")), names(study, ranked.split(">"))
    first, second = ranking[:2]

    def show(terms: list[str], between: str = " > ") -> str:
        return between.join(study.label(term) for term in terms)

    found = {bank: order(table) for bank, table in selected.items()}
    rows = {
        f"Forward selection keeps {len(kept)} of {len(study.predictors)}": (
            show(kept, ", "),
            lambda terms: f"{len(terms)}: {show(terms, ', ')}",
            lambda terms: set(terms) == set(kept),
        ),
        f"{show([first])} matters most": (
            "largest |B·sd|",
            lambda terms: show(terms[:1]),
            lambda terms: terms[:1] == [first],
        ),
        f"{show([first, second], ' and ')} matter most": (
            "two largest |B·sd|",
            lambda terms: show(terms[:2]),
            lambda terms: set(terms[:2]) == {first, second},
        ),
        f"Ranking of the {len(ranking)}": (
            show(ranking),
            lambda terms: show([term for term in terms if term in ranking]),
            lambda terms: [term for term in terms if term in ranking] == ranking,
        ),
    }
    return pd.DataFrame.from_dict(
        {
            title: {
                "claim": claim,
                **{bank: tell(terms) for bank, terms in found.items()},
                "verdict": CLAIM_HOLDS if true_of(found["other_bank"]) else CONTRADICTED,
            }
            for title, (claim, tell, true_of) in rows.items()
        },
        orient="index",
    )


def at_size(study: Study, frame: pd.DataFrame, size: int, repeats: int, seed: int) -> pd.DataFrame:
    """Analyse random samples of `size` customers, to see what a study of that size would find.

    Returns
    -------
    DataFrame
        A row for each sample, drawn without replacement: for each predictor 1 or -1, the sign of a
        significant coefficient in the full model, or 0; and ``order``, the terms that forward
        selection keeps by ``|B · sd|``, a list of names.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(repeats):
        drawn = frame.iloc[rng.choice(len(frame), size, replace=False)]
        full = effects(study, fit_logistic(study, drawn), drawn)
        signs = np.sign(full["b"]).where(full["p_value"] < SIGNIFICANT, 0).astype(int)
        rows.append({**signs, "order": order(final_effects(study, drawn))})
    return pd.DataFrame(rows)


LESS, NEITHER, MORE = OUTCOMES = (
    "significant, less retention", "not significant", "significant, more retention",
)  # fmt: skip
"""What a sample of `at_size` finds for a variable: -1, 0, 1 there."""


def outcome_shares(repeated: pd.DataFrame, terms: Iterable[str]) -> pd.DataFrame:
    """Return in what share of the samples of `at_size` each term had each of the `OUTCOMES`."""
    shares = pd.DataFrame({term: repeated[term].value_counts(normalize=True) for term in terms})
    return shares.reindex([-1, 0, 1]).fillna(0).set_axis(list(OUTCOMES)).T


def knots_at(frame: pd.DataFrame, curves: Iterable[str], knots: int) -> dict[str, np.ndarray]:
    """Return the knots of each curve: quantiles at even steps from 5% to 95%."""
    steps = np.linspace(0.05, 0.95, knots)
    return {name: np.unique(frame[name].quantile(steps)) for name in curves}


def curved(
    study: Study, frame: pd.DataFrame, curves: Iterable[str], knots: int
) -> tuple[Study, pd.DataFrame]:
    """Add restricted cubic splines of some predictors, as predictors of the study returned.

    The knots are those of `knots_at`: a variable whose values crowd in several places needs more of
    them than the three to five that are customary.
    """
    return bend(study, frame, knots_at(frame, curves, knots))


def with_one_curve(
    study: Study, frame: pd.DataFrame, term: str, curves: Iterable[str], knots: int
) -> pd.DataFrame:
    """Return the effect of `term` in the full model with a single predictor `curved`, each in turn.

    Returns
    -------
    DataFrame
        Index: the predictor that is curved; columns those of `effects`.
    """
    rows = {}
    for name in curves:
        bent = curved(study, frame, [name], knots)
        rows[name] = effects(bent[0], fit_logistic(*bent), bent[1], [term]).loc[term]
    return pd.DataFrame.from_dict(rows, orient="index")


def with_columns(
    study: Study, frame: pd.DataFrame, **columns: pd.Series
) -> tuple[Study, pd.DataFrame]:
    """Return a study and its customers with numeric columns added as predictors."""
    added = {
        name: Predictor(name=name, column=name, label=name.replace("_", " ")) for name in columns
    }
    return replace(study, predictors={**study.predictors, **added}), frame.assign(**columns)


def conditioning(
    study: Study, frame: pd.DataFrame, terms: list[str], given: list[str], knots: int
) -> pd.DataFrame:
    """Return each term's effect alone, beside `given`, beside all, and beside all with curves.

    In the last model the predictors in `given` are `curved`; a term that is itself curved there has
    no single coefficient, and no such row.

    Returns
    -------
    DataFrame
        A row for each term and model: index the term's name, columns model and those of `effects`.
    """
    curved_study, curved_frame = curved(study, frame, given, knots)
    together = " and ".join(study.label(name) for name in given)
    rows = []
    for term in terms:
        others = [name for name in given if name != term]
        models = {
            "alone": [term],
            f"with {' and '.join(study.label(name) for name in others)}": [term, *others],
            f"all {len(study.predictors)}": list(study.predictors),
            f"all, {together} curved": list(curved_study.predictors),
        }
        if term in given:
            models.popitem()
        for model, chosen in models.items():
            fit = fit_logistic(curved_study, curved_frame, chosen)
            effect = effects(curved_study, fit, curved_frame, [term]).loc[term]
            rows.append({"term": term, "model": model, **effect})
    return pd.DataFrame(rows).set_index("term")


def by_knots(
    study: Study, frame: pd.DataFrame, terms: list[str], given: list[str], numbers: list[int]
) -> pd.DataFrame:
    """Return the coefficients of `terms` while the splines of `given` get more and more knots.

    Returns
    -------
    DataFrame
        Index knots (0: straight lines); log_likelihood, and for each term B with the suffixes _b,
        _lower and _upper (95% limits).
    """
    rows = {}
    for number in (0, *numbers):
        bent = curved(study, frame, given, number) if number else (study, frame)
        fit = fit_logistic(*bent)
        table = effects(bent[0], fit, bent[1], terms)
        rows[number] = {"log_likelihood": fit.log_likelihood}
        for term in terms:
            b, sd = table.loc[term, "b"], table.loc[term, "x_standardised"] / table.loc[term, "b"]
            limits = np.log(table.loc[term, ["lower", "upper"]].to_numpy(dtype=float)) / sd
            rows[number] |= {f"{term}_b": b, f"{term}_lower": limits[0], f"{term}_upper": limits[1]}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("knots")


def classes(values: pd.Series, limits: list[float]) -> pd.Series:
    """Return each value's class (a, b] as text in order, e.g. "1,500–2,000"."""
    return pd.cut(values, limits, labels=[f"{a:,g}–{b:,g}" for a, b in pairwise(limits)])


def rates(frame: pd.DataFrame, by: list[pd.Series]) -> pd.DataFrame:
    """Return customers, retention_rate and its Wilson limits lower and upper for each group."""
    table = frame["retained"].groupby(by, observed=True).agg(["size", "sum", "mean"])
    limits = [wilson_interval(int(k), int(n)) for n, k in table[["size", "sum"]].to_numpy()]
    table[["lower", "upper"]] = limits
    return table.drop(columns="sum").rename(columns={"size": "customers", "mean": "retention_rate"})


def half_line(study: Study, frame: pd.DataFrame, fit: LogisticFit) -> tuple[float, float]:
    """Return where P(retained) is one half: intercept and slope of frequency over amount.

    All other variables are at their means in `frame`.
    """
    b = fit.parameters
    average = design_matrix(study, frame).drop(columns=["amount", "frequency"]).mean()
    constant = b[CONSTANT] + b[average.index] @ average
    return -constant / b["frequency"], -b["amount"] / b["frequency"]


def within_fifths(
    study: Study, frame: pd.DataFrame, term: str, by: str, step: float, noun: str
) -> pd.DataFrame:
    """Return the odds ratio of `term` alone, per `step`, among all and within fifths of `by`.

    Returns
    -------
    DataFrame
        Index: "all customers", then the fifths' limits with `noun`; odds_ratio, lower and upper.
    """
    parts = {"all customers": frame} | {
        f"{int(part[by].min())} to {int(part[by].max())} {noun}": part
        for _, part in frame.groupby(pd.qcut(frame[by], 5), observed=True)
    }
    rows = {
        name: scaled_odds_ratios(fit_logistic(study, part, [term]), pd.Series({term: step})).loc[
            term
        ]
        for name, part in parts.items()
    }
    return pd.DataFrame(rows).T


def observed_and_expected(
    expected: pd.DataFrame, groups: dict[str, int]
) -> dict[str, pd.DataFrame]:
    """Return observed and expected retention in groups of about equal size of some variables.

    Parameters
    ----------
    expected : DataFrame
        Customers, with the probabilities ``straight`` and ``curved`` of two models.
    groups : dict of str to int
        How many groups of each variable.

    Returns
    -------
    dict of str to DataFrame
        For each variable the table of `rates`, with the group's median ``middle`` and the means of
        ``straight`` and ``curved``.
    """
    tables = {}
    for name, number in groups.items():
        group = pd.qcut(expected[name], number, duplicates="drop")
        means = expected.groupby(group, observed=True).agg(
            middle=(name, "median"), straight=("straight", "mean"), curved=("curved", "mean")
        )
        tables[name] = rates(expected, [group]).join(means)
    return tables


def means_by(values: pd.Series, group: pd.Series) -> pd.DataFrame:
    """Return mean and sem of the values of each group, with the mean's 95% limits."""
    table = values.groupby(group, observed=True).agg(["mean", "sem"])
    return table.assign(
        lower=table["mean"] - 1.96 * table["sem"], upper=table["mean"] + 1.96 * table["sem"]
    )


def tenths(values: pd.Series) -> pd.Series:
    """Return each value's tenth of the customers as text in order, e.g. "10–30"."""
    tenth = pd.qcut(values, 10, labels=False)
    limits = values.groupby(tenth).agg(["min", "max"])
    names = [f"{low:.0f}–{high:.0f}" for low, high in limits.to_numpy()]
    written = tenth.map(dict(zip(limits.index, names, strict=True)))
    return pd.Series(pd.Categorical(written, names), index=values.index)


FORM = {
    "chi_square": ("Curves: fall in −2 log-likelihood", ",.1f"),
    "df": ("Curves: more coefficients", "d"),
    "p_value": ("Curves: Sig.", p_value),
    "forward": ("AUC of the forward search", ".3f"),
    "boosting": ("AUC of gradient boosting", ".3f"),
    "lower": ("Boosting minus search: 95% lower", "+.3f"),
    "upper": ("Boosting minus search: 95% upper", "+.3f"),
}
"""How each row of `form` is headed and written."""


def form(
    banks: dict[str, tuple[Study, pd.DataFrame]], folds: int = 5, *, seed: int
) -> pd.DataFrame:
    """Ask of each bank's customers whether straight lines do, and what boosting gains.

    Parameters
    ----------
    banks : dict
        Study and complete customers by the bank's name.
    folds, seed : int
        Of one round of cross-validation; see `other_models.cross_validate`.

    Returns
    -------
    DataFrame
        A column for each bank. ``chi_square``, df and ``p_value`` are of the test that bends all
        numbers at once (`curves.linearity_tests`); forward and boosting are mean AUCs of the
        held-out folds, lower and upper the limits of their difference
        (`other_models.compare_models`).
    """
    columns = {}
    for bank, (study, frame) in banks.items():
        bends = linearity_tests(study, frame, fit_curves(study, frame)).loc["all"]
        scores = cross_validate(study, frame, folds, repeats=1, seed=seed)
        models = compare_models(scores, folds)
        auc = models[models["score"] == "auc"].set_index("model")
        columns[bank] = {
            **bends[["chi_square", "df", "p_value"]],
            "forward": auc.loc[FORWARD, "mean"],
            "boosting": auc.loc[BOOSTING, "mean"],
            **auc.loc[BOOSTING, ["lower", "upper"]],
        }
    return pd.DataFrame(columns).astype(float)
