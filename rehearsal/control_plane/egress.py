"""The API server's way to nodes, pods and Services, which are in a network that this machine's own doesn't reach."""

import json
from pathlib import Path

from rehearsal.control_plane.pki import FRONT_PROXY, Pki


def socket(folder: Path) -> Path:
    """The socket of the proxy by which an API server reaches nodes, pods and Services. Where all nodes are
    played, nothing listens there, and nothing is asked for."""
    return folder / "egress.sock"


def selection(folder: Path) -> bytes:
    """EgressSelectorConfiguration: what goes to the cluster goes through the proxy."""
    transport = {"uds": {"udsName": str(socket(folder))}}
    content = {
        "apiVersion": "apiserver.k8s.io/v1beta1",
        "kind": "EgressSelectorConfiguration",
        "egressSelections": [
            {"name": "cluster", "connection": {"proxyProtocol": "HTTPConnect", "transport": transport}}
        ],
    }
    return json.dumps(content, indent=1).encode()


def flags(folder: Path, pki: Pki) -> tuple[str, ...]:
    """Of the API server: how it reaches kubelets and aggregated APIs, and as whom."""
    kubelets, front = pki.client("kubelet-client"), pki.client("front-proxy")
    return (
        f"--egress-selector-config-file={folder / 'egress.yaml'}",
        f"--kubelet-client-certificate={kubelets.certificate}",
        f"--kubelet-client-key={kubelets.key}",
        "--kubelet-preferred-address-types=InternalIP",
        f"--requestheader-client-ca-file={pki.authority.certificate}",
        f"--requestheader-allowed-names={FRONT_PROXY}",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-extra-headers-prefix=X-Remote-Extra-",
        f"--proxy-client-cert-file={front.certificate}",
        f"--proxy-client-key-file={front.key}",
    )
