"""A shell like the application's, its APIs, bundles and uploads, and the hosts of others: what stands behind the edge.

Of the application's own: the order of what a page loads, and the policy that its server sends with plugin pages.
"""

import fnmatch
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.chromium import Chromium
from tests.browser.edge import Answer, Edge, Origin, Request
from tests.browser.server import Hosts, serving
from tests.components.recording import Recorded, of_type

DOMAIN = "dev.naap.example"
DECLARED = "ai.livepeer.com"
"""A host that an entry of the registry asks from its pages."""

TOLD = "/api/v1/told"
"""Where the page sends what it saw."""

_FILES = Path(__file__).parent / "shell"
_FONT = "@font-face { font-family: Inter; src: url(https://fonts.gstatic.com/inter.woff2); }"
_OWN_POLICY = "default-src 'none'; script-src 'self' https://*.example.com"
_ANY_SITE = {"access-control-allow-origin": "*"}


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What a page did and what it was refused; console: what the browser said of policies."""

    done: Mapping[str, Any]
    refused: Sequence[str]
    console: Sequence[str]


def bucket_host(records: Sequence[Recorded]) -> str:
    """Of the home region's uploads."""
    (found,) = (record for record in of_type(records, "aws:s3/bucket:Bucket") if "uploads" in record.name)
    return str(found.outputs["bucketRegionalDomainName"])


def document(records: Sequence[Recorded]) -> str:
    """The page that every path of the shell gets."""
    page = (_FILES / "page.html").read_text()
    return page.replace("__BUCKET__", bucket_host(records)).replace("__DECLARED__", DECLARED)


def shell_server(page: str) -> Origin:
    """The gateway with the shell behind it: pages with a policy of the shell's own, its files, and APIs."""

    def answer(request: Request) -> Answer:
        if request.path.startswith("/api/"):
            return Answer(body="{}", kind="application/json")
        if fnmatch.fnmatchcase(request.path, "/_next/static/chunks/*.js"):
            return Answer(body=(_FILES / Path(request.path).name).read_text(), kind="text/javascript")
        own = {"content-security-policy": _OWN_POLICY, "permissions-policy": "camera=*"}
        return Answer(body=page, kind="text/html; charset=utf-8", headers=own)

    return answer


def assets_bucket(page: str) -> Origin:
    """The files of a static shell, and the bundles."""

    def answer(request: Request) -> Answer:
        if request.path == "/index.html":
            return Answer(body=page, kind="text/html; charset=utf-8")
        if request.path.endswith(".js"):
            return Answer(body=(_FILES / Path(request.path).name).read_text(), kind="text/javascript")
        return Answer(status=403)

    return answer


def others(records: Sequence[Recorded]) -> dict[str, Origin]:
    """The uploads bucket and hosts that are nobody's of ours."""
    return {
        bucket_host(records): _uploads(records),
        "fonts.googleapis.com": lambda _: Answer(body=_FONT, kind="text/css"),
        "fonts.gstatic.com": lambda _: Answer(kind="font/woff2", headers=_ANY_SITE),
        DECLARED: _to_any_site,
        "foreign.example": _to_any_site,
    }


def _to_any_site(_: Request) -> Answer:
    return Answer(headers=_ANY_SITE)


def _uploads(records: Sequence[Recorded]) -> Origin:
    """S3 with the bucket's own rules for scripts of other sites."""
    found = of_type(records, "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration")
    (rule,) = (rule for record in found for rule in record.inputs["corsRules"] if "uploads" in record.name)

    def answer(request: Request) -> Answer:
        origin = request.headers.get("origin", "")
        if origin not in rule["allowedOrigins"]:
            return Answer(status=403)
        methods = ", ".join(rule["allowedMethods"])
        headers = ", ".join(rule["allowedHeaders"])
        return Answer(
            headers={
                "access-control-allow-origin": origin,
                "access-control-allow-methods": methods,
                "access-control-allow-headers": headers,
            }
        )

    return answer


def visit(browser: Chromium, edge: Edge, records: Sequence[Recorded], path: str, scratch: Path) -> tuple[Seen, Hosts]:
    """Opens a page of the site behind this edge, and waits until it has told what it saw."""
    told = threading.Event()
    seen: dict[str, Any] = {}

    def answer(request: Request) -> Answer:
        found = edge.answer(request)
        if request.path == TOLD:
            seen.update(json.loads(request.body))
            told.set()
        return found

    with serving(Hosts({DOMAIN: answer, **others(records)}), scratch) as hosts:
        console = browser.visit(f"https://{DOMAIN}{path}", port=hosts.port, until=told, scratch=scratch)
    return Seen(done=seen["done"], refused=seen["refused"], console=console), hosts
