"""Every rule explains itself, and the documentation says what the rules say."""

import subprocess
import sys
from pathlib import Path

from policies.catalogue import as_markdown, load_catalogue
from policies.judge import RULE_MODULES
from policies.rule import RULES, STACK_RULES

ROOT = Path(__file__).resolve().parent.parent.parent


def test_every_rule_has_its_words_and_all_words_have_a_rule() -> None:
    assert all(module.__doc__ for module in RULE_MODULES), "importing them registers their rules"
    ids = [rule.id for rule in RULES] + [rule.id for rule in STACK_RULES]
    assert len(ids) == len(set(ids))
    assert set(ids) == set(load_catalogue())


def test_the_table_in_the_documentation_is_current() -> None:
    text = (ROOT / "docs" / "policies.md").read_text()
    assert as_markdown(load_catalogue()) in text, "run: naap rule table, and put it into docs/policies.md"


def test_the_number_of_rules_in_the_readme_is_current() -> None:
    assert f"pack of {len(load_catalogue())} mandatory rules" in (ROOT / "README.md").read_text()


def test_a_rule_is_explained_by_command() -> None:
    done = _policies("explain", "aws-rds-private")
    assert done.returncode == 0
    assert "publiclyAccessible: false" in done.stdout


def test_an_unknown_rule_is_answered_with_the_known_ones() -> None:
    done = _policies("explain", "nonsense")
    assert done.returncode == 2
    assert "aws-rds-private" in done.stderr


def _policies(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "naap", "rule", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
