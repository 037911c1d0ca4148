"""What the page "From transactions" says: each function returns Markdown.

Tables are those of `erfm.transactions.account` and `erfm.transactions.definitions`. Customers and
windows may be any: a sentence says what they show, and nothing that they do not.
"""

from __future__ import annotations

import pandas as pd

from erfm import ties
from erfm.escaping import markdown
from erfm.formats import counted, how_many, listed, named, number, percent
from erfm.study import Study
from erfm.transactions.account import LEFT_OUT, READ, USED
from erfm.transactions.definitions import Model
from erfm.transactions.figures import sure
from erfm.transactions.measuring import Features, Transactions
from erfm.transactions.rows import Place
from erfm.validation import RocCurve

NEAR_PERFECT = 0.99
"""The area under the curve from which on a variable may be the outcome itself."""


def _range(values: pd.Series, spec: str) -> str:
    """Return "0.65 to 0.77", or one number where all are written alike."""
    low, high = number(values.min(), spec), number(values.max(), spec)
    return low if low == high else f"{low} to {high}"


def _shares(values: pd.Series) -> str:
    low, high = percent(values.min()), percent(values.max())
    return low if low == high else f"{low} to {high}"


def _be(count: int) -> str:
    return "is" if count == 1 else "are"


def in_short(own: pd.DataFrame, same: pd.DataFrame) -> str:
    """Say how far definitions move the outcome and the model; tables of `definitions.compared`.

    `own` is that of each definition's own customers, `same` that of those whom all have.
    """
    few, many = own["customers"].min(), own["customers"].max()
    who = counted(many, "customer") if few == many else f"{few:,} to {counted(many, 'customer')}"
    kept = same["selected"].nunique()
    selection = (
        "forward selection keeps the same variables in the same order under each"
        if kept == 1
        else f"forward selection ends in {kept} different equations"
    )
    return (
        f"**In short.** The same transactions, under {len(own)} definitions, are those of {who}, "
        f"of whom {_shares(own['churned'])} have churned; the AUC is "
        f"{_range(own['auc'], '.3f')}. On the {counted(same['customers'].iloc[0], 'customer')} "
        f"whom all definitions share, it is {_range(same['auc'], '.3f')}, and {selection}. So a "
        "study has to say how its variables were measured before its coefficients mean anything."
    )


def example(transactions: Transactions, purchases: pd.DataFrame, customer: pd.Series) -> str:
    """Say in dates what was measured of one customer: days, a number and a sum of transactions.

    `purchases` is the table of `definitions.purchases`, `customer` its row among the customers.
    """
    study, windows = transactions.study, transactions.windows
    own = purchases[purchases["customer"] == str(customer["customer_id"])]
    observed = own.loc[own["place"] == Place.OBSERVED]
    later = int((own["place"] == Place.OUTCOME).sum())
    unit = markdown(study.predictors["recency"].unit)
    became = "retained" if customer["retained"] == 1 else "churned"
    afterwards = (
        f"are {later:,} transactions" if later > 1 else ("is no transaction", "is one")[later]
    )
    first, last = (f"{day:%Y-%m-%d}" for day in (observed["date"].min(), observed["date"].max()))
    when = f"on {first}" if first == last else f"from {first} to {last}"
    many = number(customer["frequency"], ",.0f")
    return (
        f"Customer {markdown(str(customer['customer_id']))} has "
        f"{counted(len(observed), 'transaction')} {when}. {named(study, 'recency')} is the time "
        f"from the last of them to {windows.end}, the day after the window: "
        f"{number(customer['recency'], ',.0f')} {unit}. {named(study, 'frequency')} is their "
        f"number, {many}, and {named(study, 'amount')} their sum, "
        f"{number(customer['amount'], ',.2f')}. From {windows.outcome[0]} to "
        f"{windows.outcome[1]} there {afterwards}: {became}."
    )


