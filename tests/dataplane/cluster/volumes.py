"""Volumes of a pod as folders of this machine, and the environment of its containers."""

import base64
import re
from pathlib import Path

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi, Object

_REFERENCE = re.compile(r"\$\(([A-Za-z_][\w.-]*)\)")


class PodContent:
    """What the API holds for one pod: read when asked, written below a folder of the pod's own."""

    def __init__(self, api: KubeApi, pod: Object, folder: Path) -> None:
        self._api, self._pod, self._folder = api, pod, folder
        self._namespace: str = pod["metadata"]["namespace"]

    def volumes(self) -> dict[str, Path]:
        """Folder of each volume. An optional one that does not exist is empty; another raises RehearsalError."""
        found: dict[str, Path] = {}
        for volume in self._pod["spec"].get("volumes", []):
            folder = self._folder / volume["name"]
            folder.mkdir(parents=True, exist_ok=True)
            for source in volume["projected"]["sources"] if "projected" in volume else [volume]:
                for name, content in self._files(source).items():
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    (folder / name).write_bytes(content)
            found[volume["name"]] = folder
        return found

    def environment(self, container: Object) -> dict[str, str]:
        """Variables of a container; a value may name those before it."""
        found: dict[str, str] = {}
        for each in container.get("env", []):
            source: Object = each.get("valueFrom") or {}
            if "fieldRef" in source:
                found[each["name"]] = self._field(source["fieldRef"]["fieldPath"])
            elif reference := source.get("secretKeyRef") or source.get("configMapKeyRef"):
                kind = "secrets" if "secretKeyRef" in source else "configmaps"
                found[each["name"]] = self._data(kind, reference["name"])[reference["key"]].decode()
            else:
                found[each["name"]] = expand(each.get("value", ""), found)
        return found

    def _files(self, source: Object) -> dict[str, bytes]:
        if token := source.get("serviceAccountToken"):
            return {token["path"]: self._token(token)}
        if fields := source.get("downwardAPI"):
            return {item["path"]: self._field(item["fieldRef"]["fieldPath"]).encode() for item in fields["items"]}
        for key, kind, name in (("secret", "secrets", "secretName"), ("configMap", "configmaps", "name")):
            if stated := source.get(key):
                try:
                    data = self._data(kind, stated.get(name) or stated["name"])
                except RehearsalError:
                    if stated.get("optional"):
                        return {}
                    raise
                items = stated.get("items")
                return {item["path"]: data[item["key"]] for item in items} if items else data
        return {}

    def _data(self, kind: str, name: str) -> dict[str, bytes]:
        path = f"/api/v1/namespaces/{self._namespace}/{kind}/{name}"
        found: dict[str, str] = self._api.request("GET", path).get("data") or {}
        return {key: base64.b64decode(text) if kind == "secrets" else text.encode() for key, text in found.items()}

    def _token(self, stated: Object) -> bytes:
        account = self._pod["spec"]["serviceAccountName"]
        path = f"/api/v1/namespaces/{self._namespace}/serviceaccounts/{account}/token"
        audiences = [stated["audience"]] if "audience" in stated else []
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"audiences": audiences}}
        return self._api.request("POST", path, body)["status"]["token"].encode()

    def _field(self, path: str) -> str:
        if keyed := re.match(r"metadata\.(annotations|labels)\['(.+)'\]", path):
            return self._pod["metadata"].get(keyed[1], {}).get(keyed[2], "")
        value = self._pod
        for part in path.split("."):
            value = value[part]
        return str(value)


def expand(text: str, variables: dict[str, str]) -> str:
    """A value or argument of a container with the variables that it names."""
    return _REFERENCE.sub(lambda found: variables.get(found[1], found[0]), text)
