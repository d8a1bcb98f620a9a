"""Files that people edit: how errors name them, and how they are read and replaced."""

import fcntl
import os
import stat
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from planning.inputs.problem import InvalidInputError, refusal

_WRITABLE = "a file that can be written"


def shown_path(path: Path) -> str:
    """A path as errors show it: below the current folder where it is, else as it was given, with no way back up."""
    try:
        found = path.resolve()
        if found.is_relative_to(Path.cwd()):
            return found.relative_to(Path.cwd()).as_posix()
    except (OSError, ValueError):
        return path.as_posix()
    return (found if ".." in path.parts else path).as_posix()


def read_bytes(path: Path, *, limit: int) -> bytes:
    """The bytes of a file of at most `limit` bytes. Raises InvalidInputError where it can't be read."""
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        # ValueError: a path with a null character.
        reason = getattr(error, "strerror", None) or str(error)
        raise refusal(
            file=shown_path(path), value=reason, rule="a file that can be read", fix="correct the path"
        ) from None
    if len(data) > limit:
        raise refusal(
            file=shown_path(path),
            value=f"over {limit:,} bytes",
            rule=f"at most {limit:,} bytes",
            fix="leave out what doesn't belong there",
        )
    return data


def read_text(path: Path, *, limit: int) -> str:
    """The text of a file of at most `limit` bytes. Raises InvalidInputError where it can't be read."""
    try:
        return read_bytes(path, limit=limit).decode("utf-8")
    except UnicodeDecodeError as error:
        raise refusal(
            file=shown_path(path),
            value=f"byte {error.start} is not UTF-8",
            rule="a UTF-8 text file",
            fix="save it as UTF-8",
        ) from None


def write_atomically(path: Path, data: bytes, *, first: Callable[[], None] = lambda: None) -> None:
    """Replaces a file whole or not at all, whatever happens meanwhile; a link stays, and its target is replaced.

    first: done when all is ready but the replacement itself. Raises InvalidInputError where it can't.
    """
    _check_writable(path)
    scratch: Path | None = None
    try:
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as stream:
            scratch = Path(stream.name)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        scratch.chmod(mode)
        first()
        scratch.replace(target)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        if scratch is not None:
            scratch.unlink(missing_ok=True)


def delete(path: Path) -> None:
    """Deletes a file where it is there. Raises InvalidInputError where it can't."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from None


def _check_writable(path: Path) -> None:
    """Raises InvalidInputError for a file that its owner made read-only: replacing it needs no right to write it."""
    try:
        mode = path.stat().st_mode if path.exists() else stat.S_IWUSR
    except OSError as error:
        raise _unwritable(path, error) from None
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        raise refusal(file=shown_path(path), value="read-only", rule=_WRITABLE, fix=f"chmod u+w {shown_path(path)}")


@contextmanager
def alone(path: Path) -> Generator[None]:
    """Lets one command at a time write into the folder of a file; another waits."""
    try:
        folder = os.open(path.resolve().parent, os.O_RDONLY)
    except OSError as error:
        raise _unwritable(path, error) from None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _unwritable(path: Path, error: OSError) -> InvalidInputError:
    return refusal(
        file=shown_path(path),
        value=error.strerror or str(error),
        rule=_WRITABLE,
        fix="correct its rights, or those of its folder",
    )


def write_text(path: Path, text: str) -> None:
    """Writes a file, its folder too. Raises InvalidInputError where it can't be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        value = error.strerror or str(error)
        raise refusal(file=str(path), value=value, rule=_WRITABLE, fix="name another with --out") from None
