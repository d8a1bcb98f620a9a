"""A script that Prisma made, divided by the schemas whose owners run its parts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from planning.database.jobs.sql import identifier
from planning.inputs.problem import InvalidInputError, Problem

DEFAULT_SCHEMA = "public"
"""Of names without a schema: some versions of Prisma leave this one out."""

_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$.*?\$\1\$|;|[^-/'"$;]+|.""", re.DOTALL
)
_NAME = r'"((?:[^"]|"")+)"'
_QUALIFIED = rf"{_NAME}(?:\.{_NAME})?"
_OF_A_SCHEMA = re.compile(r"(?:CREATE|ALTER|DROP) (?:TABLE|TYPE|SEQUENCE|INDEX) (?:IF (?:NOT )?EXISTS )?" + _QUALIFIED)
_INDEX = re.compile(rf"CREATE (?:UNIQUE )?INDEX (?:{_NAME}) ON {_QUALIFIED}")
_REFERENCES = re.compile(rf"\bREFERENCES {_QUALIFIED}")
_PLATFORMS = re.compile(r"CREATE SCHEMA\b|BEGIN\b|START TRANSACTION\b|COMMIT\b")
"""The platform makes schemas, and each file is a transaction."""
_LOSSES = re.compile(r"\b(DROP TABLE|DROP COLUMN|SET DATA TYPE|DROP SCHEMA|TRUNCATE|DELETE FROM)\b")
_QUOTED = re.compile(rf"'(?:[^']|'')*'|{_NAME}")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement. schema: of the object that it makes, changes or drops; its owner runs it.

    loses: the words by which it takes data away or makes it less exact. refers_to: a table (schema, name) of another
    schema. adds_value: to an enum, which a later statement of the same transaction couldn't use.
    """

    schema: str
    text: str
    loses: tuple[str, ...] = ()
    refers_to: tuple[str, str] | None = None
    adds_value: bool = False


def divide(script: str) -> Sequence[Statement]:
    """The statements of a script that `prisma migrate diff --script` wrote, in its order.

    Raises InvalidInputError for statements of no schema, which nobody would run.
    """
    texts = [text for text in _statements(script) if not _PLATFORMS.match(text)]
    found = [_statement(text) for text in texts]
    unknown = [text for text, one in zip(texts, found, strict=True) if one is None]
    if unknown:
        rule = "each statement makes, changes or drops a table, type, sequence or index of one schema"
        fix = "take what makes it out of the Prisma schema; extensions and the like are made by the administrator"
        raise InvalidInputError(
            Problem(file="prisma migrate diff", entry="", field="", value=text[:120], rule=rule, fix=fix)
            for text in unknown
        )
    return [one for one in found if one]


def _statements(script: str) -> Sequence[str]:
    """Without comments; each without the semicolon that ends it."""
    texts, text = list[str](), ""
    for match in _TOKEN.finditer(script):
        piece = match[0]
        if piece == ";":
            texts.append(text.strip())
            text = ""
        elif not piece.startswith(("--", "/*")):
            text += piece
    return [text for text in (*texts, text.strip()) if text]


def _statement(text: str) -> Statement | None:
    match = _INDEX.match(text)
    first, second = match.group(2, 3) if match else (None, None)
    if match is None:
        match = _OF_A_SCHEMA.match(text)
        first, second = match.group(1, 2) if match else (None, None)
    if match is None:
        return None
    schema = first if first and second else DEFAULT_SCHEMA
    other = _REFERENCES.search(text)
    target = (other[1], other[2]) if other and other[2] else (DEFAULT_SCHEMA, other[1]) if other else None
    if other and not other[2] and schema != DEFAULT_SCHEMA:
        # Without it the name would be looked for in the owner's own schema.
        text = (
            f"{text[: other.start()]}REFERENCES {identifier(DEFAULT_SCHEMA)}.{text[other.end() - len(other[1]) - 2 :]}"
        )
    bare = _QUOTED.sub("", text)
    return Statement(
        schema=schema,
        text=text,
        loses=tuple(dict.fromkeys(_LOSSES.findall(bare))),
        refers_to=target if target and target[0] != schema else None,
        adds_value=bool(re.match(rf"ALTER TYPE {_QUALIFIED} ADD VALUE\b", text)),
    )
