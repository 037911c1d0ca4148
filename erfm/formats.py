"""How numbers and tables are written for a reader, with SPSS's headings where SPSS has them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import pandas as pd

from erfm import escaping
from erfm.study import Study

NumberFormat: TypeAlias = str | Callable[[float], str] | pd.Series
"""How numbers are written: a format, a function, or a format for each row of the table."""


def p_value(p: float) -> str:
    """Return a p-value with three decimals, "<0.001" below them."""
    return "<0.001" if p < 0.0005 else f"{p:.3f}"


def p_text(p: float) -> str:
    """Return "p = 0.012" or "p < 0.001", for a sentence."""
    return f"p {p_value(p).replace('<', '< ')}" if p < 0.0005 else f"p = {p:.3f}"


def named(study: Study, name: str) -> str:
    """Return the label of a predictor or design column as Markdown, for a sentence."""
    return escaping.markdown(study.label(name))


def listed(study: Study, names: Iterable[str], between: str = ", ", none: str = "none") -> str:
    """Return several labels as Markdown, for a sentence; `none` where there are none."""
    return between.join(named(study, name) for name in names) or none


def number(value: float, spec: str = ",.3f") -> str:
    """Return a number in a format, with a typographic minus sign."""
    return _typographic(format(value, spec))


def counted(n: int, noun: str) -> str:
    """Return "1 customer" or "1,334 customers"."""
    return f"{n:,} {noun if n == 1 else noun + 's'}"


def how_many(n: int, of: int, noun: str) -> str:
    """Return "no group", "3 of 10 groups", "all 10 groups", of two "both", of one "the one"."""
    if n == 0:
        return f"no {noun}"
    if n == of:
        few = {1: f"the one {noun}", 2: f"both {noun}s"}
        return few.get(n, f"all {counted(n, noun)}")
    return f"{n:,} of {counted(of, noun)}"


def sign(text: str) -> str:
    """Return the sign "+" or "-" of a coefficient as a reader sees it."""
    return text.replace("-", "−")


def gain_in_accuracy(gain: pd.Series) -> str:
    """Say whether the first of two rules is more accurate than the second, and by how much.

    `gain` is a row of `erfm.validation.compare_rules`.
    """
    points = [number(100 * gain[name], "+.1f") for name in ("difference", "lower", "upper")]
    by = f"{points[0]} percentage points, 95% interval {points[1]} to {points[2]}"
    if gain["only_first"] + gain["only_second"] == 0:
        return "right and wrong for the same customers"
    if gain["lower"] > 0:
        return f"surely more accurate ({by})"
    if gain["upper"] < 0:
        return f"surely less accurate ({by})"
    return f"not to be told from it in accuracy ({by})"


def percent(share: float, decimals: int = 1) -> str:
    """Return a share as a percentage."""
    return number(100 * share, f".{decimals}f") + "%"


# How each column of the tables is headed (as SPSS heads it, where SPSS has it) and shown.
COLUMNS: dict[str, tuple[str, NumberFormat]] = {
    "b": ("B", ".3f"),
    "standard_error": ("S.E.", ".3f"),
    "wald": ("Wald", ",.3f"),
    "df": ("df", "d"),
    "log_odds": ("Log-odds", ".3f"),
    "p_value": ("Sig.", p_value),
    "odds_ratio": ("Exp(B)", ".3f"),
    "lower": ("95% lower", ".3f"),
    "upper": ("95% upper", ".3f"),
    "minus2_log_likelihood": ("−2 log-likelihood", ",.3f"),
    "cox_snell_r2": ("Cox & Snell R²", ".3f"),
    "nagelkerke_r2": ("Nagelkerke R²", ".3f"),
    "chi_square": ("Chi-square", ",.3f"),
    "log_likelihood": ("Model log-likelihood", ",.3f"),
    "change": ("Change in −2LL", ".3f"),
    "hosmer_lemeshow": ("Hosmer–Lemeshow χ²", ".3f"),
    "hosmer_lemeshow_p": ("Hosmer–Lemeshow Sig.", p_value),
    "model_chi_square": ("Model χ²", ".3f"),
    "retention_rate": ("Retention rate", percent),
    "n": ("N", ",d"),
    "count": ("N", ",d"),
    "x_standardised": ("B·sd", ".4f"),
    "sas_stb": ("SAS STB", ".4f"),
    "fully_latent": ("Latent", ".4f"),
    "fully_menard": ("Menard", ".4f"),
    "two_sd": ("Two sd", ".4f"),
    "marginal_effect_sd": ("Marginal", ".4f"),
    "range": ("Range", ",.6g"),
    "minimum": ("Minimum", ",.6g"),
    "maximum": ("Maximum", ",.6g"),
    "middle": ("Median", ",.6g"),
    "standard_deviation": ("Std. deviation", ",.3f"),
    "sd": ("Std. deviation", ",.3f"),
    "std": ("Std. deviation", ",.3f"),
    "skewness_se": ("S.E. of skewness", ".3f"),
    "kurtosis_se": ("S.E. of kurtosis", ".3f"),
    "base_rate_brier": ("Brier of the base rate", ".4f"),
    "percentage_correct": ("Percentage correct", ".1f"),
    "percent": ("Percent", ".1f"),
    "cumulative_percent": ("Cumulative percent", ".1f"),
    "rate": ("Rate", percent),
    "only_first": ("First right alone", ",d"),
    "only_second": ("Second right alone", ",d"),
    "auc": ("AUC", ".3f"),
    "variance_inflation": ("VIF", ".3f"),
    "times_selected": ("Samples", ",d"),
    "full_model_b": ("B, full model", ".5f"),
    "mean_when_selected": ("Mean B if selected", ".5f"),
    "full_model_size": ("|B| / S.E., full model", ".2f"),
    "size_when_selected": ("Mean |B| / S.E. if selected", ".2f"),
    "same_sign": ("Same sign", percent),
    "optimism": ("Optimism", ".4f"),
    "own": ("Own split", ".3f"),
    "share_above_cutoff": ("Share above the cut-off", percent),
    "sd_of_linear_predictor": ("Sd of the linear predictor", ".3f"),
    "share_below": ("Splits below it", percent),
    "contacted": ("Contacted", percent),
    "positive_predictive_value": ("PPV", percent),
    "negative_predictive_value": ("NPV", percent),
    "cutoff": ("Cut-off", ".3f"),
    "contact_none": ("Contact nobody", ".3f"),
    "cost": ("Cost per customer", ".3f"),
    "implied_cost_ratio": ("Right if a missed leaver costs … needless contacts", ".2f"),
    "advantage": ("Advantage over the better rule", ".3f"),
    "share_missing": ("Share missing", percent),
    "retained_if_known": ("Retained if known", percent),
    "retained_if_missing": ("Retained if missing", percent),
    "listwise_b": ("Listwise B", ".5f"),
    "listwise_standard_error": ("Listwise S.E.", ".5f"),
    "listwise_lower": ("Listwise lower", ".5f"),
    "listwise_upper": ("Listwise upper", ".5f"),
    "imputed_b": ("Imputed B", ".5f"),
    "imputed_standard_error": ("Imputed S.E.", ".5f"),
    "imputed_lower": ("Imputed lower", ".5f"),
    "imputed_upper": ("Imputed upper", ".5f"),
    "change_in_se": ("Change in listwise S.E.", ".3f"),
    "missing_information": ("Missing information (share)", ".3f"),
    "monte_carlo_error": ("Monte-Carlo error of B", ".5f"),
    "truth": ("Truth", ".5f"),
    "precision": ("Precision", percent),
    "gain": ("Gain", percent),
    "gain_lower": ("Gain lower", percent),
    "gain_upper": ("Gain upper", percent),
    "churn_rate": ("Churn rate", percent),
    "warned_rate": ("Called", percent),
    "false_alarms": ("Retained, called", percent),
    "false_alarms_lower": ("Retained, called: lower", percent),
    "false_alarms_upper": ("Retained, called: upper", percent),
    "missed": ("Leavers, not called", percent),
    "missed_lower": ("Leavers, not called: lower", percent),
    "missed_upper": ("Leavers, not called: upper", percent),
}

RATES = {"rate", "retention_rate"}
"""Columns whose limits, lower and upper, are shares too."""


def kind(values: pd.Series) -> str:
    """Return what a column holds: "integer", "number" or "text"."""
    kinds = {"floating": "number", "mixed-integer-float": "number", "integer": "integer"}
    return kinds.get(pd.api.types.infer_dtype(values.astype(object)), "text")


def holds_numbers(values: pd.Series) -> bool:
    """Return whether a column is one of numbers; true and false, which pandas counts, are words."""
    types = pd.api.types
    return types.is_numeric_dtype(values) and not types.is_bool_dtype(values)


def as_text(
    study: Study,
    frame: pd.DataFrame,
    headings: dict[str, str],
    formats: dict[str, NumberFormat] | None = None,
) -> pd.DataFrame:
    """Return a table as a reader sees it: rounded text, headings, rows with the study's labels.

    Rows that have a key of the ledger and, in a column "statistic", its words, are named by these.
    """
    if frame.index.name == "key" and "statistic" in frame:
        frame = frame.set_index("statistic")
    formats = _limits(frame) | (formats or {})
    text = pd.DataFrame(
        {column: _written(values, column, formats) for column, values in frame.items()},
        dtype=object,
    )
    if frame.index.nlevels == 1:
        text.index = [_row_label(study, row, frame.index.name) for row in frame.index]
    else:
        text.index = text.index.set_names([heading(name or "") for name in frame.index.names])
    shown = {column: escaping.visible(heading) for column, heading in headings.items()}
    return text.rename(columns=shown).rename_axis(columns=None)


def _limits(frame: pd.DataFrame) -> dict[str, NumberFormat]:
    """Return how the limits of a rate are written: in per cent, as the rate is."""
    return dict.fromkeys(["lower", "upper"], percent) if RATES & {*frame} else {}


def _written(values: pd.Series, column: str, formats: dict[str, NumberFormat]) -> pd.Series:
    """Return a column's values as text, by `formats`, `COLUMNS` or their type."""
    spec = formats.get(column)
    if isinstance(spec, pd.Series):
        written = {row: _formatter(values, column, {column: own}) for row, own in spec.items()}
        return pd.Series([written[row](value) for row, value in values.items()], values.index)
    return values.map(_formatter(values, column, formats))


