"""An S3 on loopback that counts what is written to it: moto's, in a process of its own, with one bucket."""

import json
import os
import sys
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from importlib import import_module
from subprocess import PIPE, Popen
from urllib.request import urlopen

from benchmarks.program import ROOT
from rehearsal.live.data.apis.apis import Application, Environment, Respond
from rehearsal.live.data.apis.http_servers import serve
from rehearsal.tools.aws_play import aws_packages

BUCKET = "state"
_COUNTS = "/counts"


class Counted:
    """The application. written: objects and bytes that were put since it was last asked."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._lock, self._written = threading.Lock(), [0, 0]

    def __call__(self, environ: Environment, respond: Respond) -> Iterable[bytes]:
        """Answers as S3, or, at a path of its own, how much was written."""
        if environ["PATH_INFO"] == _COUNTS:
            with self._lock:
                told, self._written = self._written, [0, 0]
            respond("200 OK", [("content-type", "application/json")])
            return [json.dumps(told).encode()]
        if environ["REQUEST_METHOD"] == "PUT":
            with self._lock:
                self._written[0] += 1
                self._written[1] += int(environ.get("CONTENT_LENGTH") or 0)
        return self._application(environ, respond)


@contextmanager
def running() -> Generator[str]:
    """Its address, for as long as it runs."""
    path = os.pathsep.join([str(aws_packages()), str(ROOT)])
    command = [sys.executable, "-m", "benchmarks.counted_s3"]
    with Popen(command, env={**os.environ, "PYTHONPATH": path}, stdout=PIPE, text=True) as server:  # noqa: S603  # this module
        try:
            assert server.stdout  # noqa: S101  # it is a pipe
            yield f"127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.terminate()


def written(address: str) -> tuple[int, int]:
    """Objects and bytes since it was last asked."""
    with urlopen(f"http://{address}{_COUNTS}") as answer:  # loopback
        objects, size = json.load(answer)
    return objects, size


def _main() -> None:
    application = import_module("moto.moto_server.werkzeug_app")
    backends = import_module("moto.s3.models").s3_backends
    account = import_module("moto.core").DEFAULT_ACCOUNT_ID
    backends[account]["aws"].create_bucket(BUCKET, "us-east-1")
    counted = Counted(application.DomainDispatcherApplication(application.create_backend_app))
    sys.stdout.write(f"{serve(counted, '127.0.0.1', 0)}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    _main()
