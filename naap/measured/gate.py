"""`naap plugin gate`: whether a canary goes on, by what is counted of its answers."""

from pathlib import Path

from analysis.canary_gate import Decision, Verdict, decide, queries, seen
from console.terminal import Answer
from naap.measured.prometheus import Prometheus
from naap.source import Source
from planning.inputs.problem import refusal
from planning.inputs.registry.canary import Canary
from planning.observability.plugin_monitoring import timed_rules
from planning.platform import PlatformPlan
from planning.plugin.plugin import PluginPlan
from plugins.commands.canary import abort, advance


def judged(source: Source, name: str, *, url: str, minutes: int) -> Verdict:
    """Of the home region, which answers. Raises InvalidInputError, also where nobody answers for the series."""
    plan = source.plan()
    plugin, stated = _canary(plan, name)
    if plugin.monitoring is None or plugin.routes is None:
        rule = f"a tier with series: {plan.tier.name.value} keeps none, and no gate can judge"
        fix = "look at the gateway's log (docs/delivery.md), then naap plugin promote or abort"
        raise refusal(file=plan.registry.file, entry=name, field="canary", value="(no series)", rule=rule, fix=fix)
    objective = plugin.monitoring.objective
    asked = queries(name, objective, timed_rules(plugin.routes), minutes)
    return decide(seen(Prometheus(url=url).numbers(asked)), canary=stated, objective=objective)


def carry_out(path: Path, name: str, decision: Decision) -> Answer | None:
    """Does it to the entry; None: nothing is to be done."""
    match decision:
        case Decision.HOLD:
            return None
        case Decision.ABORT:
            return abort(path, name)
        case Decision.ADVANCE:
            return advance(path, name)


def answer(name: str, found: Verdict, done: Answer | None) -> Answer:
    """done: what was done to the entry."""
    lines = [f"{name}: {found.decision}: {found.reason}.", *([str(done.text)] if done else [])]
    return Answer(data={"name": name, **vars(found), "done": done.data if done else None}, text="\n".join(lines))


def _canary(plan: PlatformPlan, name: str) -> tuple[PluginPlan, Canary]:
    found = next((plugin for plugin in plan.plugins if plugin.name == name), None)
    backend = found.spec.backend if found else None
    if found and backend and backend.canary and backend.tries:
        return found, backend.canary
    rule, fix = "a canary that tries something", f"naap plugin canary {name} --image REGISTRY/NAME:TAG@sha256:..."
    raise refusal(file=plan.registry.file, entry=name, field="canary", value="(none, or over)", rule=rule, fix=fix)
