"""The commands of ``python -m erfm``: report, book, new, features, fit, score, examine, …."""

from __future__ import annotations

import argparse
import io
import os
import re
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType

from erfm import DEFAULT_STUDY
from erfm.escaping import visible


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit status; whatever goes wrong is told in one line."""
    try:
        return _run(_parser().parse_args(arguments))
    except KeyboardInterrupt as interruption:
        return _interrupted(interruption)


def _interrupted(interruption: KeyboardInterrupt) -> int:
    (number,) = interruption.args or (signal.SIGINT,)
    _tell("interrupted")
    return 128 + number


def _run(options: argparse.Namespace) -> int:
    from erfm.customers.files import explain
    from erfm.study import StudyError

    try:
        status = options.run(options)
        sys.stdout.flush()
    except StudyError as error:
        _tell(f"error: {error}")
    except OSError as error:
        _tell(f"error: {explain(error)}")
    except ModuleNotFoundError as error:
        _tell(
            f"error: the package of '{error.name}' is not installed. In the project's folder, "
            "install all that the report needs: pip install '.[report]'"
        )
    else:
        return status or 0
    return 1


def _tell(text: str) -> None:
    """Write one line, whatever characters a path or a customers' file has put into it."""
    line = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", lambda found: ascii(found[0])[1:-1], text)
    print(visible(line), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m erfm", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    study = "a name in data/ or a TOML file"
    report = command("report", _report, "execute the notebooks and build the HTML report")
    report.add_argument("--study", default=DEFAULT_STUDY, help=study)
    book = command("book", _book, "build the report and print it to one PDF, with a Chromium")
    book.add_argument("--study", default=DEFAULT_STUDY, help=study)
    new = command("new", _new, "draft a study file from a file of customers")
    new.add_argument("customers", type=Path, help="CSV, Excel or Parquet")
    new.add_argument("--overwrite", action="store_true", help="replace an existing study file")
    features = command(
        "features", _features, "measure a study's customers from the transactions it names"
    )
    features.add_argument("--study", required=True, help=study)
    features.add_argument("--overwrite", action="store_true", help="replace existing files")
    fit = command("fit", _fit, "fit a study's final equation and save it, for score")
    fit.add_argument("--study", default=DEFAULT_STUDY, help=study)
    fit.add_argument("--output", type=Path, required=True, help="the model's file (.json)")
    fit.add_argument("--overwrite", action="store_true", help="replace an existing model")
    score = command("score", _score, "rank customers by their probability of churn")
    score.add_argument("--study", default=DEFAULT_STUDY, help="a study, or a saved model (.json)")
    score.add_argument(
        "customers",
        type=Path,
        help="a file like the study's, without the outcome; of Parquet also a folder of files or a "
        "pattern in quotation marks, of any size",
    )
    score.add_argument(
        "--output",
        type=Path,
        help="CSV, or Parquet if it ends in .parquet; default: <customers>_scored.csv, of Parquet "
        "<customers>_scored.parquet",
    )
    score.add_argument("--overwrite", action="store_true", help="replace an existing list")
    examine = command(
        "examine",
        _examine,
        "judge the printed numbers of papers; exit status 0: none is refuted, 3: some are, 2: a "
        "file cannot be used (of several files, the largest)",
    )
    examine.add_argument(
        "papers",
        nargs="*",
        metavar="paper",
        help="a TOML file, a folder of them, or a name in data/",
    )
    examine.add_argument("--kinds", action="store_true", help="list what claims can be judged")
    examine.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="write a page, a table, JSON and Word there, too; of a folder also a list",
    )
    examine.add_argument("--overwrite", action="store_true", help="replace existing files there")
    command("student", _student, "write the notebooks without solutions and outputs")
    notebooks = command("notebooks", _notebooks, "refresh the stored outputs of the notebooks")
    notebooks.add_argument("names", nargs="*", help="e.g. 02_full_model; all if none is given")
    return parser


def _report(options: argparse.Namespace) -> None:
    from erfm.report.build import build_report

    first = build_report(options.study)
    print(f"The report is ready: {first}\nOpen it in a browser: {first.as_uri()}")


def _book(options: argparse.Namespace) -> None:
    from erfm.report.book import build_book

    book, warning = build_book(options.study)
    if warning:
        _tell(f"warning: {warning}")
    print(f"The book is ready: {book}")


def _new(options: argparse.Namespace) -> None:
    from erfm.customers.drafting import main_new

    written = main_new(options.customers, options.overwrite)
    study = shlex.quote(str(written))
    print(f"{written} is a draft: check every line, then run: make report STUDY={study}")


def _features(options: argparse.Namespace) -> None:
    from erfm.transactions.measuring import features_file

    found = features_file(options.study, options.overwrite)
    for warning in found.warnings:
        _tell(f"warning: {warning}")
    print(visible(found.summary))
    print(f"The customers are in {found.transactions.study.file}")


def _fit(options: argparse.Namespace) -> None:
    from erfm.report.fitting import fitted
    from erfm.warning.model_file import run_date
    from erfm.warning.scoring import fit_file

    output = options.output
    model = fit_file(options.study, output, run_date(), options.overwrite, fitted)
    print(f"The model is in {output}: {model.provenance} on {model.customers:,} customers.")


def _score(options: argparse.Namespace) -> None:
    from erfm.report.fitting import fitted
    from erfm.warning.model_file import run_date
    from erfm.warning.scoring import list_beside, score_file

    customers = options.customers
    output = options.output or list_beside(customers)
    scores = score_file(options.study, customers, output, run_date(), options.overwrite, fitted)
    print(visible(scores.summary))
    print(f"The list is in {output}")


def _examine(options: argparse.Namespace) -> int:
    from erfm.report.examining import examine_files, kinds_as_text

    if options.kinds:
        print(kinds_as_text())
    elif not options.papers:
        _tell("error: no paper is named. Name its file, e.g. my.paper.toml, or ask for --kinds.")
        return 2
    return examine_files(options.papers, _tell, options.output, options.overwrite)


def _student(options: argparse.Namespace) -> None:
    from erfm.report.students import write_student_copies

    print(f"The students' notebooks are ready: {write_student_copies()}")


def _notebooks(options: argparse.Namespace) -> None:
    from erfm.report.build import update_notebooks

    update_notebooks(options.names)


def _start_in_utf8() -> None:
    """Start anew in Python's UTF-8 mode where a path could not hold every character (PEP 540)."""
    if sys.getfilesystemencoding() != "utf-8":
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, "-X", "utf8", "-m", "erfm", *sys.argv[1:]])


def _interrupt(number: int, frame: FrameType | None) -> None:
    """End as Ctrl-C does, with all that this process has started."""
    raise KeyboardInterrupt(number)


def _process() -> int:
    """Run the command of this process; from here on, SIGTERM ends it as Ctrl-C does."""
    try:
        signal.signal(signal.SIGTERM, _interrupt)
        return main()
    except KeyboardInterrupt as interruption:
        return _interrupted(interruption)


def run() -> int:
    """Run the command that this process was started with and return its exit status."""
    _start_in_utf8()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    return _process()
