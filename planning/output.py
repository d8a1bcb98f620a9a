"""Files that commands write."""

from pathlib import Path

from planning.problem import InvalidInputError, Problem


def write_text(path: Path, text: str) -> None:
    """Writes a file, its folder too. Raises InvalidInputError where it can't be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        value, rule = error.strerror or str(error), "a file that can be written"
        fix = "name another with --out"
        raise InvalidInputError(
            [Problem(file=str(path), entry="", field="", value=value, rule=rule, fix=fix)]
        ) from None
