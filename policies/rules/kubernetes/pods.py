"""Rules on whatever makes pods: Pod Security `restricted`, and what keeps a pod from harming its neighbours."""

from collections.abc import Iterable, Iterator
from typing import Any

from policies.properties import Undecidable, get
from policies.rule import Environment, Resource, rule

TEMPLATES = {
    "kubernetes:apps/v1:Deployment": "spec.template",
    "kubernetes:apps/v1:StatefulSet": "spec.template",
    "kubernetes:apps/v1:DaemonSet": "spec.template",
    "kubernetes:batch/v1:Job": "spec.template",
    "kubernetes:batch/v1:CronJob": "spec.jobTemplate.spec.template",
}
ALL = frozenset(TEMPLATES)
ACCOUNT = frozenset({"kubernetes:core/v1:ServiceAccount"})
DEPLOYMENTS = frozenset({"kubernetes:apps/v1:Deployment"})
SERVING = frozenset({"kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"})
ALLOWED_VOLUMES = {
    "configMap",
    "secret",
    "emptyDir",
    "projected",
    "persistentVolumeClaim",
    "downwardAPI",
    "csi",
    "ephemeral",
}
SPREAD_OVER = {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}
REFERENCES = ("_arn", "_file", "_path", "_name")
"""Ends of names that say where a secret is, not what it is."""
SECRET_WORDS = ("password", "secret", "token", "pepper", "private_key", "master_key", "api_key", "credential")


def pod_spec(resource: Resource) -> dict[str, Any]:
    """The pod's spec inside the resource's template."""
    return get(resource.props, TEMPLATES[resource.type] + ".spec", {})


def containers(resource: Resource) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every container with its name, init containers included."""
    spec = pod_spec(resource)
    for kind in ("initContainers", "containers"):
        for container in get(spec, kind, []):
            yield get(container, "name", "?"), container


@rule("k8s-not-root", ALL)
def _not_root(resource: Resource, _: Environment) -> Iterable[str]:
    pod = get(pod_spec(resource), "securityContext.runAsNonRoot", False)
    user = get(pod_spec(resource), "securityContext.runAsUser")
    for name, container in containers(resource):
        own = get(container, "securityContext.runAsUser", user)
        if own is None:
            yield f"container {name} runs as whom its image says: runAsUser is missing"
        if get(container, "securityContext.runAsNonRoot", pod) is not True:
            yield f"container {name} may run as root: securityContext.runAsNonRoot is not true"
        if own == 0:
            yield f"container {name} runs as user 0"


@rule("k8s-no-privilege", ALL)
def _no_privilege(resource: Resource, _: Environment) -> Iterable[str]:
    for name, container in containers(resource):
        context = get(container, "securityContext", {})
        if get(context, "allowPrivilegeEscalation", True) is not False:
            yield f"container {name}: allowPrivilegeEscalation is not false"
        if get(context, "privileged", False) is not False:
            yield f"container {name} is privileged"
        if "ALL" not in get(context, "capabilities.drop", []):
            yield f"container {name}: capabilities.drop lacks ALL"
        if set(get(context, "capabilities.add", [])) - {"NET_BIND_SERVICE"}:
            yield f"container {name} adds capabilities"


@rule("k8s-seccomp", ALL)
def _seccomp(resource: Resource, _: Environment) -> Iterable[str]:
    pod = get(pod_spec(resource), "securityContext.seccompProfile.type", "")
    for name, container in containers(resource):
        if get(container, "securityContext.seccompProfile.type", pod) not in ("RuntimeDefault", "Localhost"):
            yield f"container {name} has no seccomp profile"


@rule("k8s-read-only-root", ALL)
def _read_only_root(resource: Resource, _: Environment) -> Iterable[str]:
    for name, container in containers(resource):
        if get(container, "securityContext.readOnlyRootFilesystem", False) is not True:
            yield f"container {name}: readOnlyRootFilesystem is not true"


@rule("k8s-no-host", ALL)
def _no_host(resource: Resource, _: Environment) -> Iterable[str]:
    spec = pod_spec(resource)
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if get(spec, field, False) is not False:
            yield f"{field} is set"
    for volume in get(spec, "volumes", []):
        kinds = set(volume) - {"name"}
        if kinds - ALLOWED_VOLUMES:
            yield f"volume {get(volume, 'name', '?')} is of a kind that reaches the node: {', '.join(sorted(kinds))}"
    for name, container in containers(resource):
        if any("hostPort" in port for port in get(container, "ports", [])):
            yield f"container {name} takes a port of the node"


@rule("k8s-no-token", ALL | ACCOUNT)
def _no_token(resource: Resource, _: Environment) -> Iterable[str]:
    stated = resource.props if resource.type in ACCOUNT else pod_spec(resource)
    if get(stated, "automountServiceAccountToken", True) is not False:
        yield "the service account's token is mounted: automountServiceAccountToken is not false"


@rule("k8s-resources", ALL)
def _resources(resource: Resource, _: Environment) -> Iterable[str]:
    for name, container in containers(resource):
        stated = get(container, "resources", {})
        for kind in ("requests", "limits"):
            for amount in ("cpu", "memory", "ephemeral-storage"):
                if get(stated, f"{kind}.{amount}") is None:
                    yield f"container {name}: resources.{kind}.{amount} is missing"
        request, limit = get(stated, "requests.memory"), get(stated, "limits.memory")
        if request and limit and request != limit:
            yield f"container {name}: the memory request differs from its limit"


@rule("k8s-bounded-volumes", ALL)
def _bounded_volumes(resource: Resource, _: Environment) -> Iterable[str]:
    for volume in get(pod_spec(resource), "volumes", []):
        if get(volume, "emptyDir") is not None and get(volume, "emptyDir.sizeLimit") is None:
            yield f"volume {get(volume, 'name', '?')} may fill the node's disk: emptyDir.sizeLimit is missing"


@rule("k8s-own-account", ALL)
def _own_account(resource: Resource, _: Environment) -> Iterable[str]:
    if get(pod_spec(resource), "serviceAccountName", "default") == "default":
        yield "runs as the namespace's default service account: serviceAccountName"


@rule("k8s-probes", SERVING)
def _probes(resource: Resource, _: Environment) -> Iterable[str]:
    for container in get(pod_spec(resource), "containers", []):
        name = get(container, "name", "?")
        for probe in ("readinessProbe", "livenessProbe"):
            # A sidecar that listens on nothing can't be asked; its end ends the pod's readiness by itself.
            if get(container, "ports", []) and get(container, probe) is None:
                yield f"container {name} has no {probe}"
        path = get(container, "readinessProbe.httpGet")
        if path is not None and get(container, "readinessProbe.periodSeconds", 10) < 10:  # noqa: PLR2004  # upstream's limiters
            yield f"container {name}: readiness over HTTP more often than every 10 s"
        if path is not None and get(container, "livenessProbe") == get(container, "readinessProbe"):
            yield f"container {name}: liveness asks what readiness asks, so that a busy pod is restarted"


@rule("k8s-image", ALL)
def _image(resource: Resource, environment: Environment) -> Iterable[str]:
    for name, container in containers(resource):
        for wrong in image_problems(get(container, "image", ""), environment):
            yield f"container {name}: {wrong}"


def image_problems(image: str, environment: Environment) -> Iterable[str]:
    """What is wrong with the reference of an image."""
    tagless, _, digest = image.partition("@")
    tag = tagless.rpartition("/")[2].partition(":")[2]
    if not digest and tag in ("", "latest"):
        yield f"image {image} names no version"
    if not digest.startswith("sha256:") and environment.production:
        yield f"image {image} has no digest"


@rule("k8s-no-secret-literals", ALL)
def _no_secret_literals(resource: Resource, _: Environment) -> Iterable[str]:
    for name, container in containers(resource):
        for wrong in literal_problems(get(container, "env", [])):
            yield f"container {name}: {wrong}"


def literal_problems(variables: Iterable[dict[str, Any]]) -> Iterable[str]:
    """What is wrong with variables of an environment; one that isn't known yet is judged at the update."""
    later = False
    for variable in variables:
        key = get(variable, "name", "")
        try:
            literal = str(get(variable, "value", ""))
        except Undecidable:
            later = True
            continue
        names_secret = any(word in key.lower() for word in SECRET_WORDS) and not key.lower().endswith(REFERENCES)
        if literal and names_secret:
            yield f"the environment variable {key} is a literal"
        if "://" in literal and "@" in literal.partition("://")[2].partition("/")[0]:
            yield f"the environment variable {key} holds a URL with credentials"
    if later:
        raise Undecidable


