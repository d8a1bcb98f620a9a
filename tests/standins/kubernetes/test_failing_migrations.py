"""A migration that fails, under the real engine and API server: the version before it goes on serving."""

from typing import Any

from rehearsal.control_plane.kube_api import KubeApi
from tests.conftest import RunningControlPlane
from tests.standins.conftest import ROOT, EngineSandbox

PROGRAM = """
import os, sys
sys.path.insert(0, {root!r})
from dataclasses import replace
from pathlib import Path
import pulumi, pulumi_aws, pulumi_kubernetes
import planning.plugin.workload
# Were the new version rolled out, its pods wouldn't become ready.
planning.plugin.workload.PROGRESS_DEADLINE_SECONDS = 30
import components.database.jobs.migration_job
from components.cluster.priority_classes import PriorityClasses
from components.plugin.plugin import Plugin
from planning.inputs.registry.pod_sections import Network
from planning.inputs.registry.registry_entry import Registry
from planning.inputs.registry.data_sections import Migrate
from tests.components.plugins import context
from tests.planning.samples import altered
from tests.plugin_plans import entry, plugin_plans, with_backend

components.database.jobs.migration_job.BACKOFF_LIMIT = 0
cluster = pulumi_kubernetes.Provider("cluster", kubeconfig=Path(os.environ["TRIAL_KUBECONFIG"]).read_text(),
                                     cluster_identifier="trial", enable_config_map_mutable=True)
inside = pulumi.ResourceOptions(providers=[cluster, pulumi_aws.Provider("aws", region="us-east-1")])
base = entry("community")
migrate = Migrate(command=("migrate",))
base = altered(base, database=base.database.model_copy(update={{"migrate": migrate, "grants": ()}}))
spec = with_backend(base, image="registry.example/community:{version}", network=Network(), env={env!r})
(plan,) = plugin_plans(1_000, Registry(file="registry.yaml", plugins=(spec,))).values()
around = context(opts=inside)
# The schema is made by a Job of another namespace: what is looked at here comes after it.
around = replace(around, databases=replace(around.databases, schema=None),
                 before_pods=[PriorityClasses("priorities", opts=inside)])
Plugin("community", plan=plan, context=around, opts=inside)
"""
DEPLOYMENT = "/apis/apps/v1/namespaces/plugin-community/deployments/community"
FAILS = {"REHEARSE": "migration-failing"}


def test_a_failed_migration_leaves_the_version_before_it_serving(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    _release(cluster_sandbox, "1.0.0")
    before = _serving(control_plane.api)
    assert before["image"].endswith(":1.0.0")
    assert before["available"]

    said = _release(cluster_sandbox, "2.0.0", FAILS, fails=True)
    assert "migrate-community-" in said
    assert "was created but failed to initialize" in said
    assert "[BackoffLimitExceeded]" in said
    assert '[Error] 0002_more.sql:2: ERROR:  relation "Nothing" does not exist' in said, "the last lines of its log"
    assert _serving(control_plane.api) == before

    _release(cluster_sandbox, "2.0.1")
    after = _serving(control_plane.api)
    assert after["image"].endswith(":2.0.1")
    assert after["generation"] > before["generation"]


def _release(sandbox: EngineSandbox, version: str, env: dict[str, str] | None = None, *, fails: bool = False) -> str:
    sandbox.program(PROGRAM.format(root=str(ROOT), version=version, env=env or {}))
    return sandbox.up("--continue-on-error", fails=fails)


def _serving(api: KubeApi) -> dict[str, Any]:
    """The Deployment as the API server has it."""
    found = api.request("GET", DEPLOYMENT)
    (container,) = found["spec"]["template"]["spec"]["containers"]
    return {
        "image": container["image"],
        "generation": found["metadata"]["generation"],
        "available": found["status"]["availableReplicas"],
    }
