"""The cluster's DNS: names of Services, and of servers outside that a test plays."""

import re
import socket
import struct
import time
from collections.abc import Mapping
from typing import cast

import requests

from rehearsal import RehearsalError
from rehearsal.control_plane.kube_api import KubeApi, Object

_SERVICE = re.compile(r"^([^.]+)\.([^.]+)\.svc\.cluster\.local$")
_HEADER = 12
_ADDRESS, _INTERNET = 1, 1
_FOUND, _UNKNOWN = 0x8580, 0x8583
_SECONDS_TO_KEEP = 1


class Dns:
    """Answers with the addresses of a Service's pods, as there is no kube-proxy that would stand for one of its own.

    So a Service that is reached by name must have the same port as its pods.
    """

    def __init__(self, api: KubeApi, address: str, hosts: Mapping[str, str]) -> None:
        """hosts: other names and their addresses; may be added to."""
        self._api, self._hosts = api, hosts
        self._known = dict[str, tuple[float, list[str]]]()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 53))

    def serve(self) -> None:
        """Answers for ever."""
        while True:
            asked, peer = self._socket.recvfrom(4096)
            self._socket.sendto(self._answer(asked), peer)

    def _answer(self, asked: bytes) -> bytes:
        name, end = _name(asked)
        kind, family = struct.unpack(">HH", asked[end : end + 4])
        found = self._addresses(name.lower())
        given = (found or []) if (kind, family) == (_ADDRESS, _INTERNET) else []
        flags = _UNKNOWN if found is None else _FOUND
        head = asked[:2] + struct.pack(">HHHHH", flags, 1, len(given), 0, 0) + asked[_HEADER : end + 4]
        # A pointer to the name in the question, then type, class, seconds to keep it, length, address.
        records = (
            b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, _SECONDS_TO_KEEP, 4) + socket.inet_aton(each) for each in given
        )
        return head + b"".join(records)

    def _addresses(self, name: str) -> list[str] | None:
        if host := self._hosts.get(name):
            return [host]
        if not (service := _SERVICE.match(name)):
            return None
        since, known = self._known.get(name, (0.0, None))
        if time.monotonic() - since < _SECONDS_TO_KEEP:
            return known
        path = f"/apis/discovery.k8s.io/v1/namespaces/{service[2]}/endpointslices"
        try:
            slices = self._api.request("GET", path, labelSelector=f"kubernetes.io/service-name={service[1]}")["items"]
        except (RehearsalError, requests.RequestException):
            return known  # a busy API server is no reason to forget: who asks would drop all of its servers
        ends = [cast("list[Object]", found.get("endpoints") or []) for found in slices]
        ready = [end for each in ends for end in each if end["conditions"].get("ready")]
        found = [address for end in ready for address in end["addresses"]]
        self._known[name] = (time.monotonic(), found)
        return found


def _name(asked: bytes) -> tuple[str, int]:
    at, labels = _HEADER, list[str]()
    while length := asked[at]:
        labels.append(asked[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels), at + 1
