"""Files are whole or not there, stay where they belong, and failures say what to do."""

import errno
import os
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erfm.customers.files import (
    REMEDIES,
    FileError,
    check_output,
    explain,
    remove,
    replacing,
    write_bytes,
    write_text,
)
from erfm.escaping import LONGEST_SLUG, slug
from erfm.study import StudyError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- Writing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("old", [None, b"old"])
def test_a_file_is_replaced_when_it_is_complete(tmp_path, old):
    path = tmp_path / "made" / "list.csv"
    if old:
        write_bytes(path, old)
    with replacing(path) as fresh:
        assert fresh.parent == path.parent
        assert fresh.suffix == ".csv"
        assert len(fresh.name) < 20
        fresh.write_bytes(b"new")
        assert path.exists() == bool(old)
    assert path.read_bytes() == b"new"
    assert names(path.parent) == ["list.csv"]


@pytest.mark.parametrize("failure", [ValueError, OSError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_writer_that_fails_half_way_leaves_the_old_file_or_none(tmp_path, old, failure):
    path = tmp_path / "list.csv"
    if old:
        path.write_bytes(old)
    expected = FileError if failure is OSError else failure
    with pytest.raises(expected), replacing(path) as fresh:
        fresh.write_bytes(b"half")
        raise failure
    assert names(tmp_path) == (["list.csv"] if old else [])
    assert not old or path.read_bytes() == old


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails_at_the_end_leaves_the_old_file(tmp_path, monkeypatch, step):
    def fail(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "list.csv"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", fail) if step == "fsync" else monkeypatch.setattr(
        Path, "replace", fail
    )
    with pytest.raises(FileError, match=r"list\.csv: no space left on device\. Make room"):
        write_bytes(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["list.csv"]


@pytest.mark.slow
def test_a_full_disk_leaves_the_old_file(tmp_path):
    """No more than 8 KiB fit into a file here; a plain write would leave just these."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"old")
    program = (
        "import resource, sys; from pathlib import Path\n"
        "from erfm.customers.files import write_bytes\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "write_bytes(Path(sys.argv[1]), b'x' * 100_000)"
    )
    pytest.importorskip("resource")
    ended = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=False
    )
    assert "file too large. Make room" in ended.stderr.splitlines()[-1]
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["list.csv"]


posix = pytest.mark.skipif(os.name != "posix", reason="Windows has other permissions and links")


@posix
def test_a_new_file_has_the_usual_permissions_and_an_old_one_keeps_its_own(tmp_path):
    path, umask = tmp_path / "list.csv", os.umask(0o027)
    try:
        write_bytes(path, b"")
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        path.chmod(0o600)
        with replacing(path) as fresh:
            assert stat.S_IMODE(fresh.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(umask)


@posix
def test_a_write_protected_file_is_left_alone(tmp_path, monkeypatch):
    path = tmp_path / "list.csv"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda file, mode: False)
    with pytest.raises(FileError, match="the file is write-protected"):
        write_bytes(path, b"new")
    assert path.read_bytes() == b"old"


@posix
def test_a_link_stays_and_the_file_behind_it_is_replaced(tmp_path):
    (tmp_path / "far").mkdir()
    link, file = tmp_path / "list.csv", tmp_path / "far" / "real.csv"
    link.symlink_to(file)
    for content in (b"made behind the link", b"replaced behind the link"):
        write_bytes(link, content)
        assert link.is_symlink()
        assert file.read_bytes() == content
    assert names(tmp_path / "far") == ["real.csv"]


@posix
def test_a_device_is_written_to_and_not_replaced(tmp_path):
    write_bytes(Path(os.devnull), b"x")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)
    if Path("/dev/full").exists():
        with pytest.raises(FileError, match="/dev/full: no space left on device"):
            write_bytes(Path("/dev/full"), b"x")
        assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_text_is_written_in_utf_8_with_its_own_line_ends(tmp_path):
    write_text(tmp_path / "a.md", "客户\r\n\n")
    assert (tmp_path / "a.md").read_bytes() == "客户\r\n\n".encode()
    with pytest.raises(FileError, match=r"a\.md: the text holds '\\udcff', which UTF-8 cannot"):
        write_text(tmp_path / "a.md", "\udcff")
    assert (tmp_path / "a.md").read_bytes() == "客户\r\n\n".encode()


def unwritable(folder: Path) -> dict[str, tuple[Path, str]]:
    """Return paths that nobody can write to, with what is said of each."""
    (folder / "file").write_bytes(b"")
    return {
        "folder": (folder, "is a folder. Name a file in it"),
        "below a file": (
            folder / "file" / "a.csv",
            "Part of the path is a file|a folder is needed",
        ),
        "long": (folder / f"{'a' * 300}.csv", "file name too long. Give it a shorter name"),
        "long path": (folder.joinpath(*["a" * 200] * 40), "file name too long"),
        "nul": (folder / "a\0b.csv", "no path can hold the character NUL"),
    }


@posix
@pytest.mark.parametrize("kind", ["folder", "below a file", "long", "long path", "nul"])
def test_a_path_that_cannot_be_written_says_why(tmp_path, kind):
    path, told = unwritable(tmp_path)[kind]
    with pytest.raises(FileError, match=told) as error:
        write_bytes(path, b"x")
    assert str(error.value).startswith(str(FileError(f"{path}: "))[:800])
    assert names(tmp_path) == ["file"]


@pytest.mark.parametrize("number", REMEDIES)
def test_every_failure_has_one_sentence_and_a_remedy(number):
    told = explain(OSError(number, os.strerror(number), "a.csv"))
    assert told.startswith("a.csv: ")
    assert told.count(". ") == 1
    assert told.endswith(".")


def test_a_failure_without_a_path_or_number_is_told_too():
    assert explain(OSError("Odd.")) == "odd. Check the disk and try again."
    assert explain(OSError(errno.EIO, "Input/output error"), "b") == (
        "b: input/output error. Check the disk and try again."
    )


# --- What must stay -------------------------------------------------------------------------------


def spellings(path: Path) -> dict[str, Path]:
    """Return other names of one file."""
    folder = path.parent
    (folder / "link").symlink_to(path)
    (folder / "hard").hardlink_to(path)
    (folder / "round").symlink_to(folder)
    return {
        "same": path,
        "dots": folder / ".." / folder.name / "." / path.name,
        "relative": Path(os.path.relpath(path)),
        "link": folder / "link",
        "hard link": folder / "hard",
        "through a folder's link": folder / "round" / path.name,
    }


@posix
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize(
    "kind", ["same", "dots", "relative", "link", "hard link", "through a folder's link"]
)
def test_an_input_is_never_an_output_however_it_is_named(tmp_path, kind, overwrite):
    path = tmp_path / "study.toml"
    path.write_bytes(b"mine")
    output = spellings(path)[kind]
    with pytest.raises(StudyError, match=r"this would replace the study\. Name another output"):
        check_output(output, {"the study": path}, overwrite)


def test_an_existing_output_is_replaced_only_when_that_is_allowed(tmp_path):
    path, other = tmp_path / "list.csv", tmp_path / "study.toml"
    check_output(path, {"the study": other}, overwrite=False)
    path.write_bytes(b"old")
    with pytest.raises(StudyError, match=r"list\.csv: there is such a file already.*--overwrite"):
        check_output(path, {"the study": other}, overwrite=False)
    check_output(path, {"the study": other}, overwrite=True)
    check_output(Path(os.devnull), {"the study": other}, overwrite=False)
    with pytest.raises(FileError, match="is a folder"):
        check_output(tmp_path, {}, overwrite=True)


# --- Names and removal ----------------------------------------------------------------------------


ODD = [
    "..", "...", ".", "", " ", "a/b", "a\\b", "\u202e", "\uff0e\uff0e", "\u2024\u2024", "\0", "\n",
    "COM1.", "a:b", "*", "\udcff", "a" * 300, "客户" * 200, "\ufdfa" * 40, "é", "e\u0301", "\u3164",
    "🏦",
]  # fmt: skip


@given(
    st.text() | st.text(st.characters(categories=["Cs", "Cf", "Mn", "Po"])) | st.sampled_from(ODD)
)
def test_a_slug_is_harmless(text):
    made = slug(text)
    assert all(letter.isalnum() or letter == "_" for letter in made)
    assert len(made) <= LONGEST_SLUG
    assert len(made.encode("utf-8")) <= 4 * LONGEST_SLUG
    assert unicodedata.is_normalized("NFC", made)


def test_slugs_keep_what_can_be_read():
    assert slug("My customers (2024)") == "My_customers_2024"
    assert slug("客户 报告") == "客户_报告"
    assert slug("café") == slug("cafe\u0301") == "café"
    assert [slug(text) for text in ("..", "．．", "\u202e", "🏦", "")] == [""] * 5


@pytest.fixture
def tree(tmp_path):
    """A folder build/ with a study's folder, and files beside both."""
    for name in ("notebooks/00.ipynb", "build/other/a.csv", "build/mine/tables/a.csv"):
        write_bytes(tmp_path / name, b"x")
    return tmp_path


@pytest.mark.parametrize(
    "path",
    [
        "build", "build/mine", "build/other", "build/other/a.csv", "notebooks", "build/mine/..",
        "build/mine/../other", "build/mine/../../notebooks/00.ipynb", "build/mine/.", "none/a",
        "build/mine/tables/../..",
    ],
)  # fmt: skip
def test_nothing_outside_the_folder_is_removed(tree, path):
    before = sorted(tree.rglob("*"))
    with pytest.raises(FileError, match=r"lies outside .*, so it is not removed"):
        remove(tree / path, inside=tree / "build" / "mine")
    assert sorted(tree.rglob("*")) == before


def test_what_lies_inside_is_removed_and_links_only_themselves(tree):
    mine = tree / "build" / "mine"
    if os.name == "posix":
        (mine / "link").symlink_to(tree / "notebooks")
        remove(mine / "link", inside=mine)
        (mine / "out").symlink_to(tree)
        with pytest.raises(FileError, match="lies outside"):
            remove(mine / "out" / "notebooks", inside=mine)
        remove(mine / "out", inside=mine)
    remove(mine / "tables", inside=mine)
    remove(mine / "tables", inside=mine)
    assert names(mine) == []
    assert (tree / "notebooks" / "00.ipynb").exists()
