"""The answers to the exercises of pages 06 to 10, in words; see `sentences_exercises`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from erfm import ties
from erfm.escaping import markdown
from erfm.formats import counted, how_many, named, number, p_text, percent
from erfm.logistic import CONSTANT, LogisticFit
from erfm.paper.examination import Examination
from erfm.paper.verdict import IMPOSSIBLE
from erfm.study import Study

# --- 06 -------------------------------------------------------------------------------------------


def fewer_customers(narrowest: dict[int, tuple[float, float]]) -> str:
    """Compare the narrowest intervals that two numbers of customers allow."""
    told = [f"({low:.4f}, {high:.4f}) on {n:,}" for n, (low, high) in narrowest.items()]
    widths = [np.log(high / low) for low, high in narrowest.values()]
    many, few = narrowest
    return (
        f"No narrower than {told[0]} customers and {told[1]}: on the logarithmic scale, on which "
        "the "
        f"interval is even, {number(widths[1] / widths[0], '.2f')} times as wide. The least "
        "standard error is 2 / (sd · √(*n* − 1)), so it falls with the square *root* of the number "
        f"of customers: {number(many / few, '.3g')} times as many are needed for an interval "
        f"{number(np.sqrt(many / few), '.3g')} times as narrow."
    )


def possible_totals(claimed: str, totals: list[int], printed_total: int) -> str:
    """Say out of which numbers of customers a whole number prints as the claimed accuracy."""
    below = max((n for n in totals if n < printed_total), default=None)
    above = min((n for n in totals if n > printed_total), default=None)
    nearest = " and ".join(f"{n:,}" for n in (below, above) if n)
    return (
        f"The smallest number of customers out of which {claimed} can be printed is {totals[0]:,}; "
        f"the nearest to {printed_total:,} are {nearest}. "
        f"{'It can be out of the printed number, too. ' if printed_total in totals else ''}"
        "So the accuracy may have been computed on other customers than the table shows, or be a "
        "slip of the pen. Neither makes it true of the table: its counts would have to change by "
        "hundreds."
    )


def lonely_value(skewness: float, bound: float, n: int) -> str:
    """Say how near one customer far from n - 1 equal ones comes to the bound of skewness."""
    return (
        f"Among {n:,} customers of whom all but one are equal, the skewness is {number(skewness)}, "
        f"and the bound {number(bound)}: they reach {percent(skewness / bound, 2)} of it, so "
        "hardly "
        "anything is given away. Why it holds: *z*³ is at most the largest |*z*| times *z*², and "
        "the "
        "*z*² of all customers add up to a known number. The skewness is therefore an average of "
        "*z*, weighted by *z*², and no average exceeds its largest member."
    )


# --- 06b ------------------------------------------------------------------------------------------


def found_of_no_count(examination: Examination) -> str:
    """Say which printed values of a paper no cases have, and why no count need be printed."""
    judged = examination.judged.values()
    wrong = [
        f"{markdown(j.value.title)} {markdown(j.value.shown)} ({markdown(j.reason.rstrip('.'))})"
        for j in judged
        if j.verdict == IMPOSSIBLE
    ]
    return (
        f"Impossible: {' and '.join(wrong)}. No count need be printed, because there are so few: a "
        "share of *n* cases is one of *n* + 1 fractions, and the mean of *n* whole numbers one of "
        "the multiples of 1/*n*. The more cases, the more decimals it takes: a mean with two "
        "decimals proves something of up to a hundred cases, a percentage with one of up to a "
        "thousand."
    )


def broken_digits(printed: str, found: pd.Series) -> str:
    """Say which changes of a number's digits are noticed; `found` by the changed text."""
    missed = [f"“{markdown(str(text))}”" for text in found.index[~found]]
    told = f"unnoticed: {', '.join(missed)}" if missed else "none is unnoticed"
    noticed = f"{found.sum()} {'is' if found.sum() == 1 else 'are'} refuted"
    return (
        f"Of {counted(len(found), 'change')} of one digit of “{markdown(printed)}”, {noticed}; "
        f"{told}. A change is noticed only if what other printed numbers imply leaves it no room: "
        "the more digits these have, the less room there is. So an examiner that is given only "
        "coarse numbers acquits more, and an acquittal is worth what the digits are."
    )