@rule("k8s-spread", SERVING)
def _spread(resource: Resource, _: Environment) -> Iterable[str]:
    labels = get(resource.props, TEMPLATES[resource.type] + ".metadata.labels", {}).items()
    keys = {
        get(constraint, "topologyKey")
        for constraint in get(pod_spec(resource), "topologySpreadConstraints", [])
        if (own := get(constraint, "labelSelector.matchLabels", {}).items()) and own <= labels
    }
    # A pod that is replaced in place is alone.
    if get(resource.props, "spec.strategy.type", "") != "Recreate":
        for key in sorted(SPREAD_OVER - keys):
            yield f"pods aren't spread: no topologySpreadConstraint on {key} selects them"


@rule("k8s-graceful", SERVING)
def _graceful(resource: Resource, _: Environment) -> Iterable[str]:
    spec = pod_spec(resource)
    stop = max(
        [get(container, "lifecycle.preStop.sleep.seconds", 0) for container in get(spec, "containers", [])],
        default=0,
    )
    if get(spec, "terminationGracePeriodSeconds", 30) <= stop:
        yield "the grace period isn't longer than the preStop sleep"


@rule("k8s-rollout", DEPLOYMENTS)
def _rollout(resource: Resource, _: Environment) -> Iterable[str]:
    strategy = get(resource.props, "spec.strategy", {})
    if get(strategy, "type", "RollingUpdate") == "RollingUpdate" and get(
        strategy, "rollingUpdate.maxUnavailable", "25%"
    ) not in (0, "0", "0%"):
        yield "a rollout may drop below the minimum: rollingUpdate.maxUnavailable is not 0"
