"""Early warning: who is likely to churn, how sure that is, why, and what to do about it.

The equation gives P(retained); everything here is told as P(churned) = 1 - P(retained).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import special, stats

from erfm import ties
from erfm.customers.cells import nearest
from erfm.customers.files import check_output
from erfm.customers.load import (
    IDENTIFIED,
    check_customers,
    load_customers,
    read_columns,
    with_level_names,
)
from erfm.customers.spreadsheets import PATTERN, is_parquet
from erfm.customers.study_file import load_study
from erfm.formats import number, show_rows, to_text
from erfm.logistic import CONSTANT
from erfm.samples import Samples, split_samples
from erfm.stepwise import final_equation
from erfm.study import Study, StudyError
from erfm.warning.model_file import SavedModel, describe_model, load_model, save_model
from erfm.warning.ranked_list import Tally, list_writer

RISKS = ("low", "raised", "high")
VALUES = ("low", "middle", "high", "unknown")
ACTIONS = {
    ("high", "high"): "Customer manager calls in person; open complaints are settled first",
    ("high", "middle"): "Call centre calls; complaints are followed up promptly",
    ("high", "low"): "Message through the mobile channel; complaints are followed up promptly",
    ("raised", "high"): "Customer manager keeps in touch; loyalty points that are lost on leaving",
    ("raised", "middle"): "Loyalty points that are lost on leaving",
    ("raised", "low"): "Mobile banking is offered",
    ("low", "high"): "Customer manager keeps the usual contact",
    ("low", "middle"): "No contact; mobile banking as for everyone",
    ("low", "low"): "No contact; mobile banking as for everyone",
}
"""The suggested action for each risk and value. A value that is not known counts as middle."""

SHOWN = [
    "customer_id", "churn_probability", "lower", "upper", "decile", "first_push", "second_push",
    "value_tier", "action",
]  # fmt: skip
"""The columns of a ranked list that a reader is shown; the file has them all."""


def final_model(study: Study, samples: Samples, date: str) -> SavedModel:
    """Return the equation that forward LR selects on the model-building sample, ready to score.

    Raises
    ------
    StudyError
        As `final_equation` and `describe_model`.
    """
    return describe_model(study, final_equation(study, samples), samples.build, date)


def fitted_in_memory(study: Study, date: str) -> SavedModel:
    """Return the `final_model` of a study's customers as they are loaded."""
    return final_model(study, split_samples(study, load_customers(study)), date)


Fitter = Callable[[Study, str], SavedModel]
"""Makes the model of a study on a date, YYYY-MM-DD."""


def open_model(source: str | Path, date: str, fitter: Fitter = fitted_in_memory) -> SavedModel:
    """Return the model saved in a ``.json`` file, or that of a study fitted now, on `date`."""
    if _is_model_file(source):
        return load_model(Path(source))
    return fitter(load_study(source), date)


def fit_file(
    source: str | Path,
    output: Path,
    date: str,
    overwrite: bool = False,
    fitter: Fitter = fitted_in_memory,
) -> SavedModel:
    """Fit a study's final equation and save it for `score_file`.

    Parameters
    ----------
    source : str or Path
        A study: a name in ``data/`` or a TOML file.
    output : Path
        The model's file, whose name ends in ``.json``.
    date : str
        Today, as YYYY-MM-DD.
    overwrite : bool
        Whether an existing model is replaced.
    fitter : function
        Makes the model.

    Raises
    ------
    StudyError
        As `final_model`; `output` has another suffix, is part of the study, exists and may not be
        replaced, or cannot be written.
    """
    if not _is_model_file(output):
        raise StudyError(f"{output}: a model is known by its suffix. Name a file ending in .json.")
    study = load_study(source)
    check_output(output, _inputs(source), overwrite)
    model = fitter(study, date)
    save_model(model, output)
    return model


def _is_model_file(source: str | Path) -> bool:
    return str(source).endswith(".json")


