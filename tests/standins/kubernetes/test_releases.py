"""Helm releases whose chart is at hand, under the real engine, rendered by Helm's library, in a real control plane."""

import json
import sys
from pathlib import Path

import pytest

from rehearsal import RehearsalError
from rehearsal.live.gateway import RENDERER
from rehearsal.progress import Progress
from rehearsal.standins.kubernetes.charts import VARIABLE
from rehearsal.tools.toolbox import Toolbox
from tests.conftest import RunningControlPlane
from tests.standins.conftest import EngineSandbox

MAP, JOB = "configmaps/settings", "jobs/prepare"
TEMPLATES = {
    "map.yaml": """
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {key: {{ .Values.key | quote }}, release: {{ .Release.Name }}}
""",
    "extra.yaml": """
{{- if .Values.extra }}
apiVersion: v1
kind: ConfigMap
metadata: {name: extra}
{{- end }}
""",
    "app.yaml": """
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec: {containers: [{name: c, image: "app:1"}]}
""",
    "prepare.yaml": """
apiVersion: batch/v1
kind: Job
metadata: {name: prepare, annotations: {"helm.sh/hook": "pre-install, pre-upgrade"}}
spec:
  template:
    spec: {restartPolicy: Never, containers: [{name: c, image: "app:1"}]}
""",
}
PROGRAM = """
space = k8s.core.v1.Namespace("space", metadata={"name": SPACE}, opts=own)
k8s.helm.v3.Release("release", name="trial", chart="oci://registry.example/charts/own", version="v1.0.0",
    namespace=SPACE, atomic=True, timeout=20, values=VALUES,
    opts=pulumi.ResourceOptions(provider=provider, depends_on=[space]))
"""


@pytest.fixture
def trial(cluster_sandbox: EngineSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EngineSandbox:
    """A sandbox that has this chart."""
    folder = tmp_path / "chart"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: own\nversion: 1.0.0\n")
    (folder / "values.yaml").write_text("key: unset\nextra: true\nreplicas: 1\n")
    for name, text in TEMPLATES.items():
        (folder / "templates" / name).write_text(text)
    renderer = Toolbox(Progress(sys.stderr)).get([RENDERER])[RENDERER.name].path
    known = tmp_path / "charts.json"
    known.write_text(json.dumps({"own@v1.0.0": {"folder": str(folder), "renderer": str(renderer)}}))
    monkeypatch.setitem(cluster_sandbox.environment, VARIABLE, str(known))
    return cluster_sandbox


def release(trial: EngineSandbox, **values: object) -> None:
    trial.kubernetes_program(PROGRAM.replace("VALUES", repr(values)))


def there(control_plane: RunningControlPlane, space: str, what: str, group: str = "/api/v1") -> bool:
    try:
        control_plane.api.request("GET", f"{group}/namespaces/{space}/{what}")
    except RehearsalError as error:
        assert "404" in str(error)
        return False
    return True


def test_a_release_is_installed_once_its_chart_is_at_hand_and_takes_away_what_it_no_longer_has(
    trial: EngineSandbox, control_plane: RunningControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, api = trial.namespace, control_plane.api
    release(trial, key="one")
    with monkeypatch.context() as without:
        without.delitem(trial.environment, VARIABLE)
        assert "nothing is installed" in trial.up()
    assert not there(control_plane, space, MAP)
    assert "nothing is installed" not in trial.up()
    live = api.request("GET", f"/api/v1/namespaces/{space}/{MAP}")
    assert live["data"] == {"key": "one", "release": "trial"}
    assert live["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "Helm"}
    first = api.request("GET", f"/apis/batch/v1/namespaces/{space}/{JOB}")
    assert first["status"]["succeeded"] == 1
    assert set(trial.changes()) == {"same"}
    names = trial.resource("release")["outputs"]["resourceNames"]
    assert names["Deployment.apps/apps/v1"] == [f"{space}/app"]
    release(trial, key="two", extra=False)
    trial.up()
    assert api.request("GET", f"/api/v1/namespaces/{space}/{MAP}")["data"]["key"] == "two"
    assert not there(control_plane, space, "configmaps/extra")
    assert api.request("GET", f"/apis/batch/v1/namespaces/{space}/{JOB}")["metadata"]["uid"] != first["metadata"]["uid"]
    trial.kubernetes_program(PROGRAM.partition("k8s.helm")[0])
    trial.up()
    assert not there(control_plane, space, MAP)
    assert not there(control_plane, space, "deployments/app", "/apis/apps/v1")


def test_an_update_that_fails_is_undone_and_an_installation_that_fails_leaves_nothing(
    trial: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    release(trial, key="one", replicas=-1)
    said = trial.up(fails=True)
    assert "release trial failed, and has been uninstalled due to atomic being set" in said
    assert "spec.replicas: Invalid value: -1" in said
    assert not there(control_plane, trial.namespace, MAP)
    release(trial, key="one")
    trial.up()
    release(trial, key="two", replicas=-1)
    said = trial.up(fails=True)
    assert "release trial failed, and has been rolled back due to atomic being set" in said
    live = control_plane.api.request("GET", f"/api/v1/namespaces/{trial.namespace}/{MAP}")
    assert live["data"]["key"] == "one"
