"""A REST client of the API server: requests with brief retries, and watches that can be given up."""

from __future__ import annotations

import json
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import urllib3

from rehearsal.standins.kubernetes.api.kubeconfig import Cluster, Login
from rehearsal.standins.provider import ProviderError
from rehearsal.standins.values import Map

APPLY = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
JSON = "application/json"
PAUSES = (0.2, 0.4, 0.8, 1.6, 3.0)  # seconds before each further try: about 6 s in all
BUSY = frozenset((429, 503, 504))  # the API server asks to come back later
RENEW_EARLY = 60  # seconds before its end at which a login is renewed
CONNECTIONS = 256  # kept open; the engine runs as many operations at once as --parallel says


class ApiError(ProviderError):
    """The API server's refusal: its message, HTTP status and reason."""

    def __init__(self, message: str, status: int, reason: str = "") -> None:
        super().__init__(message)
        self.status, self.reason = status, reason


class UnreachableError(ProviderError):
    """No answer from the API server."""


class Client:
    """Requests to one API server, from many threads."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.stopped = threading.Event()
        self._lock = threading.Lock()
        self._login = Login()
        self._pool: urllib3.PoolManager | None = None
        self._watches: set[urllib3.BaseHTTPResponse] = set()

    def request(
        self,
        method: str,
        path: str,
        body: Map | list[Map] | None = None,
        *,
        content: str = JSON,
        query: Mapping[str, str] | None = None,
    ) -> Map:
        """Send a request and return the answer. All but POST may safely be repeated where no answer came."""
        renewed = False
        for attempt in range(len(PAUSES) + 1):
            last = attempt == len(PAUSES)
            try:
                return self._once(method, path, body, content, query or {})
            except ApiError as error:
                if error.status == 401 and not renewed and self.cluster.user.get("exec"):
                    renewed = True
                    self._forget_login()
                elif last or not _is_passing(error) or self.stopped.wait(PAUSES[attempt]):
                    raise
            except UnreachableError:
                if last or method == "POST" or self.stopped.wait(PAUSES[attempt]):
                    raise
        raise AssertionError("unreachable: the last try returns or raises")

    def is_reachable(self) -> bool:
        """Whether the API server answers, asked once and quickly; raises ProviderError where login fails."""
        try:
            self._once("GET", "/version", None, JSON, {})
        except ApiError:
            return True
        except UnreachableError:
            return False
        return True

    def watch(self, path: str, seconds: float, query: Mapping[str, str]) -> Iterator[tuple[str, Map]]:
        """Changes as (ADDED | MODIFIED | DELETED | ERROR, object), until the time is over or `stop`."""
        limit = max(1, int(seconds))
        url = self._url(path, {**query, "watch": "1", "timeoutSeconds": str(limit)})
        timeout = urllib3.Timeout(connect=5, read=limit + 5)
        try:
            response = self._connection().request(
                "GET", url, headers=self._headers(JSON), timeout=timeout, preload_content=False
            )
        except urllib3.exceptions.HTTPError:
            return
        with self._lock:
            self._watches.add(response)
        try:
            if response.status < 400 and not self.stopped.is_set():
                for line in response:
                    event = json.loads(line)
                    yield event["type"], event["object"]
        except (urllib3.exceptions.HTTPError, ValueError, OSError):
            return  # the connection broke, perhaps by `stop`; the caller looks again
        finally:
            with self._lock:
                self._watches.discard(response)
            response.close()

    def stop(self) -> None:
        """Give up all waiting."""
        self.stopped.set()
        with self._lock:
            watches = list(self._watches)
        for response in watches:
            response.shutdown()

    def _once(
        self, method: str, path: str, body: Map | list[Map] | None, content: str, query: Mapping[str, str]
    ) -> Map:
        data = None if body is None else json.dumps(body)
        url = self._url(path, query)
        try:
            response = self._connection().request(method, url, body=data, headers=self._headers(content))
        except urllib3.exceptions.HTTPError as error:
            reason = getattr(error, "reason", None) or error
            raise UnreachableError(f"{self.cluster.server} does not answer: {reason}") from None
        try:
            answer: Any = json.loads(response.data)
        except ValueError:
            answer = {"message": response.data[:300].decode(errors="replace")}
        if response.status >= 400:
            message = answer.get("message") or f"HTTP {response.status}"
            raise ApiError(message, response.status, answer.get("reason", ""))
        return answer

    def _url(self, path: str, query: Mapping[str, str]) -> str:
        return self.cluster.server + path + (f"?{urlencode(query)}" if query else "")

    def _headers(self, content: str) -> dict[str, str]:
        headers = {"accept": JSON, "content-type": content}
        return {**headers, "authorization": f"Bearer {self._login.token}"} if self._login.token else headers

    def _connection(self) -> urllib3.PoolManager:
        with self._lock:
            stale = self._login.expires and time.time() > self._login.expires - RENEW_EARLY
            if self._pool is None or stale:
                self._login = self.cluster.log_in()
                self._pool = _pool(self.cluster, self._login)
            return self._pool

    def _forget_login(self) -> None:
        with self._lock:
            self._pool = None


def _is_passing(error: ApiError) -> bool:
    """Whether the same request is likely to succeed in a moment."""
    if error.status == 409:
        return error.reason == "Conflict" and "object has been modified" in str(error)
    return error.status in BUSY or (error.status == 500 and "etcdserver" in str(error))


def _pool(cluster: Cluster, login: Login) -> urllib3.PoolManager:
    context = ssl.create_default_context(cadata=cluster.authority.decode() or None)
    if cluster.insecure:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if login.certificate:
        with tempfile.NamedTemporaryFile() as file:  # the ssl module reads certificates from files only
            file.write(login.certificate + b"\n" + login.key)
            file.flush()
            context.load_cert_chain(file.name)
    more: dict[str, Any] = {"server_hostname": cluster.server_name} if cluster.server_name else {}
    return urllib3.PoolManager(
        ssl_context=context,
        maxsize=CONNECTIONS,
        retries=False,
        timeout=urllib3.Timeout(connect=5, read=60),
        **more,
    )