def _inputs(source: str | Path) -> dict[str, Path]:
    """Return the files that a model comes from, by what they are."""
    if _is_model_file(source):
        return {"the model": Path(source)}
    study = load_study(source)
    return {"the study": study.path, "the customers of the study": study.file}


@dataclass(frozen=True)
class Scores:
    """Scored customers, those that could not be scored, and what was noticed on the way.

    Attributes
    ----------
    ranked : DataFrame
        The likeliest to churn first: rank (from 1), customer_id, churn_probability with its limits
        lower and upper, decile (1 = the tenth most at risk of this list), risk, first_push and
        second_push (the variables that raise the logit of churn most above the average customer's,
        by first_effect and second_effect), value_tier, action, remark (values far outside those
        that the model has seen).
    unscored : DataFrame
        row (in the file, the header being row 1), customer_id and reason.
    model : SavedModel
    notes : tuple of str
        Columns that were ignored.
    """

    ranked: pd.DataFrame = field(repr=False)
    unscored: pd.DataFrame = field(repr=False)
    model: SavedModel = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """What was scored, by which model, in a few lines."""
        return Tally(
            self.model,
            scored=len(self.ranked),
            remarked=int((self.ranked["remark"] != "").sum()),
            unscored=len(self.unscored),
            reasons=self.unscored["reason"].value_counts(),
            notes=self.notes,
        ).summary


def score(model: SavedModel, customers: pd.DataFrame, level: float = 0.95) -> Scores:
    """Score and rank customers by P(churned).

    The interval is that of the delta method: with x the customer's design row (1 first) and V the
    covariance of the estimate, the logit is x'b ± z sqrt(x'Vx), and its limits are turned into
    probabilities. It covers the estimate's sampling error, given the variables selected, not the
    luck of the one customer. A contribution to the logit of churn is -b (x - mean), summed over the
    columns of a categorical variable.

    Parameters
    ----------
    model : SavedModel
    customers : DataFrame
        ``customer_id`` and the model's predictors by name, as `load_customers` or
        `read_customers` give them; other columns are not looked at.
    level : float
        Of the intervals.

    Raises
    ------
    StudyError
        A predictor that is absent or of another kind, or a categorical variable none of whose
        values the model knows: the customers are not coded as the model's.
    """
    coding = CodingCheck(model)
    coding.look(customers)
    coding.finish()
    scored, unscored = judge(model, customers, level)
    # Equals stay in the order of the file.
    ranked = scored.take(ties.descending(scored["churn_probability"])).reset_index(drop=True)
    return Scores(numbered(ranked, 0, len(ranked)), unscored, model)


