"""Every alert has its page in docs/runbooks, and every page its alert."""

from pathlib import Path

import pytest

from planning.inputs.tiers import TIERS
from planning.observability.alerts.alert import RUNBOOKS, Alert
from tests.planning.observability.alarms import alarms, plan
from tests.planning.observability.observed import watched

ROOT = Path(__file__).resolve().parents[1]
MOST = 100_001
"""Users of the tier that watches most."""

PAGES = {page.stem: page.read_text() for page in (ROOT / RUNBOOKS).glob("*.md")}


def wanted() -> set[str]:
    rules = (*plan(MOST).rules, watched().rules)
    return {
        *(alarm.runbook for tier in TIERS for alarm in alarms(tier.max_users or MOST)),
        *(rule.runbook for group in rules for rule in group.rules if isinstance(rule, Alert)),
        *("database-events", "budget"),  # of what AWS tells without an alarm of ours
    }


def test_every_alert_has_its_page_and_every_page_its_alert() -> None:
    assert wanted() == PAGES.keys()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_says_what_it_means_what_to_look_at_and_what_to_do(name: str) -> None:
    title, meaning, *rest = PAGES[name].split("\n\n")

    assert title.startswith("# ")
    assert len(meaning) > 30
    assert [part for part in rest if part.startswith("#")] == ["## Look at", "## Do"]
    assert len(PAGES[name].splitlines()) < 30


def test_every_alarm_says_its_page() -> None:
    for alarm in alarms(MOST):
        assert alarm.description.endswith(f"Runbook: {RUNBOOKS}/{alarm.runbook}.md")
