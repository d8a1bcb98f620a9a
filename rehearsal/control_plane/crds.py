"""Custom resources: real definitions out of the projects' own Go modules, placeholders for those that can't be had."""

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import yaml

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi, Object, has_condition
from rehearsal.progress import Progress
from rehearsal.tools import go_toolchain, tool_table
from rehearsal.tools.toolbox import Toolbox

GO = (1, 24, 0)  # any toolchain that can download a module


@dataclass(frozen=True, kw_only=True)
class Source:
    """Definitions in a published Go module. checksum: go.sum's line for its content."""

    name: str
    module: str
    version: str
    checksum: str
    folder: str
    files: tuple[str, ...]


ENVOY_GATEWAY = Source(
    name="envoy-gateway-crds",
    module="github.com/envoyproxy/gateway",
    version=tool_table.ENVOY_GATEWAY,
    checksum="h1:vAVp6/AlBXJ1aOhp1mxL7fNEzVEfjADUguUhm2wzxQY=",
    folder="charts/gateway-helm/charts/crds/crds",
    files=("gatewayapi-crds.yaml", "generated/*.yaml"),
)
SOURCES = (
    ENVOY_GATEWAY,
    Source(
        name="karpenter-crds",
        module="sigs.k8s.io/karpenter",
        version="1.9.0",  # the newest published line that knows NodePool as EKS Auto Mode serves it (v1, replicas)
        checksum="h1:95p6+9AaZ/eYD3hLPyvBDBquC3v8m09T2u/pB/3Qrqs=",
        folder="pkg/apis/crds",
        files=("karpenter.sh_nodepools.yaml", "karpenter.sh_nodeclaims.yaml"),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Placeholder:
    """A kind whose definition AWS doesn't publish: anything is recorded, nothing is validated."""

    group: str
    version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def label(self) -> str:
        """Kind and group, as reports say it."""
        return f"{self.kind}.{self.group}"


PLACEHOLDERS = (
    Placeholder(group="eks.amazonaws.com", version="v1", kind="NodeClass", plural="nodeclasses", namespaced=False),
    Placeholder(
        group="eks.amazonaws.com",
        version="v1",
        kind="IngressClassParams",
        plural="ingressclassparams",
        namespaced=False,
    ),
    Placeholder(
        group="eks.amazonaws.com",
        version="v1",
        kind="TargetGroupBinding",
        plural="targetgroupbindings",
        namespaced=True,
    ),
    Placeholder(
        group="networking.k8s.aws",
        version="v1alpha1",
        kind="ApplicationNetworkPolicy",
        plural="applicationnetworkpolicies",
        namespaced=True,
    ),
    Placeholder(
        group="networking.k8s.aws",
        version="v1alpha1",
        kind="ClusterNetworkPolicy",
        plural="clusternetworkpolicies",
        namespaced=False,
    ),
)


def get(toolbox: Toolbox, progress: Progress) -> list[Object]:
    """All definitions; those of SOURCES from the cache, or fetched into it. Raises RehearsalError."""
    found = [placeholder_definition(placeholder) for placeholder in PLACEHOLDERS]
    for source in SOURCES:
        folder = toolbox.cache.get(source.name, source.version, partial(_fetch, source, toolbox, progress))
        found += json.loads((folder / "definitions.json").read_text())
    return found


def established(api: KubeApi, definitions: Iterable[Object]) -> bool:
    """Whether the API server serves all of them."""
    served = {
        item["metadata"]["name"] for item in api.items("CustomResourceDefinition") if has_condition(item, "Established")
    }
    return {item["metadata"]["name"] for item in definitions} <= served


def placeholder_definition(placeholder: Placeholder) -> Object:
    """A definition that takes any content."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{placeholder.plural}.{placeholder.group}"},
        "spec": {
            "group": placeholder.group,
            "scope": "Namespaced" if placeholder.namespaced else "Cluster",
            "names": {
                "kind": placeholder.kind,
                "listKind": f"{placeholder.kind}List",
                "plural": placeholder.plural,
                "singular": placeholder.kind.lower(),
            },
            "versions": [
                {
                    "name": placeholder.version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                    "subresources": {"status": {}},
                }
            ],
        },
    }


def read_definitions(files: Iterable[Path]) -> list[Object]:
    """The definitions in YAML files, without the prose, which is most of their size."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents = [document for file in files for document in yaml.load_all(file.read_text(), Loader=loader)]
    definitions = [document for document in documents if document and document["kind"] == "CustomResourceDefinition"]
    for definition in definitions:
        definition.pop("status", None)
        for version in definition["spec"]["versions"]:
            drop_descriptions(version["schema"]["openAPIV3Schema"])
    return definitions


def drop_descriptions(schema: Any) -> None:
    """Remove a schema's descriptions in place; a property that is called so stays."""
    if not isinstance(schema, dict):
        return
    node = cast("Object", schema)
    node.pop("description", None)
    for name, child in node.items():
        if name == "properties":
            for below in cast("Object", child).values():
                drop_descriptions(below)
        elif name in ("allOf", "anyOf", "oneOf"):
            for below in cast("list[Any]", child):
                drop_descriptions(below)
        elif name in ("items", "additionalProperties", "not"):
            drop_descriptions(child)


def download(source: Source, toolbox: Toolbox, progress: Progress) -> Path:
    """The folder of a source's whole module, checked against its checksum. Raises RehearsalError."""
    go = go_toolchain.find(GO, toolbox.cache, progress)
    asked = f"{source.module}@v{source.version}"
    # The checksum is pinned here, so that no checksum database has to be reachable.
    settings = {"GOFLAGS": "-mod=mod", "GONOSUMDB": "*"}
    with tempfile.TemporaryDirectory() as empty:
        answer = toolbox.builder.run([str(go), "mod", "download", "-json", asked], Path(empty), settings)
    try:
        module = json.loads(answer[answer.index("{") :])
    except ValueError:
        module = {"Error": answer.strip()[-500:]}
    if "Error" in module:
        raise RehearsalError(f"{asked} can't be had: {module['Error']}\nMake a Go module proxy reachable (GOPROXY).")
    if module["Sum"] != source.checksum:
        raise RehearsalError(f"{asked} has the checksum {module['Sum']}, pinned is {source.checksum}: not used.")
    return Path(module["Dir"])


def _fetch(source: Source, toolbox: Toolbox, progress: Progress, target: Path) -> None:
    with progress.task(f"{source.name} {source.version}: fetch", "once, under a minute"):
        folder = download(source, toolbox, progress) / source.folder
        files = [file for pattern in source.files for file in sorted(folder.glob(pattern))]
        (target / "definitions.json").write_text(json.dumps(read_definitions(files)))
