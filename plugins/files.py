"""Files that people edit: how errors name them, and how they are read and replaced."""

import os
import tempfile
from pathlib import Path

from planning.problem import InvalidInputError, Problem


def shown_path(path: Path) -> str:
    """A path as errors show it: below the current folder where it is, else as it was given."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (OSError, ValueError):
        return path.as_posix()


def read_bytes(path: Path, *, limit: int) -> bytes:
    """The bytes of a file of at most `limit` bytes. Raises InvalidInputError where it can't be read."""
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        # ValueError: a path with a null character.
        reason = getattr(error, "strerror", None) or str(error)
        raise _refused(path, reason, "a file that can be read", "correct the path") from None
    if len(data) > limit:
        raise _refused(path, f"over {limit:,} bytes", f"at most {limit:,} bytes", "leave out what doesn't belong there")
    return data


def read_text(path: Path, *, limit: int) -> str:
    """The text of a file of at most `limit` bytes. Raises InvalidInputError where it can't be read."""
    try:
        return read_bytes(path, limit=limit).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(path, f"byte {error.start} is not UTF-8", "a UTF-8 text file", "save it as UTF-8") from None


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces a file whole or not at all, whatever happens meanwhile. Raises InvalidInputError where it can't."""
    scratch: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            scratch = Path(stream.name)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        scratch.chmod(mode)
        scratch.replace(path)
    except OSError as error:
        raise _refused(path, error.strerror or str(error), "a file that can be written", "correct its rights") from None
    finally:
        if scratch is not None:
            scratch.unlink(missing_ok=True)


def _refused(path: Path, value: str, rule: str, fix: str) -> InvalidInputError:
    problem = Problem(file=shown_path(path), entry="", field="", value=value, rule=rule, fix=fix)
    return InvalidInputError([problem])
