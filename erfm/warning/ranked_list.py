"""The ranked list as a file, CSV or Parquet, and what is counted in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

from erfm.customers.files import replacing
from erfm.escaping import csv_cell, encodable
from erfm.warning.model_file import SavedModel

DECIMALS = 6
REASONS_SHOWN = 10
LIST = pa.schema(
    {
        "rank": pa.int64(),
        "customer_id": pa.string(),
        "churn_probability": pa.float64(),
        "lower": pa.float64(),
        "upper": pa.float64(),
        "decile": pa.int64(),
        "risk": pa.string(),
        "first_push": pa.string(),
        "first_effect": pa.float64(),
        "second_push": pa.string(),
        "second_effect": pa.float64(),
        "value_tier": pa.string(),
        "action": pa.string(),
        "remark": pa.string(),
        "reason": pa.string(),
        "model": pa.string(),
        "scored_on": pa.string(),
    }
)
"""The list's columns."""

# Nothing before a sign, neither at its start nor after a separator, and nothing to be encoded.
_HARMLESS = r"\A(?:[A-Za-z0-9_][\x20-\x3a\x3c-\x7e]*)?\z"


@dataclass(frozen=True)
class Tally:
    """What was counted while customers were scored.

    Attributes
    ----------
    model : SavedModel
    scored, remarked, unscored : int
        How many customers were scored, how many of these have a remark, and how many were not.
    reasons : Series of int
        How many customers could not be scored for each reason, the most frequent first.
    notes : tuple of str
        Columns that were ignored.
    """

    model: SavedModel = field(repr=False)
    scored: int
    remarked: int
    unscored: int
    reasons: pd.Series = field(repr=False)
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """What was scored, by which model, in a few lines."""
        lines = [
            f"Model: {self.model.provenance} on {self.model.customers:,} customers.",
            f"Scored: {self.scored:,} customers, {self.remarked:,} of them with values far outside "
            "those that the model has seen.",
            f"Not scored: {self.unscored:,}" + (":" if self.unscored else "."),
            *(
                f"  {count:,} × {reason}"
                for reason, count in self.reasons.head(REASONS_SHOWN).items()
            ),
            *self.notes,
        ]
        return "\n".join(lines)


@contextmanager
def list_writer(output: Path, model: str, date: str) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Yield a function that adds customers to a list, which is there when the block ends well.

    Parameters
    ----------
    output : Path
        Parquet if its name ends in ``.parquet``, otherwise CSV. Texts of CSV that a spreadsheet
        would run are guarded; those of Parquet, which no program runs, stay as they are.
    model, date : str
        Where the scores come from, and the day, as each row says.
    """
    parquet = output.suffix.lower() == ".parquet"
    write_text = encodable if parquet else csv_cell
    writer = pq.ParquetWriter if parquet else csv.CSVWriter
    with (
        replacing(output) as fresh,
        fresh.open("wb") as file,
        writer(file, LIST) as sink,
    ):

        def write(customers: pd.DataFrame) -> None:
            sink.write_table(_as_list(customers, {"model": model, "scored_on": date}, write_text))

        yield write


def _as_list(
    customers: pd.DataFrame, constants: dict[str, str], write_text: Callable[[str], str]
) -> pa.Table:
    """Return customers as rows of the list, numbers rounded and texts as `write_text` has them."""

    def column(name: str, kind: pa.DataType) -> pa.Array:
        if name in constants:
            return pa.repeat(write_text(constants[name]), len(customers))
        if name not in customers:
            return pa.nulls(len(customers), kind)
        values = customers[name]
        if kind == pa.float64():
            values = values.round(DECIMALS)
        if kind == pa.string():
            return _texts(values, write_text)
        return pa.array(values, kind, from_pandas=True)

    return pa.table([column(f.name, f.type) for f in LIST], schema=LIST)


def _texts(values: pd.Series, write_text: Callable[[str], str]) -> pa.Array:
    """Return texts, each as `write_text` has it."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        texts = values.cat.categories.map(write_text)
        return pa.array(values.cat.rename_categories(texts)).cast(pa.string())
    plain = pa.array(values, pa.string(), from_pandas=True)
    if pc.all(pc.match_substring_regex(plain, _HARMLESS)).as_py() is not False:
        return plain
    coded = plain.dictionary_encode()
    return pa.array(map(write_text, coded.dictionary.to_pylist()), pa.string()).take(coded.indices)
