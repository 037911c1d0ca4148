"""Files: whole or not there at all, written and removed only where they may be."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from erfm.study import StudyError

LONGEST_SUFFIX = 16

_ELSEWHERE = "Name another place, or ask for the right to use this one"
_ROOM = "Make room, or name a place on another disk"
REMEDIES: dict[int | None, str] = {
    errno.EACCES: _ELSEWHERE,
    errno.EPERM: _ELSEWHERE,
    errno.EROFS: "Name a place on another disk",
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.ENAMETOOLONG: "Give it a shorter name",
    errno.EISDIR: "Name a file in it",
    errno.ENOTDIR: "Part of the path is a file: name a folder there",
    errno.EEXIST: "A file is where a folder is needed: move it, or name another place",
    errno.ENOENT: "Check the path",
    errno.EPIPE: "The program that reads the output has ended",
    errno.ELOOP: "The path leads through links in a circle: correct the links",
}
"""What to do about the failures of the operating system that a reader can mend."""


class FileError(StudyError):
    """A file or folder cannot be used; the message says which, why and what to do."""


def explain(error: OSError, path: str | os.PathLike[str] | None = None) -> str:
    """Return "<path>: <what is wrong>. <Remedy>." for a failure of the operating system.

    Parameters
    ----------
    error : OSError
    path : str or Path, optional
        The file as the reader knows it; the error's own by default.
    """
    where = path if path is not None else error.filename
    what = (error.strerror or str(error)).strip().rstrip(".")
    remedy = REMEDIES.get(error.errno, "Check the disk and try again")
    told = f"{what[:1].lower()}{what[1:]}. {remedy}."
    return told if where is None else f"{os.fspath(where)}: {told}"


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn failures of the operating system in the block into a `FileError` about `path`."""
    try:
        yield
    except OSError as error:
        raise FileError(explain(error, path)) from error
    except ValueError:
        if "\0" not in str(path):
            raise
        raise FileError(f"{path}: no path can hold the character NUL. Remove it.") from None


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a file to write to; it becomes `path` when the block ends well, and only then.

    Whatever goes wrong in between, an old file at `path` stays as it is, and no part of a new one
    is left. The new file is made in the folder of `path` (made too where there is none), or of the
    file that a link at `path` leads to. It has the old file's permissions, or the usual ones. A
    device or pipe, such as ``/dev/stdout``, is written to directly.

    Raises
    ------
    FileError
        The file cannot be written, or is write-protected.
    """
    with explained(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder")
        if path.exists() and not path.is_file():
            yield path
            return
        target = Path(os.path.realpath(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        # Writers take a file's format from its suffix.
        fresh = target.with_name(f".{secrets.token_hex(4)}{target.suffix[:LONGEST_SUFFIX]}")
        try:
            fresh.touch(exist_ok=False)
            if target.exists():
                if not os.access(target, os.W_OK):
                    raise PermissionError(errno.EACCES, "the file is write-protected")
                fresh.chmod(stat.S_IMODE(target.stat().st_mode))
            yield fresh
            with fresh.open("r+b") as written:
                os.fsync(written.fileno())
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; see `replacing`."""
    with replacing(path) as fresh:
        fresh.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Write a file in UTF-8, its lines ended as they are, whole or not at all; see `replacing`."""
    try:
        content = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise FileError(
            f"{path}: the text holds {text[error.start]!a}, which UTF-8 cannot write; it comes "
            "from a file's name, perhaps. Rename that file."
        ) from None
    write_bytes(path, content)


def check_output(output: Path, inputs: Mapping[str, Path], overwrite: bool) -> None:
    """Raise unless a file may be written to `output`.

    Parameters
    ----------
    output : Path
    inputs : mapping of str to Path
        What must stay, by what it is ("the study"); another name of the same file (a link, another
        spelling of its path) is the same file.
    overwrite : bool
        Whether any other file at `output` may be replaced.

    Raises
    ------
    StudyError
        `output` is one of the inputs, a folder, or an existing file that may not be replaced.
    """
    with explained(output):
        if output.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder")
        if not output.is_file():
            return
    for what, path in inputs.items():
        with explained(path):
            same = path.exists() and output.samefile(path)
        if same:
            raise StudyError(f"{output}: this would replace {what}. Name another output.")
    if not overwrite:
        raise StudyError(
            f"{output}: there is such a file already. Move it, name another output, or allow "
            "overwriting (--overwrite)."
        )


def remove(path: Path, inside: Path) -> None:
    """Remove a file or folder, if there is one; refuse to unless it lies inside a folder.

    A link is removed, never what it leads to.
    """
    place = Path(os.path.abspath(path.parent.resolve() / path.name))
    if inside.resolve() not in place.parents:
        raise FileError(f"{path}: lies outside {inside}, so it is not removed. Move it yourself.")
    with explained(path):
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)
