"""``python -m erfm``: the command line of the report."""

import sys

from erfm.report.cli import run

if __name__ == "__main__":
    sys.exit(run())