def judge(
    model: SavedModel, customers: pd.DataFrame, level: float = 0.95
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Judge each customer by itself, as `score` does before it ranks them.

    Returns
    -------
    scored : DataFrame
        `Scores.ranked` without rank and decile, in the order and with the index of `customers`.
    unscored : DataFrame
        `Scores.unscored`.
    """
    obstacle = _obstacles(model, customers)
    able = (obstacle == "").to_numpy()
    frame = customers[able]
    # A model has the predictors that a design matrix is made from, as a study has.
    design = model.design.matrix(frame)
    probability, lower, upper = _churn_probabilities(model, design.to_numpy(), level)
    pushes = _pushes(model, design)
    value = _value_tier(model, frame)
    risk = pd.Categorical.from_codes(
        ties.limits_reached(probability, model.risk_limits), RISKS, ordered=True
    )
    scored = pd.DataFrame(
        {
            "customer_id": frame["customer_id"].to_numpy(),
            "churn_probability": probability,
            "lower": lower,
            "upper": upper,
            "risk": risk,
            **pushes,
            "value_tier": value,
            "action": _actions(risk, value),
            "remark": _remarks(model, frame).to_numpy(),
        },
        index=frame.index,
    )
    unscored = pd.DataFrame(
        {
            "row": customers.index[~able] + 2,
            "customer_id": customers.loc[~able, "customer_id"].to_numpy(),
            "reason": obstacle[~able].to_numpy(),
        }
    )
    return scored, unscored


def numbered(ranked: pd.DataFrame, before: int, total: int) -> pd.DataFrame:
    """Return customers in their order with rank and decile.

    `before` customers of the `total` stand above the first of these.
    """
    place = before + np.arange(len(ranked))
    ranked.insert(0, "rank", place + 1)
    ranked.insert(5, "decile", 1 + 10 * place // max(total, 1))
    return ranked


class CodingCheck:
    """Whether customers, seen all at once or some at a time, are coded as the model's."""

    def __init__(self, model: SavedModel) -> None:
        self.model = model
        self.known: set[str] = set()
        self.first: dict[str, pd.Series] = {}
        self.counts: Counter[str] = Counter()

    def look(self, customers: pd.DataFrame) -> None:
        """Look at customers; raise where a predictor is absent or of another kind."""
        for name, predictor in self.model.predictors.items():
            if name not in customers:
                raise StudyError(
                    f"the customers lack '{name}', which the model ({self.model.provenance}) "
                    f"needs. {nearest(name, customers.columns)}"
                )
            values = customers[name].dropna()
            if predictor.levels:
                self._note(name, values)
            elif not pd.api.types.is_numeric_dtype(values):
                raise StudyError(
                    f"'{predictor.column}' must be a number, as in the model "
                    f"({self.model.provenance}), not {show_rows(values)}. Correct the customers."
                )

    def _note(self, name: str, values: pd.Series) -> None:
        if len(values) and name not in self.known:
            self.first.setdefault(name, values.head())
            self.counts[name] += len(values)
            if values.isin(self.model.predictors[name].levels).any():
                self.known.add(name)

    def finish(self) -> None:
        """Raise for a category none of whose values the model knew."""
        for name in self.model.predictors:
            if name in self.first and name not in self.known:
                predictor = self.model.predictors[name]
                raise StudyError(
                    f"'{predictor.column}' is coded otherwise than in the model "
                    f"({self.model.provenance}): "
                    f"{show_rows(self.first[name], total=self.counts[name])}, where the model "
                    f"knows {', '.join(map(repr, predictor.levels))}. Recode the customers."
                )


def _obstacles(model: SavedModel, customers: pd.DataFrame) -> pd.Series:
    """Return why each customer cannot be scored, "" where nothing is in the way."""
    reasons = pd.Series("", index=customers.index, dtype="str")
    for name in model.terms:
        predictor, values = model.predictors[name], customers[name]
        absent = values.isna()
        found = [(absent, f"{predictor.label} is missing")]
        if predictor.levels:
            strange = values[~absent & ~values.isin(predictor.levels)]
            known = ", ".join(predictor.levels)
            texts = strange.map(
                {
                    value: f"{predictor.label} {to_text(value)!r} is none of {known}"
                    for value in strange.unique()
                }
            )
            found.append((values.index.isin(strange.index), texts))
        for where, text in found:
            earlier = reasons[where]
            reasons[where] = earlier + np.where(earlier == "", "", "; ") + text
    return reasons


def _churn_probabilities(
    model: SavedModel, design: np.ndarray, level: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return P(churned) and its limits, each of shape (n,)."""
    rows = np.column_stack([np.ones(len(design)), design])
    logit = -rows @ model.parameters.to_numpy()
    variance = np.einsum("ij,ij->i", rows @ model.covariance.to_numpy(), rows)
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(np.maximum(variance, 0))
    return special.expit(logit), special.expit(logit - half), special.expit(logit + half)


def contributions(model: SavedModel, design: pd.DataFrame) -> pd.DataFrame:
    """Return each term's contribution to the logit of churn, against the average customer.

    `design` is the design matrix of the model's terms; the result has a column for each term.
    """
    b = model.parameters.drop(CONSTANT)
    matrix = -b.to_numpy() * (design.to_numpy() - model.means.to_numpy())
    terms = np.array([model.design.columns[column].term for column in design.columns])
    return pd.DataFrame(
        {term: matrix[:, terms == term].sum(axis=1) for term in model.terms}, index=design.index
    )


def score_parts(model: SavedModel, design: pd.DataFrame) -> pd.Series:
    """Return what a customer's logit of churn is the sum of, and last that sum.

    First comes the average customer's logit, then each term's contribution, the largest first.
    `design` is the customer's row of the design matrix of the model's terms.
    """
    parts = contributions(model, design).iloc[0].sort_values(ascending=False, kind="stable")
    average = -(model.parameters[CONSTANT] + model.parameters[model.means.index] @ model.means)
    ends = pd.Series({"average customer": average}), pd.Series({"sum": average + parts.sum()})
    return pd.concat([ends[0], parts, ends[1]]).rename("logit of churn")


def _pushes(model: SavedModel, design: pd.DataFrame) -> dict[str, pd.Categorical | np.ndarray]:
    """Return the two variables that raise each customer's risk most, and by how much."""
    # Rounded, so that neither equal effects nor the sign of none hang on a last bit.
    effects = contributions(model, design).to_numpy().round(12)
    labels = [model.predictors[term].label for term in model.terms]
    rows = np.arange(len(effects))
    columns = {}
    for place in ("first", "second"):
        largest = effects.argmax(axis=1)
        effect = effects[rows, largest]
        raises = effect > 0
        codes = np.where(raises, largest, -1)
        columns[f"{place}_push"] = pd.Categorical.from_codes(codes, labels)
        columns[f"{place}_effect"] = np.where(raises, effect, np.nan)
        effects[rows, largest] = -np.inf
    return columns


def _value_tier(model: SavedModel, frame: pd.DataFrame) -> pd.Categorical:
    unknown = VALUES.index("unknown")
    codes = np.full(len(frame), unknown)
    if model.amount and model.value_limits:
        amount = frame[model.amount.name].to_numpy(dtype=float)
        tier = np.searchsorted(model.value_limits, amount, side="left")
        codes = np.where(np.isnan(amount), unknown, tier)
    return pd.Categorical.from_codes(codes, VALUES, ordered=False)


def _actions(risk: pd.Categorical, value: pd.Categorical) -> pd.Categorical:
    names = list(dict.fromkeys(ACTIONS.values()))
    code = np.array(
        [
            [names.index(ACTIONS[r, "middle" if v == "unknown" else v]) for v in VALUES]
            for r in RISKS
        ]
    )
    return pd.Categorical.from_codes(code[risk.codes, value.codes], names)


def action_table() -> pd.DataFrame:
    """Return the suggested actions: risk in rows, value in columns."""
    values = ["high", "middle", "low"]
    rows = {risk: [ACTIONS[risk, value] for value in values] for risk in reversed(RISKS)}
    return pd.DataFrame.from_dict(rows, orient="index", columns=values).rename_axis("risk")


def _remarks(model: SavedModel, frame: pd.DataFrame) -> pd.Series:
    """Return which values lie more than one standard deviation beyond those the model has seen."""
    remarks = pd.Series("", index=frame.index, dtype="str")
    for name, seen in model.seen.iterrows():
        values, label = frame[name], model.predictors[name].label
        sd = seen["standard_deviation"]
        for far, text in (
            (
                values < seen["minimum"] - sd,
                f"{label} far below {number(seen['minimum'], ',g')}, the least seen",
            ),
            (
                values > seen["maximum"] + sd,
                f"{label} far above {number(seen['maximum'], ',g')}, the most seen",
            ),
        ):
            far = far.to_numpy()
            earlier = remarks[far]
            remarks[far] = earlier + np.where(earlier == "", "", "; ") + text
    return remarks


def read_customers(model: SavedModel, path: Path) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read customers to be scored: a file like that of the model's study, without the outcome.

    Returns
    -------
    customers : DataFrame
        ``customer_id`` and the model's predictors by name, index = position in the file.
    notes : tuple of str
        Which columns of the file were ignored; the outcome, if it is there, by name.

    Raises
    ------
    StudyError
        As for a study: no such file or column, text among numbers, a customer listed twice.
    """
    columns, labels, needed = needs(model)
    customers, unused = read_columns(path, model.format, columns, labels, needed)
    # Values that the model cannot score are told customer by customer, not here.
    check_customers(path, customers, IDENTIFIED, columns)
    return with_level_names(customers, model.predictors), ignored(model, unused)


def needs(model: SavedModel) -> tuple[dict[str, str], dict[str, tuple[str, ...]], str]:
    """Return what `read_columns` is to read for a model: columns, labels and who needs them."""
    columns = {"customer_id": model.id_column} | {
        name: predictor.column for name, predictor in model.predictors.items()
    }
    labels = {name: predictor.written for name, predictor in model.predictors.items()}
    return columns, labels, f"the model ({model.provenance}) needs"


def ignored(model: SavedModel, unused: list[str]) -> tuple[str, ...]:
    """Return which columns of a file were not used, the outcome by name, as sentences."""
    notes = []
    if model.outcome_column in unused:
        notes.append(f"The outcome, column '{model.outcome_column}', was ignored.")
    others = [column for column in unused if column != model.outcome_column]
    if others:
        notes.append("Columns not used: " + ", ".join(f"'{c}'" for c in others) + ".")
    return tuple(notes)


def list_beside(path: Path) -> Path:
    """Return where the ranked list of a file of customers goes unless a place is named.

    Raises
    ------
    StudyError
        `path` is a pattern of files, whose list has no name of its own.
    """
    if not is_parquet(path):
        return path.parent / f"{path.stem}_scored.csv"
    if not path.exists() and set(PATTERN) & set(path.name):
        raise StudyError(f"{path}: a pattern gives the list no name. Name it with --output.")
    whole = path.resolve() if path.is_dir() else path
    return whole.parent / f"{whole.stem}_scored.parquet"


def score_file(
    source: str | Path,
    path: Path,
    output: Path,
    date: str,
    overwrite: bool = False,
    fitter: Fitter = fitted_in_memory,
) -> Scores | Tally:
    """Score a file of customers and write the ranked list.

    Parameters
    ----------
    source : str or Path
        A study (a name in ``data/`` or a TOML file), fitted anew, or a saved model (``.json``).
    path : Path
        The customers; see `read_customers`. Parquet may be of any size, and be a file, a folder of
        files or a pattern: see `score_parquet`.
    output : Path
        The list: the columns of `Scores.ranked`, six decimals, then reason (why a customer could
        not be scored; such customers come last), model and scored_on. It has as many rows as the
        file has customers. It is Parquet if its name ends in ``.parquet``, and otherwise CSV in
        UTF-8, in which a text that a spreadsheet would run as a formula, an identifier "=1+1" for
        example, has an apostrophe before it; `escaping.from_csv_cell` takes it away.
    date : str
        Today, as YYYY-MM-DD.
    overwrite : bool
        Whether an existing list is replaced.
    fitter : function
        Makes the model of a study.

    Returns
    -------
    Scores or Tally
        With the list's `summary`; of Parquet only what was counted.

    Raises
    ------
    StudyError
        As `open_model`, `read_customers` and `score`; `output` is the study, its customers, the
        model or `path`, exists and may not be replaced, or cannot be written.
    """
    check_output(output, {"the customers": path, **_inputs(source)}, overwrite)
    if is_parquet(path):
        # The engine takes a second to import, which other files need not wait for.
        from erfm.warning.scoring_parquet import check_place, score_parquet

        check_place(path, output)
        return score_parquet(open_model(source, date, fitter), path, output, date)
    model = open_model(source, date, fitter)
    customers, notes = read_customers(model, path)
    scores = score(model, customers)
    scores = Scores(scores.ranked, scores.unscored, model, notes)
    write_scores(scores, output, date)
    return scores


def write_scores(scores: Scores, output: Path, date: str) -> None:
    """Write the ranked list with those that could not be scored at its end; see `score_file`."""
    with list_writer(output, scores.model.provenance, date) as write:
        write(scores.ranked)
        write(scores.unscored)
