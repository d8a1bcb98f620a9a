"""One rehearsal from its first preview to its end. The tests are chapters: each goes on where the last one stopped."""

import json
import shutil

import pytest

from analysis.change.part import Kind
from tests.engine.checkout import Checkout, State
from tests.engine.cluster_objects import api_of, in_the_cluster, in_the_state
from tests.engine.secrets_shown import all_that_is_shown, secrets_of
from tests.plugins.commands.test_installs_api import Platform, platform
from tests.stateful import DATA, GROUND
from tests.touched import engine_says, plan_says
from tests.wait import wait_for

__all__ = ["platform"]  # a fixture of that file

LISTS = {"frontend-registry"}
"""What names every plugin: for the shell."""
ENGINE = "--event-log="
ODD_ONE = {
    "name": "odd-one",
    "version": "0.0.1-rc.7",
    "displayName": "The Odd One",
    "surprise": {"nobody": ["expects", "this"]},
    "frontend": {
        "entry": "./dist/odd-one.js",
        "routes": ["/odd", "/odd/*"],
        "navigation": {"label": "Odd", "order": 99},
    },
    "backend": {
        "devPort": 4008,
        "port": 4108,
        "healthCheck": "/alive",
        "apiPrefix": "/api/v1/odd/one",
        "env": ["ODD_API_KEY"],
        "resources": {"memory": "192Mi", "cpu": "0.1"},
    },
    "database": {"type": "postgresql", "schema": "plugin_odd_one"},
}


def test_a_first_preview_needs_no_control_plane(checkout: Checkout) -> None:
    checkout.set_users(5_000)
    said = checkout.command("preview")

    assert said.returncode == 0, said.stderr + checkout.log("preview")
    assert "Would be:" in said.stdout
    assert {operation for operation, _, _ in checkout.steps("preview")} <= {"create", "read"}
    assert not checkout.state.joinpath("clusters").exists()
    assert checkout.processes() == {}


def test_an_engine_killed_in_the_middle_of_an_update_leaves_an_error_and_no_harm(checkout: Checkout) -> None:
    registry = checkout.registry.read_text()
    _add_odd_one(checkout)
    command = checkout.start_up()
    made = "use1-odd-one-namespace"
    wait_for(
        "the middle of the update",
        lambda: (checkout.finished("up") > 200 and checkout.finished("up", made)) or command.poll() is not None,
        seconds=300,
        every=0.05,
    )
    assert command.poll() is None, checkout.log("up")
    (engine,) = checkout.processes(ENGINE)
    checkout.kill({engine: ""})

    assert command.wait(60) == 1
    # Never mind what was half made: the next chapter's registry doesn't have it.
    checkout.registry.write_text(registry)
    (checkout.registry.parent / "manifests" / "odd-one.plugin.json").unlink()


def test_the_next_up_converges_with_no_orphan(checkout: Checkout) -> None:
    printed = checkout.up()
    state = checkout.resources()

    for part in ("Real", "Played", "Resources", "Plugins", "my-wallet", "Outputs", "siteUrl", "KUBECONFIG=", "Up."):
        assert part in printed
    _nothing_is_orphaned(checkout, state)


def test_a_second_up_changes_nothing_and_says_so(checkout: Checkout) -> None:
    before = checkout.resources()

    assert "Nothing changed" in checkout.up()
    assert checkout.steps("up") == []
    assert checkout.resources().keys() == before.keys()


def test_plain_pulumi_works_in_the_rehearsals_shell(checkout: Checkout) -> None:
    said = checkout.pulumi("preview", "--diff", "--non-interactive", "--expect-no-changes")

    assert said.returncode == 0, said.stdout + said.stderr
    assert "unchanged" in said.stdout


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl on this machine")
def test_what_was_changed_by_hand_is_told_with_whose_it_is_and_put_back(checkout: Checkout) -> None:
    """A value that the program states, and a key that it doesn't, which no update sees."""
    api, space = api_of(checkout.state / "clusters.json"), "namespaces/plugin-my-wallet"
    scaler, config = (
        f"/apis/autoscaling/v2/{space}/horizontalpodautoscalers/my-wallet",
        f"/api/v1/{space}/configmaps/my-wallet",
    )
    most = api.request("GET", scaler)["spec"]["maxReplicas"]
    for path, change in ((scaler, {"spec": {"maxReplicas": most + 7}}), (config, {"data": {"EXTRA": "by hand"}})):
        there = api.request("GET", path)
        known = {"apiVersion": there["apiVersion"], "kind": there["kind"], "metadata": {"name": "my-wallet"}}
        api.request("PATCH", path, {**known, **change}, fieldManager="kubectl-edit", force="true")
    stated = "HorizontalPodAutoscaler plugin-my-wallet/my-wallet: spec.maxReplicas is of kubectl-edit"
    added = "ConfigMap plugin-my-wallet/my-wallet: data.EXTRA is of kubectl-edit"

    first = _drift(checkout)
    assert (stated in first, added in first, "--refresh" in first, "--undo" in first) == (True, True, True, True), first
    undone = _drift(checkout, "--undo")
    assert (stated in undone, added in undone) == (True, False), undone
    said = checkout.pulumi("up", "--refresh", "--yes", "--skip-preview", "--non-interactive")
    assert said.returncode == 0, said.stdout + said.stderr
    last = _drift(checkout)
    assert (stated in last, added in last) == (False, False), last
    assert api.request("GET", scaler)["spec"]["maxReplicas"] == most
    assert "EXTRA" not in api.request("GET", config)["data"]


