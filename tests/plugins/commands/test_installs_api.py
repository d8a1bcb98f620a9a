"""Asking the platform how many installs there are: a real server that answers in every way it shouldn't."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from planning.inputs.problem import InvalidInputError
from plugins.commands.installs_api import TOKEN_VARIABLE, InstallsApi

Answer = tuple[int, bytes]


class Platform(ThreadingHTTPServer):
    """Gives its answers one after the other, the last for ever; notes what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer] = []
        self.asked: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def counts(self, number: object) -> None:
        self.answers = [(200, json.dumps({"deployment": {"activeInstalls": number}}).encode())]


class Handler(BaseHTTPRequestHandler):
    server: Platform  # pyright: ignore[reportIncompatibleVariableOverride]  # always started by it

    def do_GET(self) -> None:  # named by the library
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        status, body = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named by the library
        """Says nothing."""


@pytest.fixture
def platform() -> Iterator[Platform]:
    server = Platform()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def api(url: str, token: str | None = None) -> InstallsApi:
    return InstallsApi(url=url, token=token, backoff_seconds=0)


def refusal(url: str, token: str | None = None) -> str:
    with pytest.raises(InvalidInputError) as caught:
        api(url, token).count("my-wallet")
    return str(caught.value)


def test_the_count_is_what_the_platform_says(platform: Platform) -> None:
    platform.counts(7)
    assert api(platform.url).count("my-wallet") == 7
    assert platform.asked == [("/api/v1/deployments/package/myWallet", None)]


def test_a_plugin_that_nobody_ever_installed_has_none(platform: Platform) -> None:
    platform.answers = [(404, b'{"error": "Deployment not found"}')]
    assert api(platform.url).count("my-wallet") == 0


def test_another_404_is_no_count(platform: Platform) -> None:
    for body in (b"<html>not found</html>", b'{"error": "Not Found"}', b""):
        platform.answers = [(404, body)]
        assert "HTTP 404" in refusal(platform.url)


@pytest.mark.parametrize("number", [None, -1, "0", True, 1.5, [], {}])
def test_an_answer_without_a_count_is_no_zero(platform: Platform, number: object) -> None:
    platform.counts(number)
    assert "no deployment.activeInstalls" in refusal(platform.url)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"deployment": null}', b"\xff", b"[" * 100_000])
def test_an_answer_that_is_something_else_is_no_zero(platform: Platform, body: bytes) -> None:
    platform.answers = [(200, body)]
    assert "no deployment.activeInstalls" in refusal(platform.url)


def test_a_server_that_recovers_is_asked_again(platform: Platform) -> None:
    platform.answers = [(503, b""), (502, b""), (200, b'{"deployment": {"activeInstalls": 3}}')]
    assert api(platform.url).count("my-wallet") == 3
    assert len(platform.asked) == 3


def test_a_server_that_stays_down_is_given_up(platform: Platform) -> None:
    platform.answers = [(503, b"")]
    assert "4 tries" in refusal(platform.url)
    assert len(platform.asked) == 4


def test_a_refused_token_says_how_to_give_one(platform: Platform) -> None:
    platform.answers = [(403, b"")]
    assert TOKEN_VARIABLE in refusal(platform.url)


def test_the_token_goes_to_the_platform_and_nowhere_else(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(TOKEN_VARIABLE, "hunter2")
    platform.answers = [(302, b"")]
    with pytest.raises(InvalidInputError) as caught:
        InstallsApi.from_environment(platform.url + "/").count("my-wallet")
    assert "HTTP 302" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert platform.asked == [("/api/v1/deployments/package/myWallet", "Bearer hunter2")]


def test_a_token_is_never_sent_in_the_clear() -> None:
    assert "in the clear" in refusal("http://naap.example", "hunter2")


@pytest.mark.parametrize(
    "url",
    ["naap.example", "ftp://x", "http://", "https://me:hunter2@x", "https://x?y=1", "http://[::1", "", "file:///etc"],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    text = refusal(url)
    assert "https://naap.example" in text
    assert "hunter2" not in text


def test_a_platform_that_is_not_there_is_said_in_words(platform: Platform) -> None:
    url = platform.url
    platform.server_close()
    assert "Connection refused" in refusal(url)


def test_an_endless_answer_is_cut(platform: Platform) -> None:
    platform.answers = [(200, b'{"a": "' + b"x" * 3_000_000 + b'"}')]
    assert "no deployment.activeInstalls" in refusal(platform.url)
