"""Preview environments: each a stack of its own, STACK.NAME, whose configuration is that of the stack it stands on.

The configuration is made anew by every command, so that an environment can be ended from any checkout: what it holds,
its own stack says.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import yaml

from analysis.cost.estimate import cost_of
from console.files import write_text
from console.terminal import Answer, table
from naap.commands.options import ROOT
from naap.previews.pulumi import POLICIES, Pulumi, PulumiError
from planning.inputs.preview import MAX_PREVIEW_NAME, PREVIEW_PATTERN
from planning.inputs.problem import refusal
from planning.preview import PreviewPlan
from plugins.registry.parse import load_registry
from stack.configuration import BUDGET, load_stack_config, registry_of, secret_names
from stack.plan import plan_preview_of

LONGEST = timedelta(days=7)
"""Of a life; also after how long one ends that never got so far as to say until when it is."""
_TTL = re.compile(r"([1-9][0-9]{0,3})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_OUTPUT = "preview"


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One that there is. until: when it may go. schemas: shard by plugin."""

    name: str
    of: str
    url: str
    until: datetime
    plugins: tuple[str, ...]
    schemas: Mapping[str, int]

    @property
    def stack(self) -> str:
        """Of its own. Names of other stacks have no dot."""
        return f"{self.of}.{self.name}"


def new(pulumi: Pulumi, *, name: str, of: str, ttl: str, plugins: Sequence[str], now: datetime) -> Answer:
    """Makes one, or renews it: what its entries say now, and a new end. Raises InvalidInputError before anything is."""
    until = (now + _life(ttl)).replace(microsecond=0)
    _check_name(name)
    stated = {"name": name, "of": of, "plugins": [*dict.fromkeys(plugins)], "until": until.isoformat()}
    plan = _plan(pulumi, of, stated) if plugins else None
    there = next((one for one in environments(pulumi, of) if one.name == name), None)
    if there and not set(there.plugins) <= set(plugins):
        end(pulumi, there)  # a schema that is left out now would stay
        there = None
    if plan is None:
        return Answer(data={"name": name, "plugins": []}, text="No plugin with a backend to copy: nothing was made.")
    stack = f"{of}.{name}"
    source = _configure(pulumi, of, stack, stated)
    if there is None:
        provider = str(source.get("secretsprovider", "passphrase"))
        pulumi.run("stack", "init", stack, "--no-select", "--secrets-provider", provider)
    pulumi.run("up", "--stack", stack, "--policy-pack", str(POLICIES), "--yes", "--skip-preview")
    usd = round(cost_of(plan.base).usd - cost_of(_plan(pulumi, of, {**stated, "gone": {}}).base).usd, 2)
    data = {"name": name, "url": plan.url, "until": until.isoformat(), "plugins": list(plugins), "usdAMonth": usd}
    paths = [f"{plan.url}{plugin.spec.api_prefix}" for plugin in plan.plugins]
    text = f"{name} is up until {_shown(until)}: {', '.join(paths)}\nUSD {usd:.2f} a month, as planned."
    return Answer(data=data, text=text)


def environments(pulumi: Pulumi, of: str) -> list[Environment]:
    """All that stand on a stack, the first to end first."""
    found = [_environment(pulumi, of, one) for one in pulumi.stacks() if str(one["name"]).startswith(f"{of}.")]
    return sorted(found, key=lambda one: (one.until, one.name))


def listed(found: Sequence[Environment], now: datetime) -> Answer:
    """As a table."""
    data = [{**vars(one), "past": one.until <= now} for one in found]
    if not found:
        return Answer(data=data, text="No preview environment.")
    rows = [
        (one.name, _shown(one.until) + (" (past)" if one.until <= now else ""), ", ".join(one.plugins), one.url)
        for one in found
    ]
    return Answer(data=data, text=table([("name", "until", "plugins", "where"), *rows]))


def end(pulumi: Pulumi, environment: Environment) -> None:
    """Drops its schemas, destroys what is left, and removes its stack. Ended halfway, it goes on where it was."""
    stack = environment.stack
    stated = {
        "name": environment.name,
        "of": environment.of,
        "plugins": list(environment.plugins),
        "until": environment.until.isoformat(),
        "gone": dict(environment.schemas),
    }
    _configure(pulumi, environment.of, stack, stated)
    if environment.schemas:
        pulumi.run("up", "--stack", stack, "--policy-pack", str(POLICIES), "--yes", "--skip-preview")
    pulumi.run("destroy", "--stack", stack, "--yes", "--skip-preview")
    pulumi.remove(stack)
    _file(pulumi, stack).unlink(missing_ok=True)


