"""Where the API server is and how to log in to it, from the text of a kubeconfig (JSON or YAML)."""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from rehearsal.standins.kubernetes.objects.objects import dig, items
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map, Value, is_map

EXEC_TIMEOUT = 60  # seconds for a credential plugin to answer


@dataclass(frozen=True, kw_only=True)
class Login:
    """What proves to the API server who we are; `expires` is in seconds since the epoch, 0 for never."""

    token: str = field(default="", repr=False)
    certificate: bytes = b""
    key: bytes = field(default=b"", repr=False)
    expires: float = 0


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The cluster and user that a kubeconfig's context names."""

    server: str
    authority: bytes
    insecure: bool
    server_name: str
    namespace: str
    user: Map = field(repr=False)

    def log_in(self) -> Login:
        """The user's credentials; a credential plugin is run where the kubeconfig names one."""
        plugin = self.user.get("exec")
        if is_map(plugin):
            return _run_plugin(plugin, self)
        token_file = self.user.get("tokenFile")
        token = self.user.get("token") or (Path(token_file).read_text().strip() if token_file else "")
        return Login(
            token=token,
            certificate=_data(self.user, "client-certificate"),
            key=_data(self.user, "client-key"),
        )


def parse(text: str, context: str | None = None, cluster: str | None = None) -> Cluster:
    """The cluster in force in the kubeconfig; `context` and `cluster` override its own choice."""
    try:
        document: Value = yaml.safe_load(text)
    except yaml.YAMLError:
        document = None  # the parser's message would show a piece of the text, which may be secret
    if not is_map(document):
        raise ProviderError("kubeconfig: the text is neither JSON nor YAML of a kubeconfig; pass its content")
    name = context or document.get("current-context")
    chosen = _named(document, "context", name)
    described = _named(document, "cluster", cluster or chosen.get("cluster"))
    server = described.get("server")
    if not isinstance(server, str) or not server:
        raise ProviderError(f"kubeconfig: the cluster of context {name!r} names no server")
    return Cluster(
        server=server.rstrip("/"),
        authority=_data(described, "certificate-authority"),
        insecure=bool(described.get("insecure-skip-tls-verify")),
        server_name=described.get("tls-server-name") or "",
        namespace=chosen.get("namespace") or "default",
        user=_named(document, "user", chosen.get("user")),
    )


def _named(document: Map, kind: str, name: Value) -> Map:
    for entry in items(document, f"{kind}s"):
        if dig(entry, "name") == name:
            found = dig(entry, kind)
            return found if is_map(found) else {}
    raise ProviderError(f"kubeconfig: there is no {kind} {name!r} under {kind}s")


def _data(section: Map, key: str) -> bytes:
    """PEM bytes, given in the kubeconfig itself or as a file."""
    embedded = section.get(f"{key}-data")
    if embedded:
        try:
            return base64.b64decode(embedded, validate=True)
        except binascii.Error:
            raise ProviderError(f"kubeconfig: {key}-data is not base64") from None
    path = section.get(key)
    return Path(path).read_bytes() if path else b""


def _run_plugin(plugin: Map, cluster: Cluster) -> Login:
    """Credentials of an `exec` section, by the protocol of client.authentication.k8s.io."""
    version = plugin.get("apiVersion", "client.authentication.k8s.io/v1")
    spec: Map = {"interactive": False}
    if plugin.get("provideClusterInfo"):
        authority = base64.b64encode(cluster.authority).decode()
        spec["cluster"] = {"server": cluster.server, "certificate-authority-data": authority}
    info = {"apiVersion": version, "kind": "ExecCredential", "spec": spec}
    extra = {str(entry["name"]): str(entry["value"]) for entry in items(plugin, "env")}
    environment: Mapping[str, str] = {**os.environ, **extra, "KUBERNETES_EXEC_INFO": json.dumps(info)}
    command = [str(plugin.get("command")), *(str(argument) for argument in items(plugin, "args"))]
    try:
        done = subprocess.run(
            command,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=EXEC_TIMEOUT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProviderError(f"kubeconfig: credential plugin {command[0]!r} cannot be run: {error}") from None
    if done.returncode:
        reason = done.stderr.strip()[-500:]
        raise ProviderError(f"kubeconfig: credential plugin {command[0]!r} failed with {done.returncode}: {reason}")
    return _login(command[0], done.stdout)


def _login(command: str, output: str) -> Login:
    try:
        status: Any = json.loads(output)["status"]
    except (ValueError, KeyError, TypeError):
        raise ProviderError(f"kubeconfig: credential plugin {command!r} gave no ExecCredential") from None
    expiry = status.get("expirationTimestamp")
    return Login(
        token=status.get("token") or "",
        certificate=(status.get("clientCertificateData") or "").encode(),
        key=(status.get("clientKeyData") or "").encode(),
        expires=datetime.fromisoformat(expiry).timestamp() if expiry else 0,
    )
