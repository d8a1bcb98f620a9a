"""Applies the rules: every finding names the rule, what is wrong, and the fix; what can't be judged yet is counted."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from policies.catalogue import Description
from policies.exemptions import Exemption
from policies.properties import Undecidable
from policies.rule import Environment, Resource, Rule, Stack, StackRule


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A violation. urn: None when it is of the stack as a whole."""

    rule: str
    urn: str | None
    message: str


@dataclass(kw_only=True)
class Evaluator:
    """The rules, what they say, the exemptions in force, and how often each rule had to wait for the update."""

    rules: Iterable[Rule]
    stack_rules: Iterable[StackRule]
    descriptions: dict[str, Description]
    exemptions: tuple[Exemption, ...]
    environment: Environment
    today: datetime.date
    undecided: Counter[str] = field(default_factory=Counter[str], init=False)

    def __post_init__(self) -> None:
        self._by_type: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for kind in rule.types:
                self._by_type.setdefault(kind, []).append(rule)

    def on_resource(self, resource: Resource) -> Iterator[Finding]:
        """What is wrong with one resource."""
        for rule in self._by_type.get(resource.type, []):
            try:
                wrong = list(rule.check(resource, self.environment))
            except Undecidable:
                self.undecided[rule.id] += 1
                continue
            for text in wrong:
                yield from self._finding(rule.id, resource, text)

    def on_stack(self, stack: Stack) -> Iterator[Finding]:
        """What is wrong with the stack as a whole."""
        for rule in self.stack_rules:
            try:
                wrong = list(rule.check(stack, self.environment))
            except Undecidable:
                self.undecided[rule.id] += 1
                continue
            for resource, text in wrong:
                yield from self._finding(rule.id, resource, text)

    def waiting(self) -> str:
        """What could not be judged yet, in words; empty when all was."""
        if not self.undecided:
            return ""
        counted = ", ".join(f"{rule} {count}" for rule, count in sorted(self.undecided.items()))
        return (
            f"{self.undecided.total()} judgements need values that only the update knows, and are made then: {counted}"
        )

    def _finding(self, rule_id: str, resource: Resource | None, text: str) -> Iterator[Finding]:
        name = resource.name if resource else "stack"
        ended = ""
        for exemption in self.exemptions:
            if exemption.covers(rule_id, name, text):
                if exemption.until >= self.today:
                    return
                ended = f" Its exemption ended on {exemption.until}."
        fix = self.descriptions[rule_id].fix
        yield Finding(
            rule=rule_id,
            urn=resource.urn if resource else None,
            message=f"[{rule_id}] {name}: {text}.{ended} Fix: {fix}",
        )
