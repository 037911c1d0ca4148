"""Commands: ``python -m erfm report | student | notebooks``."""

from __future__ import annotations

import argparse
import sys

from erfm.page import DEFAULT_STUDY
from erfm.study import StudyError


def main(arguments: list[str] | None = None) -> int:
    """Run a command; an error in a study or its customers is told in one line."""
    parser = argparse.ArgumentParser(prog="python -m erfm", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    report = commands.add_parser("report", help="execute the notebooks and build the HTML report")
    report.add_argument("--study", default=DEFAULT_STUDY, help="a name in data/ or a TOML file")
    notebooks = commands.add_parser("notebooks", help="refresh the stored outputs of notebooks")
    notebooks.add_argument("names", nargs="*", help="e.g. 02_full_model; all if none is given")
    commands.add_parser("student", help="write the notebooks without solutions and outputs")
    options = parser.parse_args(arguments)
    try:
        _run(options)
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _run(options: argparse.Namespace) -> None:
    from erfm import report

    if options.command == "report":
        first = report.build_report(options.study)
        print(f"The report is ready: {first}\nOpen it in a browser: {first.as_uri()}")
    elif options.command == "notebooks":
        report.update_notebooks(options.names)
    else:
        print(f"The students' notebooks are ready: {report.write_student_copies()}")


if __name__ == "__main__":
    sys.exit(main())
