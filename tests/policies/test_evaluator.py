"""How rules are applied: unknown values, exemptions, and the words of a finding."""

import dataclasses
import datetime
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from policies.catalogue import Description
from policies.environments import environment_of, users_of
from policies.evaluator import Evaluator, Finding
from policies.exemptions import BadExemptionError, Exemption, load_exemptions
from policies.properties import UNKNOWN, Undecidable, get, plain
from policies.rule import Environment, Resource, Rule, Size, Stack, StackRule

TODAY = datetime.date(2026, 11, 22)
ANY_SIZE = Size(databases=(), caches=(), nodes=(), price_classes=(), locked_backups=False)
LENIENT = Environment(production=False, multi_az=False, backup_days=1, size=ANY_SIZE)
UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def _closed(resource: Resource, _: Environment) -> Iterable[str]:
    if get(resource.props, "open", False):
        yield "is open"


def _lonely(stack: Stack, _: Environment) -> Iterable[tuple[Resource | None, str]]:
    if len(stack.of("door")) == 1:
        yield None, "has one door only"


def _door(**props: object) -> Resource:
    return Resource(type="door", name="front", urn="urn:front", props=plain(props))


def _judge(*exemptions: Exemption) -> Evaluator:
    return Evaluator(
        rules=[Rule(id="closed", types=frozenset({"door"}), check=_closed)],
        stack_rules=[StackRule(id="lonely", check=_lonely)],
        descriptions={
            rule: Description(id=rule, title="t", why="w", fix=fix)
            for rule, fix in (("closed", "Close it."), ("lonely", "Build another."))
        },
        exemptions=exemptions,
        environment=LENIENT,
        today=TODAY,
    )


def _exemption(until: datetime.date) -> Exemption:
    return Exemption(rule="closed", resource="fro*", reason="painters come and go", until=until)


def test_a_finding_names_the_rule_the_resource_what_is_wrong_and_the_fix() -> None:
    (finding,) = _judge().on_resource(_door(open=True))
    assert finding == Finding(rule="closed", urn="urn:front", message="[closed] front: is open. Fix: Close it.")


def test_a_resource_that_holds_to_the_rule_is_passed() -> None:
    assert not list(_judge().on_resource(_door(open=False)))


def test_a_rule_on_the_stack_may_speak_of_no_resource() -> None:
    (finding,) = _judge().on_stack(Stack([_door()]))
    assert (finding.rule, finding.urn) == ("lonely", None)


def test_an_unknown_value_neither_breaks_a_rule_nor_passes_unseen() -> None:
    judge = _judge()
    assert not list(judge.on_resource(_door(open=UNKNOWN_TEXT)))
    assert judge.undecided == {"closed": 1}
    assert judge.waiting().endswith("are made then: closed 1")


def test_an_exemption_in_force_leaves_the_resource_out() -> None:
    assert not list(_judge(_exemption(TODAY)).on_resource(_door(open=True)))


def test_an_exemption_of_one_finding_leaves_the_others_standing() -> None:
    everything, elsewhere = (dataclasses.replace(_exemption(TODAY), finding=finding) for finding in ("*", "a window*"))

    assert not list(_judge(everything).on_resource(_door(open=True)))
    assert list(_judge(elsewhere).on_resource(_door(open=True)))


def test_an_exemption_that_has_ended_is_a_violation_that_says_so() -> None:
    (finding,) = _judge(_exemption(TODAY - datetime.timedelta(days=1))).on_resource(_door(open=True))
    assert "ended on 2026-11-21" in finding.message


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("rule: closed", "a list"),
        ("- {rule: closed, resource: x, reason: a b c}", "state exactly"),
        ("- {rule: nope, resource: x, reason: a b c, until: 2027-01-01}", "no rule 'nope'"),
        ("- {rule: closed, resource: x, reason: because, until: 2027-01-01}", "a sentence"),
        ("- {rule: closed, resource: x, reason: a b c, until: never}", "a date"),
        ("- {rule: closed, resource: x, reason: a b c, until: 2027-01-31 00:00:00}", "a date"),
    ],
)
def test_an_exemption_without_reason_date_or_rule_is_refused(tmp_path: Path, text: str, word: str) -> None:
    file = tmp_path / "exemptions.yaml"
    file.write_text(text)
    with pytest.raises(BadExemptionError, match=word):
        load_exemptions(frozenset({"closed"}), file)


USES: list[Callable[[Any], object]] = [
    bool, len, list, str, hash, lambda value: value == 1, lambda value: value in {1},
]  # fmt: skip


@pytest.mark.parametrize("use", USES)
def test_an_unknown_value_cannot_be_used_by_accident(use: Callable[[Any], object]) -> None:
    with pytest.raises(Undecidable):
        use(UNKNOWN)


def test_a_path_through_something_unknown_is_undecidable_and_an_absent_one_is_the_default() -> None:
    props = plain({"spec": {"known": [{"a": 1.0}], "later": UNKNOWN_TEXT}})
    assert get(props, "spec.known.0.a") == 1
    assert get(props, "spec.absent.deep", "default") == "default"
    with pytest.raises(Undecidable):
        get(props, "spec.later.deep")


def test_the_number_of_users_is_read_from_the_configuration_beside_the_pack(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {naap:users: 1000}")
    assert users_of("dev", tmp_path) == 1_000
    assert users_of("elsewhere", tmp_path) is None


def test_what_may_be_bought_goes_by_the_users_and_is_anything_allowed_where_they_are_not_known() -> None:
    assert environment_of("dev", 1_000).size.databases == ("t4g",)
    assert environment_of("prod", 5_000_000).size.price_classes == ("PriceClass_All",)
    assert set(environment_of("prod").size.databases) == {"t4g", "m7g", "r8g"}
