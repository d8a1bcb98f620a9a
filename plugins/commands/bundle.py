"""A plugin's UMD bundle: how much browsers load, and the hash by which they recognise it."""

import base64
import gzip
import hashlib
import shlex
from dataclasses import dataclass
from pathlib import Path

from console.files import read_bytes, shown_path
from planning.edge.shell_documents import IMMUTABLE_CACHE
from planning.inputs.problem import refusal
from planning.inputs.registry.frontend import MAX_GZIP_BYTES

MAX_RAW_BYTES = 50_000_000
_GZIP_LEVEL = 9


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """gzip_bytes: size as the CDN sends it; integrity: the SRI hash of what it holds."""

    gzip_bytes: int
    integrity: str


def measure(path: Path) -> Bundle:
    """Size and hash of a bundle. Raises InvalidInputError for one that the shell would not accept."""
    data = read_bytes(path, limit=MAX_RAW_BYTES)
    if not data.strip():
        raise refusal(
            file=shown_path(path), value="(empty)", rule="a bundle has code in it", fix="build the frontend first"
        )
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        raise refusal(
            file=shown_path(path),
            value="not UTF-8 text",
            rule="a bundle is JavaScript",
            fix="give the .js file of the build",
        ) from None
    # Without a time stamp, so that the same bundle always has the same size.
    size = len(gzip.compress(data, compresslevel=_GZIP_LEVEL, mtime=0))
    if size > MAX_GZIP_BYTES:
        rule = f"at most {MAX_GZIP_BYTES:,} bytes after gzip: every user of the plugin loads it"
        raise refusal(
            file=shown_path(path),
            value=f"{size:,} bytes after gzip",
            rule=rule,
            fix="split it into chunks, or leave libraries out",
        )
    digest = base64.b64encode(hashlib.sha384(data).digest()).decode()
    return Bundle(gzip_bytes=size, integrity=f"sha384-{digest}")


def style_sheet(path: Path) -> Path | None:
    """The one .css beside a bundle. Raises InvalidInputError for several: the shell loads one."""
    found = sorted(path.parent.glob("*.css"))
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        rule, fix = "one style sheet beside a bundle", "build with cssCodeSplit: false, or remove those of older builds"
        raise refusal(file=shown_path(path.parent), value=names, rule=rule, fix=fix)
    return found[0] if found else None


def upload_command(path: Path, key: str, content_type: str = "text/javascript") -> list[str]:
    """The lines of a shell command that puts a file where browsers look for it; refused where something is there."""
    parts = (
        "aws s3api put-object --if-none-match '*'",
        '--bucket "$(pulumi stack output buckets | jq -r .assets)"',
        f"--key {key}",
        f"--content-type '{content_type}' --cache-control '{IMMUTABLE_CACHE}'",
        f"--body {shlex.quote(shown_path(path))}",
    )
    return [f"  {'' if number == 0 else '  '}{part}{_more(number, parts)}" for number, part in enumerate(parts)]


def _more(number: int, parts: tuple[str, ...]) -> str:
    return " \\" if number < len(parts) - 1 else ""
