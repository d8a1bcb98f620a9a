"""Plugins whose pods don't become ready, under the real engine: each fails by itself, and says what the real provider
would. Its waits end with the time-outs that the program states, not with Kubernetes' own deadline
(provider/pkg/await/deployment.go of pulumi-kubernetes)."""

from tests.standins.conftest import ROOT, EngineSandbox

PROGRAM = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from dataclasses import replace
from pathlib import Path
import pulumi, pulumi_aws, pulumi_kubernetes
import planning.plugin.workload
planning.plugin.workload.PROGRESS_DEADLINE_SECONDS = 30
planning.plugin.workload.ROLL_OUT_MARGIN_SECONDS = 15
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
base = altered(entry("community"), database=None)
failing = {{"lost": "image-not-found", "sick": "probe-failing"}}

def spec(number, name):
    env = {{"REHEARSE": failing[name]}} if name in failing else {{}}
    found = with_backend(base, port=5000 + number, api_prefix=f"/api/v1/{{name}}", network=Network(), env=env)
    return altered(found, name=name)

def cramped(plan):
    quota = plan.backend.quota
    return replace(plan, backend=replace(plan.backend, quota=replace(quota, hard={{**quota.hard, "pods": "0"}})))

names = ("well", "lost", "sick", "cramped", "also-well")
specs = tuple(spec(number, name) for number, name in enumerate(names))
plans = dict(plugin_plans(1_000, Registry(file="registry.yaml", plugins=specs)))
plans["cramped"] = cramped(plans["cramped"])
priorities = PriorityClasses("priorities", opts=inside)
around = replace(context(opts=inside), before_pods=[priorities])
for name, plan in plans.items():
    Plugin(name, plan=plan, context=around, opts=inside)
"""
REASONS = {
    "lost": "[ImagePullBackOff] Back-off pulling image",
    "sick": "[Pod plugin-sick/sick-",
    "cramped": "[MinimumReplicasUnavailable] Deployment does not have minimum availability.",
}
UNREADY = "containers with unready status: [sick]"


def test_a_plugin_that_does_not_become_ready_fails_alone_and_says_why(cluster_sandbox: EngineSandbox) -> None:
    cluster_sandbox.program(PROGRAM)
    said = cluster_sandbox.pulumi("up", "--yes", "--skip-preview", "--continue-on-error", fails=True, timeout=300)
    made = {one["urn"].rpartition("::")[2]: one for one in cluster_sandbox.resources()}

    for name, reason in REASONS.items():
        assert f"'{name}' timed out waiting to be Ready" in said, said
        assert reason in said, said
        assert f"{name}-routes-route" not in made
    for name in ("well", "also-well"):
        assert not made[f"{name}-deployment"].get("initErrors")
        assert made.keys() >= {f"{name}-autoscaler", f"{name}-routes-route"}
    assert UNREADY in said
    assert "Minimum number of live Pods was not attained" in said
    assert "Traceback" not in said
