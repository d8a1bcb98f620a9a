"""What of a state is one plugin's."""

import json
from pathlib import Path
from typing import Any

import pytest

from naap.deploy.targets import added_by, order_of
from planning.inputs.deploy_order import parse_order
from planning.inputs.problem import InvalidInputError

PLATFORM = "urn:pulumi:dev::naap::naap:platform:Platform"
PLUGIN = "naap:platform:Plugin"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"


def resource(kind: str, name: str, parent: str | None = None, **inputs: Any) -> dict[str, Any]:
    return {"urn": f"{PLATFORM}${kind}::{name}", "type": kind, "parent": parent, "inputs": inputs}


def plugin(name: str) -> list[dict[str, Any]]:
    whole = resource(PLUGIN, f"use1-{name}")
    routes = resource("naap:platform:PluginRoutes", f"use1-{name}-routes", whole["urn"])
    return [whole, routes, resource("kubernetes:route", f"use1-{name}-routes-route", routes["urn"])]


def stack(*names: str) -> list[dict[str, Any]]:
    listed = [{"name": name, "version": "1.0.0"} for name in names]
    documents = [
        resource(OBJECT, "frontend-registry", key="bundles/registry.json", content=json.dumps({"plugins": listed})),
        *(resource(OBJECT, f"frontend-{name}", key=f"bundles/{name}/current.json") for name in names),
    ]
    root = {
        "urn": "urn:pulumi:dev::naap::pulumi:pulumi:Stack::naap-dev",
        "type": "pulumi:pulumi:Stack",
        "outputs": {"siteUrl": "https://dev.naap.example", "held": {"regions": ["us-east-1"]}},
    }
    return [root, *(each for name in names for each in plugin(name)), *documents]


def names(urns: Any) -> set[str]:
    return {urn.rpartition("::")[2] for urn in urns}


def test_targets_are_all_below_the_plugin_its_pointer_and_the_list_of_the_shell() -> None:
    order = order_of(stack("my", "my-wallet"), "my")
    own = {"use1-my", "use1-my-routes", "use1-my-routes-route", "frontend-my", "frontend-registry"}
    assert names(order.targets) == own
    assert order.outputs["siteUrl"] == "https://dev.naap.example"
    assert [each["name"] for each in order.shell_list] == ["my", "my-wallet"]


def test_a_plugin_that_the_shell_does_not_list_leaves_the_list_alone() -> None:
    resources = [*stack("other"), *plugin("my")]
    assert "frontend-registry" not in names(order_of(resources, "my").targets)


def test_a_plugin_that_is_not_in_the_stack_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="with a whole `up`"):
        order_of(stack("other"), "my")


def test_what_a_preview_would_add_below_the_plugin_is_a_target_too(tmp_path: Path) -> None:
    resources = stack("my", "other")
    parent = resources[1]["urn"]
    fresh = resource("kubernetes:job", "use1-my-job", parent)
    strange = resource("kubernetes:job", "use1-other-my-job", resources[4]["urn"])
    events = [
        {
            "resourcePreEvent": {
                "metadata": {"urn": each["urn"], "type": each["type"], "new": {"parent": each["parent"]}}
            }
        }
        for each in (resources[2], fresh, strange)
    ]
    log = tmp_path / "preview.events"
    log.write_text("".join(json.dumps(event) + "\n" for event in events))

    added = added_by(log, resources, "my")
    assert names(each["urn"] for each in added) == {"use1-my-job", "use1-other-my-job"}
    assert "use1-my-job" in names(order_of(resources, "my", added).targets)
    assert "use1-other-my-job" not in names(order_of(resources, "my", added).targets)


def test_an_order_is_read_as_it_was_written() -> None:
    order = order_of(stack("my"), "my")
    assert parse_order(order.text()) == order
