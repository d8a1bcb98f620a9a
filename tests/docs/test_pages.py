"""What pages point to is there: files, other pages, runbooks, dashboards, fields of the log."""

import re
from pathlib import Path

import pytest

from components.gateway.envoy import proxy
from planning.observability.alerts.alert import RUNBOOKS
from planning.observability.dashboards.dashboard import Named
from planning.observability.dashboards.platform import platform_dashboards
from planning.observability.observability import QUERIES
from tests.docs.commands import PAGES, ROOT, spans
from tests.plugin_plans import gateway_plan

FOLDERS = tuple(sorted(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")))
PATH = re.compile(rf"(?:{'|'.join(FOLDERS)})/[\w./-]*[\w/]")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
RUNBOOK_PAGES = [page for page in PAGES if page.is_relative_to(ROOT / RUNBOOKS)]
LOG_FIELDS = {
    f"log_processed.{name}"
    for name in proxy(gateway_plan(1_000))["telemetry"]["accessLog"]["settings"][0]["format"]["json"]
}
OF_INSIGHTS = frozenset(
    {
        *("fields", "filter", "stats", "sort", "limit", "count", "pct", "by", "like", "and", "as", "asc", "desc"),
        *("not", "ispresent"),
    }
)


FIREWALL_FIELDS = {"action", "terminatingRuleId", "httpRequest.clientIp", "httpRequest.uri"}
"""Of AWS WAF's log, which the page reads instead: AWS WAF Developer Guide, "Log fields for protection pack traffic"."""


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def _anchors(page: Path) -> set[str]:
    """Of headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = {text for _, text in spans(page) if PATH.fullmatch(text)}

    assert {path for path in named if not (ROOT / path).exists()} == set()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text()):
        file, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


@pytest.mark.parametrize("page", RUNBOOK_PAGES, ids=_name)
def test_a_runbook_sends_people_to_runbooks_and_dashboards_that_there_are(page: Path) -> None:
    known = {page.stem for page in RUNBOOK_PAGES} | {"Plugin NAME"}
    known |= {board.title for board in platform_dashboards(region="us-east-1", connections=1, named=Named())}

    assert set(re.findall(r"(?<!\*)\*([^*\n]+)\*", page.read_text())) - known == set()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_a_query_of_the_log_reads_fields_that_lines_have(page: Path) -> None:
    """The add-on's reader puts the fields of a line that is JSON below `log_processed`."""
    queries = [text for _, text in spans(page) if re.match(r"(fields|filter|stats) ", text)]
    for query in [*queries, *(QUERIES.values() if page.name == "observability.md" else ())]:
        words = re.findall(r"[@a-z][\w.@]*", re.sub(r'"[^"]*"', "", query))
        unknown = {word for word in words if word not in OF_INSIGHTS | LOG_FIELDS}
        if page.name == "firewall-blocks.md":
            unknown -= FIREWALL_FIELDS
        assert {word for word in unknown if not re.match(r"@|kubernetes\.|log$", word)} == set(), query
