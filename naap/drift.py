"""`naap drift`: what somebody changed by hand, whose it is, and what puts it back.

Reads clusters by kubectl, with the kubeconfigs that the state holds (their tokens come from the AWS CLI); of AWS, what
`pulumi preview --refresh` found. Writes nothing, unless it is told to undo.
"""

import json
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from analysis.aws_drift import AwsFinding, find_aws_drift
from analysis.drift import OURS, Finding, Key, Object, Undo, find_drift, key_of, removals
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
    """What differs, by the name of the cluster, and the clusters that could not be read. aws: None: nobody looked."""

    stack: str
    clusters: Mapping[str, Cluster]
    findings: Mapping[str, Sequence[Finding]]
    unread: Sequence[Problem]
    aws: Sequence[AwsFinding] | None

    @property
    def differs(self) -> bool:
        """Whether anything does, where it could be seen."""
        return bool(_differences(self) or self.aws)


def compared(file: Path, preview: Path | None = None) -> Comparison:
    """Asks every cluster of a state that `pulumi stack export` wrote. Raises InvalidInputError where it is none.

    preview: what `pulumi preview --refresh --json` printed, event by event.
    """
    state = _read(file)
    events = _events(preview) if preview else None
    found = {cluster.name: cluster for cluster in clusters(state)}
    findings: dict[str, Sequence[Finding]] = {}
    unread: list[Problem] = []
    for cluster in found.values():
        with _kubeconfig(cluster) as config:
            try:
                findings[cluster.name] = look(cluster.made, _by_kubectl(config))
            except (OSError, ValueError, LookupError, subprocess.SubprocessError) as error:
                unread.append(_unread(file, cluster.name, error))
    resources: list[Any] = state["deployment"].get("resources", [])
    return Comparison(
        stack=str(resources[0]["urn"]).split(":")[2] if resources else "",
        clusters=found,
        findings=findings,
        unread=unread,
        aws=None if events is None else find_aws_drift(events, resources),
    )


def undone(comparison: Comparison, file: Path) -> Comparison:
    """Removes what was added, and looks again where it was; a cluster in which that fails is one that is not read."""
    findings, unread = dict(comparison.findings), list(comparison.unread)
    for name, found in comparison.findings.items():
        wanted, cluster = removals(found), comparison.clusters[name]
        if not wanted:
            continue
        versions = {key_of(obj): str(obj["apiVersion"]) for obj in cluster.made}
        with _kubeconfig(cluster) as config:
            try:
                for key, pointers in wanted.items():
                    _kubectl(config, *_patch(key, versions[key], pointers))
                findings[name] = look(cluster.made, _by_kubectl(config))
            except (OSError, ValueError, LookupError, subprocess.SubprocessError) as error:
                unread.append(_unread(file, name, error))
    return replace(comparison, findings=findings, unread=unread)


def answer(comparison: Comparison, file: Path) -> Answer:
    """One difference a line, those that may let code or people in with a mark; then what puts them back."""
    told = [(name, finding) for name, findings in comparison.findings.items() for finding in findings]
    aws = comparison.aws or ()
    lines = [f"{name}: {'! ' if finding.grave else ''}{finding}" for name, finding in told]
    lines += [f"AWS: {'! ' if one.grave else ''}{one}\n    who: {one.who}" for one in aws]
    where = [count(len(comparison.findings), "cluster"), *(["AWS"] if comparison.aws is not None else [])]
    lines.append(f"{count(len(_differences(comparison)) + len(aws), 'difference')} in {' and '.join(where)}")
    data = {
        "clusters": list(comparison.findings),
        "findings": [_data(name, finding) for name, finding in told],
        "aws": None if comparison.aws is None else [vars(one) | {"who": one.who} for one in aws],
    }
    return Answer(data=data, text="\n".join([*lines, *_put_back(comparison, file)]))


def _differences(comparison: Comparison) -> list[Finding]:
    return [one for findings in comparison.findings.values() for one in findings if one.undo is not Undo.NONE]


def _put_back(comparison: Comparison, file: Path) -> list[str]:
    found = [finding.undo for finding in _differences(comparison)]
    updates = found.count(Undo.UPDATE) + len(comparison.aws or ())
    said = {
        f"pulumi up --stack {comparison.stack} --refresh": (updates, "back to what the program states"),
        f"naap drift {shown_path(file)} --undo": (found.count(Undo.REMOVAL), "added: removed"),
        "a person": (found.count(Undo.PERSON), "taken into the program, or deleted"),
    }
    return [f"  {number} {what}: {how}" for how, (number, what) in said.items() if number]


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


def _read(file: Path) -> Mapping[str, Any]:
    try:
        state = json.loads(read_text(file, limit=MAX_BYTES))
        list(clusters(state))
    except (ValueError, LookupError, TypeError, AttributeError):
        rule, fix = "a stack's state as JSON", "pulumi stack export --file STATE.json"
        raise refusal(file=shown_path(file), value="(no state)", rule=rule, fix=fix) from None
    return state


def _events(file: Path) -> list[Mapping[str, Any]]:
    try:
        found = [json.loads(line) for line in read_text(file, limit=MAX_BYTES).splitlines() if line.startswith("{")]
    except ValueError:
        found = []
    if not any("summaryEvent" in event for event in found):
        rule = "what pulumi preview --refresh --json printed to its end, event by event"
        fix = "export PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true, and preview again"
        raise refusal(file=shown_path(file), entry="--preview", value="(no preview)", rule=rule, fix=fix)
    return found


@contextmanager
def _kubeconfig(cluster: Cluster) -> Generator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "kubeconfig"
        config.write_text(cluster.kubeconfig)
        yield config


def _by_kubectl(kubeconfig: Path) -> Lister:
    """Lists with kubectl. Raises CalledProcessError, TimeoutExpired or OSError where it can't."""

    def list_kind(version: str, kind: str) -> Iterable[Object]:
        options = ["-A", "-o", "json", "--show-managed-fields"]
        return json.loads(_kubectl(kubeconfig, "get", _named(version, kind), *options))["items"]

    return list_kind


def _patch(key: Key, version: str, pointers: Sequence[str]) -> list[str]:
    """Removes fields as the one who found them: the next check is not to find another owner."""
    kind, namespace, name = key
    operations = [{"op": "remove", "path": pointer} for pointer in pointers]
    options = ["--type=json", "--field-manager", OURS, "--patch", json.dumps(operations)]
    return ["patch", _named(version, kind), name, *(["-n", namespace] if namespace else []), *options]


def _named(version: str, kind: str) -> str:
    group, _, number = version.rpartition("/")
    return f"{kind}.{number}.{group}" if group else kind


def _kubectl(kubeconfig: Path, *words: str) -> str:
    command = ["kubectl", "--kubeconfig", str(kubeconfig), *words]
    # Kinds and names are those of our own state.
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=TIMEOUT).stdout  # noqa: S603


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
    return {**found, "text": finding.text, "grave": finding.grave, "undo": finding.undo}
