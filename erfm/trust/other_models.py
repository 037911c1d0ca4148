"""Other models on the same customers: what the simple equation gives away."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import special, stats
from sklearn import metrics
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from erfm import ties
from erfm.study import Study, design_matrix
from erfm.trust.resampling import make_procedure

FORWARD = "forward LR"
PENALISED = "penalised logistic regression"
BOOSTING = "gradient boosting"
SCORES: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "auc": metrics.roc_auc_score,
    "brier": metrics.brier_score_loss,
    "log_loss": metrics.log_loss,
}
"""What a model is judged by: AUC (higher is better), Brier score and log loss (lower is better)."""

NAMES = {"auc": "AUC", "brier": "Brier score", "log_loss": "log loss"}
"""What the scores are called in a table."""


def other_models(seed: int) -> dict[str, BaseEstimator]:
    """Return the scikit-learn models: all variables, tuned inside the training customers alone.

    Ridge (L2) logistic regression with its penalty chosen by five-fold cross-validated log loss,
    and gradient boosting of small trees with a fixed, cautious setting.
    """
    ridge = make_pipeline(StandardScaler(), LogisticRegression())
    penalties = {"logisticregression__C": np.logspace(-3, 2, 6)}
    # Files are often in some order; folds that follow it would be strangers to one another.
    inner = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    return {
        PENALISED: GridSearchCV(
            ridge, penalties, scoring="neg_log_loss", cv=inner, refit=strongest_penalty
        ),
        BOOSTING: HistGradientBoostingClassifier(
            learning_rate=0.05,
            max_iter=100,
            max_leaf_nodes=4,
            early_stopping=False,
            random_state=seed,
        ),
    }


def strongest_penalty(search: dict[str, np.ndarray]) -> int:
    """Return the position of the best cross-validated log loss, the first of those that are equal.

    Equal to six decimals: the fits end when little changes, not at a common last bit. The
    penalties stand in the order of their strength.
    """
    return int(np.argmax(search["mean_test_score"].round(6)))


def cross_validate(
    study: Study, frame: pd.DataFrame, folds: int = 5, repeats: int = 5, *, seed: int
) -> pd.DataFrame:
    """Judge the forward search and the `other_models` on the same repeated folds.

    Parameters
    ----------
    frame : DataFrame
        Complete customers; every model is made from all folds but one and judged on that one,
        stratified by outcome, `repeats` times.

    Returns
    -------
    DataFrame
        A row for each model and held-out fold: model, fold and the `SCORES`. A fold without which
        the search finds no equation (a rare level is in it whole) is missing for every model; there
        is no row where each is, or where an outcome has fewer customers than there are folds.
    """
    design, outcome = design_matrix(study, frame).to_numpy(), frame["retained"].to_numpy()
    procedure = make_procedure(study, frame)
    splitter = RepeatedStratifiedKFold(n_splits=folds, n_repeats=repeats, random_state=seed)
    rows: list[dict[str, object]] = []
    if np.bincount(outcome, minlength=2).min() < folds:
        return pd.DataFrame(rows, columns=["model", "fold", *SCORES])
    for fold, (train, test) in enumerate(splitter.split(design, outcome), start=1):
        try:
            _, coefficients = procedure.fit(train)
        except np.linalg.LinAlgError:
            continue
        probabilities = {FORWARD: special.expit(procedure.linear(coefficients, test))}
        for name, model in other_models(seed).items():
            # One thread adds numbers up in the same order everywhere, and waits for no other.
            with threadpool_limits(1):
                fitted = model.fit(design[train], outcome[train])
                probabilities[name] = fitted.predict_proba(design[test])[:, 1]
        for name, probability in probabilities.items():
            equal = ties.tied(probability)
            scores = {score: judge(outcome[test], equal) for score, judge in SCORES.items()}
            rows.append({"model": name, "fold": fold, **scores})
    return pd.DataFrame(rows, columns=["model", "fold", *SCORES])


def compare_models(scores: pd.DataFrame, folds: int = 5, level: float = 0.95) -> pd.DataFrame:
    """Return each model's mean scores and its differences from the forward search with limits.

    Folds share their training customers, so differences between folds are too alike to be treated
    as independent: the variance is (1 / k + 1 / (folds - 1)) s² with k held-out folds in all, and
    the limits are Student's t with k - 1 df (Nadeau & Bengio 2003).

    Returns
    -------
    DataFrame
        A row for each model and score: model, score, mean, difference, lower, upper (missing for
        the forward search).
    """
    columns = ["model", "score", "mean", "difference", "lower", "upper"]
    rows: list[dict[str, object]] = []
    for score in SCORES if len(scores) else ():
        by_model = scores.pivot_table(index="fold", columns="model", values=score)
        for name in scores["model"].unique():
            row = {"model": name, "score": score, "mean": by_model[name].mean()}
            if name != FORWARD:
                row |= corrected_interval(by_model[name] - by_model[FORWARD], folds, level)
            rows.append(row)
    return pd.DataFrame(rows, columns=columns)


def surely_different(against: pd.DataFrame, name: str) -> tuple[list[str], list[str]]:
    """Return the scores in which a model is surely better, and those in which it is surely worse.

    `against` is the table of `compare_models` with the scores' `NAMES`; sure is an interval of the
    difference that does not hold 0.
    """
    rows = against[against["model"] == name].set_index("score")
    # Of AUC more is better, of the other scores less.
    gain = pd.DataFrame(
        {
            score: (row["lower"], row["upper"])
            if score == NAMES["auc"]
            else (-row["upper"], -row["lower"])
            for score, row in rows.iterrows()
        },
        index=["lower", "upper"],
    ).T
    return list(gain.index[gain["lower"] > 0]), list(gain.index[gain["upper"] < 0])


def corrected_interval(differences: pd.Series, folds: int, level: float = 0.95) -> dict[str, float]:
    """Return the mean difference over held-out folds with Nadeau & Bengio's limits."""
    k, mean = len(differences), differences.mean()
    standard_error = np.sqrt((1 / k + 1 / (folds - 1)) * differences.var())
    half = stats.t.ppf((1 + level) / 2, k - 1) * standard_error
    return {"difference": mean, "lower": mean - half, "upper": mean + half}
