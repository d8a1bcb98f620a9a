"""A registry of images on this machine, by the OCI distribution API, with the tokens that public ones hand out."""

import json
from base64 import b64encode
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from doctor.facts.image_registry import ImageRegistry, Reference
from doctor.finding import Unanswered

INDEX = "application/vnd.oci.image.index.v1+json"
DIGEST = "sha256:" + "a" * 64
ARM: Mapping[str, str] = {"os": "linux", "architecture": "arm64", "variant": "v8"}
AMD: Mapping[str, str] = {"os": "linux", "architecture": "amd64"}


@contextmanager
def registry(
    documents: Mapping[str, Any],
    *,
    ticket: str | None = None,
    basic: tuple[str, str] | None = None,
    cut: str | None = None,
) -> Generator[str]:
    """Its host and port. documents: by path; ticket: the token that it wants, and gives to everybody.

    basic: user and password that it wants. cut: a path that has no answer, but the connection's end.
    """
    wanted = [f"Bearer {ticket}"] if ticket else []
    wanted += [f"Basic {b64encode(':'.join(basic).encode()).decode()}"] if basic else []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == cut:
                return
            if path == "/token":
                self._answer(200, {"token": ticket} if self.path == "/token?service=here&scope=pull" else {})
            elif self.headers["Authorization"] not in (wanted or (self.headers["Authorization"],)):
                self._answer(401, {})
            elif path in documents and INDEX in self.headers["Accept"]:
                self._answer(200, documents[path])
            else:
                self._answer(404, {"errors": [{"code": "MANIFEST_UNKNOWN"}]})

        def _answer(self, status: int, document: Any) -> None:
            self.send_response(status)
            if status == 401 and ticket and ticket != "nobody's":
                realm = f"http://{self.headers['Host']}/token"
                self.send_header("WWW-Authenticate", f'Bearer realm="{realm}",service="here",scope="pull"')
            self.end_headers()
            self.wfile.write(document.encode() if isinstance(document, str) else json.dumps(document).encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # as the library names it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def _index(*platforms: Mapping[str, str]) -> dict[str, Any]:
    return {"mediaType": INDEX, "manifests": [{"digest": DIGEST, "platform": platform} for platform in platforms]}


@pytest.mark.parametrize("ticket", [None, "everybody's"])
def test_an_index_names_the_platforms_of_an_image(ticket: str | None) -> None:
    documents = {f"/v2/naap/base/manifests/{DIGEST}": _index(ARM, AMD)}
    with registry(documents, ticket=ticket) as host:
        found = ImageRegistry().platforms(f"{host}/naap/base:1.0.0@{DIGEST}")
    assert found == {"linux/arm64", "linux/amd64"}


def test_a_login_is_shown_to_the_registry() -> None:
    documents = {"/v2/base/manifests/1.0.0": _index(ARM)}
    with registry(documents, basic=("AWS", "of-a-day")) as host:
        assert ImageRegistry().platforms(f"{host}/base:1.0.0", ("AWS", "of-a-day")) == {"linux/arm64"}
        assert isinstance(ImageRegistry().platforms(f"{host}/base:1.0.0", ("AWS", "of-yesterday")), Unanswered)


def test_an_image_of_one_platform_names_it_in_its_configuration() -> None:
    manifest: dict[str, Any] = {"config": {"digest": DIGEST}, "layers": []}
    documents: dict[str, Any] = {"/v2/base/manifests/1.0.0": manifest, f"/v2/base/blobs/{DIGEST}": AMD}
    with registry(documents) as host:
        assert ImageRegistry().platforms(f"{host}/base:1.0.0") == {"linux/amd64"}


def test_an_image_that_is_not_there_is_none() -> None:
    with registry({}) as host:
        assert ImageRegistry().platforms(f"{host}/base:1.0.0") is None


def test_a_registry_that_wants_a_login_is_left_alone() -> None:
    with registry({}, ticket="nobody's") as host:
        said = ImageRegistry().platforms(f"{host}/base:1.0.0")
    assert isinstance(said, Unanswered)
    assert said.reason == "private"


@pytest.mark.parametrize("document", ["<html>", "[]", '{"config": {}}', '{"manifests": [{"platform": {}}]}'])
def test_an_answer_that_is_no_manifest_is_none(document: str) -> None:
    with registry({"/v2/base/manifests/1.0.0": document}) as host:
        said = ImageRegistry().platforms(f"{host}/base:1.0.0")
    assert isinstance(said, Unanswered)


def test_a_registry_that_is_not_there_is_not_reached() -> None:
    with registry({}) as host:
        pass
    said = ImageRegistry().platforms(f"{host}/base:1.0.0")
    assert isinstance(said, Unanswered)
    assert said.reason == "not reached"


def test_a_registry_that_was_not_reached_is_asked_for_no_further_image_and_others_are() -> None:
    asked = ImageRegistry()
    with registry({}) as gone:
        pass
    not_reached = asked.platforms(f"{gone}/base:1.0.0")
    with registry({"/v2/wallet/manifests/1.0.0": _index(ARM, AMD)}) as host:
        assert asked.platforms(f"{host}/wallet:1.0.0") == {"linux/arm64", "linux/amd64"}
    assert asked.platforms(f"{gone}/wallet:1.0.0") is not_reached


def test_a_registry_that_cut_one_connection_is_asked_for_the_next_image() -> None:
    asked = ImageRegistry()
    with registry({"/v2/wallet/manifests/1.0.0": _index(ARM)}, cut="/v2/base/manifests/1.0.0") as host:
        assert isinstance(asked.platforms(f"{host}/base:1.0.0"), Unanswered)
        assert asked.platforms(f"{host}/wallet:1.0.0") == {"linux/arm64"}


@pytest.mark.parametrize(
    ("image", "url", "version"),
    [
        ("postgres:17", "https://registry-1.docker.io/v2/library/postgres", "17"),
        ("docker.io/envoyproxy/envoy:v1", "https://registry-1.docker.io/v2/envoyproxy/envoy", "v1"),
        ("envoyproxy/envoy", "https://registry-1.docker.io/v2/envoyproxy/envoy", "latest"),
        (f"ghcr.io/a/b:1@{DIGEST}", "https://ghcr.io/v2/a/b", DIGEST),
        ("registry.example:5000/a/b:1", "https://registry.example:5000/v2/a/b", "1"),
        ("localhost:5000/a:1", "http://localhost:5000/v2/a", "1"),
    ],
)
def test_a_reference_is_read_as_container_runtimes_read_it(image: str, url: str, version: str) -> None:
    found = Reference.of(image)
    assert (found.url, found.version) == (url, version)
