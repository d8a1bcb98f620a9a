"""One plugin brought up by itself, in a rehearsal. The tests are chapters: each goes on where the last one stopped."""

import json
import re
import subprocess
import sys
from functools import partial

import pytest

from rehearsal.control_plane.kube_api import Object
from tests.engine.checkout import Checkout, Said, State
from tests.engine.cluster_objects import api_of
from tests.wait import wait_for

PLUGIN = "my-wallet"
LISTS = {"frontend-registry", f"frontend-{PLUGIN}"}
DIGEST = "sha256:" + "b" * 64


def image(version: str, name: str = PLUGIN) -> str:
    return f"ghcr.io/livepeer/naap-{name}:{version}@{DIGEST}"


def deploy(checkout: Checkout, *arguments: str, name: str = PLUGIN, command: str = "deploy") -> Said:
    said = checkout.command("plugin", command, name, *arguments, "--yes")
    assert said.returncode == 0, said.stderr + checkout.log("preview") + checkout.log("up")
    return said


def changed(before: State, after: State) -> set[str]:
    """Names of the resources whose inputs differ, or that are in one of them only."""
    urns = before.keys() | after.keys()
    return {
        urn.rpartition("::")[2] for urn in urns if before.get(urn, {}).get("inputs") != after.get(urn, {}).get("inputs")
    }


def names(state: State) -> set[str]:
    return {urn.rpartition("::")[2] for urn in state}


def outputs(state: State) -> object:
    return next(each["outputs"] for each in state.values() if each["type"] == "pulumi:pulumi:Stack")


def listed(state: State) -> dict[str, str]:
    """Versions as the shell reads them."""
    (document,) = (each["inputs"]["content"] for urn, each in state.items() if urn.endswith("::frontend-registry"))
    return {each["name"]: each["version"] for each in json.loads(document)["plugins"]}


def test_before_the_stack_is_up_there_is_nothing_to_deploy_into(checkout: Checkout) -> None:
    before = checkout.registry.read_text()
    said = checkout.command("plugin", "deploy", PLUGIN, "--rehearsal", "--image", image("1.0.1"), "--yes")
    assert said.returncode == 1
    assert "naap up --stack dev" in said.stderr
    assert checkout.registry.read_text() == before


def test_one_plugin_changes_and_nothing_that_is_broken_or_waits_elsewhere(checkout: Checkout) -> None:
    checkout.up()
    before, good = checkout.resources(), checkout.registry.read_text()
    broken = good.replace("displayName: Community", "displayNmae: Community", 1)
    assert broken != good
    checkout.registry.write_text(broken)
    checkout.set_config(owner="others")  # a tag of everything in AWS
    try:
        said = deploy(checkout, "--image", image("1.0.1"))
    finally:
        checkout.registry.write_text(
            checkout.registry.read_text().replace("displayNmae: Community", "displayName: Community", 1)
        )
        checkout.set_config(owner="platform")

    after = checkout.resources()
    assert f"{PLUGIN} 1.0.1" in said.stdout
    assert {name for name in changed(before, after) if PLUGIN not in name} == {"frontend-registry"}
    assert f"use1-{PLUGIN}-deployment" in changed(before, after)
    assert listed(after) == listed(before) | {PLUGIN: "1.0.1"}
    assert outputs(after) == outputs(before)


def test_a_whole_up_then_finds_nothing_to_do(checkout: Checkout) -> None:
    assert "Nothing changed" in checkout.up()


def test_a_rollback_is_one_line(checkout: Checkout) -> None:
    before = checkout.resources()
    deploy(checkout, command="rollback")
    after = checkout.resources()
    assert changed(before, after) >= LISTS
    assert listed(after)[PLUGIN] == "1.0.0"


def test_a_service_that_others_wait_for_takes_none_of_them_along(checkout: Checkout) -> None:
    before = checkout.resources()
    deploy(checkout, "--image", image("1.0.1", "base-svc"), name="base-svc")
    assert {name for name in changed(before, checkout.resources()) if "base-svc" not in name} == set()


def test_what_an_entry_no_longer_has_goes_and_what_it_gets_comes(checkout: Checkout) -> None:
    text = checkout.registry.read_text()
    without = re.sub("^    cron: true.*\\n", "", text, count=1, flags=re.MULTILINE)
    assert without != text
    checkout.registry.write_text(without)
    deploy(checkout)
    assert f"use1-{PLUGIN}-cron-deployment" not in names(checkout.resources())
    checkout.registry.write_text(text)
    deploy(checkout)
    assert f"use1-{PLUGIN}-cron-deployment" in names(checkout.resources())


def test_a_canary_comes_and_goes_with_deployments_of_its_plugin_alone(checkout: Checkout) -> None:
    before = names(checkout.resources())
    added = {f"use1-{PLUGIN}-{kind}-canary" for kind in ("deployment", "autoscaler")}
    for words, there in ((("canary", PLUGIN, "--image", image("1.1.0")), True), (("abort", PLUGIN), False)):
        assert checkout.command("plugin", *words).returncode == 0
        if not there:
            assert checkout.command("plugin", *words).returncode == 0, "said again, it takes the pods away"
        deploy(checkout)
        found = names(checkout.resources())
        assert (added <= found) is there, found - before
    assert names(checkout.resources()) == before
    assert "Nothing changed" in checkout.up()


