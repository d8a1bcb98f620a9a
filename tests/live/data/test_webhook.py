"""What changes objects on their way into the cluster."""

import base64
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from planning.database.rds_authorities import rds_authorities
from rehearsal.live.data.apis.apis import Application
from rehearsal.live.data.apis.pod_identity import Agent
from rehearsal.live.data.apis.sessions import Sessions
from rehearsal.live.data.apis.webhook import Webhook, configuration, database_authorities
from rehearsal.live.data.authority import Authorities
from rehearsal.live.data.estate import Estate

CLUSTER = "naap-dev-use1"
POD = {"containers": [{"name": "a", "env": [{"name": "AWS_REGION", "value": "eu-west-1"}]}, {"name": "b"}]}


def ask(application: Application, environ: Mapping[str, Any]) -> tuple[str, Any]:
    """Status and answer."""
    said = list[str]()

    def respond(status: str, _headers: object) -> None:
        said.append(status)

    answer = b"".join(application(dict(environ), respond))
    return said[0], json.loads(answer)


class Maps:
    """ConfigMaps of a cluster."""

    def __init__(self) -> None:
        self.texts: dict[tuple[str, str], Mapping[str, str]] = {}

    def read(self, namespace: str, name: str) -> Mapping[str, str]:
        return self.texts.get((namespace, name), {})

    def write(self, namespace: str, name: str, texts: Mapping[str, str]) -> None:
        self.texts[namespace, name] = texts


@pytest.fixture
def maps() -> Maps:
    """None yet."""
    return Maps()


@pytest.fixture
def webhook(estate: Estate, tmp_path: Path, maps: Maps) -> Webhook:
    """Of the dev stack."""
    return Webhook(lambda: estate, Authorities(tmp_path), CLUSTER, maps)


def patched(webhook: Webhook, namespace: str, spec: Mapping[str, Any], **more: object) -> Sequence[Mapping[str, Any]]:
    """The patch that a pod gets."""
    request = {"uid": "1", "namespace": namespace, "object": {"spec": spec}, **more}
    text = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}).encode()
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/pods", "CONTENT_LENGTH": str(len(text))}
    _, answer = ask(webhook, {**environ, "wsgi.input": io.BytesIO(text)})
    assert answer["response"]["allowed"]
    assert answer["response"]["uid"] == "1"
    return json.loads(base64.b64decode(answer["response"].get("patch", "")) or "[]")


def test_a_pod_of_an_account_with_a_role_finds_its_credentials(webhook: Webhook) -> None:
    patch = patched(webhook, "plugin-community", {"serviceAccountName": "community", **POD})

    added = {one["path"]: one["value"] for one in patch}
    (first, second) = (added[f"/spec/containers/{number}/env"] for number in (0, 1))
    assert [one["value"] for one in first if one["name"] == "AWS_REGION"] == ["eu-west-1"]
    assert {"name": "AWS_REGION", "value": "us-east-1"} in second
    assert {one["name"] for one in second} >= {"AWS_CONTAINER_CREDENTIALS_FULL_URI"}
    (volume,) = added["/spec/volumes"]
    (source,) = volume["projected"]["sources"]
    assert source["serviceAccountToken"]["audience"] == "pods.eks.amazonaws.com"


@pytest.mark.parametrize(("namespace", "account"), [("plugin-community", "default"), ("elsewhere", "community")])
def test_a_pod_of_another_account_gets_none(webhook: Webhook, namespace: str, account: str) -> None:
    assert patched(webhook, namespace, {"serviceAccountName": account, **POD}) == []


def test_a_pod_that_trusts_authorities_of_rds_trusts_those_in_their_place(webhook: Webhook, maps: Maps) -> None:
    stated, volume = rds_authorities(["us-east-1"]), {"name": "ca", "configMap": {"name": "ca", "defaultMode": 0o440}}
    maps.texts["x", "ca"] = {"database-ca.pem": stated, "note": "of nobody"}
    (change,) = patched(webhook, "x", {**POD, "volumes": [{"name": "other", "emptyDir": {}}, volume]})

    assert change["path"] == "/spec/volumes"
    assert change["value"][0] == {"name": "other", "emptyDir": {}}
    first, second = change["value"][1]["projected"]["sources"]
    assert change["value"][1]["projected"]["defaultMode"] == 0o440
    assert first == {"configMap": {"name": "ca"}}
    assert second["configMap"]["items"] == [{"key": "database-ca.pem", "path": "database-ca.pem"}]
    assert maps.texts["x", "ca"] == {"database-ca.pem": stated, "note": "of nobody"}
    (text,) = maps.texts["x", second["configMap"]["name"]].values()
    assert text.startswith(stated)
    more = x509.load_pem_x509_certificates(text.removeprefix(stated).encode())
    names = [one.subject.rfc4514_string().removeprefix("CN=") for one in more]
    assert names == [f"Rehearsal of {name}" for name in database_authorities(stated)]


def test_a_dry_run_writes_nothing(webhook: Webhook, maps: Maps) -> None:
    maps.texts["x", "ca"] = {"database-ca.pem": rds_authorities(["us-east-1"])}
    assert patched(webhook, "x", {**POD, "volumes": [{"name": "ca", "configMap": {"name": "ca"}}]}, dryRun=True)
    assert [name for _, name in maps.texts] == ["ca"]


def test_a_pod_that_trusts_none_of_rds_trusts_no_more(webhook: Webhook, maps: Maps, tmp_path: Path) -> None:
    other = Authorities(tmp_path / "other").of("Somebody else").certificate
    maps.texts["x", "ca"] = {"ca.pem": other, "broken": rds_authorities(["us-east-1"])[:200]}
    volumes = [{"name": name, "configMap": {"name": name}} for name in ("ca", "none")]
    assert patched(webhook, "x", {**POD, "volumes": volumes}) == []
    assert [name for _, name in maps.texts] == ["ca"]


def test_a_pod_is_made_where_the_webhook_is_lost(tmp_path: Path) -> None:
    (pods,) = configuration(1234, Authorities(tmp_path))["webhooks"]
    assert pods["failurePolicy"] == "Ignore"
    assert pods["clientConfig"]["url"] == "https://localhost:1234/pods"


class Reviewed:
    """Tokens by their user."""

    def __init__(self, **users: str) -> None:
        self._users = users

    def user(self, token: str, audience: str) -> str | None:
        assert audience == "pods.eks.amazonaws.com"
        return self._users.get(token)


@pytest.mark.parametrize(
    ("token", "status"),
    [("own", "200 OK"), ("roleless", "404 Not Found"), ("human", "400 Bad Request"), ("none", "400 Bad Request")],
)
def test_the_agent_gives_credentials_to_who_has_a_role(estate: Estate, token: str, status: str) -> None:
    users = {
        "own": "system:serviceaccount:plugin-community:community",
        "roleless": "system:serviceaccount:plugin-community:default",
        "human": "somebody",
    }
    sessions = Sessions(b"root")
    agent = Agent(lambda: estate, sessions, Reviewed(**users), CLUSTER)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/v1/credentials", "HTTP_AUTHORIZATION": token}
    said, answer = ask(agent, environ)

    assert said == status
    if status == "200 OK":
        session = sessions.session(answer["AccessKeyId"], answer["Token"])
        assert session
        assert session.role.endswith("role/naap-dev-use1-plugin-community-community")
        assert session.secret == answer["SecretAccessKey"]
