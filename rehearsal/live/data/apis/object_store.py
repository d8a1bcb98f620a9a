"""moto's S3, with the buckets that the played AWS has. Objects lie in memory, and are gone with the process."""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from importlib import import_module
from mimetypes import guess_type
from pathlib import Path
from threading import Lock
from typing import Any

from rehearsal.live.data.apis.apis import Application, Environment, Respond
from rehearsal.live.data.estate import Bucket, Estate
from rehearsal.standins.aws.aws_facts import ACCOUNT

CDN = "cloudfront.amazonaws.com"
ASK_AGAIN = "no-cache"
"""Of a released file: here one may change as often as somebody works on it."""
PART = ".part"
"""What a file is called while it is written."""
_SIGNED = "AWS4-HMAC-SHA256 Credential=allowed/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
"""moto asks an object's own list of rights, which the platform's buckets have none of, for who has not signed."""


class ObjectStore:
    """A WSGI application. Needs moto's packages (requirements-aws-play.txt) to be importable.

    released: files by key, that buckets which CloudFront reads have as if somebody had released them, from their first
    minute on and as they are now; later: folder of more, by key, which come before those.
    """

    def __init__(
        self, estate: Callable[[], Estate], released: Mapping[str, str] | None = None, later: Path | None = None
    ) -> None:
        os.environ |= {"MOTO_ACCOUNT_ID": ACCOUNT, "MOTO_DISABLE_GLOBAL_CORS": "true"}
        server, models = import_module("moto.moto_server.werkzeug_app"), import_module("moto.s3.models")
        self._released, self._later = released or {}, later
        self._has: dict[tuple[str, str], object] = {}
        self._estate, self._known, self._lock = estate, dict[str, Bucket](), Lock()
        self._backend: Any = models.s3_backends[ACCOUNT]["aws"]
        self._application: Application = server.DomainDispatcherApplication(server.create_backend_app)

    def __call__(self, environ: Environment, respond: Respond) -> Iterable[bytes]:
        """Answers a request that is allowed."""
        with self._lock:
            self._follow()
        environ.setdefault("HTTP_AUTHORIZATION", _SIGNED)
        return self._application(environ, respond)

    def _follow(self) -> None:
        wanted = {bucket.name: bucket for bucket in self._estate().buckets}
        for name in self._known.keys() - wanted.keys():
            self._backend.buckets.pop(name, None)
            del self._known[name]
            self._has = {place: state for place, state in self._has.items() if place[0] != name}
        for name, bucket in wanted.items():
            if self._known.get(name) != bucket:
                self._change(bucket)
            if bucket.is_read_by(CDN):
                self._release(name)

    def _change(self, bucket: Bucket) -> None:
        if bucket.name not in self._known:
            self._backend.create_bucket(bucket.name, bucket.region)
        if bucket.versioned:
            self._backend.put_bucket_versioning(bucket.name, "Enabled")
        self._backend.put_bucket_cors(bucket.name, [_cors(rule) for rule in bucket.cors])
        self._known[bucket.name] = bucket

    def _release(self, bucket: str) -> None:
        for key, file in self._files().items():
            with suppress(OSError):  # a file that is being written anew
                status = file.stat()
                state = (file, status.st_mtime_ns, status.st_size)
                if self._has.get((bucket, key)) == state:
                    continue
                made = self._backend.put_object(bucket, key, file.read_bytes())
                kind = guess_type(file.name)[0] or "application/octet-stream"
                made.set_metadata({"Content-Type": kind, "Cache-Control": ASK_AGAIN})
                self._has[bucket, key] = state

    def _files(self) -> dict[str, Path]:
        own = {key: Path(file) for key, file in self._released.items()}
        if self._later is None:
            return own
        there = (path for path in self._later.rglob("*") if path.is_file() and path.suffix != PART)
        return own | {str(path.relative_to(self._later)): path for path in there}


def _cors(rule: Any) -> dict[str, Any]:
    names = {
        "allowedMethods": "AllowedMethod",
        "allowedOrigins": "AllowedOrigin",
        "allowedHeaders": "AllowedHeader",
        "exposeHeaders": "ExposeHeader",
        "maxAgeSeconds": "MaxAgeSeconds",
    }
    found = {names[name]: value for name, value in rule.items() if name in names and value}
    return {name: value if isinstance(value, list) else str(value) for name, value in found.items()}
