"""python -m naap.drift STATE.json: what somebody changed in the clusters of an exported state.

Exit code 0: nothing; 1: findings, one a line; 2: a cluster can't be read. Only reads, by kubectl, with the kubeconfig
that the state holds: its tokens come from the AWS CLI.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from analysis.drift import Finding, Object, find_drift

PROVIDER = "pulumi:providers:kubernetes"
RELEASE = "kubernetes:helm.sh/v3:Release"

Lister = Callable[[str, str], Iterable[Object]]
"""All objects of an API version and kind in one cluster, with their managed fields."""


def clusters(state: Mapping[str, Any]) -> Iterator[tuple[str, str, Sequence[Object]]]:
    """Name, kubeconfig and objects of every cluster of a state."""
    resources = state["deployment"].get("resources", [])
    providers = {one["urn"]: one for one in resources if one["type"] == PROVIDER}
    made: dict[str, list[Object]] = defaultdict(list)
    for one in resources:
        urn = str(one.get("provider", "")).rpartition("::")[0]
        if urn in providers and one["type"] != RELEASE and "kind" in one.get("inputs", {}):
            made[urn].append(one["inputs"])
    for urn, objects in made.items():
        inputs = providers[urn]["inputs"]
        yield str(inputs.get("clusterIdentifier") or urn), str(inputs["kubeconfig"]), objects


def look(made: Sequence[Object], list_kind: Lister) -> list[Finding]:
    """What differs in a cluster; asks it once for each kind that the program makes there."""
    kinds = sorted({(str(obj["apiVersion"]), str(obj["kind"])) for obj in made})
    return find_drift(made, [obj for version, kind in kinds for obj in list_kind(version, kind)])


def by_kubectl(kubeconfig: Path) -> Lister:
    """Lists with kubectl. Raises CalledProcessError where it can't."""

    def list_kind(version: str, kind: str) -> Iterable[Object]:
        group, _, number = version.rpartition("/")
        named = f"{kind}.{number}.{group}" if group else kind
        options = ["-A", "-o", "json", "--show-managed-fields"]
        command = ["kubectl", "--kubeconfig", str(kubeconfig), "get", named, *options]
        # Kinds are those of our own state.
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)  # noqa: S603
        return json.loads(done.stdout)["items"]

    return list_kind


def main(arguments: Sequence[str]) -> int:
    """Runs the command."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m naap.drift STATE.json (pulumi stack export --file STATE.json)\n")
        return 2
    state = json.loads(Path(arguments[0]).read_text())
    found = False
    for name, kubeconfig, made in clusters(state):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "kubeconfig"
            file.write_text(kubeconfig)
            try:
                findings = look(made, by_kubectl(file))
            except (OSError, subprocess.SubprocessError) as error:
                said = getattr(error, "stderr", None) or error
                sys.stderr.write(f"{name}: the cluster can't be read: {said}\n")
                return 2
        for finding in findings:
            sys.stdout.write(f"{name}: {'! ' if finding.grave else ''}{finding}\n")
        found = found or bool(findings)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
