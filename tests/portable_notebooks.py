"""Re-execute every notebook as other machines would compute it, and compare its stored outputs.

`make test-portable` runs this; what this machine cannot pretend to be is said and left out.
"""

import os
import subprocess
import sys

from erfm.report.portable import machines
from erfm.study import ROOT

# With the tests' own settings, so that the notebooks write nothing into the checkout.
NBVAL = ["-m", "pytest", "-p", "tests.conftest", "-n", "auto", "--dist", "loadscope"]
NBVAL += ["--nbval", "--nbval-current-env"]


def main() -> int:
    """Return 0 if all outputs are the stored ones under every machine's arithmetic."""
    failed = []
    for machine in machines():
        if machine.lacking:
            print(f"Left out of {machine.name}: {machine.lacking}.", flush=True)
        if not machine.variables:
            continue
        print(f"Notebooks with {machine.name}:", flush=True)
        run = [sys.executable, *NBVAL, "notebooks", *sys.argv[1:]]
        if subprocess.run(run, cwd=ROOT, env=os.environ | machine.variables).returncode:
            failed.append(machine.name)
    if failed:
        print(f"Other outputs with {'; with '.join(failed)}.", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