def test_the_second_of_two_at_once_waits_and_says_for_whom(checkout: Checkout) -> None:
    command = [sys.executable, "-m", "naap", "plugin", "deploy"]
    asked = ((PLUGIN, image("1.0.2")), ("base-svc", image("1.0.2", "base-svc")))
    running = [
        subprocess.Popen(
            [*command, name, "--image", wanted, "--yes"],
            cwd=checkout.root,
            env=checkout.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name, wanted in asked
    ]
    said = [each.communicate(timeout=300)[1] for each in running]
    assert [each.returncode for each in running] == [0, 0], said
    assert any("waiting for naap plugin deploy" in text for text in said), said


def test_one_that_is_killed_or_never_ready_leaves_the_pods_before_it_and_the_next_goes_on(checkout: Checkout) -> None:
    """Its image can't be had. The engine is killed while it waits for the pods; another deployment waits to the end.

    Of a plugin without a database: a migration of another's would wait for the image first.
    """
    name, workload = "plugin-server", checkout.root / "planning" / "plugin" / "workload.py"
    patient, good = workload.read_text(), checkout.registry.read_text()
    for constant, seconds in (("PROGRESS_DEADLINE_SECONDS", 10), ("ROLL_OUT_MARGIN_SECONDS", 5)):
        text = workload.read_text()
        workload.write_text(re.sub(rf"^{constant} = \d+$", f"{constant} = {seconds}", text, flags=re.MULTILINE))
    port = '      PLUGIN_SERVER_PORT: "3100"'
    checkout.registry.write_text(good.replace(port, f"      REHEARSE: image-not-found\n{port}", 1))
    status = partial(_status, checkout, name)
    before = status()["availableReplicas"]

    running = subprocess.Popen(
        [sys.executable, "-m", "naap", "plugin", "deploy", name, "--image", image("1.0.4", name), "--yes"],
        cwd=checkout.root,
        env=checkout.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    log, begun = checkout.state / "logs" / "up.events", f"::use1-{name}-deployment"
    log.unlink()
    wait_for("the roll-out", lambda: running.poll() is not None or begun in log.read_text(), seconds=180)
    assert running.poll() is None, running.communicate()[1]
    (engine,) = checkout.processes("--event-log=")
    checkout.kill({engine: ""})
    killed = running.communicate(timeout=60)[1]
    assert running.returncode == 1
    assert f"naap plugin rollback {name}" in killed

    said = checkout.command("plugin", "deploy", name, "--yes")
    assert said.returncode == 1
    for part in ("[ImagePullBackOff]", "Pods of the version before serve on", f"naap plugin rollback {name}"):
        assert part in said.stderr, said.stderr
    assert status()["availableReplicas"] == before
    assert status()["unavailableReplicas"]

    workload.write_text(patient)
    checkout.registry.write_text(checkout.registry.read_text().replace("      REHEARSE: image-not-found\n", "", 1))
    deploy(checkout, name=name, command="rollback")
    assert "naap-plugin-server:1.0.0@" in checkout.registry.read_text()
    assert "unavailableReplicas" not in status()
    assert "Nothing changed" in checkout.up()


def _status(checkout: Checkout, name: str) -> Object:
    """Of a plugin's Deployment."""
    path = f"/apis/apps/v1/namespaces/plugin-{name}/deployments/{name}"
    return api_of(checkout.state / "clusters.json").request("GET", path)["status"]


@pytest.mark.parametrize("command", ["deploy", "rollback"])
def test_what_is_refused_leaves_registry_and_stack_as_they_were(checkout: Checkout, command: str) -> None:
    before, registry = checkout.resources(), checkout.registry.read_text()
    said = checkout.command("plugin", command, "my-walet", "--yes")
    # Without a terminal nobody is asked: what would change nothing is no question.
    unasked = checkout.command("plugin", command, PLUGIN)
    assert (said.returncode, unasked.returncode) == (2, 0 if command == "deploy" else 2)
    assert "one of:" in said.stderr
    assert checkout.registry.read_text() == registry
    assert checkout.resources() == before


def test_the_real_stack_is_brought_up_the_same_way_by_the_pulumi_on_the_path(checkout: Checkout) -> None:
    """The rehearsal's state and providers stand for those of an account: the command knows nothing of them."""
    checkout.root.joinpath("Pulumi.dev.yaml").write_text(checkout.state.joinpath("project/Pulumi.dev.yaml").read_text())
    checkout.root.joinpath(".venv").symlink_to(sys.prefix)
    python = ["env", f"--chdir={checkout.root}", sys.executable, "-m", "naap"]
    before = checkout.resources()
    said = checkout.shell(*python, "plugin", "deploy", PLUGIN, "--real", "--image", image("1.0.3"), "--yes")

    assert said.returncode == 0, said.stdout + said.stderr
    assert {name for name in changed(before, checkout.resources()) if PLUGIN not in name} == {"frontend-registry"}
    assert listed(checkout.resources())[PLUGIN] == "1.0.3"
