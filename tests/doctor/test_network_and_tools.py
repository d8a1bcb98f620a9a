"""What this machine reaches, and which programs it has."""

import socket
from ipaddress import ip_address
from pathlib import Path
from threading import Thread

import pytest

from doctor.facts.network import Network
from doctor.facts.tools import Tools, parse_version
from doctor.finding import Unanswered


def test_a_port_that_listens_is_reached_and_a_closed_one_is_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"https://127.0.0.1:{server.getsockname()[1]}"
        assert Network().connects(url) is True
    assert Network().connects(url) is False


def test_a_host_whose_name_is_not_known_has_no_answer() -> None:
    assert isinstance(Network().connects("https://nobody.invalid"), Unanswered)


@pytest.mark.parametrize(("body", "known"), [("8.8.8.8\n", True), ("<html>a proxy</html>", False)])
def test_the_public_address_is_what_the_service_says(body: str, known: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())

        Thread(target=answer, daemon=True).start()
        said = Network().own_address(f"http://127.0.0.1:{server.getsockname()[1]}")
    assert said == ip_address("8.8.8.8") if known else isinstance(said, Unanswered)


def test_without_the_service_the_public_address_is_not_known() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert isinstance(Network().own_address(f"http://127.0.0.1:{port}"), Unanswered)


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("v3.251.0\n", (3, 251, 0)),
        ("aws-cli/2.37.5 Python/3.13.1 Linux/6.1", (2, 37, 5)),
        ('{"clientVersion": {"major": "1", "minor": "36", "gitVersion": "v1.36.3"}}', (1, 36, 3)),
        ("dev", None),
    ],
)
def test_a_version_is_the_first_number_of_three_parts(said: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(said) == version


def test_a_program_says_its_version_or_there_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "pulumi"
    program.write_text('#!/bin/sh\n[ "$1" = version ] && echo v3.300.1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Tools().version("pulumi") == (3, 300, 1)
    assert Tools().version("kubectl") is None


def test_the_sdk_has_a_version() -> None:
    assert Tools().sdk()
