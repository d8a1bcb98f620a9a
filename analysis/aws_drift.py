"""What differs between a state and AWS, as `pulumi preview --refresh` finds it: whose it is, and who can be asked.

AWS writes no owner into a resource. Its tags say whose it is; who changed it stands in CloudTrail, under its id.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

OWNED = "kubernetes:"
"""Objects of clusters say by themselves who owns each of their fields: analysis/drift.py. Releases don't."""
RELEASE = "kubernetes:helm.sh/v3:Release"
CHANGES = {
    "create": "is gone",
    "update": "is not what the program states",
    "replace": "is not what the program states, and would be replaced",
    "delete": "is no more in the program",
}
_GRAVE = (
    *("aws:iam/", "aws:ec2/securityGroup", "aws:s3/bucketPolicy", "aws:s3/bucketPublicAccessBlock", "aws:kms/"),
    *("aws:eks/accessEntry", "aws:eks/podIdentityAssociation", "aws:wafv2/", "aws:secretsmanager/"),
)
"""Kinds whose change may let code or people in."""


@dataclass(frozen=True, kw_only=True)
class AwsFinding:
    """paths: of the properties, without values, which may be secret. owner, plugin: its tags. id: its own of AWS.

    grave: it may let code or people in that nobody reviewed.
    """

    type: str
    name: str
    change: str
    paths: tuple[str, ...]
    owner: str
    plugin: str
    id: str
    grave: bool

    def __str__(self) -> str:
        paths = f"{', '.join(self.paths)} " if self.paths else ""
        whose = f"plugin {self.plugin} of {self.owner}" if self.plugin else self.owner or "nobody by its tags"
        return f"{self.type.rpartition(':')[2]} {self.name}: {paths}{CHANGES[self.change]}; whose: {whose}"

    @property
    def who(self) -> str:
        """How to learn who changed it."""
        if not self.type.startswith("aws:"):
            return "its own history, such as helm history"
        return f"aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue={self.id}"


def find_aws_drift(events: Iterable[Mapping[str, Any]], resources: Iterable[Mapping[str, Any]]) -> list[AwsFinding]:
    """events: of a preview with refresh; resources: of the state before it. The grave first."""
    held = {str(one["urn"]): one for one in resources}
    found: dict[str, AwsFinding] = {}
    for event in events:
        metadata: Mapping[str, Any] = event.get("resourcePreEvent", {}).get("metadata", {})
        operation = {"create-replacement": "replace"}.get(str(metadata.get("op")), str(metadata.get("op")))
        kind, urn = str(metadata.get("type", "")), str(metadata.get("urn", ""))
        if (kind == RELEASE or not kind.startswith(OWNED)) and operation in CHANGES:
            found[urn] = _finding(operation, kind, urn, metadata, held.get(urn, {}))
    return sorted(found.values(), key=lambda one: (not one.grave, one.type, one.name))


def _finding(operation: str, kind: str, urn: str, metadata: Mapping[str, Any], held: Mapping[str, Any]) -> AwsFinding:
    tags: Mapping[str, Any] = held.get("inputs", {}).get("tags") or {}
    return AwsFinding(
        type=kind,
        name=urn.rpartition("::")[2],
        change=operation,
        paths=tuple(sorted(metadata.get("detailedDiff") or metadata.get("diffs") or ())),
        owner=str(tags.get("Owner", "")),
        plugin=str(tags.get("Plugin", "")),
        id=str(held.get("id", "")),
        grave=kind.startswith(_GRAVE),
    )
