"""The commands as a terminal sees them."""

import contextlib
import errno
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from erfm.customers.files import REMEDIES
from erfm.customers.study_file import load_study
from erfm.report import cli as command
from erfm.report.cli import main
from erfm.report.page import build_folder
from erfm.study import DATA, OUTPUT, ROOT

SAMPLE = Path(__file__).parent / "expected" / "sample.csv"
posix = pytest.mark.skipif(os.name != "posix", reason="Windows has other paths and signals")


@pytest.fixture
def customers(tmp_path):
    """The reconstruction's first customers in a folder of their own."""
    table = pd.read_csv(DATA / "customers.csv").head(400)
    table.drop(columns="sample").to_csv(tmp_path / "mine.csv", index=False)
    return tmp_path / "mine.csv"


def told(capsys) -> str:
    """Return the one line that a command which failed has told."""
    printed = capsys.readouterr()
    assert not printed.out
    assert printed.err.count("\n") == 1
    return printed.err


def test_new_drafts_a_study_and_never_overwrites_it_unasked(customers, capsys):
    assert main(["new", str(customers)]) == 0
    assert "check every line" in capsys.readouterr().out
    written = customers.with_suffix(".toml")
    assert "frequency" in load_study(written).predictors
    written.write_text("mine", encoding="utf-8")
    assert main(["new", str(customers)]) == 1
    assert written.read_text(encoding="utf-8") == "mine"
    assert main(["new", "--overwrite", str(customers)]) == 0
    assert written.read_text(encoding="utf-8") != "mine"


@pytest.mark.slow
def test_score_lists_every_customer_and_never_overwrites_a_list_unasked(customers, capsys):
    output = customers.with_name("mine_scored.csv")
    assert main(["score", "--study", "reconstruction", str(customers)]) == 0
    assert "mine_scored.csv" in capsys.readouterr().out
    assert len(pd.read_csv(output)) == 400
    output.write_text("mine", encoding="utf-8")
    assert main(["score", str(customers)]) == 1
    assert "there is such a file already" in told(capsys)
    assert output.read_text(encoding="utf-8") == "mine"
    assert main(["score", "--overwrite", str(customers)]) == 0
    assert len(pd.read_csv(output)) == 400


@pytest.mark.slow
def test_fit_saves_a_model_that_score_takes(customers, tmp_path, capsys):
    model = tmp_path / "models" / "model.json"
    assert main(["fit", "--study", "reconstruction", "--output", str(model)]) == 0
    assert "The model is in" in capsys.readouterr().out
    for study, name in ((str(model), "a.csv"), ("reconstruction", "b.csv")):
        output = ["--output", str(tmp_path / name)]
        assert main(["score", "--study", study, *output, str(customers)]) == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    capsys.readouterr()
    before = model.read_bytes()
    assert main(["fit", "--output", str(model)]) == 1
    assert "there is such a file already" in told(capsys)
    assert main(["fit", "--output", str(model.with_suffix(".txt"))]) == 1
    assert "a model is known by its suffix" in told(capsys)
    assert model.read_bytes() == before
    assert main(["fit", "--overwrite", "--output", str(model)]) == 0


@pytest.mark.slow
@posix
@pytest.mark.parametrize("target", ["study.toml", "study.csv", "new.csv", "model.json"])
@pytest.mark.parametrize("link", ["same", "symbolic", "hard"])
def test_score_replaces_nothing_that_it_reads(
    customers, tmp_path, write_study, capsys, target, link
):
    study = write_study(tmp_path / "study.toml")
    text = study.read_text(encoding="utf-8")
    study.write_text(re.sub(r'file = "[^"]+"', 'file = "study.csv"', text), encoding="utf-8")
    for name in ("study.csv", "new.csv"):
        (tmp_path / name).write_bytes(SAMPLE.read_bytes())
    assert main(["fit", "--study", str(study), "--output", str(tmp_path / "model.json")]) == 0
    capsys.readouterr()
    before, output = (tmp_path / target).read_bytes(), tmp_path / target
    if link == "symbolic":
        output = tmp_path / "link"
        output.symlink_to(tmp_path / target)
    if link == "hard":
        output = tmp_path / "link"
        output.hardlink_to(tmp_path / target)
    source = "model.json" if target == "model.json" else "study.toml"
    arguments = ["--study", str(tmp_path / source), "--output", str(output), "--overwrite"]
    assert main(["score", *arguments, str(tmp_path / "new.csv")]) == 1
    assert "this would replace the" in told(capsys)
    assert (tmp_path / target).read_bytes() == before


