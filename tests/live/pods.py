"""Pods of tests: busybox, out of Debian's package, in an image that is made here."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rehearsal.control_plane.kube_api import Object
from rehearsal.live.images.archive import Layer, write

IMAGE = "registry.example/tests/busybox:1"
RESTRICTED: Mapping[str, Any] = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
}
_APPLETS = ("sh", "sleep", "httpd", "wget", "nslookup", "cat", "id", "touch", "tail", "nc", "timeout", "echo", "mkdir")


def archive(target: Path, root: Path) -> Path:
    """The image. root: of a node, which has the program."""
    links = {f"bin/{name}": "busybox" for name in _APPLETS}
    layer = Layer(files={"bin/busybox": root / "usr/bin/busybox"}, links=links, folders={"tmp": 0o1777, "www": 0o755})
    file = target / "busybox.tar"
    write(file, IMAGE, [layer], {"Env": ["PATH=/bin"], "Cmd": ["sleep", "3600"]})
    return file


def spec(command: Sequence[str], **changes: Any) -> Object:
    """As restricted Pod Security wants it. changes: of the container; those of `pod` are the pod's."""
    pod = changes.pop("pod", {})
    container = {
        "name": "main",
        "image": IMAGE,
        "command": list(command),
        "resources": {"requests": {"cpu": "20m", "memory": "16Mi"}, "limits": {"cpu": "200m", "memory": "32Mi"}},
        "securityContext": RESTRICTED,
        **changes,
    }
    return {
        "securityContext": {"runAsUser": 1000, "runAsGroup": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
        "terminationGracePeriodSeconds": 2,
        "automountServiceAccountToken": False,
        "containers": [container],
        **pod,
    }
