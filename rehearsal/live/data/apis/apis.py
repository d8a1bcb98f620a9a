"""S3 and Secrets Manager: who signed, whether IAM's policies allow it, and then moto's S3 or the secret that is there.

Played: whether a policy allows (policy.py), and what is not of the requests that the platform's roles may make (copies,
batch deletions, forms): it is refused as not implemented. Keys' own policies are not asked.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from rehearsal.live.data.apis.object_request import object_request
from rehearsal.live.data.apis.policy import Document, Request, allowed
from rehearsal.live.data.apis.sessions import Sessions
from rehearsal.live.data.apis.signature import BadSignatureError, Call, is_right, stated
from rehearsal.live.data.estate import Bucket, Estate, Secret

Environment = dict[str, Any]
Respond = Callable[..., Any]
Application = Callable[[Environment, Respond], Iterable[bytes]]

SERVICE, SOURCE = "HTTP_X_PLAYED_SERVICE", "HTTP_X_PLAYED_SOURCE_ARN"
"""Headers by which what plays another service of AWS says so, at an address that no pod reaches."""
_NEVER = "X-Played-"


class Refusal(Exception):  # noqa: N818  (an answer, not an error)
    """code: as S3's API has it; status: of HTTP."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Apis:
    """A WSGI application. trusts: whether the played services of AWS may say who they are."""

    def __init__(self, estate: Callable[[], Estate], sessions: Sessions, objects: Application, *, trusts: bool) -> None:
        self._estate, self._sessions, self._objects, self._trusts = estate, sessions, objects, trusts

    def __call__(self, environ: Environment, respond: Respond) -> Iterable[bytes]:
        """Answers a request."""
        of_secrets = environ.get("HTTP_X_AMZ_TARGET", "").startswith("secretsmanager.")
        try:
            estate, call = self._estate(), _call(environ)
            who = self._who(estate, call, environ)
            return (
                self._secret(estate, who, call, environ, respond)
                if of_secrets
                else self._object(estate, who, call, environ, respond)
            )
        except Refusal as refusal:
            body = _json_error(refusal) if of_secrets else _xml_error(refusal)
            kind = "application/x-amz-json-1.1" if of_secrets else "application/xml"
            respond(f"{refusal.status} {refusal.code}", [("Content-Type", kind), ("Content-Length", str(len(body)))])
            return [b"" if call_is_head(environ) else body]

    def _who(self, estate: Estate, call: Call, environ: Environment) -> "_Caller":
        if self._trusts and SERVICE in environ:
            context = {"aws:SourceArn": environ.get(SOURCE, "")}
            return _Caller(policies=(), service=environ[SERVICE], context=context)
        try:
            signed = stated(call)
        except BadSignatureError as error:
            raise Refusal(400, "AuthorizationHeaderMalformed", str(error)) from error
        if signed is None:
            return _Caller(policies=(), service=None, context={})
        session = self._sessions.session(signed.key, signed.token)
        if session is None:
            raise Refusal(403, "InvalidAccessKeyId", "The credentials are none of a role's session here, or have ended")
        if not is_right(call, signed, session.secret):
            raise Refusal(403, "SignatureDoesNotMatch", "The signature is not what its key makes of the request")
        role = estate.roles.get(session.role)
        context = {"aws:PrincipalArn": session.role}
        return _Caller(policies=role.policies if role else (), service=None, context=context)

    def _object(
        self, estate: Estate, who: "_Caller", call: Call, environ: Environment, respond: Respond
    ) -> Iterable[bytes]:
        if call.method == "OPTIONS":  # a browser asks without credentials what the bucket's own rules allow
            return self._objects(environ, respond)
        asked = object_request(call.method, call.headers.get("host", ""), call.path, call.query, call.headers)
        if asked is None:
            raise Refusal(501, "NotImplemented", f"{call.method} {call.path} is not played in a rehearsal")
        bucket = estate.bucket(asked.bucket)
        if asked.bucket and bucket is None:
            raise Refusal(404, "NoSuchBucket", f"There is no bucket {asked.bucket}")
        context = {**_transport(environ), **asked.context}
        if not who.may(asked.action, asked.resource, context, bucket):
            raise Refusal(403, "AccessDenied", f"Not allowed: {asked.action} on {asked.resource}")
        if bucket and asked.kms and bucket.key:
            self._use_key(who, f"kms:{asked.kms}", bucket.key, f"s3.{bucket.region}.amazonaws.com")
        answer: list[Any] = []
        body = list(self._objects(environ, lambda *given: answer.extend(given)))
        missing = asked.key and answer[0].startswith("404")
        # That an object isn't there is told to who may list the bucket only.
        if missing and not who.may("s3:ListBucket", asked.bucket_arn, {**context, "s3:prefix": asked.key}, bucket):
            raise Refusal(403, "AccessDenied", f"Not allowed: {asked.action} on {asked.resource}")
        respond(*answer)
        return body

    def _secret(
        self, estate: Estate, who: "_Caller", call: Call, environ: Environment, respond: Respond
    ) -> Iterable[bytes]:
        action = call.headers.get("x-amz-target", "").rpartition(".")[2]
        if action != "GetSecretValue":
            raise Refusal(501, "NotImplemented", f"secretsmanager:{action} is not played in a rehearsal")
        stated = str(json.loads(environ["wsgi.input"].read() or b"{}").get("SecretId", ""))
        secret = estate.secret(stated)
        arn = secret.arn if secret else stated
        if not who.may("secretsmanager:GetSecretValue", arn, _transport(environ)):
            raise Refusal(400, "AccessDeniedException", f"Not allowed: secretsmanager:GetSecretValue on {arn}")
        if secret is None:
            raise Refusal(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
        if secret.key:
            self._use_key(who, "kms:Decrypt", secret.key, f"secretsmanager.{secret.region}.amazonaws.com")
        body = json.dumps(_told(secret)).encode()
        respond("200 OK", [("Content-Type", "application/x-amz-json-1.1"), ("Content-Length", str(len(body)))])
        return [body]

    def _use_key(self, who: "_Caller", action: str, key: str, service: str) -> None:
        if who.service is None and not who.may(action, key, {"kms:ViaService": service}):
            raise Refusal(403, "AccessDenied", f"Not allowed: {action} on {key} through {service}")


class _Caller:
    def __init__(self, *, policies: Sequence[Document], service: str | None, context: Mapping[str, str]) -> None:
        self._policies, self.service, self._context = policies, service, context

    def may(self, action: str, resource: str, context: Mapping[str, str], bucket: Bucket | None = None) -> bool:
        request = Request(action=action, resource=resource, service=self.service, context={**context, **self._context})
        own = (bucket.policy,) if bucket and bucket.policy else ()
        return allowed(request, identity=self._policies, resource=own)


def _call(environ: Environment) -> Call:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    }
    path, _, query = str(environ.get("RAW_URI") or environ["PATH_INFO"]).partition("?")
    digest = hashlib.sha256(body).hexdigest()
    return Call(method=environ["REQUEST_METHOD"], path=path, query=query, headers=headers, body=digest)


def _transport(environ: Environment) -> dict[str, str]:
    """The edge's own plain connection stands for TLS 1.3: it is within AWS."""
    secure = environ["wsgi.url_scheme"] == "https" or SERVICE in environ
    return {"aws:SecureTransport": str(secure).lower(), **({"s3:TlsVersion": "1.3"} if secure else {})}


def call_is_head(environ: Environment) -> bool:
    """Whether the answer has no body."""
    return environ["REQUEST_METHOD"] == "HEAD"


def _told(secret: Secret) -> Mapping[str, Any]:
    stage = {"VersionId": hashlib.sha256(secret.text.encode()).hexdigest()[:32], "VersionStages": ["AWSCURRENT"]}
    return {"ARN": secret.arn, "Name": secret.name, "SecretString": secret.text, **stage}


def _xml_error(refusal: Refusal) -> bytes:
    inside = f"<Code>{refusal.code}</Code><Message>{escape(str(refusal))}</Message>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inside}</Error>'.encode()


def _json_error(refusal: Refusal) -> bytes:
    return json.dumps({"__type": refusal.code, "message": str(refusal)}).encode()
