"""`naap drift`, with a kubectl that is played: it prints the lists that files beside it hold, as the real one does."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.naap.running import process, refused

KUBECTL = """#!/bin/sh
# --kubeconfig FILE get KIND ...; what is in the kubeconfig names the cluster, here its folder of lists.
exec cat "$(cat "$2")/$4.json"
"""
PROVIDER = "urn:pulumi:dev::naap::pulumi:providers:kubernetes::"
MADE: dict[str, Any] = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "deny", "namespace": "plugin-a"},
    "spec": {"podSelector": {}},
}
EDITED: dict[str, object] = {
    "manager": "kubectl-edit",
    "operation": "Update",
    "fieldsV1": {"f:spec": {"f:ingress": {}}},
}

Export = Callable[..., Path]


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Export:
    """Writes a state of clusters, and what each would list; None: it can't be read."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "kubectl").write_text(KUBECTL)
    (programs / "kubectl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")

    def write(**lists: list[dict[str, Any]] | None) -> Path:
        resources: list[dict[str, Any]] = []
        for name, items in lists.items():
            urn, folder = PROVIDER + name, tmp_path / name
            inputs = {"clusterIdentifier": name, "kubeconfig": str(folder)}
            resources += [
                {"urn": urn, "type": "pulumi:providers:kubernetes", "inputs": inputs},
                {
                    "urn": f"urn:pulumi:dev::naap::{name}-policy",
                    "type": "kubernetes",
                    "provider": f"{urn}::id",
                    "inputs": MADE,
                },
            ]
            if items is not None:
                folder.mkdir()
                (folder / "NetworkPolicy.v1.networking.k8s.io.json").write_text(json.dumps({"items": items}))
        file = tmp_path / "state.json"
        file.write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
        return file

    return write


def live(*managers: object) -> dict[str, Any]:
    added: dict[str, object] = {"ingress": [{}]} if EDITED in managers else {}
    return {
        **MADE,
        "metadata": {**MADE["metadata"], "managedFields": list(managers)},
        "spec": {**MADE["spec"], **added},
    }


def test_clusters_that_are_as_they_were_made_end_with_exit_code_0(export: Export) -> None:
    done = process("drift", str(export(east=[live()], west=[live()])))
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 differences in 2 clusters\n", "")


def test_what_differs_is_told_with_its_cluster_a_line_each_and_exit_code_1(export: Export) -> None:
    file = export(east=[live(EDITED)], west=[])
    done = process("drift", str(file))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "east: ! NetworkPolicy plugin-a/deny: spec.ingress is of kubectl-edit",
        "west: ! NetworkPolicy plugin-a/deny: is gone",
        "2 differences in 2 clusters",
        "  1 back to what the program states: pulumi up --stack dev --refresh",
        f"  1 added: removed: naap drift {file} --undo",
    ]


def test_what_a_preview_environment_has_is_told_and_makes_no_difference(export: Export) -> None:
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plugin-a"}}
    its = {**live(), "metadata": {"name": "x", "namespace": "plugin-a", "labels": {"naap.io/preview": "pr-12"}}}
    file = export(east=[live(), its])
    state = json.loads(file.read_text())
    resources = state["deployment"]["resources"]
    resources.append({**resources[-1], "urn": "urn:pulumi:dev::naap::space", "inputs": space})
    file.write_text(json.dumps(state))
    (file.parent / "east" / "Namespace.json").write_text(json.dumps({"items": [space]}))
    done = process("drift", str(file))
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        ["east: Preview environment pr-12: its objects in namespaces of the stack: 1", "0 differences in 1 cluster"],
    )


def test_a_program_reads_what_differs_by_its_parts(export: Export) -> None:
    done = process("drift", str(export(east=[live(EDITED)])), "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {
        "clusters": ["east"],
        "findings": [
            {
                "cluster": "east",
                "kind": "NetworkPolicy",
                "namespace": "plugin-a",
                "name": "deny",
                "text": "spec.ingress is of kubectl-edit",
                "grave": True,
                "undo": "removal",
            }
        ],
        "aws": None,
    }


def test_what_differs_in_aws_is_told_with_whose_it_is_and_how_to_learn_who_did_it(
    export: Export, tmp_path: Path
) -> None:
    urn = "urn:pulumi:dev::naap::naap:platform:Shard$aws:ec2/securityGroup:SecurityGroup::database"
    file, preview = export(east=[live()]), tmp_path / "preview.json"
    state = json.loads(file.read_text())
    tags = {"Owner": "wallet-team", "Plugin": "my-wallet"}
    state["deployment"]["resources"].append(
        {"urn": urn, "type": "aws:ec2/securityGroup:SecurityGroup", "id": "sg-1", "inputs": {"tags": tags}}
    )
    file.write_text(json.dumps(state))
    changed = {"op": "update", "type": "aws:ec2/securityGroup:SecurityGroup", "urn": urn}
    steps: list[dict[str, Any]] = [
        {**changed, "detailedDiff": {"ingress[0].cidrBlocks[0]": {"diffKind": "update"}}},
        {**changed, "op": "same", "urn": f"{urn}-other"},
        {**changed, "type": "kubernetes:core/v1:ConfigMap", "urn": "urn:pulumi:dev::naap::kubernetes::seen-by-owner"},
    ]
    events: list[dict[str, Any]] = [{"sequence": 1, "resourcePreEvent": {"metadata": step}} for step in steps]
    events.append({"sequence": 9, "summaryEvent": {}})
    preview.write_text("\n".join(json.dumps(event) for event in events))

    done = process("drift", str(file), "--preview", str(preview))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "AWS: ! SecurityGroup database: ingress[0].cidrBlocks[0] is not what the program states; "
        "whose: plugin my-wallet of wallet-team",
        "    who: aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=sg-1",
        "1 difference in 1 cluster and AWS",
        "  1 back to what the program states: pulumi up --stack dev --refresh",
    ]


@pytest.mark.parametrize("text", ["", "{}", "{", '{"sequence": 1, "resourcePreEvent": {"metadata": {}}}'])
def test_a_preview_that_did_not_end_is_refused(text: str, export: Export, tmp_path: Path) -> None:
    preview = tmp_path / "preview.json"
    preview.write_text(text)
    assert "PULUMI_ENABLE_STREAMING_JSON_PREVIEW" in refused("drift", str(export(east=[])), "--preview", str(preview))


def test_a_cluster_that_can_not_be_read_is_exit_code_2_and_keeps_back_nothing_of_the_others(export: Export) -> None:
    done = process("drift", str(export(east=None, west=[], north=None)))
    assert done.returncode == 2
    assert "west: ! NetworkPolicy plugin-a/deny: is gone" in done.stdout
    for said in ("state.json · east: ", "state.json · north: ", "No such file or directory", "rule:", "fix:"):
        assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_kubectl_every_cluster_is_one_that_can_not_be_read(
    export: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = export(east=[live()])
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "kubectl" in refused("drift", str(file))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"deployment": 1}', '{"deployment": {"resources": [{}]}}'])
def test_what_is_no_state_is_refused_with_the_command_that_writes_one(text: str, tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    assert "pulumi stack export --file" in refused("drift", str(file))
