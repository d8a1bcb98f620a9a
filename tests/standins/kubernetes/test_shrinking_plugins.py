"""A plugin of a great tier is taken down to a small one, under the real engine, API server and controllers.

Its quota shrinks in the same update as its pods roll: were the many that still run in the way, the roll-out would end
with its time-out, and whatever waits for it would never come.
"""

from tests.conftest import RunningControlPlane
from tests.standins.conftest import ROOT, EngineSandbox
from tests.wait import wait_for

PROGRAM = """
import os, sys
sys.path.insert(0, {root!r})
from dataclasses import replace
from pathlib import Path
import pulumi, pulumi_aws, pulumi_kubernetes
import planning.plugin.workload
planning.plugin.workload.PROGRESS_DEADLINE_SECONDS = 60
from components.cluster.priority_classes import PriorityClasses
from components.plugin.plugin import Plugin
from planning.inputs.registry.pod_sections import Network
from planning.inputs.registry.registry_entry import Registry
from tests.components.plugins import context
from tests.planning.samples import altered
from tests.plugin_plans import entry, plugin_plans, with_backend

cluster = pulumi_kubernetes.Provider("cluster", kubeconfig=Path(os.environ["TRIAL_KUBECONFIG"]).read_text(),
                                     cluster_identifier="trial", enable_config_map_mutable=True)
inside = pulumi.ResourceOptions(providers=[cluster, pulumi_aws.Provider("aws", region="us-east-1")])
spec = with_backend(altered(entry("community"), database=None), network=Network(), env={{}})
(plan,) = plugin_plans({users}, Registry(file="registry.yaml", plugins=(spec,))).values()
around = replace(context(opts=inside), before_pods=[PriorityClasses("priorities", opts=inside)])
Plugin("community", plan=plan, context=around, opts=inside)
"""
DEPLOYMENT = "/apis/apps/v1/namespaces/plugin-community/deployments/community"


def test_a_plugin_shrinks_from_the_greatest_tier_to_the_smallest(
    cluster_sandbox: EngineSandbox, control_plane: RunningControlPlane
) -> None:
    def pods() -> int:
        return int(control_plane.api.request("GET", DEPLOYMENT)["spec"]["replicas"])

    cluster_sandbox.program(PROGRAM.format(root=str(ROOT), users=100_000))
    cluster_sandbox.pulumi("up", "--yes", "--skip-preview", timeout=300)
    wait_for("the floor of the greatest tier", lambda: pods() == 20)

    cluster_sandbox.program(PROGRAM.format(root=str(ROOT), users=1_000))
    cluster_sandbox.pulumi("up", "--yes", "--skip-preview", timeout=300)
    assert pods() <= 2
