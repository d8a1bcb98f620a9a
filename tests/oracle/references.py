"""Which values of a deployment are another resource's: they become references, as a person would have written them."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from rehearsal.standins.values import SECRET, SIGNATURE

REFERRED = {
    "arn": "arn",
    "dnsName": "dns_name",
    "keyId": "key_id",
    "domainName": "domain_name",
    "bucketRegionalDomainName": "bucket_regional_domain_name",
}
"""Outputs that other resources refer to, besides the id."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A Pulumi resource and where it stands in Terraform."""

    resource: Mapping[str, Any]
    kind: str
    terraform: str
    name: str
    inputs: Mapping[str, Any]

    @property
    def address(self) -> str:
        """As Terraform names it."""
        return f"{self.terraform}.{self.name}"


def references(places: Iterable[Place], schemas: Mapping[str, Any]) -> Mapping[str, str]:
    """Value -> reference, for every id, ARN and host name that only one resource has."""
    makers: dict[str, set[str]] = {}
    namesakes: dict[str, set[str]] = {}
    for place in places:
        outputs = clear(place.resource.get("outputs") or {})
        known = {"id": place.resource.get("id") or outputs.get("id")}
        known |= {REFERRED[key]: value for key, value in outputs.items() if key in REFERRED}
        for attribute, value in known.items():
            if isinstance(value, str) and attribute in schemas[place.terraform]["block"]["attributes"]:
                # A bucket's policy has the bucket's name for its id, because it was given it.
                owners = namesakes if value in place.inputs.values() else makers
                owners.setdefault(value, set()).add(f"{place.address}.{attribute}")
    return {
        value: min(found)
        for value, found in {**namesakes, **makers}.items()
        if len({address.rsplit(".", 1)[0] for address in found}) == 1
    }


def may_refer(where: str) -> bool:
    """Names and tags happen to be equal to ids; nobody writes them as references."""
    return not re.search(r"\.tags(\.|$)|^[^.]+\.(name|comment|description|domainName)$", where)


def clear(value: Any) -> Any:
    """A value of an exported state without its wrappings: secrets opened, assets named."""
    if isinstance(value, dict):
        found = cast("dict[str, Any]", value)
        kind = found.get(SIGNATURE)
        if kind == SECRET:
            plain = found.get("plaintext")
            return json.loads(plain) if plain else "hidden-value-0"
        if kind == "c44067f5952c0a294b673a41bacd8c17":
            return "asset"
        return {key: clear(item) for key, item in found.items()}
    return [clear(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value
