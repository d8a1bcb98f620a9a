import base64
import json
import sys
from typing import Any

import pytest

from rehearsal.standins.kubernetes.api.kubeconfig import Cluster, parse
from rehearsal.standins.provider import ProviderError

AUTHORITY = base64.b64encode(b"pem").decode()
TEXT = """
current-context: here
contexts: [{name: here, context: {cluster: k, user: u, namespace: apps}}]
clusters: [{name: k, cluster: {server: "https://127.0.0.1:6443/", certificate-authority-data: AUTHORITY}}]
users: [{name: u, user: {token: secret-token}}]
""".replace("AUTHORITY", AUTHORITY)


def with_plugin(program: str, **more: object) -> Cluster:
    plugin: dict[str, Any] = {"command": sys.executable, "args": ["-c", program], **more}
    return Cluster(
        server="https://x", authority=b"", insecure=False, server_name="", namespace="a", user={"exec": plugin}
    )


def test_a_kubeconfig_says_where_and_as_whom() -> None:
    cluster = parse(TEXT)
    assert (cluster.server, cluster.authority, cluster.namespace) == ("https://127.0.0.1:6443", b"pem", "apps")
    assert cluster.log_in().token.startswith("secret")


def test_neither_cluster_nor_login_show_what_is_secret() -> None:
    cluster = parse(TEXT)
    assert "secret-token" not in repr(cluster) + repr(cluster.log_in())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("no mapping", "neither JSON nor YAML"),
        ("{: ]", "neither JSON nor YAML"),
        ("current-context: other", "there is no context 'other'"),
        (TEXT.replace("user: u,", "user: v,"), "there is no user 'v'"),
        (TEXT.replace("server:", "address:"), "names no server"),
    ],
)
def test_a_bad_kubeconfig_is_told_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(ProviderError, match=message):
        parse(text)


def test_a_credential_plugin_gets_its_environment_and_gives_a_token() -> None:
    status = {"token": "made", "expirationTimestamp": "2030-01-01T00:00:00Z"}
    program = (
        "import json, os; assert os.environ['NAME'] == 'x'; json.loads(os.environ['KUBERNETES_EXEC_INFO'])\n"
        f"print(json.dumps({{'status': {json.dumps(status)}}}))"
    )
    login = with_plugin(program, env=[{"name": "NAME", "value": "x"}]).log_in()
    assert (login.token, login.expires) == ("made", 1893456000)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import sys; sys.exit('not logged in')", "failed with 1: not logged in"),
        ("print('hello')", "gave no ExecCredential"),
    ],
)
def test_a_credential_plugin_that_fails_is_named(program: str, message: str) -> None:
    with pytest.raises(ProviderError, match=message):
        with_plugin(program).log_in()


def test_a_credential_plugin_that_is_missing_is_named() -> None:
    with pytest.raises(ProviderError, match=r"no-such-program.*cannot be run"):
        with_plugin("", command="no-such-program").log_in()