def _drift(checkout: Checkout, *more: str) -> str:
    file = checkout.root / "drifted.json"
    exported = checkout.pulumi("stack", "export", "--file", str(file))
    assert exported.returncode == 0, exported.stderr
    # Its shell has the played aws first on PATH, by which kubectl gets its token; this machine's own has no account.
    said = checkout.naap_in_shell("drift", str(file), *more)
    file.unlink()
    assert "problem in the input" not in said.stderr, said.stderr
    return said.stdout


def test_the_sdks_messages_for_debugging_are_sent_only_to_who_asks_for_them(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    unasked = checkout.pulumi("preview", "--debug", "--non-interactive")
    monkeypatch.setenv("NAAP_SDK_DEBUG", "1")
    asked = checkout.pulumi("preview", "--debug", "--non-interactive")

    assert unasked.returncode == asked.returncode == 0, unasked.stderr + asked.stderr
    assert "resource registration successful" not in unasked.stdout + unasked.stderr
    assert "resource registration successful" in asked.stdout + asked.stderr


def test_a_bad_registry_stops_plain_pulumi_with_its_problems_only(checkout: Checkout) -> None:
    before, good = checkout.resources(), checkout.registry.read_text()
    checkout.registry.write_text(good.replace("port: 4009", "port: 4008"))
    try:
        said = checkout.pulumi("up", "--yes", "--skip-preview", "--non-interactive")
        ours = checkout.command("up")
    finally:
        checkout.registry.write_text(good)

    assert said.returncode != 0
    assert "my-wallet has it" in said.stdout + said.stderr
    assert "Traceback" not in said.stdout + said.stderr
    assert ours.returncode == 2
    assert "my-wallet has it" in ours.stderr
    assert checkout.resources() == before


def test_a_missing_root_secret_is_named_with_the_command_that_sets_it(checkout: Checkout) -> None:
    config = checkout.state / "project" / "Pulumi.dev.yaml"
    good = config.read_text()
    try:
        assert checkout.pulumi("config", "rm", "naap:rootSecret", "--stack", "dev").returncode == 0
        said = checkout.pulumi("preview", "--non-interactive")
    finally:
        config.write_text(good)

    assert said.returncode != 0
    assert "naap:rootSecret" in said.stdout + said.stderr
    assert "pulumi config set --secret naap:rootSecret" in said.stdout + said.stderr
    assert "Traceback" not in said.stdout + said.stderr


def test_a_stack_that_is_not_there_is_refused_and_leaves_nothing(checkout: Checkout) -> None:
    said = checkout.command("up", "--stack", "nowhere")

    assert said.returncode == 2
    assert "Pulumi.nowhere.yaml" in said.stderr
    assert not checkout.root.joinpath(".rehearsal", "nowhere").exists()


def test_a_plugin_never_seen_before_changes_only_its_own_and_goes_without_a_trace(
    checkout: Checkout, platform: Platform
) -> None:
    before, registry = checkout.resources(), checkout.registry.read_text()
    _add_odd_one(checkout)

    assert "odd-one" in checkout.up()
    added = checkout.resources()
    assert {step for step, _, urn in checkout.steps("up") if "odd-one" in urn} == {"create"}
    assert _others("up", checkout) == {("update", name) for name in LISTS}
    _only_grew(before, added)
    _secrets_are_kept(checkout)
    _nothing_is_orphaned(checkout, added)

    platform.counts(0)
    for _ in ("draining", "stopped", "archived"):
        assert checkout.command("plugin", "retire", "odd-one", "--api", platform.url).returncode == 0
    assert checkout.command("plugin", "remove", "odd-one").returncode == 0
    assert checkout.registry.read_text() == registry
    checkout.up()
    assert {step for step, _, urn in checkout.steps("up") if "odd-one" in urn} <= {"delete", "read"}
    assert _others("up", checkout) == {("update", name) for name in LISTS}
    assert checkout.resources().keys() == before.keys()
    _nothing_is_orphaned(checkout, checkout.resources())


def test_twelve_times_the_users_replace_and_delete_nothing_that_keeps_data(checkout: Checkout) -> None:
    checkout.set_users(60_000)
    try:
        said = checkout.command("preview")
    finally:
        checkout.set_users(5_000)

    assert said.returncode == 0, said.stderr + checkout.log("preview")
    steps = checkout.steps("preview")
    assert {"create", "update"} <= {operation for operation, _, _ in steps}
    gone = [step for step in steps if step[1] in DATA + GROUND and ("replace" in step[0] or "delete" in step[0])]
    assert gone == []


def test_the_engine_says_of_the_same_change_what_planning_said(checkout: Checkout) -> None:
    """The preview is that of the last chapter. Planning knows of what is held by the stack's own output."""
    held = checkout.root / "held.json"
    held.write_text(checkout.pulumi("stack", "output", "held", "--json").stdout)
    said = checkout.command("change", "--users", "60000", "--held", str(held), "--json")
    assert said.returncode == 0, said.stderr
    planned = json.loads(said.stdout)

    plugins = {change["name"] for change in planned["changes"] if change["kind"] == Kind.PLUGIN}
    assert planned["refused"] == []
    assert engine_says(checkout.touched("preview"), plugins) == plan_says(planned["changes"])


def test_fewer_users_are_refused_until_the_storage_is_kept(checkout: Checkout) -> None:
    checkout.set_config(users=900)
    try:
        refused = checkout.command("preview")
        checkout.set_config(storageGib=100)
        kept = checkout.command("preview")
    finally:
        checkout.set_config(users=5_000, storageGib=None)

    assert refused.returncode == 1
    for part in ("database shard 0", "there are 100", "rule:", "pulumi config set naap:storageGib 100"):
        assert part in refused.stdout + refused.stderr
    assert kept.returncode == 0, kept.stderr
    gone = [step for step in checkout.steps("preview") if "replace" in step[0] and step[1] in DATA + GROUND]
    assert gone == []


def test_destroy_leaves_no_object_and_an_empty_state(checkout: Checkout) -> None:
    clusters = checkout.state / "clusters.json"
    assert in_the_cluster(api_of(clusters))
    said = checkout.pulumi("destroy", "--yes", "--skip-preview", "--non-interactive", "--parallel", "32")

    assert said.returncode == 0, said.stdout + said.stderr
    assert checkout.resources() == {}
    assert in_the_cluster(api_of(clusters)) == set()


def test_down_leaves_no_process_and_no_file(checkout: Checkout) -> None:
    assert checkout.processes()
    said = checkout.command("down")

    assert said.returncode == 0, said.stderr
    assert checkout.processes() == {}
    assert not checkout.state.exists()
    assert "nothing to take down" in checkout.command("down").stdout


def _add_odd_one(checkout: Checkout) -> None:
    manifest = checkout.root / "plugin.json"
    manifest.write_text(json.dumps(ODD_ONE))
    assert checkout.command("plugin", "add", str(manifest)).returncode == 0


def _secrets_are_kept(checkout: Checkout) -> None:
    """The odd one's own secret is found missing before anything changes, and no secret is shown anywhere."""
    config = checkout.state / "project" / "Pulumi.dev.yaml"
    before, good = checkout.resources(), config.read_text()
    try:
        path = "naap:secrets.odd-one.ODD_API_KEY"
        assert checkout.pulumi("config", "rm", "--path", path, "--stack", "dev").returncode == 0
        refused = checkout.pulumi("up", "--yes", "--skip-preview", "--non-interactive")
    finally:
        config.write_text(good)
    assert refused.returncode != 0
    assert f"pulumi config set --stack dev --secret --path '{path}'" in refused.stdout + refused.stderr
    assert checkout.resources() == before

    secrets = secrets_of(checkout)
    shown = all_that_is_shown(checkout) | {"the refusal": refused.stdout + refused.stderr}
    assert [place for place, text in shown.items() if any(secret in text for secret in secrets)] == []


def _nothing_is_orphaned(checkout: Checkout, state: State) -> None:
    """Every object of ours in the API server is in the state, and the other way round."""
    assert in_the_cluster(api_of(checkout.state / "clusters.json")) == in_the_state(state)


def _others(operation: str, checkout: Checkout) -> set[tuple[str, str]]:
    """Steps of a run on what isn't the odd one's: operation and name."""
    return {(step, urn.rpartition("::")[2]) for step, _, urn in checkout.steps(operation) if "odd-one" not in urn}


def _only_grew(before: State, after: State) -> None:
    changed = [
        urn.rpartition("::")[2] for urn, old in before.items() if after.get(urn, {}).get("inputs") != old.get("inputs")
    ]
    assert set(changed) == LISTS
    assert all("odd-one" in urn for urn in after.keys() - before.keys())
    assert len(after) - len(before) >= 15