def closing(features: Features) -> str:
    """Say that all rows are used or counted as left out, and for how many reasons."""
    account = features.account
    rows = account.groupby("use")["transactions"].sum().reindex([READ, USED, LEFT_OUT]).fillna(0)
    read, used, left_out = (int(n) for n in rows)
    left = f"{left_out:,}" if left_out else "none"
    sums = f"Of {counted(read, 'row')} read, {used:,} {_be(used)} used and {left} left out"
    reasons = int(((account["use"] == LEFT_OUT) & (account["transactions"] > 0)).sum())
    why = f", for {counted(reasons, 'reason')}" if reasons else ""
    closes = "" if used + left_out == read else " These do not add up."
    return (
        f"{sums}{why}.{closes} They give {counted(features.customers, 'customer')}, of whom "
        f"{features.churned:,} ({percent(features.churned / features.customers)}) have churned."
    )


def lost(features: Features, everyone: int) -> str:
    """Say whom a shorter observation window has no history of; `everyone` has one in a longer."""
    without = everyone - features.customers
    if without <= 0:
        return "The shorter window loses no customer."
    return (
        f"In the shorter window {without:,} of {counted(everyone, 'customer')} "
        f"({percent(without / everyone)}) made no transaction. They have no "
        "recency, frequency or amount, so they are no customers of this study any more; "
        "whoever left long ago is no longer there to be predicted."
    )


def model(study: Study, selected: tuple[str, ...], curve: RocCurve, holdout: int) -> str:
    """Say what forward LR keeps of the measured variables, and how it ranks the holdout sample."""
    where = f"on {counted(holdout, 'customer')} of the holdout sample"
    area = f"an AUC of {curve.auc:.3f} ({curve.lower:.3f} to {curve.upper:.3f})"
    if not selected:
        return f"Forward selection keeps no variable: {area} {where}."
    dropped = [name for name in study.predictors if name not in selected]
    without = f", without {listed(study, dropped, ' and ')}" if dropped else ""
    return (
        f"Forward selection keeps {listed(study, selected, ' and ')}{without}. The equation has "
        f"{area} {where}."
    )


def own_customers(table: pd.DataFrame) -> str:
    """Say how customers, outcome and AUC change where each definition has its own customers.

    `table` is that of `definitions.compared`.
    """
    least, most = ties.smallest(table["churned"]), ties.largest(table["churned"])
    if least == most:
        return f"Under each definition {percent(table['churned'].iloc[0])} of them have churned."
    better = ties.largest(table["auc"])
    others = (
        " But these are not the same customers: the longer a window, the more of them left long "
        "ago, and are easily told from those who did not."
        if len(set(table["customers"])) > 1
        else ""
    )
    return (
        f"Fewest have churned, {percent(table.loc[least, 'churned'])}, where {_told(least)}; most, "
        f"{percent(table.loc[most, 'churned'])}, where {_told(most)}. The AUC is "
        f"{_range(table['auc'], '.3f')}, largest where {_told(better)}.{others}"
    )


def _told(definition: tuple[str, str]) -> str:
    window, none_in = definition
    return (
        f"{markdown(window)} are observed and {markdown(none_in)} without a transaction count as "
        "churned"
    )


def same_customers(study: Study, table: pd.DataFrame, ratios: pd.DataFrame) -> str:
    """Say what definitions change where the customers stay the same.

    Tables of `definitions.compared` and `definitions.odds_ratios`.
    """
    surely = sure(ratios)
    ranges = ratios.groupby(level="term", sort=False)["odds_ratio"].agg(["min", "max"])
    told = [
        f"{_range(pd.Series(limits), '.2f')} for {named(study, term)}"
        for term, limits in ranges.T.items()
    ]
    unsure = [term for term in ranges.index if term not in surely]
    on_one_side = (
        f"{listed(study, surely, ' and ')} {_be(len(surely))} surely on one side of 1 whatever the "
        "definition."
        if surely
        else "No variable is surely on the same side of 1 under every definition."
    )
    if surely and unsure:
        on_one_side += f" For {listed(study, unsure, ' and ')} that depends on the definition."
    area = f"The AUC is {_range(table['auc'], '.3f')}."
    return f"Odds ratios are {', '.join(told)}. {on_one_side} {area} {_selection(table)}"


