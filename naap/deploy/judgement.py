"""What belongs together in a plugin, judged by the policy pack's rules on a stack, of that plugin alone."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from naap.deploy.targets import name_of
from planning.inputs.deploy_order import DeployOrder
from policies.judge import judge_at
from policies.properties import UNKNOWN_MARKERS, plain
from policies.rule import Resource, Stack
from rehearsal.pulumi_stack import State

GONE = ("delete", "delete-replaced")


def broken_rules(resources: Sequence[State], events: Path, order: DeployOrder) -> list[str]:
    """What the rules on the whole stack say of a plugin's resources as a preview has them.

    Everything else is as the state has it, and none of its matters are told: they would stop the wrong team.
    """
    previewed = _previewed(events, order)
    targets = frozenset(order.targets)
    kept = {each["urn"]: each for each in resources if each["urn"] not in targets}
    judge = judge_at(order.targets[0])
    stack = Stack(_resource(each) for each in (*kept.values(), *previewed.values()))
    return [finding.message for finding in judge.on_stack(stack) if finding.urn in targets]


def is_undecided(events: Path, order: DeployOrder) -> bool:
    """Whether a preview did not know all that rules may ask for: what other resources will be given by AWS."""
    texts = (json.dumps(each.get("inputs")) for each in _previewed(events, order).values())
    return any(marker in text for text in texts for marker in UNKNOWN_MARKERS)


def _previewed(events: Path, order: DeployOrder) -> Mapping[str, State]:
    """The plugin's resources as the program registers them."""
    found: dict[str, State] = {}
    targets = frozenset(order.targets)
    for line in events.read_text().splitlines():
        if "resourcePreEvent" not in line or order.plugin not in line:
            continue
        step = json.loads(line)["resourcePreEvent"]["metadata"]
        if step["urn"] in targets and step["op"] not in GONE:
            found[step["urn"]] = {"provider": step.get("provider"), **(step.get("new") or {}), "urn": step["urn"]}
    return found


def _resource(state: State) -> Resource:
    inputs: Mapping[str, Any] = state.get("inputs") or {}
    return Resource(
        type=state["type"],
        name=name_of(state),
        urn=state["urn"],
        props=plain(inputs),
        provider=(state.get("provider") or "").rpartition("::")[0],
        protect=bool(state.get("protect")),
    )