def one_number_explains(examination: Examination, names: list[str]) -> str:
    """Say which value is common to all refuted claims, what it would have to be, and what not."""
    refuted = [c for c in examination.claims if c.proof.refuted]
    n = len(refuted)
    if not names:
        are = "is" if n == 1 else "are"
        return f"{counted(n, 'claim')} {are} refuted, and no one number explains them all."
    told = [
        " ".join(markdown(text) for text in (value.title, value.shown))
        for value in map(examination.paper.printed.__getitem__, names)
    ]
    rest = f"{how_many(n, n, 'refuted claim').capitalize()} {'rests' if n == 1 else 'rest'}"
    reasons = " ".join(c.proof.reason for c in refuted)
    return (
        f"{rest} on {' and '.join(told)}, and no claim that holds does: if that is another number, "
        f"all is well. The proofs say which: {markdown(reasons)} A row beside it prints the same "
        "digits, so it was perhaps read off there. But you cannot *know* it: several other numbers "
        "could be wrong at once, and only the authors can tell."
    )


# --- 07 -------------------------------------------------------------------------------------------


def curves_on_holdout(areas: pd.DataFrame) -> str:
    """Compare the areas of straight lines and of curves on customers held out."""
    lines, curves = areas.loc["straight lines"], areas.loc["curves"]
    gain = round(curves["auc"], 3) - round(lines["auc"], 3)
    apart = lines["upper"] < curves["lower"] or curves["upper"] < lines["lower"]
    sure = "The intervals do not even overlap, and comparing the same customers in pairs is closer."
    if not apart:
        sure = (
            "The intervals overlap, which settles nothing: both judge the same customers, and "
            "would "
            "have to be compared in pairs."
        )
    return (
        f"{number(curves['auc'])} with curves, {number(lines['auc'])} with straight lines: a "
        f"difference of {number(gain, '+.3f')}, on customers that neither has seen. {sure}"
    )


def other_second(table: pd.DataFrame) -> str:
    """Say what stays the same when amount is replaced by amount per transaction, on logarithms.

    The rows are log_amount and log_ticket, the columns log_frequency, "second variable" and
    "log-likelihood".
    """
    first, second = table.loc["log_amount"], table.loc["log_ticket"]
    same = np.allclose(first[["second variable", "log-likelihood"]].astype(float),
                       second[["second variable", "log-likelihood"]].astype(float))  # fmt: skip
    return (
        f"The coefficient of the second variable, {number(first['second variable'])}, and the "
        f"log-likelihood, {number(first['log-likelihood'])}, "
        f"{'stay the same' if same else 'CHANGE'}; "
        f"that of frequency goes from {number(first['log_frequency'])} to "
        f"{number(second['log_frequency'])}, by just the coefficient of the second variable. For "
        "ln(amount) is ln(frequency) + ln(amount per transaction): the same two directions under "
        "other names. With frequency held fixed, more money *is* a larger amount per transaction."
    )


def claims_on_some(study: Study, everyone: dict[str, str], some: pd.Series, b: pd.DataFrame) -> str:
    """Say which verdicts change when the claims are judged on some of the customers.

    `b` has the coefficients among some, and beside the curves of everyone (missing where a variable
    is itself a curve).
    """
    changed = [name for name, verdict in some.items() if everyone[name] != verdict]
    told = "; ".join(
        f"**{named(study, name)}** from “{everyone[name]}” to “{some[name]}”" for name in changed
    )
    verdicts = counted(len(changed), "verdict")
    return (
        f"{verdicts} of {len(some)} {'changes' if len(changed) == 1 else 'change'}"
        f"{': ' + told if told else ''}.{_beside_curves(study, b.loc[changed])} A straight line "
        "fits "
        "a part of a curve better than the whole: without the large amounts, less of the dip is "
        "left to the other variables to make up for. An effect that turns with the choice of "
        "customers may come from the equation's form, and not from the customers."
    )


def _beside_curves(study: Study, b: pd.DataFrame) -> str:
    known = b.dropna()
    return "".join(
        f" {named(study, name)} has B = {number(row['some'])} among them, and "
        f"{number(row['curved'])} "
        "among all beside the curves, "
        f"{'of the same sign' if row['some'] * row['curved'] > 0 else 'of the OTHER sign'}."
        for name, row in known.iterrows()
    )


# --- 08 -------------------------------------------------------------------------------------------


