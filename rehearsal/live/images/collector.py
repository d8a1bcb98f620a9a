"""In the place of k8s-sidecar, whose program no package index has: files of the ConfigMaps that have a label.

Does what the platform's containers ask of it, as its source (2.11) does: LIST writes the files and ends; WATCH, or
nothing, writes them and then follows every change. It runs in an image of its own, with Python and nothing else.
"""

import json
import os
import ssl
import sys
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any, cast

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
SERVER_SECONDS = 60
"""After which the API server ends a watch; a new one begins with a list, which finds what was missed."""
AGAIN_SECONDS = 5


def main() -> None:
    """As its environment says."""
    folder, seen = Path(os.environ["FOLDER"]), dict[str, set[str]]()
    version = _list(folder, seen)
    if os.environ.get("METHOD") == "LIST":
        return
    while True:
        try:
            _watch(folder, seen, version)
            version = _list(folder, seen)
        except (OSError, ValueError) as error:
            print(f"asked again in {AGAIN_SECONDS} s: {error}", file=sys.stderr, flush=True)
            time.sleep(AGAIN_SECONDS)


def _list(folder: Path, seen: dict[str, set[str]]) -> str:
    with _ask({}) as answer:
        found: dict[str, Any] = json.load(answer)
    names = {item["metadata"]["name"] for item in found["items"]}
    for item in found["items"]:
        put(folder, seen, item)
    for name in seen.keys() - names:
        drop(folder, seen, name)
    return str(found["metadata"]["resourceVersion"])


def _watch(folder: Path, seen: dict[str, set[str]], version: str) -> None:
    with _ask({"watch": "1", "resourceVersion": version, "timeoutSeconds": str(SERVER_SECONDS)}) as answer:
        for line in answer:
            event: dict[str, Any] = json.loads(line)
            if event["type"] == "ERROR":
                return
            if event["type"] == "DELETED":
                drop(folder, seen, event["object"]["metadata"]["name"])
            elif event["type"] in ("ADDED", "MODIFIED"):
                put(folder, seen, event["object"])


def put(folder: Path, seen: dict[str, set[str]], item: dict[str, Any]) -> None:
    """Files of a ConfigMap, and no more those of its keys that are gone."""
    name: str = item["metadata"]["name"]
    data = cast("dict[str, str]", item.get("data") or {})
    for file, text in data.items():
        path = folder / file
        if not path.exists() or path.read_text() != text:
            print(f"writes {path}", flush=True)
            path.write_text(text)
    for file in seen.get(name, set()) - data.keys():
        (folder / file).unlink(missing_ok=True)
    seen[name] = set(data)


def drop(folder: Path, seen: dict[str, set[str]], name: str) -> None:
    """A ConfigMap that is gone."""
    for file in seen.pop(name, set()):
        print(f"removes {folder / file}", flush=True)
        (folder / file).unlink(missing_ok=True)


def _ask(query: dict[str, str]) -> Any:
    label, value = os.environ["LABEL"], os.environ.get("LABEL_VALUE")
    query = {**query, "labelSelector": f"{label}={value}" if value else label}
    host = f"{os.environ['KUBERNETES_SERVICE_HOST']}:{os.environ['KUBERNETES_SERVICE_PORT']}"
    path = f"/api/v1/namespaces/{os.environ['NAMESPACE']}/configmaps?{urllib.parse.urlencode(query)}"
    token = (ACCOUNT / "token").read_text()
    request = urllib.request.Request(f"https://{host}{path}", headers={"Authorization": f"Bearer {token}"})
    context = ssl.create_default_context(cafile=str(ACCOUNT / "ca.crt"))
    return urllib.request.urlopen(request, timeout=SERVER_SECONDS + 30, context=context)  # noqa: S310  # https


if __name__ == "__main__":
    main()
