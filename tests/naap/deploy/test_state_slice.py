"""The part of a state that a deployment's preview needs."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from naap.deploy.state_slice import backend_of, slice_of
from naap.deploy.targets import order_of
from tests.naap.deploy.test_targets import names, resource, stack

CLUSTER = resource("pulumi:providers:kubernetes", "cluster")


def sliced(resources: list[dict[str, Any]], name: str) -> set[str]:
    return names(each["urn"] for each in slice_of(resources, order_of(resources, name)))


def test_what_lies_below_other_plugins_is_left_out_and_all_that_is_shared_stays() -> None:
    kept = sliced([CLUSTER, *stack("my", "my-wallet", "other")], "my")
    own = {"use1-my", "use1-my-routes", "use1-my-routes-route", "frontend-my"}
    assert kept == {"naap-dev", "cluster", "frontend-registry", *own}


def test_what_the_plugin_or_what_is_shared_depends_on_stays_with_all_that_it_stands_on() -> None:
    resources = stack("my", "other", "third")
    route = next(each for each in resources if each["urn"].endswith("::use1-other-routes-route"))
    shared = resource("kubernetes:policy", "shared") | {"propertyDependencies": {"spec": [route["urn"]]}}
    assert sliced([*resources, shared], "my") >= {
        "shared",
        "use1-other",
        "use1-other-routes",
        "use1-other-routes-route",
    }
    assert "use1-third" not in sliced([*resources, shared], "my")


def test_what_waits_for_the_plugin_stays_as_the_engine_would_delete_it() -> None:
    resources = stack("my", "other")
    mine = next(each for each in resources if each["urn"].endswith("::use1-my-routes-route"))
    theirs = next(each for each in resources if each["urn"].endswith("::use1-other-routes-route"))
    theirs["dependencies"] = [mine["urn"]]
    assert "use1-other-routes-route" in sliced(resources, "my")
    assert "frontend-other" not in sliced(resources, "my")


def test_the_order_of_the_state_is_kept_which_has_first_what_is_needed() -> None:
    resources = [CLUSTER, *stack("my", "other")]
    kept = slice_of(resources, order_of(resources, "my"))
    assert [each["urn"] for each in kept] == [each["urn"] for each in resources if each in kept]


def test_the_backend_holds_the_slice_as_the_engine_wrote_the_rest_and_is_gone_afterwards() -> None:
    resources = stack("my", "other")
    exported = {"version": 4, "features": ["x"], "deployment": {"manifest": {"magic": "m"}, "resources": resources}}
    with backend_of(exported, resources[:1]) as url:
        folder = Path(urlsplit(url).path)
        (file,) = folder.rglob("*.json")
        assert file.relative_to(folder) == Path(".pulumi/stacks/naap/dev.json")
        assert json.loads(file.read_text()) == {
            "version": 4,
            "features": ["x"],
            "checkpoint": {
                "stack": "organization/naap/dev",
                "latest": {"manifest": {"magic": "m"}, "resources": resources[:1]},
            },
        }
    assert not folder.exists()
    assert len(resources) > 1