# --- Failures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["report", "--study", "nobody"], ["new", "no.csv"], ["score", "no.csv"],
        ["fit", "--study", "nobody", "--output", "m.json"], ["notebooks", "02_ful_model"],
        ["score", "."], ["score", "/"], ["score", ""], ["new", "."], ["new", ""],
        ["report", "--study", ""], ["report", "--study", ".."],
    ],
)  # fmt: skip
def test_an_error_is_one_line_and_no_traceback(arguments, capsys):
    assert main(arguments) == 1
    assert told(capsys).startswith("error: ")


COMMANDS = {
    "report": ["report", "--study", "PATH.toml"],
    "new": ["new", "PATH.csv"],
    "fit": ["fit", "--study", "PATH.toml", "--output", "model.json"],
    "fit to": ["fit", "--study", "STUDY", "--output", "PATH.json"],
    "score": ["score", "--study", "STUDY", "PATH.csv"],
    "score by": ["score", "--study", "PATH.toml", "CUSTOMERS"],
    "score by a model": ["score", "--study", "PATH.json", "CUSTOMERS"],
    "score to": ["score", "--study", "STUDY", "--output", "PATH.csv", "CUSTOMERS"],
}


@pytest.mark.slow
@posix
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "path",
    [
        "folder",
        "file/below",
        "n" * 300,
        "/".join(["n" * 200] * 40),
        "a\0b",
        "a\nb/\x1b[2J",
        "loop/a",
    ],
    ids=["folder", "below a file", "long", "long path", "nul", "control characters", "loop"],
)
def test_a_path_that_cannot_be_used_is_one_line(
    tmp_path, write_study, capsys, monkeypatch, command, path
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "loop").symlink_to("loop")
    for suffix in ("csv", "toml", "json"):
        (tmp_path / f"folder.{suffix}").mkdir()
    given = {"STUDY": str(write_study(tmp_path / "study.toml"))}
    given["CUSTOMERS"] = str(SAMPLE)
    if command.endswith("to") and "\x1b" in path:
        pytest.skip("a file can be written there")
    arguments = [
        given.get(word, re.sub("PATH", lambda _: path, word)) for word in COMMANDS[command]
    ]
    assert main(arguments) == 1
    line = told(capsys)
    assert line.startswith("error: ")
    assert line[:-1].isprintable()
    assert "no such" in line or re.search(r"\. [A-Z].*\.$", line)


@pytest.mark.slow
@pytest.mark.parametrize("number", REMEDIES)
@pytest.mark.parametrize("step", ["touch", "replace", "read_bytes", "read_text", "open"])
def test_what_the_system_refuses_is_one_line(
    customers, tmp_path, capsys, monkeypatch, step, number
):
    """Whichever step fails, and with whichever error, the paths and the remedy are told."""
    (tmp_path / "model.json").write_text("{}", encoding="utf-8")
    given = load_study("reconstruction")

    def refuse(path, *arguments, **keys):
        raise OSError(number, os.strerror(number), str(path))

    commands = {
        "touch": ["new", str(customers)],
        "replace": ["new", str(customers)],
        "read_bytes": ["score", "--study", str(tmp_path / "model.json"), str(customers)],
        "read_text": ["report", "--study", given.reference],
        "open": ["new", str(customers)],
    }
    before = sorted(tmp_path.iterdir())
    with monkeypatch.context() as patched:
        patched.setattr(Path, step, refuse)
        assert main(commands[step]) == 1
    line = told(capsys)
    assert REMEDIES[number] in line
    assert re.match(r"error: .*(mine|model|reconstruction)\.\w+: ", line)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("command", [["student"], ["report"], ["notebooks", "02_full_model"]])
def test_a_file_where_the_build_folder_should_be_is_one_line(
    tmp_path, capsys, monkeypatch, command
):
    (tmp_path / "build").write_bytes(b"mine")
    monkeypatch.setenv(OUTPUT, str(tmp_path))
    assert main(command) == 1
    line = told(capsys)
    assert line.startswith("error: ") and "build" in line, line
    assert (tmp_path / "build").read_bytes() == b"mine"


