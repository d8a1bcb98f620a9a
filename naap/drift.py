"""`naap drift`: what somebody changed by hand in the clusters of an exported state.

Only reads, by kubectl, with the kubeconfigs that the state holds: their tokens come from the AWS CLI.
"""

import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from analysis.drift import Finding, Object, find_drift
from console.files import read_text, shown_path
from console.terminal import Answer
from console.text import count
from planning.inputs.problem import Problem, refusal

PROVIDER = "pulumi:providers:kubernetes"
RELEASE = "kubernetes:helm.sh/v3:Release"
MAX_BYTES = 500_000_000
"""Of a state: every resource with its inputs and outputs."""
TIMEOUT = 120
"""Seconds that a cluster may take to list one kind."""

Lister: TypeAlias = Callable[[str, str], Iterable[Object]]
"""All objects of an API version and kind in one cluster, with their managed fields."""


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A cluster of a state. made: inputs of the objects that the program made there."""

    name: str
    kubeconfig: str
    made: Sequence[Object]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What differs, by the name of the cluster, and the clusters that could not be read."""

    findings: Mapping[str, Sequence[Finding]]
    unread: Sequence[Problem]

    @property
    def differs(self) -> bool:
        """Whether anything does, where it could be seen."""
        return any(self.findings.values())


def compared(file: Path) -> Comparison:
    """Asks every cluster of a state that `pulumi stack export` wrote. Raises InvalidInputError where it is none."""
    findings: dict[str, Sequence[Finding]] = {}
    unread: list[Problem] = []
    for cluster in _read(file):
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "kubeconfig"
            config.write_text(cluster.kubeconfig)
            try:
                findings[cluster.name] = look(cluster.made, _by_kubectl(config))
            except (OSError, ValueError, LookupError, subprocess.SubprocessError) as error:
                unread.append(_unread(file, cluster.name, error))
    return Comparison(findings=findings, unread=unread)


def answer(comparison: Comparison) -> Answer:
    """One difference a line, those that may let code or people in with a mark."""
    told = [(name, finding) for name, findings in comparison.findings.items() for finding in findings]
    lines = [f"{name}: {'! ' if finding.grave else ''}{finding}" for name, finding in told]
    clusters = count(len(comparison.findings), "cluster")
    data = {"clusters": list(comparison.findings), "findings": [_data(name, finding) for name, finding in told]}
    return Answer(data=data, text="\n".join([*lines, f"{count(len(told), 'difference')} in {clusters}"]))


def clusters(state: Mapping[str, Any]) -> Iterator[Cluster]:
    """Every cluster in which the program makes objects itself: what a Helm release made is Helm's."""
    resources = state["deployment"].get("resources", [])
    providers = {one["urn"]: one for one in resources if one["type"] == PROVIDER}
    made: dict[str, list[Object]] = defaultdict(list)
    for one in resources:
        urn = str(one.get("provider", "")).rpartition("::")[0]
        if urn in providers and one["type"] != RELEASE and "kind" in one.get("inputs", {}):
            made[urn].append(one["inputs"])
    for urn, objects in made.items():
        inputs = providers[urn]["inputs"]
        name = str(inputs.get("clusterIdentifier") or urn)
        yield Cluster(name=name, kubeconfig=str(inputs["kubeconfig"]), made=objects)


def look(made: Sequence[Object], list_kind: Lister) -> list[Finding]:
    """What differs in a cluster; asks it once for each kind that the program makes there."""
    kinds = sorted({(str(obj["apiVersion"]), str(obj["kind"])) for obj in made})
    return find_drift(made, [obj for version, kind in kinds for obj in list_kind(version, kind)])


def _read(file: Path) -> list[Cluster]:
    try:
        return list(clusters(json.loads(read_text(file, limit=MAX_BYTES))))
    except (ValueError, LookupError, TypeError, AttributeError):
        rule, fix = "a stack's state as JSON", "pulumi stack export --file STATE.json"
        raise refusal(file=shown_path(file), value="(no state)", rule=rule, fix=fix) from None


def _by_kubectl(kubeconfig: Path) -> Lister:
    """Lists with kubectl. Raises CalledProcessError, TimeoutExpired or OSError where it can't."""

    def list_kind(version: str, kind: str) -> Iterable[Object]:
        group, _, number = version.rpartition("/")
        named = f"{kind}.{number}.{group}" if group else kind
        options = ["-A", "-o", "json", "--show-managed-fields"]
        command = ["kubectl", "--kubeconfig", str(kubeconfig), "get", named, *options]
        # Kinds are those of our own state.
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=TIMEOUT)  # noqa: S603
        return json.loads(done.stdout)["items"]

    return list_kind


def _unread(file: Path, cluster: str, error: Exception) -> Problem:
    said = error.stderr if isinstance(error, subprocess.CalledProcessError) else ""
    return Problem(
        file=shown_path(file),
        entry=cluster,
        field="",
        value=(said or str(error)).strip(),
        rule="a cluster that kubectl reads with the state's kubeconfig",
        fix="run it where the Kubernetes API is reached, with kubectl, the AWS CLI and a role of naap:viewers",
    )


def _data(cluster: str, finding: Finding) -> Mapping[str, Any]:
    kind, namespace, name = finding.key
    found = {"cluster": cluster, "kind": kind, "namespace": namespace, "name": name}
    return {**found, "text": finding.text, "grave": finding.grave}