def _row_label(study: Study, row: object, index_name: object) -> str:
    """Return a predictor's label, a text as it is, anything else as words."""
    text = str(row)
    if rows_are_texts(study, index_name) or text in {p.label for p in study.predictors.values()}:
        return escaping.visible(text)
    known = text if index_name in NEVER_PREDICTORS else study.label(text)
    return escaping.visible(known if known != text else heading(text))


NEVER_PREDICTORS = {"observed", "group", "step"}
"""Names of indexes whose rows are no predictors, also where one is called "total" or "1"."""


def rows_are_texts(study: Study, index_name: object) -> bool:
    """Return whether a table's rows are values, groups, reasons, or of the ledger."""
    texts = ("key", "statistic", "reason", "remark", "group", *study.predictors)
    return index_name in texts


def _typographic(text: str) -> str:
    """Return a formatted number with a minus sign for its hyphen, and no sign before zeros."""
    return text.replace("-", "−", 1) if text.strip("+-0.,") else text.lstrip("+-")


def heading(column: object) -> str:
    """Return the heading of a column that has none of its own: its name, as words."""
    text = str(column).replace("_", " ")
    return text[:1].upper() + text[1:]


def _shown(value: object) -> str:
    return escaping.visible(str(value))


def _formatter(
    values: pd.Series, column: str, formats: dict[str, NumberFormat]
) -> Callable[[Any], str]:
    """Return how one value of a column is written."""
    spec = formats[column] if column in formats else _usual_format(values, column)

    def show(value: Any) -> str:
        if pd.isna(value):
            return ""
        if callable(spec):
            return spec(value)
        return _typographic(format(int(value) if spec.endswith("d") else value, spec))

    return show


def _usual_format(values: pd.Series, column: str) -> NumberFormat:
    if pd.api.types.is_integer_dtype(values):
        return ",d"
    if holds_numbers(values):
        return COLUMNS.get(column, ("", ",.3f"))[1]
    return _shown


def show_rows(values: pd.Series, most: int = 5, total: int | None = None) -> str:
    """Return "row 5 'abc', row 9 'def'" for a Series indexed from 0 below a header in row 1.

    `total` says how many rows there are where `values` are only the first of them.
    """
    shown = ", ".join(f"row {i + 2} {to_text(v)!r}" for i, v in values.head(most).items())
    rest = (len(values) if total is None else total) - most
    return shown + (f" and {rest} more" if rest > 0 else "")


def to_text(value: Any) -> str:
    """Write a value of a study or of a customers' file as text, whole numbers without ".0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
