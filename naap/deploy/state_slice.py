"""The part of a stack's state that the preview of one plugin's deployment needs, as a backend of its own for it.

The engine walks, copies and reports every resource of a state, whatever its targets are: among 1,000 plugins that is
most of a preview. Nothing of it is needed to say what one plugin's targets become. An update has the whole state.
"""

import json
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from naap.deploy.targets import PLUGIN, codes_of, name_of, roots_of
from planning.inputs.deploy_order import DeployOrder
from rehearsal.pulumi_stack import State


def slice_of(resources: Sequence[State], order: DeployOrder) -> list[State]:
    """Without what lies below other plugins, unless the rest needs it or it waits for a target. In the state's order,
    in which what is needed comes first.
    """
    codes = codes_of(resources)
    plugins = {name_of(each).partition("-")[2] for each in resources if each["type"] == PLUGIN}
    roots = {root for plugin in plugins - {order.plugin} for root in roots_of(plugin, codes)}
    others: set[str] = set()
    waits = set(order.targets)
    for each in resources:
        if (each["type"], name_of(each)) in roots or each.get("parent") in others:
            others.add(each["urn"])
        if waits & _needs(each):
            waits.add(each["urn"])
    kept = {each["urn"] for each in resources} - others | waits
    for each in reversed(resources):
        if each["urn"] in kept:
            kept |= _needs(each)
    return [each for each in resources if each["urn"] in kept]


@contextmanager
def backend_of(exported: Mapping[str, Any], resources: Sequence[State]) -> Generator[str]:
    """URL of a backend that holds nothing but this stack, with these of its resources. exported: by the engine."""
    _, _, stack, _, project, *_ = str(resources[0]["urn"]).split(":")
    latest = {**exported["deployment"], "resources": resources}
    checkpoint = {**exported, "checkpoint": {"stack": f"organization/{project}/{stack}", "latest": latest}}
    del checkpoint["deployment"]
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / ".pulumi"
        file = own / "stacks" / project / f"{stack}.json"
        file.parent.mkdir(parents=True)
        (own / "meta.yaml").write_text("version: 1\n")
        file.write_text(json.dumps(checkpoint))
        yield f"file://{folder}"


def _needs(resource: State) -> set[str]:
    """URNs of all that a resource depends on."""
    found = {
        str(resource.get("provider") or "").rpartition("::")[0],
        resource.get("parent"),
        resource.get("deletedWith"),
    }
    found.update(resource.get("dependencies") or (), resource.get("replaceWith") or ())
    by_property: Mapping[str, Sequence[str] | None] = resource.get("propertyDependencies") or {}
    found.update(*(urns or () for urns in by_property.values()))
    return {urn for urn in found if urn}
