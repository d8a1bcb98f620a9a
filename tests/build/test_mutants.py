"""Whatever is weakened in what the program builds, one field at a time, the policy pack says so."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from policies.evaluator import Evaluator, Finding
from policies.rule import Resource, Stack
from tests.build.conftest import Builder
from tests.build.environments import TIERS
from tests.build.judged import judge_for, resource_of
from tests.policies.harmless import Harmless, load_harmless
from tests.policies.mutants import Mutant, Seen, mutants

FEWEST = 150


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the mutants of a stack: those that were caught, and those that were not."""

    stack: str
    caught: Sequence[tuple[Mutant, Sequence[Finding]]]
    missed: Sequence[Mutant]


@pytest.fixture(scope="module")
def outcomes(built: Builder) -> Sequence[Outcome]:
    """Of every tier; a larger one is asked for what the smaller ones of its stack don't have."""
    found: list[Outcome] = []
    seen: dict[str, Seen] = defaultdict(set)
    for environment in TIERS:
        run = built(environment)
        resources = [resource_of(record) for record in run.update.records]
        found.append(_judged(run.plan.stack, judge_for(run), resources, seen[run.plan.stack]))
    return found


def _judged(stack: str, judge: Evaluator, resources: Sequence[Resource], seen: Seen) -> Outcome:
    alarms = [
        *(item for resource in resources for item in judge.on_resource(resource)),
        *judge.on_stack(Stack(resources)),
    ]
    assert not alarms, "with a false alarm every mutant looks caught"
    places = {resource.urn: place for place, resource in enumerate(resources)}
    caught: list[tuple[Mutant, Sequence[Finding]]] = []
    missed: list[Mutant] = []
    for mutant in mutants(resources, seen):
        findings = list(judge.on_resource(mutant.mutated)) if mutant.mutated else []
        if not findings:
            place = places[mutant.original.urn]
            instead = [mutant.mutated] if mutant.mutated else []
            findings = list(judge.on_stack(Stack([*resources[:place], *instead, *resources[place + 1 :]])))
        if findings:
            caught.append((mutant, findings))
        else:
            missed.append(mutant)
    return Outcome(stack=stack, caught=caught, missed=missed)


def test_every_mutant_is_caught_or_takes_no_protection_away(outcomes: Sequence[Outcome]) -> None:
    harmless = load_harmless()
    unexplained = {
        f"{outcome.stack}: {mutant.said} (as on {mutant.original.name})"
        for outcome in outcomes
        for mutant in outcome.missed
        if not _explained(harmless, mutant, outcome.stack)
    }
    assert not unexplained, "\n".join(sorted(unexplained))


def test_there_are_enough_mutants_that_a_rule_catches(outcomes: Sequence[Outcome]) -> None:
    for stack in ("dev", "prod"):
        assert sum(len(outcome.caught) for outcome in outcomes if outcome.stack == stack) >= FEWEST, stack


def test_each_finding_names_a_resource_and_the_fix(outcomes: Sequence[Outcome]) -> None:
    for outcome in outcomes:
        for mutant, findings in outcome.caught:
            for finding in findings:
                name = finding.urn.rpartition("::")[2] if finding.urn else "stack"
                assert f"{name}: " in finding.message, mutant.said
                assert len(finding.message.partition(" Fix: ")[2]) > 2, mutant.said


def test_every_explanation_is_needed(outcomes: Sequence[Outcome]) -> None:
    idle = [
        entry.pattern
        for entry in load_harmless()
        if not any(entry.explains(mutant, outcome.stack) for outcome in outcomes for mutant in outcome.missed)
    ]
    assert not idle


def _explained(harmless: Sequence[Harmless], mutant: Mutant, stack: str) -> bool:
    return any(entry.explains(mutant, stack) for entry in harmless)
