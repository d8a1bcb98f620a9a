"""`naap quotas`: AWS quotas that a number of users needs."""

from collections.abc import Sequence

from rich.console import Group
from rich.text import Text

from analysis.capacity.service_quotas import SOURCE, Quota, quotas
from console.terminal import Answer, table
from console.text import to_plain
from naap.source import Source


def answer(source: Source) -> Answer:
    """Raises InvalidInputError."""
    settings, registry = source.inputs()
    found = quotas(
        registry=registry,
        users=settings.users,
        regions=settings.regions,
        assumptions=settings.assumptions,
        least_shards=settings.shards or 1,
        response_seconds=settings.cdn_response_seconds,
    )
    rows = [to_plain(quota) | {"passed": quota.passed} for quota in found]
    return Answer(
        data={"source": SOURCE, "quotas": rows},
        text=_text(found, settings.users),
    )


def _text(found: Sequence[Quota], users: int) -> Group:
    rows = [("", "needed", "default", "quota", "code")]
    rows += [
        ("raise" if quota.passed else "", f"{quota.needed:,}", f"{quota.default:,}", quota.name, quota.code or "fixed")
        for quota in found
    ]
    styles = ["red" if quota.passed else "" for quota in found]
    return Group(Text(f"{users:,} users", "bold"), "", table(rows, gives=(3,), styles=styles), "", sources(found))


def sources(found: Sequence[Quota]) -> Text:
    """Where the defaults stand; the host of AWS's documentation is named once."""
    pages = dict.fromkeys(quota.source.removeprefix("docs.aws.amazon.com/") for quota in found)
    return Text("\n".join((SOURCE, *(f"  {page}" for page in pages))), "dim")