def harder_entry(
    study: Study, shares: pd.DataFrame, optimism: tuple[float, float], entry_p: float
) -> str:
    """Say what a harder entry does; `shares` and `optimism` are the study's and the harder one's.

    `shares` has usual and strict, a row for each variable.
    """
    falls = shares["usual"] - shares["strict"]
    most = ties.largest(falls)
    usual, strict = optimism
    shown = round(strict, 4) - round(usual, 4)
    how = "larger" if shown > 0 else "smaller" if shown < 0 else "no larger"
    return (
        f"**{named(study, most)}** loses most: with PIN = {number(entry_p, '.3g')} it comes in in "
        f"{percent(shares.loc[most, 'strict'])} of the samples instead of "
        f"{percent(shares.loc[most, 'usual'])}. The optimism of the AUC is "
        f"{number(strict, '.4f')}, "
        f"against {number(usual, '.4f')} before: {how}. A harder entry moves the border between "
        "certain and uncertain variables; it does not abolish it."
    )


def shuffled(areas: pd.DataFrame) -> str:
    """Say what AUC equations for shuffled outcomes have; a row each, columns own and holdout."""
    own, new = areas["own"], areas["holdout"]
    return (
        f"On average of {len(areas)} shuffles {number(own.mean())} on the customers that the "
        f"equations were made from ({number(own.min())} to {number(own.max())}), and "
        f"{number(new.mean())} on the holdout sample ({number(new.min())} to "
        f"{number(new.max())}). "
        "There was nothing to find, for shuffled outcomes have nothing to do with the "
        "variables. But maximum likelihood takes whatever chance offers, and on the same customers "
        "chance agrees with itself; on others it does not. That is all that optimism is: it grows "
        "with the number of variables and shrinks with the number of customers."
    )


# --- 08b ------------------------------------------------------------------------------------------


def equal_costs(at: pd.Series) -> str:
    """Say what the cut-off for equal costs is and does; see `decisions.compare_cutoffs`."""
    return (
        f"The cut-off is {number(at['cutoff'], '.3g')}: contact whoever is more likely to leave "
        "than "
        f"to stay. That is {percent(at['contacted'])} of the customers, and "
        f"{percent(at['accuracy'])} "
        "of all are judged right: with equal costs, the cheapest rule is simply the most accurate. "
    )


def bolder_probabilities(before: pd.Series, after: pd.Series) -> str:
    """Say what doubled logits do to the cost at a cut-off; see `decisions.compare_cutoffs`."""
    cheaper = after["cost"] < before["cost"]
    verdict = "more" if after["cost"] > before["cost"] else "the same"
    if cheaper:
        verdict = "less, as it happens: the probabilities had not been right for these customers"
    contacted = [percent(row["contacted"]) for row in (after, before)]
    instead = "as before" if contacted[0] == contacted[1] else f"instead of {contacted[1]}"
    return (
        f"At the same {number(before['cutoff'])} the doubled logits contact {contacted[0]} of the "
        f"customers {instead}, "
        f"and an error costs {number(after['cost'])} a customer instead of "
        f"{number(before['cost'])}: {verdict}. The order of the customers is the same, so is the "
        "AUC; but a cut-off by cost compares a probability with a number, and is right only if the "
        "probability is. Whoever knows the order alone can say whom to contact first, not where to "
        "stop."
    )


# --- 08c ------------------------------------------------------------------------------------------


def fewer_imputations(errors: pd.DataFrame | None, few: int, many: int) -> str:
    """Say how much larger the Monte-Carlo errors become; the columns are few and many."""
    if errors is None:
        return (
            "Nothing is missing in this study, so nothing is imputed and there is nothing to pool."
        )
    ratio = errors.iloc[:, 0] / errors.iloc[:, 1]
    ratio = ratio[np.isfinite(ratio)]
    return (
        f"With {few} imputations instead of {many} the errors are between "
        f"{number(ratio.min(), '.1f')} and {number(ratio.max(), '.1f')} times as large; "
        f"√({many} / {few}) = {number(np.sqrt(many / few), '.1f')} is expected, the error of a "
        "mean "
        "of as many draws. (So few draws do not even give their own error well, hence the range.) "
        "More imputations make the filling's luck smaller; they tell nothing more about the "
        "customers."
    )


def half_the_churned(study: Study, before: LogisticFit, after: LogisticFit) -> str:
    """Say what leaving out every second churned customer does to the coefficients."""
    churned = [int((1 - fit.outcome).sum()) for fit in (before, after)]
    change = after.parameters - before.parameters
    error = np.sqrt(pd.Series(np.diag(before.covariance), before.covariance.index))
    slopes = (change / error).drop(CONSTANT)
    most = ties.largest(slopes.abs())
    return (
        f"The constant {'rises' if change[CONSTANT] > 0 else 'falls'} by "
        f"{number(abs(change[CONSTANT]))}; a rise of ln({churned[0]:,} / {churned[1]:,}) = "
        f"{number(np.log(churned[0] / churned[1]))} is expected. Of the slopes, that of "
        f"**{named(study, most)}** moves most, by {number(abs(slopes[most]), '.1f')} of its "
        "standard "
        "errors. Leaving out churned customers by lot multiplies the odds of *every* kind of "
        "customer by the same factor, whose logarithm goes into the constant. Slopes survive a gap "
        "that depends on the outcome alone; probabilities do not. What the complete customers "
        "alone do not survive is a gap "
        "that depends on outcome *and* variables together."
    )


