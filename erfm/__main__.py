"""Commands: ``python -m erfm report | new | score | student | notebooks``."""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

from erfm.escaping import visible
from erfm.page import DEFAULT_STUDY
from erfm.study import StudyError


def main(arguments: list[str] | None = None) -> int:
    """Run a command; an error in a study or its customers is told in one line."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except StudyError as error:
        print(f"error: {visible(str(error))}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m erfm", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    report = command("report", _report, "execute the notebooks and build the HTML report")
    report.add_argument("--study", default=DEFAULT_STUDY, help="a name in data/ or a TOML file")
    new = command("new", _new, "draft a study file from a file of customers")
    new.add_argument("customers", type=Path, help="CSV, Excel or Parquet")
    new.add_argument("--overwrite", action="store_true", help="replace an existing study file")
    score = command("score", _score, "rank customers by their probability of churn")
    score.add_argument("--study", default=DEFAULT_STUDY, help="a study, or a saved model (.json)")
    score.add_argument("customers", type=Path, help="a file like the study's, without the outcome")
    score.add_argument("--output", type=Path, help="default: <customers>_scored.csv")
    command("student", _student, "write the notebooks without solutions and outputs")
    notebooks = command("notebooks", _notebooks, "refresh the stored outputs of the notebooks")
    notebooks.add_argument("names", nargs="*", help="e.g. 02_full_model; all if none is given")
    return parser


def _report(options: argparse.Namespace) -> None:
    from erfm.report import build_report

    first = build_report(options.study)
    print(f"The report is ready: {first}\nOpen it in a browser: {first.as_uri()}")


def _new(options: argparse.Namespace) -> None:
    from erfm.drafting import main_new

    written = main_new(options.customers, options.overwrite)
    print(f"{written} is a draft: check every line, then run: make report STUDY={written}")


def _score(options: argparse.Namespace) -> None:
    from erfm.scoring import score_file

    customers = options.customers
    output = options.output or customers.with_name(f"{customers.stem}_scored.csv")
    scores = score_file(options.study, customers, output, date.today().isoformat())
    print(visible(scores.summary))
    print(f"The list is in {output}")


def _student(options: argparse.Namespace) -> None:
    from erfm.report import write_student_copies

    print(f"The students' notebooks are ready: {write_student_copies()}")


def _notebooks(options: argparse.Namespace) -> None:
    from erfm.report import update_notebooks

    update_notebooks(options.names)


if __name__ == "__main__":
    sys.exit(main())
