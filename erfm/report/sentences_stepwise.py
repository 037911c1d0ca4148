"""The sentences of page 03: forward selection, step by step."""

from __future__ import annotations

import numpy as np
import pandas as pd

from erfm import ties
from erfm.formats import counted, how_many, listed, named, number, p_text
from erfm.logistic import LogisticFit
from erfm.paper.ledger import load_published
from erfm.stepwise import OVERALL, ForwardSelection, Step
from erfm.study import Study


def in_short(study: Study, selection: ForwardSelection) -> str:
    """Say which variables the search keeps and which it leaves out."""
    out = [term for term in study.predictors if term not in selection.terms]
    kept, every = len(selection.terms), len(study.predictors)
    named_kept = f": {listed(study, selection.terms)}" if kept else ""
    left_out = f" Left out: {listed(study, out)}." if out else ""
    return (
        "**In short.** Starting from the constant, SPSS's *Forward: LR* keeps "
        f"{how_many(kept, every, 'variable')}{named_kept}.{left_out} The page shows every table "
        "that SPSS prints on the way."
    )


def path(study: Study, selection: ForwardSelection) -> str:
    """Say why the search ended, and whether a variable left again."""
    left = sum(bool(step.removed) for step in selection.steps)
    again = "No variable that had entered left again."
    if left:
        again = f"{counted(left, 'variable')} left again after having entered."
    return (
        f"With PIN = {study.entry_p} and POUT = {study.removal_p}, the search ended because "
        f"{selection.ended}. {again} The statistic is the score for an entry and the likelihood "
        "ratio for a removal."
    )


def fall(selection: ForwardSelection) -> str:
    """Say how much of the fall in -2 log-likelihood the first step brings."""
    deviance = [-2 * step.log_likelihood for step in selection.steps]
    if len(deviance) == 1:
        return "Nothing entered."
    if len(deviance) == 2:
        return "The only step brings the whole fall in −2 log-likelihood."
    # Where a variable leaves again, −2 log-likelihood rises in between.
    share = format((deviance[0] - deviance[1]) / (deviance[0] - min(deviance)), ".0%")
    return (
        f"The first step brings {share} of the whole fall in −2 log-likelihood; what later "
        "steps add is worth having only if it is more than chance, which is what the tests judge."
    )


def block_0(study: Study, selection: ForwardSelection, constant: LogisticFit) -> str:
    """Say how many variables could enter an equation of the constant alone, and which does.

    The smallest p decides: scores on different df cannot be compared.
    """
    scores = selection.steps[0].score_tests.drop(index=OVERALL)
    able = int((scores["p_value"] < study.entry_p).sum())
    which = ""
    if len(selection.steps) > 1:
        which = f"; {named(study, selection.steps[1].changed)}, with the smallest p, does"
    return (
        "The constant alone names every customer "
        f"{'retained' if constant.outcome.mean() >= 0.5 else 'churned'}. Taken one at a time, "
        f"{how_many(able, len(scores), 'variable')} could enter{which}."
    )


def score_by_hand(study: Study, term: str, score: float, step: Step) -> str:
    """Say whether the score computed by hand is that of the search."""
    found = step.score_tests.loc[term, "score"]
    same = np.isclose(score, found, rtol=1e-6, atol=1e-9)
    return (
        f"The score of {named(study, term)}, {score:.3f}, is "
        f"{'the same as' if same else 'NOT'} that of the table above, to six digits. No model with "
        "the variable was fitted: the search asks every variable for its score and fits only the "
        "one that enters."
    )


