"""What page 08d says of other models: of curves in place of straight lines, and of a black box."""

from __future__ import annotations

import pandas as pd

from erfm.formats import counted, listed, number, p_text
from erfm.study import Study
from erfm.trust.curves import nonlinear
from erfm.trust.other_models import BOOSTING, FORWARD, PENALISED, surely_different
from erfm.trust.sentences import for_the_bank

MUCH = 0.02
"""A difference in AUC that surely exceeds this is much."""

NO_FOLD = "No fold of the cross-validation gave an equation, so that no model can be judged."

LEVEL = 0.05
"""Of all tests of linearity together: each is judged at this, divided by their number."""


def in_short(study: Study, tests: pd.DataFrame, against: pd.DataFrame) -> str:
    """Say which variables bend, and what the equation's AUC gives away to a black box.

    `tests` is the table of `curves.linearity_tests`, `against` that of
    `other_models.compare_models` with the scores' names.
    """
    if against.empty:
        return f"**In short.** {_which_bend(study, tests)} {NO_FOLD}"
    auc = against[against["score"] == "AUC"].set_index("model")
    boosting = auc.loc[BOOSTING]
    limits = (
        "no interval, with so few folds"
        if pd.isna(boosting["lower"])
        else f"95% interval {_limits(boosting, '+.3f')}"
    )
    return (
        f"**In short.** {_which_bend(study, tests)} Cross-validated, the forward search has an AUC "
        f"of {auc.loc[FORWARD, 'mean']:.3f}; gradient boosting changes it by "
        f"{number(boosting['difference'], '+.3f')} ({limits})."
    )


def _which_bend(study: Study, tests: pd.DataFrame) -> str:
    """Say in a sentence which variables bend."""
    if tests.empty:
        return "There is no variable that could bend."
    bent, together = nonlinear(tests, LEVEL), tests.loc["all", "p_value"]
    if len(bent):
        bend = "bends" if len(bent) == 1 else "bend"
        return f"{listed(study, bent)} {bend} (all at once, {p_text(together)})."
    if together < LEVEL:
        return (
            "No variable by itself bends beyond chance, but together they do (all at once, "
            f"{p_text(together)})."
        )
    return f"No variable bends beyond chance (all at once, {p_text(together)})."


def linearity(study: Study, tests: pd.DataFrame) -> str:
    """Say which variables bend, one by one and all at once.

    `tests` is the table of `curves.linearity_tests`: empty where no variable can be bent.
    """
    numbers = [name for name, p in study.predictors.items() if not p.categorical]
    skipped = [name for name in numbers if name not in tests.index]
    left_out = (
        f"{listed(study, skipped)}: too few different values for a curve. " if skipped else ""
    )
    if tests.empty:
        simple = (
            "whether one more unit means the same everywhere cannot be asked here."
            if skipped
            else "no coefficient is one of units, so the question does not arise."
        )
        return f"{left_out}There is no continuous variable to test: {simple}"
    return f"{left_out}{_bends(study, tests)}"


def _bends(study: Study, tests: pd.DataFrame) -> str:
    bent, together = nonlinear(tests, LEVEL), tests.loc["all", "p_value"]
    if len(bent):
        asked = len(tests.index.drop("all"))
        limit = f"0.05 divided by the {asked} questions asked" if asked > 1 else "0.05"
        bend = "bends" if len(bent) == 1 else "bend"
        return (
            f"Judged at {limit}, {listed(study, bent)} {bend}; all at once, {p_text(together)}. "
            + for_the_bank(
                study,
                "“the more, the better” (or worse) is too simple for "
                f"{listed(study, bent)}: read the curve, not the coefficient.",
            )
        )
    advice = (
        "somewhere “the more, the better” (or worse) is too simple, and these customers cannot "
        "tell where."
        if together < LEVEL
        else "as far as these customers can tell, one more unit means the same at the low and at "
        "the high end; nothing speaks against the simple reading of the coefficients."
    )
    return f"{_which_bend(study, tests)} {for_the_bank(study, advice)}"


