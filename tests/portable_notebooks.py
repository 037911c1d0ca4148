"""Re-execute every notebook as other machines would compute it, and compare its stored outputs.

`make test-portable` runs this: the notebooks are dealt out to the machines, each to one. With
``--each`` as the first argument, every notebook is executed on every machine. What this machine
cannot pretend to be is said and left out.
"""

import os
import subprocess
import sys

from erfm.report.portable import machines
from erfm.study import ROOT

# With the tests' own settings, so that the notebooks write nothing into the checkout.
NBVAL = ["-m", "pytest", "-p", "tests.conftest", "-n", "auto", "--dist", "loadscope"]
NBVAL += ["--nbval", "--nbval-current-env"]


def main(arguments: list[str]) -> int:
    """Return 0 if all outputs are the stored ones under every machine's arithmetic."""
    each = arguments[:1] == ["--each"]
    pages = [str(path) for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    able = [machine for machine in machines() if machine.variables]
    failed = []
    for machine in machines():
        if machine.lacking:
            print(f"Left out of {machine.name}: {machine.lacking}.", flush=True)
    for number, machine in enumerate(able):
        dealt = pages if each else pages[number :: len(able)]
        print(f"{len(dealt)} notebooks with {machine.name}:", flush=True)
        run = [sys.executable, *NBVAL, *dealt, *arguments[each:]]
        if subprocess.run(run, cwd=ROOT, env=os.environ | machine.variables).returncode:
            failed.append(machine.name)
    if failed:
        print(f"Other outputs with {'; with '.join(failed)}.", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
