"""The AWS provider that a rehearsal plays: it checks and answers as AWS would; the engine's state is what exists."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from string import Formatter
from typing import Any

from rehearsal.standins.aws.account.account import Account
from rehearsal.standins.aws.account.inventory import Inventory, Item
from rehearsal.standins.aws.account.lifecycle import Lifecycle
from rehearsal.standins.aws.aws_facts import Facts, NotGiven
from rehearsal.standins.aws.clusters import find_cluster
from rehearsal.standins.aws.functions import call_function
from rehearsal.standins.aws.identity import IDENTITIES
from rehearsal.standins.aws.naming import DEFAULTS, autoname, check_name
from rehearsal.standins.aws.outputs import all_tags, make_id, make_outputs, physical_name
from rehearsal.standins.aws.refusals import refuse_update
from rehearsal.standins.aws.regions import REGIONS, UnknownRegion
from rehearsal.standins.aws.replacement.replacement import difference
from rehearsal.standins.aws.replacement.storage_autoscaling import with_grown_storage
from rehearsal.standins.aws.sdk.check import check_object
from rehearsal.standins.aws.sdk.schema import ResourceType
from rehearsal.standins.aws.sdk.sdk import Sdk, SdkError
from rehearsal.standins.provider import Change, Checked, Difference, ProviderError, Resource, State
from rehearsal.standins.values import UNKNOWN, Map, Value, has_unknown, is_map, is_unknown, without_secrets

_ENGINE_KEYS = {"version", "pluginDownloadURL", "pluginChecksums", "parameterization"}
_REMEMBERED = {"ec2/subnet", "ec2/eip", "rds/instance"}  # what other resources' outputs are made from


class AwsProvider:
    """A Provider (see rehearsal.standins.provider)."""

    name = "aws"

    def __init__(
        self,
        sdk: Sdk,
        account: Account | None = None,
        inventory: Inventory | None = None,
        *,
        pause: Callable[[float], None] = time.sleep,
        today: Callable[[], date] = lambda: datetime.now(UTC).date(),
    ) -> None:
        self.sdk = sdk
        self._life = Lifecycle(account or Account(), pause, today)
        self._inventory = inventory or Inventory()
        self.version = sdk.version
        self.region = ""
        self.default_tags: Map = {}
        self._seen: dict[str, Map] = {}

    def check_config(self, olds: Map, news: Map) -> Checked:  # noqa: ARG002  (the protocol's)
        """Refuse options that the SDK's provider does not have, and regions without facts."""
        known = self.sdk.provider_options()
        failures = [
            (name, f"is no option of the AWS provider in pulumi_aws {self.version}")
            for name in news
            if name not in known and name not in _ENGINE_KEYS and not name.startswith("__")
        ]
        region = without_secrets(news.get("region"))
        if isinstance(region, str) and not is_unknown(region) and region not in REGIONS:
            failures.append(("region", f"{region!r} is not one that the stand-in knows: {', '.join(REGIONS)}"))
        return Checked(inputs=news, failures=tuple(failures))

    def diff_config(self, olds: Map, news: Map) -> Difference:
        """Another region is another provider: nothing moves between regions."""
        old, new = without_secrets(olds), without_secrets(news)
        changes = {name: Change.UPDATE for name in {*old, *new} if old.get(name) != new.get(name)}
        if "region" in changes:
            changes["region"] = Change.UPDATE_REPLACE
        return Difference(changes=changes)

    def configure(self, variables: Mapping[str, str], args: Map) -> None:
        """Take region and default tags."""
        given = {name.rpartition(":")[2]: value for name, value in variables.items()} | without_secrets(args)
        self.region = given.get("region") or ""
        tags: Value = given.get("defaultTags")
        if isinstance(tags, str) and not is_unknown(tags):
            tags = json.loads(tags)
        own: Value = tags.get("tags") if is_map(tags) else None
        self.default_tags = own if is_map(own) else {}

    def check(self, resource: Resource, olds: Map, news: Map) -> Checked:
        """Check every property against the SDK, and name what has no name."""
        try:
            kind = self._kind(resource.type)
        except ProviderError as error:
            return Checked(inputs=news, failures=(("", str(error)),))
        failures = list(check_object(self.sdk, kind.inputs, news))
        named = autoname(
            kind,
            resource.urn,
            olds,
            news,
            proposed=resource.proposed_name,
            disabled=resource.naming_disabled,
        )
        failures += check_name(kind, named)
        return Checked(inputs=named, failures=tuple(failures))

    def diff(self, resource: Resource, state: Map, old_inputs: Map, news: Map) -> Difference:
        """Compare inputs, the place, and the tags that come from the provider."""
        kind = self._kind(resource.type)
        self._remember(kind, resource.identity, state)
        self._life.record(resource, kind.kind, self._place(kind, state), state, old_inputs)
        self._inventory.note(self._item(resource, kind, resource.identity, state))
        news = with_grown_storage(kind.kind, state, news)
        if kind.kind == "rds/instance" and "allocatedStorage" in old_inputs:
            # What is there is what the real provider compares, not what was once asked for.
            old_inputs = {**old_inputs, "allocatedStorage": state.get("allocatedStorage")}
        region = self._region(kind, news)
        moved = bool(state.get("region")) and state["region"] != region and "region" in kind.outputs.properties
        found = difference(kind, old_inputs, news, region_changed=moved)
        tags = all_tags(without_secrets(news.get("tags")), self.default_tags)
        if "tagsAll" in kind.outputs.properties and not found.changes and without_secrets(state.get("tagsAll")) != tags:
            found = Difference(changes={"tagsAll": Change.UPDATE})
        if not any(change.replaces for change in found.changes.values()):
            refuse_update(kind.kind, without_secrets(old_inputs), without_secrets(news))
        return found

    def create(self, resource: Resource, inputs: Map) -> State:
        """Give the resource an id and outputs; at preview what AWS computes is unknown."""
        kind = self._kind(resource.type)
        plain: Map = without_secrets(inputs)
        seed = UNKNOWN if resource.preview else f"{resource.urn}|{json.dumps(plain, sort_keys=True)}"
        plain = {**plain, **physical_name(kind, plain, seed)}
        identity = ""
        if not resource.preview:
            identity = self._make_id(resource, kind, plain, seed)
            named = {**inputs, **physical_name(kind, plain)}
            self._life.create(resource, kind.kind, self._place(kind, plain), named, identity)
        outputs = self._outputs(resource, kind, plain, inputs, identity or UNKNOWN)
        self._remember(kind, identity, outputs)
        if not resource.preview:
            self._inventory.put(self._item(resource, kind, identity, outputs))
        return State(identity=identity, properties=outputs)

    def read(self, resource: Resource, state: Map, inputs: Map) -> State:
        """What the state says is there, as nothing else changes it; without a state, as far as the id tells."""
        kind = self._kind(resource.type)
        if state:
            other = self._life.overwritten(resource, kind.kind, self._place(kind, state), state, inputs)
            if other and not other.identity:
                return State(identity="")
            if other:
                plain = {**other.content, **physical_name(kind, {**without_secrets(state), **other.content})}
                outputs = self._outputs(resource, kind, plain, other.content, resource.identity)
                return State(identity=resource.identity, properties=outputs, inputs=other.content)
            self._life.record(resource, kind.kind, self._place(kind, state), state, inputs)
            if kind.kind == "eks/cluster":
                state = {**state, **_control_plane(str(state["name"]))}
            self._remember(kind, resource.identity, state)
            return State(identity=resource.identity, properties=state, inputs=inputs)
        told = {
            name: text for name, text in _told_by(kind, resource.identity).items() if name in kind.inputs.properties
        }
        plain = {**told, **without_secrets(inputs)}
        outputs = self._outputs(resource, kind, plain, {**told, **inputs}, resource.identity)
        return State(identity=resource.identity, properties=outputs, inputs={**told, **inputs})

    def update(self, resource: Resource, state: Map, old_inputs: Map, news: Map) -> Map:
        """The outputs for the new inputs; what AWS computed once stays, as it is made from the id."""
        kind = self._kind(resource.type)
        news = with_grown_storage(kind.kind, state, news)
        refuse_update(kind.kind, without_secrets(old_inputs), without_secrets(news))
        plain: Map = without_secrets(news)
        plain = {**plain, **physical_name(kind, {**without_secrets(state), **plain})}
        outputs = self._outputs(resource, kind, plain, news, resource.identity)
        if not resource.preview:
            self._life.update(resource, kind.kind, self._place(kind, plain), old_inputs, news)
            self._inventory.put(self._item(resource, kind, resource.identity, outputs))
        self._remember(kind, resource.identity, outputs)
        return outputs

    def delete(self, resource: Resource, state: Map) -> None:
        """Free the name, where AWS does not refuse."""
        kind = self._kind(resource.type)
        self._life.delete(resource, kind.kind, self._place(kind, state), state)
        self._inventory.remove(resource.urn, resource.identity)

    def invoke(self, token: str, args: Map) -> Map:
        """Answer a function."""
        try:
            return call_function(self.sdk, token, args, self.region)
        except UnknownRegion as error:
            raise ProviderError(f"{token}: {error}") from error

    def cancel(self) -> None:
        """Nothing here waits."""

    def _item(self, resource: Resource, kind: ResourceType, identity: str, properties: Map) -> Item:
        place, plain = self._place(kind, properties), without_secrets(properties)
        return Item(urn=resource.urn, identity=identity, kind=kind.kind, region=place, properties=plain)

    def _place(self, kind: ResourceType, properties: Map) -> str:
        """The region that a type's names are unique in; "" where they are in the account."""
        return self._region(kind, properties) if "region" in kind.outputs.properties else ""

    def _kind(self, token: str) -> ResourceType:
        try:
            kind = self.sdk.resource(token)
        except SdkError as error:
            raise ProviderError(str(error)) from error
        if kind.kind not in IDENTITIES:
            raise ProviderError(
                f"{token}: the rehearsal's AWS stand-in does not play this type, and does not guess; "
                "add it to rehearsal/standins/aws/identity.py"
            )
        return kind

    def _region(self, kind: ResourceType, inputs: Map) -> str:
        region = without_secrets(inputs.get("region")) or self.region
        if not region and "region" in kind.outputs.properties:
            raise ProviderError(f"{kind.token}: no region: set aws:region, or the provider's or resource's region")
        return region or "us-east-1"  # where AWS runs its global services

    def _facts(
        self, resource: Resource, kind: ResourceType, plain: Map, *, seed: str, identity: str = UNKNOWN
    ) -> Facts:
        return Facts(
            type=kind.token,
            name=resource.name,
            seed=seed,
            region=self._region(kind, plain),
            inputs=plain,
            id=identity,
            others=self._seen,
        )

    def _make_id(self, resource: Resource, kind: ResourceType, plain: Map, seed: str) -> str:
        try:
            return make_id(kind, self._facts(resource, kind, plain, seed=seed))
        except NotGiven as error:
            raise ProviderError(str(error)) from error

    def _outputs(self, resource: Resource, kind: ResourceType, plain: Map, inputs: Map, identity: str) -> Map:
        seed = f"{identity}|{self._region(kind, plain)}"  # a name may be an id in each of two regions
        facts = self._facts(resource, kind, plain, seed=seed, identity=identity)
        try:
            return make_outputs(kind, facts, {n: v for n, v in inputs.items() if n != DEFAULTS}, self.default_tags)
        except UnknownRegion as error:
            raise ProviderError(f"{kind.token}: {error}") from error

    def _remember(self, kind: ResourceType, identity: str, outputs: Map) -> None:
        if kind.kind in _REMEMBERED and identity:
            plain = {name: value for name, value in without_secrets(outputs).items() if not has_unknown(value)}
            for key in (identity, plain.get("arn"), plain.get("identifier")):
                if key:
                    self._seen[str(key)] = plain


def _control_plane(name: str) -> Map:
    """Where the embedded control plane listens now; an unplayed cluster keeps what it has."""
    try:
        cluster = find_cluster(name)
    except ProviderError:
        return {}
    return {"endpoint": cluster.endpoint, "certificateAuthority": {"data": cluster.certificate_authority}}


def _told_by(kind: ResourceType, identity: str) -> dict[str, Any]:
    """The inputs that an id contains, by the template that makes such ids."""
    template = IDENTITIES[kind.kind].id
    template = IDENTITIES[kind.kind].arn if template == "{arn}" else template
    pattern, groups = "", list[str]()
    for text, field, detail, _ in Formatter().parse(template):
        pattern += re.escape(text)
        if field is not None:
            groups.append(field if not detail else "")
            pattern += "(.+)"
    found: Value = re.fullmatch(pattern, identity)
    return {name: found[index] for index, name in enumerate(groups, 1) if name} if found else {}