def score_beside_ratio(study: Study, compared: pd.DataFrame, entry_p: float) -> str:
    """Say how near the score test is to the likelihood ratio, and why a search uses both.

    `compared` has a row for each variable: score, score_p, likelihood_ratio, likelihood_ratio_p.
    """
    name = ties.largest(compared["score"])
    row = compared.loc[name]
    opinions = (compared[["score_p", "likelihood_ratio_p"]] < entry_p).nunique(axis=1)
    apart = opinions.index[opinions > 1]
    verdict = "All variables would be judged alike by both."
    if len(apart):
        verdict = f"The two disagree on {listed(study, apart)}, near the border."
    # The difference is that of the numbers shown, so that a reader finds it, too.
    score, ratio = (round(row[test], 3) for test in ("score", "likelihood_ratio"))
    return (
        f"For {named(study, name)} the score is {number(score)} and the likelihood ratio "
        f"{number(ratio)}, {number(abs(score - ratio))} "
        f"apart. {verdict} The score foretells the rise of the log-likelihood from its slope and "
        "bend where the variable has no effect: exact if the log-likelihood were a parabola, and "
        "near where the effect is small. It needs no new fit, so a search asks it "
        "of every variable outside. Those inside have been fitted already: of each of them SPSS "
        "pays for a fit without it, and measures what would really be lost."
    )


def step(study: Study, selection: ForwardSelection, number: int) -> str:
    """Say what the tests of one step decide: the next step, where there is one, is what they did.

    A variable leaves before another enters.
    """
    at, later = selection.steps[number], selection.steps[number + 1 : number + 2]
    entered, removed = (later[0].entered, later[0].removed) if later else (None, None)
    text = "Nothing is left outside. "
    if at.scores:
        best = min(at.scores, key=lambda test: (test.term != entered, test.p_value))
        text = f"Of the variables outside, {named(study, best.term)} has the smallest p "
        text += f"({p_text(best.p_value)}): it "
        text += "enters next. " if entered else "stays out. "
    if at.removals:
        worst = max(at.removals, key=lambda test: (test.term == removed, test.p_value))
        text += f"Of those inside, {named(study, worst.term)} has the largest "
        text += f"({p_text(worst.p_value)}): it "
        text += "leaves." if removed else "stays in."
    return text


def compared(selection: ForwardSelection, steps: pd.DataFrame) -> str:
    """Say how fit changes from the first step to the last."""
    if steps.empty:
        return "Nothing entered."
    first, last = steps.iloc[0], steps.iloc[-1]
    change = (
        f"The only step leaves −2 log-likelihood at {first['minus2_log_likelihood']:,.3f} and "
        f"Nagelkerke's R² at {first['nagelkerke_r2']:.3f}."
    )
    if len(steps) > 1:
        change = _change(selection, first, last)
    return (
        f"{change} The Hosmer–Lemeshow χ² measures misfit in groups that change from step to step; "
        "it need not fall."
    )


def _change(selection: ForwardSelection, first: pd.Series, last: pd.Series) -> str:
    which = "entry" if any(step.removed for step in selection.steps) else "step"
    fell = last["minus2_log_likelihood"] < first["minus2_log_likelihood"]
    return (
        f"From the first step to the last, −2 log-likelihood {'falls' if fell else 'rises'} from "
        f"{first['minus2_log_likelihood']:,.3f} to {last['minus2_log_likelihood']:,.3f} and "
        f"Nagelkerke's R² {'rises' if fell else 'falls'} from {first['nagelkerke_r2']:.3f} to "
        f"{last['nagelkerke_r2']:.3f}: each {which} must lower the first and raise the model χ²"
        f"{'' if which == 'step' else ', and each removal does the opposite'}."
    )


def printed_chi_square() -> str:
    """Say what the paper concludes from its chi-square."""
    claimed = load_published().loc["final_step_chi_square", "printed"]
    return (
        f"The paper prints {claimed} for the last step, calls it the smallest of the steps and "
        "reads it as a good fit, without saying which statistic it is. "
        "[Page 06](06_published_numbers.ipynb) shows that none of the three readings supports the "
        "conclusion."
    )


def final(equation: LogisticFit, selection: ForwardSelection) -> str:
    """Say that the equation is confirmed by another program, and what its errors leave out."""
    difference = abs(equation.log_likelihood - selection.steps[-1].log_likelihood)
    return (
        "With $p$ = P(retained). The search climbs by its own Newton steps; the equation is fitted "
        "again with statsmodels, and the two log-likelihoods "
        f"{'are the same to eight decimals' if difference < 1e-8 else 'DIFFER'}. "
    ) + (
        "The standard errors take the equation as given in advance: that it was *searched for* on "
        "the same customers makes them too small ([page 08](08_how_far_to_trust.ipynb))."
    )
