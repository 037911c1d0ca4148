"""Tables larger than memory: an engine that reads them, and what may be asked of it.

The engine is DuckDB, inside this process; what is asked of it is an expression of Ibis, which runs
as it stands on a bank's own engine. Only aggregates, a sample, or one batch of rows come into
Python.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import pyarrow as pa
from tqdm import tqdm

from erfm.customers.files import explained
from erfm.study import StudyError

if TYPE_CHECKING:
    import pandas as pd

MEMORY = "ERFM_MEMORY"
"""The variable of the environment that says how much memory the engine may use, e.g. "4GB"."""
USUAL_MEMORY = "1GB"
SECONDS_BETWEEN_LOOKS = 0.2


@contextmanager
def scratch_beside(path: Path) -> Iterator[Path]:
    """Yield a folder for what does not fit in memory, in the folder of `path`, and remove it."""
    with explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(prefix=".scratch-", dir=path.parent)
    with folder as name:
        yield Path(name)


def engine(scratch: Path, database: Path | None = None) -> Any:
    """Return a DuckDB of this process as a backend of Ibis; with a file of it, to read from.

    It uses at most the memory that ``$ERFM_MEMORY`` names (1 GB by default) and puts what is more
    into `scratch`. Rows keep the order of their file, so that sums of batches are the same in every
    run.
    """
    memory = os.environ.get(MEMORY, USUAL_MEMORY)
    where = {"database": database, "read_only": True} if database else {}
    try:
        return ibis.duckdb.connect(**where, memory_limit=memory, temp_directory=str(scratch))
    except duckdb.IOException:
        raise
    except duckdb.Error as error:
        raise StudyError(
            f"${MEMORY} is {memory!r}, which is no amount of memory ({error}). Write e.g. 4GB."
        ) from None


def read_parquet_table(backend: Any, path: Path) -> Any:
    """Return the rows of a Parquet file, of a folder of such files or of a pattern, as a table.

    Parameters
    ----------
    backend : ibis.BaseBackend
        As `engine` gives it.
    path : Path
        ``customers.parquet``, ``transactions/`` or ``transactions/2024-*.parquet``.

    Raises
    ------
    StudyError
        No such file, no Parquet file, a damaged one, or files with different columns.
    """
    files = parquet_files(path)
    try:
        return backend.read_parquet([str(file) for file in files])
    except duckdb.Error as error:
        raise StudyError(
            f"{path}: not Parquet, damaged, or files with different columns ({first_line(error)}). "
            "Write it again."
        ) from None


def parquet_files(path: Path) -> list[Path]:
    """Return the files that a path, a folder or a pattern of Parquet files stands for, in order."""
    with explained(path):
        if path.is_dir():
            files = sorted(path.rglob("*.parquet"))
        elif path.is_file():
            files = [path]
        else:
            files = sorted(path.parent.glob(path.name)) if set("*?[") & set(path.name) else []
    if not files:
        raise StudyError(f"{path}: no such Parquet file. Check the path.")
    return files


def first_line(error: Exception) -> str:
    """Return what an engine says about an error, without the query that it quotes."""
    return str(error).strip().split("\n", 1)[0]


def aggregates(expression: Any) -> pd.DataFrame:
    """Return the few rows of an expression, as the engine computes them."""
    return arrow(expression).to_pandas()


def arrow(expression: Any) -> pa.Table:
    """Return the rows of an expression as an Arrow table."""
    with interruptible():
        return expression.to_pyarrow()


def batches(backend: Any, expression: Any, rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of an expression, at most `rows` at a time, without ever holding them all."""
    with interruptible():
        if backend.name == "duckdb":
            # Ibis 12 asks the connection for a reader by a name that DuckDB 2 has dropped.
            yield from backend.con.sql(backend.compile(expression)).to_arrow_reader(rows)
        elif backend.name == "pyspark":
            # Ibis goes through pandas, which loses a column of whole numbers with a missing one.
            found = backend._session.sql(backend.compile(expression)).toArrow()
            yield from found.to_batches(max_chunksize=rows)
        else:
            yield from expression.to_pyarrow_batches(chunk_size=rows)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C in the block end the engine's query as it ends anything else."""
    try:
        yield
    except (duckdb.InterruptException, RuntimeError) as error:
        if "interrupt" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None


def at_once_interruptible(backend: Any, work: Callable[[], Any]) -> Any:
    """Return what `work` returns; Ctrl-C ends the query that it asks of a local engine at once.

    DuckDB 2 looks for signals only when a query has ended: here it works in another thread, while
    this one waits for the signal.
    """
    with ThreadPoolExecutor(max_workers=1) as other:
        working = other.submit(work)
        try:
            wait([working])
        except KeyboardInterrupt:
            backend.con.interrupt()
            wait([working])
            raise
        return working.result()


@contextmanager
def watched(backend: Any, text: str) -> Iterator[None]:
    """Show a progress bar of the query that runs in the block, where the engine tells of it."""
    if backend.name != "duckdb":
        yield
        return
    ended = threading.Event()
    with tqdm(total=100, desc=text, unit="%", leave=False, disable=None) as bar:

        def look() -> None:
            while not ended.wait(SECONDS_BETWEEN_LOOKS):
                bar.update(max(0.0, min(100.0, backend.con.query_progress()) - bar.n))

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        try:
            yield
        finally:
            ended.set()
            looking.join()
