"""Tables larger than memory: an engine that reads them, and what may be asked of it.

The engine is DuckDB, inside this process; what is asked of it is an expression of Ibis, which runs
as it stands on a bank's own engine. Only aggregates, a sample, or one batch of rows come into
Python.
"""

from __future__ import annotations

import atexit
import glob
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from erfm.customers.files import explained
from erfm.customers.parquet_files import parquet_files
from erfm.study import StudyError

if TYPE_CHECKING:
    import pandas as pd

MEMORY = "ERFM_MEMORY"
"""The variable of the environment that says how much memory the engine may use, e.g. "4GB"."""
USUAL_MEMORY = "1GB"
SECONDS_BETWEEN_LOOKS = 0.2

Result = TypeVar("Result")


@contextmanager
def scratch_beside(path: Path) -> Iterator[Path]:
    """Yield a folder for what does not fit in memory, in the folder of `path`, and remove it.

    Beside a device or pipe, such as ``/dev/stdout``, nothing can be kept: then it is where the
    system keeps temporary files.
    """
    with _scratch(path) as name:
        yield Path(name)


def scratch_folder(beside: Path) -> Path:
    """Return a folder for what does not fit in memory, which is removed when Python ends."""
    folder = _scratch(beside)
    atexit.register(folder.cleanup)
    return Path(folder.name)


def _scratch(path: Path) -> tempfile.TemporaryDirectory[str]:
    beside = path.parent
    if path.exists() and not path.is_file():
        beside = Path(tempfile.gettempdir())
    with explained(beside):
        beside.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(prefix=".scratch-", dir=beside)


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
        No such file, no Parquet file, a damaged one, a column named twice, or files with different
        columns.
    """
    files = parquet_files(path)
    first = _columns(files[0])
    for file in files[1:]:
        if (other := _columns(file)) != first:
            raise _different(files[0], first, file, other)
    with undamaged(path):
        # The engine takes the names for patterns, too.
        return backend.read_parquet([glob.escape(str(file)) for file in files])


def _columns(file: Path) -> dict[str, Any]:
    """Return the columns of a Parquet file with their types as the engine sees them."""
    with explained(file):
        try:
            schema = pq.read_schema(file)
            types = ibis.Schema.from_pyarrow(schema).types
        except (pa.ArrowException, TypeError, NotImplementedError) as error:
            raise _damaged(file, error) from None
    seen: dict[str, str] = {}
    for name in schema.names:
        if name.casefold() in seen:
            raise StudyError(
                f"{file}: column '{name}' appears twice in the header, as "
                f"'{seen[name.casefold()]}', too. Rename one of them."
            )
        seen[name.casefold()] = name
    return {name: kind.copy(nullable=True) for name, kind in zip(schema.names, types, strict=True)}


def _different(
    first: Path, columns: dict[str, Any], file: Path, other: dict[str, Any]
) -> StudyError:
    """Return the error for two files whose columns are not the same; the engine would cast them."""
    name = next(n for n in [*columns, *other] if columns.get(n) != other.get(n))

    def told(kinds: dict[str, Any]) -> str:
        return f"of type {kinds[name]}" if name in kinds else "not there"

    return StudyError(
        f"{file}: column '{name}' is {told(other)}, and {told(columns)} in {first.name}. Write the "
        "files alike."
    )


def _damaged(path: Path, error: Exception) -> StudyError:
    return StudyError(
        f"{path}: not a Parquet file, or a damaged one ({first_line(error)}). Write it again."
    )


@contextmanager
def undamaged(path: Path) -> Iterator[None]:
    """Turn what the engine says in the block about a damaged file into a `StudyError`."""
    try:
        yield
    except duckdb.InterruptException:
        raise
    except duckdb.Error as error:
        raise _damaged(path, error) from None


def first_line(error: Exception) -> str:
    """Return what an engine says about an error, without the query that it quotes."""
    return str(error).strip().split("\n", 1)[0]


def aggregates(expression: Any) -> pd.DataFrame:
    """Return the few rows of an expression, as the engine computes them."""
    return arrow(expression).to_pandas()


def arrow(expression: Any) -> pa.Table:
    """Return the rows of an expression as an Arrow table."""
    return awaited(expression.get_backend(), expression.to_pyarrow)


def batches(backend: Any, expression: Any, rows: int) -> Iterator[pa.RecordBatch]:
    """Yield the rows of an expression, at most `rows` at a time, without ever holding them all."""
    schema = expression.schema().to_pyarrow()
    with interruptible():
        if backend.name == "duckdb":
            # Ibis 12 asks the connection for a reader by a name that DuckDB 2 has dropped.
            query = backend.con.sql(backend.compile(expression))
            reader = awaited(backend, lambda: query.to_arrow_reader(rows))
        elif backend.name == "pyspark":
            reader = _spark_s_rows(backend, expression, rows)
        else:
            reader = expression.to_pyarrow_batches(chunk_size=rows)
        # The engine's own types may be wider, such as that of a sum of whole numbers.
        yield from (batch.cast(schema) for batch in reader)


def _spark_s_rows(backend: Any, expression: Any, rows: int) -> Iterator[pa.RecordBatch]:
    """Yield rows by way of files: what Spark and Ibis bring to Python otherwise is all of them."""
    with tempfile.TemporaryDirectory(prefix=".scratch-") as folder:
        written = Path(folder) / "rows"
        backend._session.sql(backend.compile(expression)).write.parquet(str(written))
        for file in parquet_files(written):
            yield from pq.ParquetFile(file).iter_batches(rows)


def awaited(backend: Any, work: Callable[[], Result]) -> Result:
    """Return what `work`, a query of the engine's, returns; Ctrl-C ends the query at once.

    The engine looks for no signal while it sorts or aggregates, so it does so beside the thread
    that waits here for either.
    """
    with interruptible():
        if backend.name != "duckdb":
            return work()
        with ThreadPoolExecutor(max_workers=1) as beside:
            result = beside.submit(work)
            try:
                return result.result()
            except KeyboardInterrupt:
                backend.con.interrupt()
                raise


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C in the block end the engine's query as it ends anything else.

    Raises
    ------
    StudyError
        The query needs more memory, or more room on the disk, than there is.
    """
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise StudyError(
            f"the engine has too little memory ({first_line(error)}). Give it more by ${MEMORY}, "
            f"e.g. {MEMORY}=4GB, and room on the disk of the output."
        ) from None
    except (duckdb.InterruptException, RuntimeError) as error:
        if "interrupt" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None


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
