"""The edge over real connections: a viewer's, and those to a target on loopback."""

import asyncio
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import AsyncExitStack

import pytest

from planning.shared.internal_ca import authority
from rehearsal.live.edge.cloudfront.distribution import Distribution
from rehearsal.live.edge.load_balancer import Targets, target_group
from rehearsal.live.edge.proxy import Proxy, Site
from tests.components.recording import Recorded
from tests.live.edge import origin
from tests.planning import samples

DOMAIN = samples.settings(1_000).domain


class Viewer:
    """Asks the edge. targets: of its load balancer."""

    def __init__(self, port: int, trusted: ssl.SSLContext, targets: Targets) -> None:
        self.port, self.targets, self._trusted = port, targets, trusted

    def connect(self, name: str = DOMAIN) -> ssl.SSLSocket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        return self._trusted.wrap_socket(made, server_hostname=name)

    def connection(self, name: str = DOMAIN) -> http.client.HTTPConnection:
        found = http.client.HTTPConnection(name, self.port)
        found.sock = self.connect(name)
        return found

    def get(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = self.connection()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"host": DOMAIN, **named})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()


@pytest.fixture(scope="module")
def viewer(
    records: list[Recorded], distribution: Distribution, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Viewer]:
    folder = tmp_path_factory.mktemp("edge")
    trusted = folder / "authority.pem"
    trusted.write_text(authority(samples.ROOT_SECRET).certificate_pem)
    (arn,) = {one.load_balancer for one in distribution.origins if one.load_balancer}
    targets = Targets(target_group(arn, records))
    ready, ports, loop = threading.Event(), list[int](), asyncio.new_event_loop()
    done = asyncio.Event()

    async def serve() -> None:
        tls = origin.context(folder, DOMAIN, "localhost")
        async with AsyncExitStack() as stack:
            targets.register([await stack.enter_async_context(origin.running(tls))])
            listening = socket.create_server(("127.0.0.1", 0))
            ports.append(listening.getsockname()[1])
            site = Site(
                distribution=distribution,
                domain=DOMAIN,
                port=ports[0],
                address="10.64.1.2",
                balancers={arn: targets},
                store=None,
            )
            server = await asyncio.start_server(Proxy(site).serve, sock=listening, ssl=tls)
            await stack.enter_async_context(server)
            ready.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    assert ready.wait(10)
    yield Viewer(ports[0], ssl.create_default_context(cafile=trusted), targets)
    loop.call_soon_threadsafe(done.set)
    thread.join(10)


def test_a_request_reaches_the_target_as_two_hops_left_it(viewer: Viewer) -> None:
    status, headers, body = viewer.get("/api/v1/a%2Fb/..%2fc?x=1&y=%20", cookie="a=1", x_forwarded_for="203.0.113.5")
    told = json.loads(body)
    assert (status, told["target"]) == (200, "/api/v1/a%2Fb/..%2fc?x=1&y=%20")
    sent = told["headers"]
    assert sent["x-forwarded-for"] == "203.0.113.5, 127.0.0.1, 10.64.1.2"
    assert (sent["host"], sent["cookie"], sent["x-forwarded-proto"]) == (DOMAIN, "a=1", "https")
    assert sent["x-amzn-trace-id"].startswith("Root=1-")
    assert headers["via"] == sent["via"] == "1.1 rehearsal (plays CloudFront)"
    assert headers["x-amz-cf-id"] == sent["x-amz-cf-id"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers.get_all("set-cookie") == ["a=1", "b=2"]


def test_a_connection_takes_one_request_after_another(viewer: Viewer) -> None:
    connection = viewer.connection()
    for method, body in (("GET", None), ("POST", b"x" * 300_000), ("PUT", b""), ("DELETE", None)):
        connection.request(method, "/api/v1/x", body=body, headers={"host": DOMAIN})
        told = json.loads(connection.getresponse().read())
        assert (told["method"], told["size"]) == (method, len(body or b""))


def test_a_body_without_a_stated_length_arrives_as_it_was_sent(viewer: Viewer) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"y" * 10_000

    connection = viewer.connection()
    connection.request("POST", "/api/v1/x", body=pieces(), headers={"host": DOMAIN}, encode_chunked=True)
    told = json.loads(connection.getresponse().read())
    assert (told["size"], told["headers"]["transfer-encoding"]) == (200_000, "chunked")


def test_pieces_of_a_stream_come_as_they_are_sent(viewer: Viewer) -> None:
    connection = viewer.connection()
    connection.request("GET", "/api/v1/stream", headers={"host": DOMAIN})
    answer = connection.getresponse()
    begin, seen = time.monotonic(), list[float]()
    assert answer.read1() == b"one"
    seen.append(time.monotonic() - begin)
    assert answer.read() == b"twothree"
    seen.append(time.monotonic() - begin)
    assert seen[0] < origin.PAUSE_SECONDS
    assert seen[1] >= 2 * origin.PAUSE_SECONDS


def test_a_websocket_carries_both_ways(viewer: Viewer) -> None:
    line = viewer.connect()
    head = f"GET /api/v1/x HTTP/1.1\r\nHost: {DOMAIN}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    line.sendall(f"{head}Sec-WebSocket-Key: k\r\n\r\n".encode())
    got = b""
    while b"\r\n\r\n" not in got:
        got += line.recv(4096)
    assert got.startswith(b"HTTP/1.1 101")
    assert b"sec-websocket-accept: yes" in got.lower()
    for text in (b"hello", b"again"):
        line.sendall(text)
        assert line.recv(100) == text.upper()


def test_an_answer_before_the_end_of_a_body_arrives(viewer: Viewer) -> None:
    connection = viewer.connection()
    connection.putrequest("POST", "/api/v1/refused", skip_host=True)
    for name, value in (("host", DOMAIN), ("content-length", "1000000")):
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(b"z" * 1000)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (413, b"too large")


def test_an_answer_that_is_cut_off_is_cut_off_for_the_viewer_too(viewer: Viewer) -> None:
    with pytest.raises(http.client.IncompleteRead):
        viewer.get("/api/v1/cut")


def test_localhost_is_the_site(viewer: Viewer) -> None:
    connection = viewer.connection("localhost")
    name = f"localhost:{viewer.port}"
    connection.request("POST", "/api/v1/x", headers={"host": name, "origin": f"https://{name}"})
    sent = json.loads(connection.getresponse().read())["headers"]
    assert (sent["host"], sent["origin"]) == (DOMAIN, f"https://{DOMAIN}")


def test_what_the_edge_answers_itself_says_that_it_is_played_and_why(viewer: Viewer) -> None:
    status, headers, body = viewer.get("/bundles/x/1.0.0/x.js")
    assert (status, headers["server"]) == (502, "rehearsal (plays CloudFront)")
    assert b"nothing here serves the bucket" in body
    status, _, body = viewer.get("/api/v1/x", host="foreign.example")
    assert status == 403
    assert b"foreign.example" not in body


def test_without_a_target_or_with_one_that_takes_no_connection_it_says_which(viewer: Viewer) -> None:
    before = viewer.targets.addresses
    for addresses, status in (([], 503), (["127.0.0.1:1"], 502)):
        viewer.targets.register(addresses)
        assert viewer.get("/api/v1/x")[0] == status
    viewer.targets.register(before)