def alternatives(
    study: Study, tests: pd.DataFrame, against: pd.DataFrame, judged: int, folds: int
) -> str:
    """Say what gradient boosting and a penalty gain over the forward search, or lose.

    `tests` is the table of `curves.linearity_tests`, `against` that of
    `other_models.compare_models` with the scores' names; of `folds` folds, `judged` gave an
    equation.
    """
    if against.empty:
        return f"{NO_FOLD} Merge rare levels, or use more customers."
    left = folds - judged
    left_out = (
        f"⚠ {counted(left, 'fold')} gave no equation and {'is' if left == 1 else 'are'} left out. "
        if left
        else ""
    )
    others = {BOOSTING: "gradient boosting", PENALISED: "the penalty"}
    auc = against[against["score"] == "AUC"].set_index("model").loc[list(others)]
    if auc[["lower", "upper"]].isna().any(axis=None):
        return (
            f"{left_out}With so few folds, differences have no interval: these customers cannot "
            "tell the models apart. Take the formula that can be read, checked and explained."
        )
    told = [
        f"{name} changes AUC by {number(auc.loc[model, 'difference'], '+.4f')} (95% interval "
        f"{_limits(auc.loc[model], '+.4f')}) and is {_sure(against, model)}"
        for model, name in others.items()
    ]
    first, second = told
    return (
        f"{left_out}{first[:1].upper()}{first[1:]}; {second}. "
        f"{for_the_bank(study, _choice(tests, against))}"
    )


def _sure(against: pd.DataFrame, model: str) -> str:
    """Say in which scores a model is surely better or worse than the forward search."""
    better, worse = surely_different(against, model)
    parts = [
        f"surely {how} in {_joined(scores)}"
        for how, scores in (("better", better), ("worse", worse))
        if scores
    ]
    return " and ".join(parts) or "not surely better or worse in any score"


def _joined(names: list[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _limits(row: pd.Series, spec: str) -> str:
    return f"{number(row['lower'], spec)} to {number(row['upper'], spec)}"


def _choice(tests: pd.DataFrame, against: pd.DataFrame) -> str:
    """Say which model to take, by what every model and the curves show."""
    better, worse = (
        [model for model in (BOOSTING, PENALISED) if surely_different(against, model)[i]]
        for i in (0, 1)
    )
    bent = len(tests) and (len(nonlinear(tests, LEVEL)) or tests.loc["all", "p_value"] < LEVEL)
    curves = " Let it have curves: its straight lines are too simple." if bent else ""
    formula = f"take the formula that can be read, checked and explained.{curves}"
    if better:
        first, *second = [_dear(against, model) for model in better]
        return " ".join([first, *(text.capitalize() for text in second)]) + curves
    if len(worse) == 2:
        return f"nothing is gained by the other two: {formula}"
    if worse == [BOOSTING]:
        return f"nothing is gained by a black box: {formula}"
    if worse == [PENALISED]:
        return f"the penalty does worse, and nothing shows that a black box does better: {formula}"
    if bent:
        return f"no other model surely predicts better: {formula}"
    return f"these customers cannot tell the models apart; {formula}"


def _dear(against: pd.DataFrame, model: str) -> str:
    """Say what the forward search gives away to a model that is surely better in a score."""
    auc = against[(against["model"] == model) & (against["score"] == "AUC")].iloc[0]
    if model == PENALISED:
        return (
            "keeping all variables under a penalty predicts better than choosing among them, and "
            "is a formula that can be read, too."
        )
    if auc["lower"] > MUCH:
        return (
            "a formula that can be read, checked and explained to a customer costs much precision "
            "here: a flexible model finds what straight lines cannot."
        )
    return "a flexible model predicts better, but the readable formula gives little away."


def naive_interval(against: pd.DataFrame, lower: float, upper: float) -> str:
    """Say how wide boosting's interval would be if folds shared no customers."""
    rows = against[(against["score"] == "AUC") & (against["model"] == BOOSTING)]
    row = rows.iloc[0] if len(rows) else pd.Series({"lower": float("nan")})
    if pd.isna(row["lower"]) or not lower < upper:
        return "These folds give no interval to compare."
    naive = pd.Series({"lower": lower, "upper": upper})
    times = (row["upper"] - row["lower"]) / (upper - lower)
    return (
        "If no two folds shared customers, the interval of gradient boosting's "
        f"difference in AUC would be {_limits(naive, '+.3f')}; the one to go by, which allows "
        f"for the sharing, is {times:.1f} times as wide. Training sets that share customers give "
        "models that err alike: their differences are no independent draws, and counting them as "
        "such makes more of them than they tell."
    )
