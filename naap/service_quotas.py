"""`python -m naap quotas`: AWS quotas that a number of users needs."""

from argparse import Namespace
from collections.abc import Sequence

from analysis.capacity.service_quotas import SOURCE, Quota, quotas
from console.style import Style
from console.text import table, to_plain
from naap.command import Answer, Command, Source, stack_arguments


def _run(options: Namespace, source: Source) -> Answer:
    settings, registry = source.inputs(options.stack, users=options.users)
    found = quotas(
        registry=registry,
        users=settings.users,
        regions=settings.regions,
        assumptions=settings.assumptions,
        least_shards=settings.shards or 1,
    )
    rows = [to_plain(quota) | {"passed": quota.passed} for quota in found]
    return Answer(
        data={"source": SOURCE, "quotas": rows},
        text=lambda style: _text(found, settings.users, style),
    )


def _text(found: Sequence[Quota], users: int, style: Style) -> str:
    rows = [("", "needed", "default", "quota", "code")]
    rows += [
        ("raise" if quota.passed else "", f"{quota.needed:,}", f"{quota.default:,}", quota.name, quota.code or "fixed")
        for quota in found
    ]
    head, *lines = table(rows)
    painted = [style.bad(line) if quota.passed else line for line, quota in zip(lines, found, strict=True)]
    return "\n".join([style.strong(f"{users:,} users"), "", style.strong(head), *painted, "", *sources(found, style)])


def sources(found: Sequence[Quota], style: Style) -> list[str]:
    """Where the defaults stand; the host of AWS's documentation is named once."""
    pages = dict.fromkeys(quota.source.removeprefix("docs.aws.amazon.com/") for quota in found)
    return [style.faint(line) for line in (SOURCE, *(f"  {page}" for page in pages))]


COMMAND = Command(
    name="quotas",
    help="AWS quotas that a number of users needs, the fullest first",
    arguments=stack_arguments,
    run=_run,
)
