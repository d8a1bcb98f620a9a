"""`naap plugin gate`, before a Prometheus that is played: it answers as the HTTP API's documentation says."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
import yaml

from naap.measured.prometheus import Prometheus
from planning.inputs.problem import InvalidInputError
from tests.naap.running import ROOT, process, refused

NAME = "my-wallet"
TRIED = "ghcr.io/livepeer/naap-my-wallet:9.9.9@sha256:" + "9" * 64
PRODUCTION = ("--stack", "prod")
"""Whose tier keeps series."""


class Series(ThreadingHTTPServer):
    """values: of the queries that hold all of these words; 0 of others; None: no series. asked: requests so far."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.values: dict[tuple[str, ...], float | None] = {}
        self.asked: list[str] = []
        self.status = 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Series  # pyright: ignore[reportIncompatibleVariableOverride]  # its own kind

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        (query,) = parse_qs(body)["query"]
        self.server.asked.append(query)
        found = next(
            (value for words, value in self.server.values.items() if all(word in query for word in words)), 0.0
        )
        result: list[object] = [] if found is None else [{"metric": {}, "value": [1_700_000_000.0, str(found)]}]
        text = json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's
        pass


@pytest.fixture
def series() -> Iterator[Series]:
    """A canary with two pods, that answers a thousand requests well; as many as the stable version."""
    server = Series()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.values = {
        ("replicas_available",): 2,
        ('response_code_class="5"',): 0,
        ("bucket",): 0,
        ("upstream_rq_time_count",): 1_000,
        ("upstream_rq_xx",): 1_000,
    }
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """The real one, with a canary at 5 %."""
    shutil.copytree(ROOT / "plugins" / "manifests", tmp_path / "manifests")
    entries = yaml.safe_load((ROOT / "plugins" / "registry.yaml").read_text())
    entries["plugins"][NAME]["canary"] = {"image": TRIED, "weight": 5}
    file = tmp_path / "registry.yaml"
    file.write_text(yaml.safe_dump(entries, sort_keys=False))
    return file


def _canary(registry: Path) -> object:
    return yaml.safe_load(registry.read_text())["plugins"][NAME]["canary"]


def _gate(registry: Path, series: Series, *more: str) -> tuple[int, str]:
    done = process("plugin", "gate", NAME, *PRODUCTION, "--registry", str(registry), "--prometheus", series.url, *more)
    return done.returncode, done.stdout + done.stderr


def test_a_canary_that_keeps_its_promise_is_told_so_and_advances_where_that_is_asked_for(
    registry: Path, series: Series
) -> None:
    series.values |= {("upstream_rq_time_count",): 10_000, ("upstream_rq_xx",): 10_000}
    series.values = {("time_count", "time_bucket"): 0, **series.values}

    assert _gate(registry, series)[0] == 0
    assert _canary(registry) == {"image": TRIED, "weight": 5}
    code, said = _gate(registry, series, "--apply")
    assert (code, f"{NAME}: advance: within its promise" in said, "answers 25 %" in said) == (0, True, True), said
    assert _canary(registry) == {"image": TRIED, "weight": 25}


def test_a_canary_that_fails_is_given_up_and_the_command_fails(registry: Path, series: Series) -> None:
    series.values = {('"5"', "/backend/1"): 200, **series.values}
    code, said = _gate(registry, series, "--apply")

    assert (code, f"{NAME}: abort: answered 5xx: 200 of 1000" in said) == (1, True), said
    image = yaml.safe_load(registry.read_text())["plugins"][NAME]["image"]
    assert _canary(registry) == {"image": image, "weight": 0}


def test_a_canary_that_nobody_can_judge_yet_is_held(registry: Path, series: Series) -> None:
    series.values |= {("upstream_rq_xx",): 20, ("upstream_rq_time_count",): 20}
    code, said = _gate(registry, series, "--apply", "--minutes", "15")

    assert (code, f"{NAME}: hold: " in said) == (0, True), said
    assert _canary(registry) == {"image": TRIED, "weight": 5}
    assert any("[15m]" in query for query in series.asked)


def test_no_answer_is_no_decision(registry: Path, series: Series) -> None:
    series.status = 403
    where = ("plugin", "gate", NAME, "--registry", str(registry))
    assert "HTTP 403" in refused(*where, *PRODUCTION, "--prometheus", series.url)
    assert "by https" in refused(*where, *PRODUCTION, "--prometheus", "http://series.example")
    assert "keeps none" in refused(*where, "--stack", "dev", "--prometheus", series.url)
    assert "a canary that tries something" in refused(
        "plugin", "gate", "community", "--registry", str(registry), *PRODUCTION, "--prometheus", series.url
    )
    assert _canary(registry) == {"image": TRIED, "weight": 5}


def test_amazons_workspaces_are_asked_with_a_signature_and_others_without(
    series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    amazon = Prometheus(url="https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-0/")
    signed = amazon.signed("https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-0/api/v1/query", b"query=1")

    assert "/us-east-1/aps/aws4_request" in signed["Authorization"]
    assert "Authorization" not in Prometheus(url=series.url).signed(series.url, b"query=1")


def test_without_credentials_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(InvalidInputError, match="log in to the account"):
        Prometheus(url="https://aps-workspaces.us-east-1.amazonaws.com/workspaces/ws-0/").numbers({"one": "1"})
