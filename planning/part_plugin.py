"""A plugin with a backend as a part: what of it scales, and what its processes are started with."""

from planning.part import VARIABLE, Noun, Part, Value
from planning.plugin import BackendPlan, PluginPlan


def plugin_part(plan: PluginPlan) -> Part:
    """One plugin in one region."""
    common: dict[str, Value] = {"version": plan.spec.version, "lifecycle": plan.spec.lifecycle.value}
    if plan.routes:
        common |= {
            "prefix": ", ".join(dict.fromkeys(match.path for rule in plan.routes.rules for match in rule.matches)),
            "a user's requests a minute": plan.routes.limits.user_per_minute,
            "a client's": plan.routes.limits.client_per_minute,
        }
    if plan.database:
        common["connections at most"] = plan.database.connection_limit
    serving = plan.backend if plan.serves else None
    return Part(
        noun=Noun.PLUGIN,
        name=plan.name,
        region=plan.region,
        identity=plan.namespace,
        traits=common | (_scaling(serving) if serving else {}),
        restarting=_processes(serving) if serving else {},
    )


def _scaling(plan: BackendPlan) -> dict[str, Value]:
    queue = plan.autoscaling.queue if plan.autoscaling else None
    return {
        "pods at least": plan.pods.min,
        "pods at most": plan.pods.max,
        "queue a pod": queue.per_pod if queue else None,
    }


def _processes(plan: BackendPlan) -> dict[str, Value]:
    """What a process is started with: a change of it rolls the pods. It speaks of secrets by their names only."""
    first, environment = plan.workloads[0], plan.environment
    return {
        "image": plan.spec.image,
        "workloads": ", ".join(workload.name for workload in plan.workloads),
        "CPU and memory": f"{first.resources.cpu_request_m}m/{first.resources.cpu_limit_m}m, "
        f"{first.resources.memory_mib} MiB",
        "priority": first.priority_class,
        "probes": str(first.probes),
        "manifest": f"{plan.manifest} at {plan.spec.manifest_path}",
        "secrets": ", ".join(environment.secret_names),
        "database": str(environment.database),
        "cache": str(environment.cache),
        **{f"{VARIABLE}{name}": value for name, value in environment.plain.items()},
    }
