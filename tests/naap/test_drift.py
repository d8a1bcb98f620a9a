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
                {"urn": f"{name}-policy", "type": "kubernetes", "provider": f"{urn}::id", "inputs": MADE},
            ]
            if items is not None:
                folder.mkdir()
                (folder / "NetworkPolicy.v1.networking.k8s.io.json").write_text(json.dumps({"items": items}))
        file = tmp_path / "state.json"
        file.write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
        return file

    return write


def live(*managers: object) -> dict[str, Any]:
    return {**MADE, "metadata": {**MADE["metadata"], "managedFields": list(managers)}}


def test_clusters_that_are_as_they_were_made_end_with_exit_code_0(export: Export) -> None:
    done = process("drift", str(export(east=[live()], west=[live()])))
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 differences in 2 clusters\n", "")


def test_what_differs_is_told_with_its_cluster_a_line_each_and_exit_code_1(export: Export) -> None:
    done = process("drift", str(export(east=[live(EDITED)], west=[])))
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "east: ! NetworkPolicy plugin-a/deny: spec.ingress is of kubectl-edit",
        "west: ! NetworkPolicy plugin-a/deny: is gone",
        "2 differences in 2 clusters",
    ]


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
            }
        ],
    }


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
