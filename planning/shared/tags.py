"""Tags on everything that takes tags, by one function."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Tags:
    """What every resource of an environment carries; `of` adds what belongs to one part."""

    environment: str
    owner: str
    cost_center: str

    def of(self, component: str, *, plugin: str | None = None, name: str | None = None) -> Mapping[str, str]:
        """Tags of one resource. component: the noun it belongs to; name: shown by the console as its name."""
        tags = {
            "Project": "naap",
            "Environment": self.environment,
            "Component": component,
            "Owner": self.owner,
            "CostCenter": self.cost_center,
            "ManagedBy": "pulumi",
        }
        if plugin:
            tags["Plugin"] = plugin
        if name:
            tags["Name"] = name
        return tags
