"""The arithmetic of other machines, on this one: to see that no number hangs on a last bit.

Numpy, OpenBLAS and the C library choose their code by the processor they meet; environment
variables make them choose otherwise, when a process starts. What is shown must come out the same.
"""

from __future__ import annotations

import platform
from dataclasses import dataclass

import numpy as np
from nbformat import NotebookNode
from threadpoolctl import threadpool_info


@dataclass(frozen=True)
class Setting:
    """Environment variables with what they stand for, or why they mean nothing on this machine."""

    name: str
    variables: dict[str, str]
    lacking: str = ""


def settings() -> list[Setting]:
    """Return the settings that are worth a try, one change each."""
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    blas = "" if x86 and _has_openblas() else "there is no OpenBLAS for x86 here"
    kernels = [
        Setting(f"OpenBLAS's kernels for {name}", {"OPENBLAS_CORETYPE": name}, blas)
        for name in ("Sandybridge", "Prescott")
    ]
    dispatched = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    glibc = platform.libc_ver()[0] == "glibc" and x86
    return [
        *kernels,
        Setting(
            "numpy's code for the least processor",
            {"NPY_DISABLE_CPU_FEATURES": " ".join(dispatched)},
            "" if dispatched else "numpy has no better code for this processor",
        ),
        Setting(
            "the C library without AVX2 and FMA",
            {"GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable"},
            "" if glibc else "this is not the GNU C library on x86",
        ),
        *(Setting(f"{n} thread{'s'[: n - 1]}", dict.fromkeys(THREADS, str(n))) for n in (1, 2)),
    ]


THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")
"""The environment's variables that say how many threads matrices take."""


def _has_openblas() -> bool:
    return any(library["internal_api"] == "openblas" for library in threadpool_info())


def machines() -> list[Setting]:
    """Return three other machines, each with several `settings` at once; between them, all."""
    sandybridge, prescott, numpy, library, one, two = settings()
    together = [[prescott, one], [sandybridge, numpy], [library, two]]
    return [
        Setting(
            " and ".join(setting.name for setting in parts),
            {k: v for part in parts if not part.lacking for k, v in part.variables.items()},
            "; ".join(part.lacking for part in parts if part.lacking),
        )
        for parts in together
    ]


def another_machine() -> Setting:
    """Return one machine that differs from this one in as much as it can."""
    name = " and ".join(machine.name for machine in machines())
    return Setting(name, {k: v for machine in machines() for k, v in machine.variables.items()})


def first_difference(one: NotebookNode, other: NotebookNode) -> str:
    """Return where the text shown by two executions of a notebook differs first, or ""."""
    cells = zip(one.cells, other.cells, strict=True)
    for number, (cell, same_cell) in enumerate(cells):
        shown, there = _shown(cell), _shown(same_cell)
        for line, same_line in zip(shown, there, strict=False):
            if line != same_line:
                return f"cell {number}: {line.strip()!r} against {same_line.strip()!r}"
        if len(shown) != len(there):
            return f"cell {number}: {len(shown)} lines against {len(there)}"
    return ""


def _shown(cell: NotebookNode) -> list[str]:
    """Return the lines of all text that a cell shows; pictures are compared by what they draw."""
    outputs = cell.get("outputs", [])
    texts = [output.text for output in outputs if "text" in output]
    for output in outputs:
        data = output.get("data", {})
        texts += [data[kind] for kind in sorted(data) if not kind.startswith("image/")]
    return "\n".join(map(str, texts)).splitlines()
