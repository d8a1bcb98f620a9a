"""Pulumi's names for resources, inputs and their parts, back to Terraform's.

Pulumi makes its names from Terraform's by rule: camel case, and a plural for what holds several. So the provider's own
schema says which Terraform name an input came from; nothing is turned from plural to singular by guesswork.
"""

import functools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from tests.oracle.names import MODULES, RENAMED_INPUTS, RENAMED_TYPES, SINCE, forms, names_in, snake
from tests.oracle.references import Place, clear, may_refer, references


@dataclass(kw_only=True)
class Translation:
    """Terraform resources made from Pulumi's. urns: from Terraform's address. not_judged: too new for this provider."""

    resources: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    regions: dict[str, str] = field(default_factory=dict[str, str])
    urns: dict[str, str] = field(default_factory=dict[str, str])
    unmapped: set[str] = field(default_factory=set[str])
    not_judged: set[str] = field(default_factory=set[str])


class Translator:
    """Reads one provider's schemas."""

    def __init__(self, schemas: Mapping[str, Any], version: str) -> None:
        self._schemas = schemas
        self._version = _numbers(version)
        self._references: Mapping[str, str] = {}
        self._at: Place | None = None
        self._found = Translation()

    def translate(self, resources: Iterable[Mapping[str, Any]]) -> Translation:
        """The aws:* resources of an exported deployment.

        A value that is another resource's id or ARN becomes a reference to it, as a person would have written it.
        """
        found = list(resources)
        providers = _provider_regions(found)
        places = [place for resource in found if (place := self._place(resource))]
        self._references = references(places, self._schemas)
        for place in places:
            self._resource(place, providers)
        return self._found

    def _place(self, resource: Mapping[str, Any]) -> "Place | None":
        if not resource["type"].startswith("aws:") or not resource.get("custom") or resource.get("external"):
            return None
        kind = resource["type"].split(":")[1]
        inputs = clear(resource["inputs"])
        terraform = self.type_of(kind, inputs)
        if terraform is None:
            self._found.unmapped.add(kind)
            return None
        name = "r_" + re.sub(r"\W", "_", f"{resource['urn'].split('::')[-1]}_{len(self._found.urns)}")
        address = f"{terraform}.{name}"
        self._found.urns[address] = resource["urn"]
        return Place(resource=resource, kind=kind, terraform=terraform, name=name, inputs=inputs)

    def _resource(self, place: "Place", providers: Mapping[str, str]) -> None:
        resource = place.resource
        region = str(
            resource.get("region")
            or place.inputs.get("region")
            or providers.get(resource.get("provider", ""))
            or "us-east-1"
        )
        alias = region.replace("-", "_")
        self._found.regions[alias] = region
        self._at = place
        block = self._schemas[place.terraform]["block"]
        body = self._block(place.inputs, block, place.kind)
        self._name_what_pulumi_names(body, block, resource["urn"].split("::")[-1])
        self._found.resources.setdefault(place.terraform, {})[place.name] = {**body, "provider": f"aws.{alias}"}

    @functools.cache  # noqa: B019  # one translator a run
    def _candidates(self, kind: str) -> tuple[str, ...]:
        module, _, resource = kind.partition("/")
        tails = {snake(resource), re.sub(r"_?v2$", "", snake(resource))}
        by_tail = [
            name for name in self._schemas for tail in tails if name == f"aws_{tail}" or name.endswith(f"_{tail}")
        ]
        own = {f"aws_{prefix}_{tail}" for prefix in MODULES.get(module, (snake(module), module)) for tail in tails}
        bare = {f"aws_{tail}" for tail in tails}
        # The module's own name first, then the bare one, then the shortest.
        return tuple(sorted(set(by_tail), key=lambda name: (name not in own, name not in bare, len(name), name)))

    def type_of(self, kind: str, inputs: Mapping[str, Any]) -> str | None:
        """The Terraform type of a Pulumi type: the likeliest name whose schema knows the inputs."""
        if kind in RENAMED_TYPES:
            return RENAMED_TYPES[kind]
        scored = [
            (sum(self._name(self._schemas[name]["block"], key) is None for key in _stated(inputs)), index, name)
            for index, name in enumerate(self._candidates(kind))
        ]
        return min(scored)[2] if scored else None

    def _name(self, block: Mapping[str, Any], key: str) -> str | None:
        attributes = block.get("attributes", {})
        known = names_in((*attributes, *block.get("block_types", {})))
        if key == "name" and key not in known:
            # Pulumi calls every name just that: aws_cloudwatch_metric_alarm's alarm_name, for one.
            required = [name for name in attributes if name.endswith("_name") and attributes[name].get("required")]
            return required[0] if required else None
        return known.get(key)

    def _block(self, inputs: Mapping[str, Any], block: Mapping[str, Any], where: str) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for key in _stated(inputs):
            path, value = f"{where}.{key}", inputs[key]
            name = RENAMED_INPUTS.get(path) or self._name(block, key)
            if name is None:
                self._not_known(path)
            elif name in block.get("block_types", {}):
                nested = block["block_types"][name]["block"]
                body[name] = [
                    self._block(cast("Mapping[str, Any]", item), nested, path) if isinstance(item, dict) else item
                    for item in (cast("list[Any]", value) if isinstance(value, list) else [value])
                ]
            else:
                body[name] = self._attribute(value, block["attributes"][name], path)
        return body

    def _attribute(self, value: Any, attribute: Mapping[str, Any], where: str) -> Any:
        nested = attribute.get("nested_type")
        if nested:
            many = nested["nesting_mode"] in ("list", "set")
            items = cast("list[Any]", value) if isinstance(value, list) else [value]
            bodies = [self._block(item, nested, where) for item in items]
            return bodies if many else bodies[0]
        return self._typed(value, attribute.get("type"), where)

    def _typed(self, value: Any, kind: Any, where: str) -> Any:
        if kind == "string" and isinstance(value, dict | list):
            value = json.dumps(value)
        if isinstance(value, str):
            reference = self._references.get(value)
            if reference and self._at and not reference.startswith(f"{self._at.address}.") and may_refer(where):
                return f"${{{reference}}}"
            # Terraform would take these for templates of its own.
            return value.replace("${", "$${").replace("%{", "%%{")
        if isinstance(kind, list):
            outer, inner = cast("list[Any]", kind)
            if outer in ("list", "set"):
                items = cast("list[Any]", value) if isinstance(value, list) else [value]
                return [self._typed(item, inner, where) for item in items]
            if outer == "object" and isinstance(value, dict):
                return self._object(cast("dict[str, Any]", value), inner, where)
        return value

    def _object(self, value: Mapping[str, Any], fields: Mapping[str, Any], where: str) -> dict[str, Any]:
        # An attribute that is written like a block wants every field.
        body: dict[str, Any] = dict.fromkeys(fields)
        names = {form: name for name in fields for form in forms(name)}
        for key, item in value.items():
            if key in names:
                body[names[key]] = self._typed(item, fields[names[key]], f"{where}.{key}")
            else:
                self._not_known(f"{where}.{key}")
        return body

    def _not_known(self, path: str) -> None:
        since = SINCE.get(path)
        too_new = since is not None and self._version < _numbers(since)
        (self._found.not_judged if too_new else self._found.unmapped).add(path)

    @staticmethod
    def _name_what_pulumi_names(body: dict[str, Any], block: Mapping[str, Any], logical: str) -> None:
        """Terraform requires some names that Pulumi makes up when nobody states them."""
        for name, attribute in block.get("attributes", {}).items():
            if attribute.get("required") and name not in body and re.search(r"(^|_)(name|identifier|id)$", name):
                body[name] = logical.lower()


def _stated(inputs: Mapping[str, Any]) -> Iterable[str]:
    """Inputs with a value. The region is the provider's business here."""
    return [key for key, value in inputs.items() if value is not None and key not in ("__defaults", "region")]


def _provider_regions(resources: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {
        f"{item['urn']}::{item.get('id', '')}": str(clear(item.get("inputs", {})).get("region", "us-east-1"))
        for item in resources
        if item["type"] == "pulumi:providers:aws"
    }


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