def ended(pulumi: Pulumi, of: str, name: str, *, if_there: bool) -> Answer:
    """Ends one. if_there: it is no mistake if there is none of that name; else InvalidInputError."""
    found = {one.name: one for one in environments(pulumi, of)}
    if name not in found and if_there:
        return Answer(data={"ended": []}, text=f"There is no {name}.")
    if name not in found:
        rule = f"a preview environment of {of}: {', '.join(found) or 'there is none'}"
        raise refusal(value=name, entry="NAME", rule=rule, fix=f"naap env list --from {of}")
    end(pulumi, found[name])
    return Answer(data={"ended": [name]}, text=f"{name} is gone: pods, schemas, roles, cache users and its stack.")


def pruned(pulumi: Pulumi, of: str, now: datetime) -> tuple[Answer, Sequence[str]]:
    """Ends all that are past their time; one that fails keeps no other from it. Also gives what failed."""
    gone: list[str] = []
    failed: list[str] = []
    for one in environments(pulumi, of):
        if one.until > now:
            continue
        try:
            end(pulumi, one)
            gone.append(one.name)
        except PulumiError as error:
            failed.append(f"{one.name}: {error}")
    told = f"Gone: {', '.join(gone)}." if gone else "Nothing is past its time."
    return Answer(data={"ended": gone, "failed": failed}, text=told), failed


def _environment(pulumi: Pulumi, of: str, one: Mapping[str, Any]) -> Environment:
    outputs = cast("Mapping[str, Any]", pulumi.ask("stack", "output", "--stack", str(one["name"])))
    told = cast("Mapping[str, Any]", outputs.get(_OUTPUT) or {})
    begun = str(one.get("lastUpdate") or "")
    last = datetime.fromisoformat(begun) if begun else datetime.min.replace(tzinfo=UTC)
    return Environment(
        name=str(one["name"]).removeprefix(f"{of}."),
        of=of,
        url=str(told.get("url", "")),
        until=datetime.fromisoformat(str(told["until"])) if told else last + LONGEST,
        plugins=tuple(told.get("plugins") or ("unknown",)),
        schemas={str(plugin): int(shard) for plugin, shard in cast("Any", told.get("schemas") or {}).items()},
    )


def _plan(pulumi: Pulumi, of: str, stated: Mapping[str, Any]) -> PreviewPlan:
    config = {key: value for key, value in load_stack_config(pulumi.folder, of).items() if key != BUDGET}
    plan = plan_preview_of(of, ROOT, {**config, "preview": stated}, secret_names(config, of))
    return cast("PreviewPlan", plan)  # as one is stated


def _configure(pulumi: Pulumi, of: str, stack: str, stated: Mapping[str, Any]) -> Mapping[str, Any]:
    """The other stack's file with what the environment is, encrypted values and their key as they are."""
    source = cast("dict[str, Any]", yaml.safe_load(_file(pulumi, of).read_text()))
    config = {key: value for key, value in source["config"].items() if key != f"naap:{BUDGET}"}
    text = yaml.safe_dump({**source, "config": {**config, "naap:preview": dict(stated)}}, sort_keys=False)
    write_text(_file(pulumi, stack), text)
    return source


def _file(pulumi: Pulumi, stack: str) -> Path:
    return pulumi.folder / f"Pulumi.{stack}.yaml"


def _check_name(name: str) -> None:
    if not re.fullmatch(PREVIEW_PATTERN, name) or len(name) > MAX_PREVIEW_NAME:
        rule = f"a-z first, then a-z, 0-9 and single hyphens, at most {MAX_PREVIEW_NAME} characters"
        raise refusal(value=repr(name), entry="NAME", rule=rule, fix="a short name, such as pr-12")


def _life(text: str) -> timedelta:
    found = _TTL.fullmatch(text)
    life = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta()
    if not timedelta() < life <= LONGEST:
        rule = "a number with m, h or d for minutes, hours or days; at most 7d"
        raise refusal(value=repr(text), entry="--ttl", rule=rule, fix="--ttl 72h")
    return life


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def plugin_names(pulumi: Pulumi, of: str, stated: Sequence[str], against: Path | None) -> Sequence[str]:
    """Of what is copied: as stated, with commas between or one by one; or what differs from a registry `against`.

    Core services don't count there: they are no matter of one pull request's environment.
    """
    if stated or against is None:
        return [name for text in stated for name in text.split(",") if name]
    before = load_registry(against, production=False).by_name
    now = load_registry(ROOT / registry_of(load_stack_config(pulumi.folder, of)), production=False)
    changed = [spec for spec in now.plugins if before.get(spec.name) != spec]
    return [spec.name for spec in changed if spec.backend and not spec.core and spec.lifecycle.serves]
