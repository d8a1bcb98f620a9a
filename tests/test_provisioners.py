"""The peers in the benchmark of provisioners get the objects that ours made: the same ones, none less."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from benchmarks.provisioners.peers import ALL, CDK8S, HELM, Peer, as_texts
from tests.dataplane.npm import NODE, packages

NUMBERS = ("0008", "0089")
"""The second is a number for YAML in Helm, and none for YAML in Python."""


def objects_of(number: str) -> list[dict[str, Any]]:
    """Of a plugin: names in keys and texts, ports, texts that only look like numbers, lists of different lengths."""
    name, space = f"plugin-{number}", f"plugin-plugin-{number}"
    own = {"namespace": space, "name": name, "labels": {"naap.io/plugin": name}}
    port = 10_000 + int(number)
    texts = {f"{name}.json": '{"legend": "{{code}}"}', "port": str(port), "number": number, "same": "0089"}
    job = {"namespace": "naap-schema", "name": f"schema-{name}-{'ab' * int(number[-1])}"}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": own, "data": texts},
        {"apiVersion": "v1", "kind": "Service", "metadata": own, "spec": {"ports": [{"port": port}]}},
        {"apiVersion": "batch/v1", "kind": "Job", "metadata": job, "spec": {"args": ["x"] * int(number[-1])}},
    ]


OBJECTS = [
    {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "naap-schema"}},
    *(item for number in NUMBERS for item in objects_of(number)),
]


def templated(folder: Path) -> None:
    """As Helm would, of the few forms that the charts have."""
    plugins = json.loads((folder / "chart/values.yaml").read_text())["plugins"]
    texts: list[str] = []
    for file in sorted((folder / "chart/templates").iterdir()):
        head, loops, rest = file.read_text().partition("{{- range $number, $plugin := .Values.plugins }}")
        texts += [
            re.sub(
                r"\{\{ \$plugin\.(\w+) \| toJson }}",
                lambda found, values=values: json.dumps(values[found[1]]),
                rest.removesuffix("{{- end }}\n").replace("{{ $number }}", number),
            )
            for number, values in plugins.items()
            if loops
        ] or [head]
    escaped, text = '{{ "{{" }}', "\n---\n".join(texts)
    assert "{{" not in text.replace(escaped, ""), "Helm would read it"
    (folder / HELM.made).write_text(text.replace(escaped, "{{"))


def synthesized(folder: Path) -> None:
    assert CDK8S.preview.startswith("node ")
    program = CDK8S.preview.split()[1]
    variables = {"NODE_PATH": str(packages(Path(program).parent))}
    subprocess.run([str(NODE), program], cwd=folder, env=variables, check=True)


PREVIEWS = {HELM.name: templated, CDK8S.name: synthesized}
"""What makes the files that a peer hands over; OpenTofu reads them as they are written."""


@pytest.mark.parametrize("peer", ALL, ids=lambda peer: peer.name)
def test_a_peer_gets_every_object_as_ours_made_it(peer: Peer, tmp_path: Path) -> None:
    peer.write(OBJECTS, tmp_path)
    if peer.name in PREVIEWS:
        PREVIEWS[peer.name](tmp_path)

    assert peer.objects(tmp_path) == as_texts(OBJECTS)


def test_a_chart_states_once_what_plugins_have_in_common(tmp_path: Path) -> None:
    HELM.write(OBJECTS, tmp_path)

    assert len(list((tmp_path / "chart/templates").iterdir())) == 1 + len(objects_of("0008"))
    assert "plugin-0008" not in json.loads((tmp_path / "chart/values.yaml").read_text())["plugins"]["0008"].values()
