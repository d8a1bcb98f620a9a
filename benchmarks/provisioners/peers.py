"""The peers: what each is given for a set of Kubernetes objects, and the commands by which a user looks and makes."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.provisioners.built import HELM as HELM_PROGRAM
from benchmarks.provisioners.built import TOFU as TOFU_PROGRAM
from benchmarks.provisioners.built import TOFU_PROVIDER, built
from benchmarks.provisioners.chart import PLUGIN, Object, place_of, write_chart
from rehearsal.live.images import npm
from rehearsal.progress import Progress
from rehearsal.tools.cache import Cache
from rehearsal.tools.toolbox import Toolbox

_APP = Path(__file__).with_name("cdk8s_app")
_AS_OTHERS = {"server_side_apply": True, "wait_for_rollout": False}
"""kubectl waits for nothing. The provider would for Deployments, but for APIServices too: one has no server here."""
_APPLY = "kubectl apply --server-side -f"


@dataclass(frozen=True, kw_only=True)
class Peer:
    """write: what it reads, into an empty folder, in which the shell runs `preview` and `up`. made: files with the
    objects that it hands to the API server, once it has looked at them. get: its programs, as variables.
    """

    name: str
    get: Callable[[Toolbox, Progress], dict[str, str]]
    write: Callable[[Sequence[Object], Path], None]
    preview: str
    up: str
    made: str

    def objects(self, folder: Path) -> set[str]:
        """What it hands over, each as one text."""
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        files = [file.read_text() for file in sorted(folder.glob(self.made))]
        return as_texts(item for text in files for item in yaml.load_all(text, Loader=loader) if item)


def as_texts(objects: Iterable[Object]) -> set[str]:
    """Comparable, whatever the order of their keys."""
    return {json.dumps(item, sort_keys=True) for item in objects}


def _write_chart(objects: Sequence[Object], folder: Path) -> None:
    write_chart(objects, folder / "chart")


def _write_app(objects: Sequence[Object], folder: Path) -> None:
    charts: dict[str, list[Object]] = defaultdict(list)
    for item in objects:
        of = PLUGIN.search(place_of(item))
        charts[of[0] if of else "platform"].append(item)
    (folder / "objects.json").write_text(json.dumps(charts))


def _write_module(objects: Sequence[Object], folder: Path) -> None:
    """A resource an object: one resource with for_each takes OpenTofu the square of their number."""
    (folder / "objects").mkdir()
    resources: dict[str, Object] = {}
    for number, item in enumerate(objects):
        file = f"objects/{number}"
        (folder / file).write_text(json.dumps(item))
        resources[f"object{number}"] = {
            **_AS_OTHERS,
            "yaml_body": f'${{file("{file}")}}',
            "depends_on": [f"kubectl_manifest.object{each}" for each in _refusing(objects, item)],
        }
    module = {
        "terraform": {"required_providers": {"kubectl": {"source": "gavinbunney/kubectl"}}},
        "resource": {"kubectl_manifest": resources},
    }
    (folder / "main.tf.json").write_text(json.dumps(module))
    provider = Cache().path(TOFU_PROVIDER.name, TOFU_PROVIDER.version)
    (folder / "tofu.rc").write_text(
        f'provider_installation {{\n  dev_overrides {{ "gavinbunney/kubectl" = "{provider}" }}\n  direct {{}}\n}}\n'
    )


def _refusing(objects: Sequence[Object], item: Object) -> list[int]:
    """Without which pods of an object are refused, and tried again after minutes: OpenTofu knows no kinds."""
    if item["kind"] not in ("Deployment", "Job"):
        return []
    spaces = (None, item["metadata"]["namespace"])
    return [
        number
        for number, each in enumerate(objects)
        if each["kind"] in ("ServiceAccount", "PriorityClass") and each["metadata"].get("namespace") in spaces
    ]


def _helm(toolbox: Toolbox, progress: Progress) -> dict[str, str]:
    return {"PATH": str(built(HELM_PROGRAM, toolbox, progress).parent)}


def _cdk8s(toolbox: Toolbox, progress: Progress) -> dict[str, str]:
    node = npm.node(toolbox.cache, progress)
    return {"PATH": str(node.parent), "NODE_PATH": str(npm.packages(_APP, node, toolbox.cache, progress))}


def _tofu(toolbox: Toolbox, progress: Progress) -> dict[str, str]:
    built(TOFU_PROVIDER, toolbox, progress)
    return {"PATH": str(built(TOFU_PROGRAM, toolbox, progress).parent), "TF_CLI_CONFIG_FILE": "tofu.rc"}


_RENDER, _SYNTH = "helm template platform chart > rendered.yaml", f"node {_APP / 'main.js'}"
HELM = Peer(
    name="Helm and kubectl",
    get=_helm,
    write=_write_chart,
    preview=f"{_RENDER} && {_APPLY} rendered.yaml --dry-run=server",
    up=f"{_RENDER} && {_APPLY} rendered.yaml",
    made="rendered.yaml",
)
CDK8S = Peer(
    name="cdk8s and kubectl",
    get=_cdk8s,
    write=_write_app,
    preview=f"{_SYNTH} && {_APPLY} dist --dry-run=server",
    up=f"{_SYNTH} && {_APPLY} dist",
    made="dist/*",
)
TOFU = Peer(
    name="OpenTofu",
    get=_tofu,
    write=_write_module,
    preview="tofu plan -no-color -input=false -parallelism=32",
    up="tofu apply -no-color -input=false -parallelism=32 -auto-approve",
    made="objects/*",
)
"""As many at once as ours."""
ALL = (HELM, CDK8S, TOFU)
