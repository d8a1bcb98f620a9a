"""Programs that an `up` and its operators run, and their versions."""

from doctor.facts.tools import Version
from doctor.finding import Check, Finding

_AWS_MAJOR = 2
SKEW = 1
"""Minor versions that kubectl may be away from the clusters' Kubernetes."""


def judge_pulumi(found: Version | None, sdk: Version | None) -> Finding:
    """sdk: of the package that the program imports."""
    wanted = _shown(sdk)
    check = Check(name="pulumi", rule=f"the CLI is of the SDK's major version and no older than the SDK, {wanted}")
    fix = f"install Pulumi {wanted} or later (pulumi.com/docs/install)"
    if found is None:
        return check.stops("not on PATH", fix)
    if sdk and found[0] != sdk[0]:
        return check.stops(_shown(found), fix)
    if sdk and found < sdk:
        return check.warns(_shown(found), fix)
    return check.ok(_shown(found))


def judge_aws_cli(found: Version | None) -> Finding:
    """Its `eks get-token` is how Pulumi and kubectl log in to the clusters."""
    check = Check(
        name="aws", rule="the AWS CLI, version 2, is on PATH: Pulumi takes its tokens for the clusters from it"
    )
    fix = "install the AWS CLI, version 2 (docs.aws.amazon.com/cli)"
    if found is None:
        return check.stops("not on PATH", fix)
    return check.ok(_shown(found)) if found[0] == _AWS_MAJOR else check.stops(_shown(found), fix)


def judge_kubectl(found: Version | None, kubernetes: str) -> Finding:
    """kubernetes: the clusters' version, as 1.36."""
    check = Check(name="kubectl", rule=f"kubectl is within one minor version of the clusters, {kubernetes}")
    fix = f"install kubectl {kubernetes} (kubernetes.io/docs/tasks/tools)"
    if found is None:
        return check.warns("not on PATH: runbooks need it", fix)
    major, minor = (int(part) for part in kubernetes.split("."))
    good = found[0] == major and abs(found[1] - minor) <= SKEW
    return check.ok(_shown(found)) if good else check.warns(_shown(found), fix)


def _shown(version: Version | None) -> str:
    return ".".join(map(str, version)) if version else "(unknown)"
