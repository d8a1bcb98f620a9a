"""CloudFront Functions, really run, by Node: the event as the CloudFront developer guide describes it."""

import json
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast
from urllib.parse import unquote

from rehearsal import RehearsalError
from rehearsal.live.edge.messages import Request

_PROGRAM = Path(__file__).with_name("functions.js")
_PLAYED = ("method", "querystring", "cookies")
"""What of a request may not come back changed: it is not played."""


@dataclass(frozen=True, kw_only=True)
class Code:
    """A function's program. store: content of the key-value store that it is associated with."""

    text: str
    store: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What a function made of a request. origins: ids that it chose, in the order in which they are asked; empty: the
    behaviour's own. failover: status codes of one for which the next is asked."""

    request: Request
    origins: tuple[str, ...] = ()
    failover: frozenset[int] = frozenset()


class Functions:
    """A Node process that runs them, for any number of threads; it ends with the block."""

    def __init__(self, node: Path) -> None:
        self._command = [str(node), "--experimental-vm-modules", "--no-warnings", str(_PROGRAM)]
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Functions":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def run(self, code: Code, request: Request, *, viewer: str) -> Changed:
        """A viewer-request function's work. Raises RehearsalError where it fails, or does what is not played."""
        event = {
            "version": "1.0",
            "context": {"eventType": "viewer-request"},
            "viewer": {"ip": viewer},
            "request": _described(request),
        }
        told = self._ask({"code": code.text, "store": code.store, "event": event})
        if "error" in told:
            raise RehearsalError(f"a CloudFront function failed: {told['error']}")
        found: Mapping[str, Any] = told["result"] or {}
        before = _described(request)
        if "uri" not in found or any(found.get(part) != before[part] for part in _PLAYED):
            raise RehearsalError(f"a CloudFront function did what the edge does not play: it gave back {found}")
        headers = {name: str(value["value"]) for name, value in found["headers"].items()}
        if "cookie" in request.headers:
            headers["cookie"] = request.headers["cookie"]
        chosen: Mapping[str, Any] = told["chosen"] or {"origins": [], "statusCodes": []}
        return Changed(
            request=replace(request, path=str(found["uri"]), headers=headers),
            origins=tuple(chosen["origins"]),
            failover=frozenset(chosen["statusCodes"]),
        )

    def _ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = subprocess.Popen(
                    self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
                )
            told, said = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
            told.write(json.dumps(asked) + "\n")
            told.flush()
            line = said.readline()
        if not line:
            raise RehearsalError("Node ended while it ran a CloudFront function")
        return json.loads(line)


def _described(request: Request) -> dict[str, Any]:
    queries = [part.partition("=") for part in request.query.split("&") if part]
    cookies = [part.strip().partition("=") for part in request.headers.get("cookie", "").split(";") if part.strip()]
    return {
        "method": request.method,
        "uri": request.path,
        "querystring": {unquote(name): {"value": value} for name, _, value in queries},
        "headers": {name: {"value": value} for name, value in request.headers.items() if name != "cookie"},
        "cookies": {name: {"value": value} for name, _, value in cookies},
    }
