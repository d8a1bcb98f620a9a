"""What of a stack's state is one plugin's: the targets of its deployment."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from planning.edge.shell_documents import REGISTRY_KEY
from planning.inputs.deploy_order import DeployOrder
from planning.inputs.problem import refusal
from planning.shared.regions import region_code
from rehearsal.pulumi_stack import State

STACK_TYPE = "pulumi:pulumi:Stack"
PLUGIN = "naap:platform:Plugin"


def order_of(resources: Sequence[State], plugin: str, added: Iterable[State] = ()) -> DeployOrder:
    """The order to bring up one plugin of a stack with these resources. added: what it is going to have besides.

    Raises InvalidInputError for one that the stack does not have yet.
    """
    outputs = _outputs(resources)
    roots = roots_of(plugin, codes_of(resources))
    if not any((each["type"], name_of(each)) in roots for each in resources if each["type"] == PLUGIN):
        raise refusal(
            entry=plugin,
            value="not in the stack yet",
            rule="a plugin comes into a stack, and leaves it, with a whole `up`: lists that all share name it",
            fix="merge its entry; from then on it is deployed by itself",
        )
    own: set[str] = set()
    for each in (*resources, *added):
        if (each["type"], name_of(each)) in roots or each.get("parent") in own:
            own.add(each["urn"])
    shell = next((each for each in resources if _key(each) == REGISTRY_KEY), None)
    listed: list[dict[str, Any]] = json.loads(_part(shell, "inputs")["content"])["plugins"] if shell else []
    shown = any(urn.endswith(f"::frontend-{plugin}") for urn in own)
    if shell and (shown or any(one["name"] == plugin for one in listed)):
        own.add(shell["urn"])
    return DeployOrder(plugin=plugin, targets=sorted(own), outputs=outputs, shell_list=listed)


def added_by(events: Path, resources: Sequence[State], plugin: str) -> list[State]:
    """What a preview would register of a plugin besides what the state has. events: the engine's log of it."""
    there = {each["urn"] for each in resources}
    found: dict[str, State] = {}
    for line in events.read_text().splitlines() if events.exists() else ():
        if "resourcePreEvent" not in line or plugin not in line:
            continue
        step = json.loads(line)["resourcePreEvent"]["metadata"]
        new = cast("Mapping[str, Any]", step.get("new") or {})
        if step["urn"] not in there:
            found[step["urn"]] = {"urn": step["urn"], "type": step["type"], "parent": new.get("parent")}
    return list(found.values())


def name_of(resource: State) -> str:
    """Its name in the program."""
    return str(resource["urn"]).rpartition("::")[2]


def codes_of(resources: Sequence[State]) -> Sequence[str]:
    """Of the regions of a stack, by which names of what is in them begin."""
    regions = cast("Sequence[str]", _part(_outputs(resources), "held").get("regions") or ())
    return [region_code(region) for region in regions]


def roots_of(plugin: str, codes: Sequence[str]) -> set[tuple[str, str]]:
    """Type and name of what has all else of a plugin below it."""
    by_region = {
        (kind, name.format(code=code, plugin=plugin))
        for code in codes
        for kind, name in (
            (PLUGIN, "{code}-{plugin}"),
            ("naap:platform:CacheUser", "{code}-caches-user-{plugin}"),
            ("naap:platform:LoginRetirement", "{code}-{plugin}-logins"),
        )
    }
    return {*by_region, ("aws:s3/bucketObjectv2:BucketObjectv2", f"frontend-{plugin}")}


def _outputs(resources: Sequence[State]) -> Mapping[str, Any]:
    none: Mapping[str, Any] = {}
    return next((_part(each, "outputs") for each in resources if each["type"] == STACK_TYPE), none)


def _key(resource: State) -> str | None:
    if resource["type"] != "aws:s3/bucketObjectv2:BucketObjectv2":
        return None
    return cast("str | None", _part(resource, "inputs").get("key"))


def _part(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", of.get(name) or {})