# --- 08d ------------------------------------------------------------------------------------------


def bent_equation(full: pd.DataFrame, final: pd.DataFrame) -> str:
    """Compare the joint test of linearity in the full model with that in the final equation."""
    for table, whose in ((full, "The study"), (final, "The final equation")):
        if "all" not in table.index:
            return f"{whose} has no variable with enough values to bend: no verdict to compare."
    p = [table.loc["all", "p_value"] for table in (full, final)]
    verdicts = ["bend" if value < 0.05 else "straight" for value in p]
    holds = "The verdict holds" if verdicts[0] == verdicts[1] else "The verdict does NOT hold"
    return (
        f"{holds}: all at once, {p_text(p[1])} in the final equation, {p_text(p[0])} in the full "
        "model. A variable that is left out can hide a bend, or make one: shape, like a "
        "coefficient, is that of a variable *beside the others*."
    )


def numbers_of_knots(p_values: pd.DataFrame) -> str:
    """Say whether the joint verdict on linearity is the same for each number of knots (columns)."""
    if "all" not in p_values.index:
        return "No variable has enough values to bend, so knots make no difference."
    told = ", ".join(f"{p_text(p)} with {name}" for name, p in p_values.loc["all"].items())
    found = (p_values.loc["all"] < 0.05).unique()
    same = "the same verdict each time" if len(found) == 1 else "NOT the same verdict each time"
    return (
        f"All at once, {told}: {same}. Few knots miss a narrow bend. Many knots can follow it, but "
        "the test then spends its degrees of freedom on bends that are not there, and a true one "
        "may drown among them. The number has to be chosen before one looks."
    )


def boosting_on_its_own(own: float, scores: pd.Series) -> str:
    """Compare boosting's AUC on its own customers with the cross-validated ones of both models.

    `scores` has boosting and forward.
    """
    wins = scores["boosting"] > scores["forward"]
    return (
        f"On the customers that it was made from, gradient boosting has an AUC of {number(own)}; "
        f"cross-validated, {number(scores['boosting'])}, where the forward search has "
        f"{number(scores['forward'])}. The difference is learnt by heart: the more freely a model "
        "may bend, the more of its own customers' chance it takes for a rule. Judged there it "
        "would "
        f"{'win by far too much' if wins else 'win, and it loses elsewhere'}; only customers that "
        "a "
        "model has not seen can compare models of different freedom."
    )


# --- 09 -------------------------------------------------------------------------------------------


def doubled_odds(before: np.ndarray, after: np.ndarray, threshold: float) -> str:
    """Say what stays right of a list when everybody's odds of leaving double."""
    same = (ties.ranks(before) == ties.ranks(after)).all()
    called = [(risk > threshold).mean() for risk in (before, after)]
    return (
        f"The order {'stays' if same else 'does NOT stay'} what it was, for every logit rises by "
        "the "
        f"same ln 2; so a list of fixed length is still the right one. But the mean risk goes from "
        f"{percent(before.mean())} to {percent(after.mean())}, and "
        f"{percent(called[1])} instead of {percent(called[0])} exceed the break-even risk of "
        f"{percent(threshold)}. An equation that has aged keeps its ranking longer than its "
        "probabilities: before money is spent by them, they have to be compared with what happened."
    )


# --- 10 -------------------------------------------------------------------------------------------


def with_party(study: Study, without: LogisticFit, beside: LogisticFit, party: str) -> str:
    """Say which coefficient changes most when party identification comes in."""
    error = np.sqrt(pd.Series(np.diag(without.covariance), without.covariance.index))
    change = ((beside.parameters - without.parameters) / error).drop([CONSTANT, party])
    most = ties.largest(change.abs())
    return (
        f"**{named(study, most)}** changes most, from {number(without.parameters[most])} to "
        f"{number(beside.parameters[most])}, by {number(abs(change[most]), '.1f')} of its standard "
        "errors. Who votes for a party mostly identifies with it and shares its views. Without "
        "party "
        "identification the view stands for both; beside it, only for what it says among people of "
        "one party. Neither number is wrong, they answer different questions."
    )
