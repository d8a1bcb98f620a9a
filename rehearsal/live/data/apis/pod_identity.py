"""EKS Pod Identity: what its webhook adds to pods, and its agent, which gives a pod its role's credentials.

Names, paths and the answer's form are those of aws/amazon-eks-pod-identity-webhook and aws/eks-pod-identity-agent.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, cast

from rehearsal import RehearsalError
from rehearsal.live.data.apis.apis import Environment, Respond
from rehearsal.live.data.apis.policy import Request, allowed, listed
from rehearsal.live.data.apis.sessions import Sessions
from rehearsal.live.data.estate import Association, Estate
from rehearsal.standins.aws.aws_facts import ACCOUNT

Object = Mapping[str, Any]

AUDIENCE, VOLUME, TOKEN_FILE = "pods.eks.amazonaws.com", "eks-pod-identity-token", "eks-pod-identity-token"
MOUNT = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount"
ADDRESS, PORT = "169.254.170.23", 80
PATH = "/v1/credentials"
TOKEN_SECONDS = 86_400
_ACCOUNT_USER = "system:serviceaccount:"


def identity_patch(pod: Object, association: Association) -> Sequence[Object]:
    """A JSON patch: each container finds its credentials, and has a token of its own to ask for them."""
    variables = {
        "AWS_STS_REGIONAL_ENDPOINTS": "regional",
        "AWS_DEFAULT_REGION": association.region,
        "AWS_REGION": association.region,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{ADDRESS}{PATH}",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": f"{MOUNT}/{TOKEN_FILE}",
    }
    mount = {"name": VOLUME, "mountPath": MOUNT, "readOnly": True}
    spec, patch = cast("dict[str, Any]", pod["spec"]), list[Object]()
    for kind in ("initContainers", "containers"):
        for number, container in enumerate(_listed(spec, kind)):
            path, own = f"/spec/{kind}/{number}", _listed(container, "env")
            has = {one["name"] for one in own}
            more = [{"name": name, "value": value} for name, value in variables.items() if name not in has]
            patch.append(_put(f"{path}/env", [*own, *more]))
            patch.append(_put(f"{path}/volumeMounts", [*_listed(container, "volumeMounts"), mount]))
    token = {"audience": AUDIENCE, "expirationSeconds": TOKEN_SECONDS, "path": TOKEN_FILE}
    volume = {"name": VOLUME, "projected": {"sources": [{"serviceAccountToken": token}]}}
    return [*patch, _put("/spec/volumes", [*_listed(spec, "volumes"), volume])]


def _listed(thing: Object, name: str) -> list[Object]:
    return cast("list[Object] | None", thing.get(name)) or []


def _put(path: str, value: object) -> Object:
    return {"op": "add", "path": path, "value": value}


class Reviews(Protocol):
    """Of tokens, by the cluster's API server."""

    def user(self, token: str, audience: str) -> str | None:
        """Whose token it is; None where it is nobody's."""
        ...


class Agent:
    """A WSGI application: the agent of every node."""

    def __init__(self, estate: Callable[[], Estate], sessions: Sessions, reviews: Reviews, cluster: str) -> None:
        self._estate, self._sessions, self._reviews, self._cluster = estate, sessions, reviews, cluster

    def __call__(self, environ: Environment, respond: Respond) -> Iterable[bytes]:
        """Answers a request."""
        status, told = self._answer(environ)
        body = json.dumps(told).encode()
        respond(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: Environment) -> tuple[str, Object]:
        if environ["PATH_INFO"] != PATH or environ["REQUEST_METHOD"] != "GET":
            return "404 Not Found", {"message": "not found"}
        try:
            user = self._reviews.user(environ.get("HTTP_AUTHORIZATION", ""), AUDIENCE) or ""
        except (RehearsalError, OSError) as error:
            return "503 Service Unavailable", {"message": f"The API server reviews no token: {error}"}
        if not user.startswith(_ACCOUNT_USER):
            return "400 Bad Request", {"message": "Service account token is not one that this cluster gave"}
        namespace, _, account = user.removeprefix(_ACCOUNT_USER).partition(":")
        estate = self._estate()
        association = estate.association(self._cluster, namespace, account)
        role = estate.roles.get(association.role) if association else None
        if role is None:
            return "404 Not Found", {"message": f"{namespace}/{account} has no association with a role"}
        if not all(self._trusted(role.trust, action) for action in ("sts:AssumeRole", "sts:TagSession")):
            return "403 Forbidden", {"message": f"The trust of {role.arn} doesn't let pods take it"}
        found = self._sessions.begin(role.arn)
        return "200 OK", {
            "AccessKeyId": found.key,
            "SecretAccessKey": found.secret,
            "Token": found.token,
            "AccountId": ACCOUNT,
            "Expiration": datetime.fromtimestamp(found.ends, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    def _trusted(self, trust: Object, action: str) -> bool:
        # A trust names no resource: it is the role's own.
        document = {"Statement": [{**one, "Resource": "*"} for one in listed(trust["Statement"])]}
        request = Request(action=action, resource="*", service=AUDIENCE, context={"aws:SourceAccount": ACCOUNT})
        return allowed(request, identity=(), resource=(document,))