@pytest.mark.slow
@posix
@pytest.mark.parametrize("old", [None, b"old"])
@pytest.mark.parametrize(
    ("command", "target", "size"),
    [
        (["new", "sample.csv", "--overwrite"], "sample.toml", 100),
        (["fit", "--study", "s.toml", "--output", "m.json", "--overwrite"], "m.json", 1000),
        (["score", "--study", "s.toml", "sample.csv", "--overwrite"], "sample_scored.csv", 8192),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_full_disk_leaves_the_old_file_or_none(
    tmp_path, write_study, capsys, monkeypatch, command, target, size, old
):
    """No file can become larger than `size` here, as on a disk that is full."""
    write_study(tmp_path / "s.toml")
    (tmp_path / "sample.csv").write_bytes(SAMPLE.read_bytes())
    if old:
        (tmp_path / target).write_bytes(old)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.chdir(tmp_path)
    with at_most(size):
        assert main(command) == 1
    assert re.fullmatch(
        rf"error: {re.escape(target)}: file too large\. Make room.*\n", told(capsys)
    )
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@contextlib.contextmanager
def at_most(size: int):
    """Let no file become larger than `size` bytes."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def run(arguments: list[str], **keys) -> subprocess.CompletedProcess:
    """Run a program that imports this copy of the project."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **keys.pop("env", {})}
    return subprocess.run(
        arguments, capture_output=True, text=True, check=False, env=environment, **keys
    )


@pytest.mark.slow
@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_behind_the_output_is_told(tmp_path, write_study):
    study = str(write_study(tmp_path / "s.toml"))
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "erfm", "fit", "--study", study, "--output", "m.json"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    assert ended.returncode == 1
    assert (
        ended.stderr
        == "error: no space left on device. Make room, or name a place on another disk.\n"
    )


# --- Signals --------------------------------------------------------------------------------------


def descendants(pid: int) -> set[int]:
    """Return the processes that a process has started, and they."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def is_caught(pid: int, number: int) -> bool:
    """Return whether a process has a handler for a signal."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return bool(int(re.search(r"^SigCgt:\s*(\w+)", status, flags=re.M)[1], 16) >> number - 1 & 1)


def wait_for(holds, seconds: float = 120) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize(("run", "moment"), [(main, "_parser"), (command._process, "main")])
def test_no_moment_is_too_early_to_be_interrupted(monkeypatch, capsys, run, moment):
    """A signal may come before the command's options are read, or before `main` has begun."""

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(command, moment, interrupted)
    assert run() == 128 + signal.SIGINT
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no list of processes")
@pytest.mark.parametrize(
    ("number", "moment"),
    [
        ("SIGINT", "at once"), ("SIGTERM", "at once"), ("SIGINT", "kernels twice"),
        ("SIGTERM", "kernels"), ("SIGKILL", "kernels"),
    ],
)  # fmt: skip
def test_no_process_outlives_an_interrupted_report(tmp_path, write_study, number, moment):
    number = getattr(signal, number)
    study = write_study(tmp_path / "interrupted.toml")
    folder = build_folder(load_study(study))
    # What a shell starts in the background ignores Ctrl-C, and so does all that it starts in turn.
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    started = subprocess.Popen(
        [sys.executable, "-m", "erfm", "report", "--study", study],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    processes = set()
    signal.signal(signal.SIGINT, inherited)
    try:
        if moment != "at once":
            assert wait_for(lambda: len(descendants(started.pid)) >= 2)
        else:
            assert wait_for(lambda: is_caught(started.pid, signal.SIGTERM))
        processes = descendants(started.pid)
        started.send_signal(number)
        if moment == "kernels twice":
            started.send_signal(number)
        _, errors = started.communicate(timeout=60)
        assert wait_for(lambda: not any(map(alive, processes)), 30)
        if number != signal.SIGKILL:
            assert started.returncode == 128 + number
            assert errors.splitlines()[-1] == "interrupted"
            assert "Traceback" not in errors
        assert not list(folder.rglob(".*"))
    finally:
        started.kill()
        for process in filter(alive, processes):
            os.kill(process, signal.SIGKILL)


# --- Paths in any locale --------------------------------------------------------------------------


@pytest.mark.slow
@posix
def test_the_commands_work_where_the_locale_has_no_such_characters(tmp_path, write_study):
    folder = tmp_path / "my folder 报告"
    write_study(folder / "客户.toml")
    (folder / "客户.csv").write_bytes(SAMPLE.read_bytes())
    command = [sys.executable, "-m", "erfm", "score", "--study", "客户.toml", "客户.csv"]
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    scored = run(command, cwd=folder, env=ascii_only)
    assert scored.returncode == 0, scored.stderr
    assert len(pd.read_csv(folder / "客户_scored.csv")) == 400


@posix
def test_a_file_name_that_is_not_utf_8_is_one_line(tmp_path, capsys):
    path = tmp_path / os.fsdecode(b"kunden\xe4.csv")
    try:
        path.write_bytes(SAMPLE.read_bytes())
    except OSError:
        pytest.skip("this file system has no such names")
    assert main(["new", str(path)]) == 1
    assert "which UTF-8 cannot write" in told(capsys)
    assert list(tmp_path.iterdir()) == [path]


def test_no_message_needs_an_error_that_this_system_lacks():
    assert all(isinstance(number, int) for number in REMEDIES)
    assert {errno.EACCES, errno.ENOSPC} <= set(REMEDIES)