def _selection(table: pd.DataFrame) -> str:
    """Say under how many definitions forward selection ends in the commonest equation."""
    counts = table["selected"].value_counts(sort=False)
    commonest = counts[counts == counts.max()].index[0]
    if commonest == "none":
        return f"Forward selection keeps no variable under {_under(counts.max(), len(table))}."
    return (
        f"Forward selection keeps {markdown(commonest)}, in this order, under "
        f"{_under(counts.max(), len(table))}."
    )


def _under(n: int, of: int) -> str:
    return how_many(int(n), of, "definition")


def nothing_leaked(features: int, changed: int, predictors: int) -> str:
    """Say whether predictors changed when all that is later was shuffled.

    `features` customers have been compared, `predictors` of them have another predictor than
    before and `changed` another outcome.
    """
    outcome = how_many(changed, features, "customer")
    if predictors:
        return (
            f"Something later has leaked: another predictor than before for "
            f"{how_many(predictors, features, 'customer')}."
        )
    return (
        f"Not one predictor of {counted(features, 'customer')} has changed, and the outcome of "
        f"{outcome} has. No predictor could have known what came later."
    )


# --- Exercises ------------------------------------------------------------------------------------


def other_frequency(study: Study, differ: int, before: Model, after: Model) -> str:
    """Compare frequency as transactions with frequency as active days; `differ` have another."""
    ratios = [m.effects.loc["frequency", "odds_ratio"] for m in (before, after)]
    return (
        f"It is another number for {how_many(differ, before.customers, 'customer')}: who bought "
        f"twice on one day has one active day. The AUC goes from {before.auc:.3f} to "
        f"{after.auc:.3f}, the odds ratio of {named(study, 'frequency')} per standard "
        f"deviation from {ratios[0]:.2f} to {ratios[1]:.2f}. Which of the two is meant has to be "
        "written down, because a reader cannot see it in a column called frequency."
    )


def stricter(study: Study, before: Model, after: Model) -> str:
    """Compare two meanings of churned on the same customers, the second with more churned."""
    shares = [percent(m.churned / m.customers) for m in (before, after)]
    moved = (after.effects["odds_ratio"] / before.effects["odds_ratio"]).map(abs)
    most = ties.largest(moved.map(lambda ratio: max(ratio, 1 / ratio)))
    return (
        f"Churned are {shares[1]} instead of {shares[0]}. Most moves the odds ratio of "
        f"**{named(study, str(most))}**, from {before.effects.loc[most, 'odds_ratio']:.2f} to "
        f"{after.effects.loc[most, 'odds_ratio']:.2f}; the AUC goes from {before.auc:.3f} to "
        f"{after.auc:.3f}. Who came back just once has changed sides, though nothing was measured "
        "anew: the equation now tells regular customers from all others, which is another question."
    )


def overlapping(message: str) -> str:
    """Quote what is said of an observation window that reaches into the outcome window."""
    return (
        f"One sentence, and nothing is written: “{markdown(message)}” With such windows a "
        "transaction would be counted among the predictors and decide the outcome as well, so that "
        "the equation would seem to predict what it had been told."
    )


def leaked(honest: float, told: float) -> str:
    """Compare the AUC of recency within the window with that of recency to the end of the file."""
    perfect = (
        " Whoever came back did so after the window, so this recency *is* the outcome, written in "
        "days."
        if told > NEAR_PERFECT
        else ""
    )
    better = "more" if told > honest else "no more"
    return (
        f"{number(told, '.3f')} instead of {number(honest, '.3f')}: {better} than an honest "
        f"measure reaches.{perfect} It is worthless because on the day of the prediction, the "
        "window's last, nobody has it. An AUC near 1 is a reason to look for what leaked."
    )
