"""Builds components under the SDK's mock engine and gives back what was registered, with the options that mocks hide.

    records = build(lambda: Network("net", plan=plan), preview=False)
    vpc = one(records, "aws:ec2/vpc:Vpc")
    assert vpc.inputs["cidrBlock"] == "10.64.0.0/16" and vpc.protect

With preview=True every output that AWS would only know after creation is unknown, as in a real preview; inputs
made from one read UNKNOWN. Names of a preview and of an update must be the same: `assert_same_names`.
"""

import asyncio
import gc
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import mocks, rpc, settings, stack
from pulumi.runtime.proto import provider_pb2, resource_pb2

from tests.components import fakes
from tests.components.wire import has_secret, mapping, struct

UNKNOWN = rpc.UNKNOWN

Call = Callable[[Mapping[str, Any]], Mapping[str, Any]]
CALLS: dict[str, Call] = {
    "aws:index/getCallerIdentity:getCallerIdentity": lambda _: {
        "accountId": fakes.ACCOUNT,
        "arn": f"arn:aws:iam::{fakes.ACCOUNT}:role/deployer",
        "userId": "AROA",
        "id": "x",
    },
    "aws:iam/getSessionContext:getSessionContext": lambda args: {
        "arn": args["arn"],
        "issuerArn": args["arn"],
        "id": args["arn"],
        "issuerId": "AROA",
        "issuerName": "deployer",
        "sessionName": "",
    },
    "aws:index/getPartition:getPartition": lambda _: {
        "partition": "aws",
        "dnsSuffix": "amazonaws.com",
        "id": "aws",
        "reverseDnsPrefix": "com.amazonaws",
    },
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": lambda args: {
        "id": "pl-3b927c52",
        "name": args["name"],
        "arn": "arn:aws:ec2:us-east-1:aws:prefix-list/pl-3b927c52",
    },
}
"""Functions that components may invoke, and what they answer."""


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One registration. inputs: plain values by Pulumi names; secret_inputs: top-level inputs that hold a secret.

    shown: inputs as anybody may read them, each secret masked.
    """

    type: str
    name: str
    urn: str
    custom: bool
    inputs: Mapping[str, Any]
    secret_inputs: frozenset[str]
    parent: str
    protect: bool
    retain_on_delete: bool
    provider: str
    region: str
    dependencies: tuple[str, ...]
    aliases: tuple[str, ...]
    ignore_changes: tuple[str, ...]
    delete_before_replace: bool
    replace_on_changes: tuple[str, ...] = ()
    timeouts: Mapping[str, str] = field(default_factory=dict[str, str])
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    shown: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, kw_only=True)
class Run:
    """A whole run. records: sorted by URN; outputs: of components and of the stack, secrets masked; log: messages."""

    records: list[Recorded]
    outputs: Mapping[str, Any]
    log: list[str]


def build(
    make: Callable[[], object],
    *,
    preview: bool = False,
    stack_name: str = "dev",
    calls: Mapping[str, Call] | None = None,
) -> list[Recorded]:
    """Everything that `make` registers, sorted by URN. Raises what it raises."""
    return run(make, preview=preview, stack_name=stack_name, calls=calls).records


def run(
    make: Callable[[], object],
    *,
    preview: bool = False,
    stack_name: str = "dev",
    calls: Mapping[str, Call] | None = None,
) -> Run:
    """Everything that `make` registers, puts out and says. Raises what it raises."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.set_default_executor(ThreadPoolExecutor(max_workers=4))
    monitor = _Monitor(preview=preview, calls={**CALLS, **(calls or {})})
    settings.reset_options()
    logger, said = _logger()
    mocks.set_mocks(monitor.mocks, project="naap", stack=stack_name, preview=preview, monitor=monitor, logger=logger)

    def program() -> None:
        make()

    gc.disable()  # looking through the millions of objects of a whole program takes a fifth of the time
    try:
        loop.run_until_complete(stack.run_pulumi_func(program))
    finally:
        gc.enable()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
    records = sorted(monitor.records, key=lambda record: record.urn)
    return Run(records=records, outputs=monitor.outputs, log=said)


def of_type(records: Sequence[Recorded], token: str) -> list[Recorded]:
    """Registrations of one type, e.g. `aws:ec2/vpc:Vpc`."""
    return [record for record in records if record.type == token]


def one(records: Sequence[Recorded], token: str, name: str | None = None) -> Recorded:
    """The only registration of a type (and logical name)."""
    found = [record for record in of_type(records, token) if name in (None, record.name)]
    assert len(found) == 1, f"{len(found)} of {token} {name or ''}: {[record.name for record in found]}"
    return found[0]


def awaited(records: Sequence[Recorded], *ends: Recorded) -> set[str]:
    """URNs of everything that is there before these: what they wait for, and what that waits for."""
    known = {record.urn: record for record in records}
    found: set[str] = set()
    waiting = [urn for end in ends for urn in end.dependencies]
    while waiting:
        urn = waiting.pop()
        if urn in known and urn not in found:
            found.add(urn)
            waiting += known[urn].dependencies
    return found


def assert_same_names(make: Callable[[], object]) -> None:
    """What a preview announces is what an update makes."""
    announced = {record.urn for record in build(make, preview=True)}
    made = {record.urn for record in build(make, preview=False)}
    assert announced == made


def as_deployment(records: Sequence[Recorded]) -> dict[str, Any]:
    """The records in the shape of an exported stack."""
    resources: list[dict[str, Any]] = []
    for record in records:
        named = {"urn": record.urn, "type": record.type, "custom": record.custom, "region": record.region}
        resources.append({**named, "inputs": dict(record.inputs), "outputs": dict(record.outputs)})
    return {"deployment": {"resources": resources}}


class _NoMocks(mocks.Mocks):
    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError(args.token)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        raise NotImplementedError(args.typ)


class _Monitor(mocks.MockMonitor):
    """Keeps whole requests; the SDK's own keeps neither parent nor protect."""

    def __init__(self, *, preview: bool, calls: Mapping[str, Call]) -> None:
        super().__init__(_NoMocks())
        self.records: list[Recorded] = []
        self.outputs: dict[str, Any] = {}
        self._preview = preview
        self._calls = calls
        self._regions: dict[str, str] = {}

    def Invoke(self, request: Any) -> Any:  # noqa: N802  # the engine's name
        answer = self._calls[request.tok](mapping(request.args))
        return provider_pb2.InvokeResponse(**{"return": struct(answer)})  # pyright: ignore[reportArgumentType]  # `return` is a keyword

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the engine's name
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs = mapping(request.object)
        region = str(inputs.get("region") or self._regions.get(request.provider) or "us-east-1")
        identity, extra = self._answer(request, inputs, region)
        if request.type == "pulumi:providers:aws":
            self._regions[f"{urn}::{identity or UNKNOWN}"] = region
        self.records.append(
            Recorded(
                type=request.type,
                name=request.name,
                urn=urn,
                custom=bool(request.custom),
                inputs=inputs,
                secret_inputs=frozenset(key for key, value in request.object.fields.items() if has_secret(value)),
                parent=request.parent,
                protect=bool(request.protect),
                retain_on_delete=bool(request.retainOnDelete),
                provider=request.provider,
                region=region,
                dependencies=tuple(request.dependencies),
                aliases=tuple(alias.urn or alias.spec.name for alias in request.aliases),
                ignore_changes=tuple(request.ignoreChanges),
                delete_before_replace=bool(request.deleteBeforeReplace),
                replace_on_changes=tuple(request.replaceOnChanges),
                timeouts={kind.name: value for kind, value in request.customTimeouts.ListFields()},
                outputs={**inputs, **extra, **({"id": identity} if identity else {})},
                shown=mapping(request.object, masked=True),
            )
        )
        answer = struct_pb2.Struct()
        answer.CopyFrom(request.object)
        for key, value in struct(extra).fields.items():
            answer.fields[key].CopyFrom(value)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identity, object=answer)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802  # the engine's name
        self.outputs[request.urn] = mapping(request.outputs, masked=True)
        return empty_pb2.Empty()

    def _answer(self, request: Any, inputs: Mapping[str, Any], region: str) -> tuple[str, dict[str, Any]]:
        if not request.custom:
            return "", {}
        if request.type.startswith("aws:"):
            if self._preview:
                return "", fakes.unknown_nested(request.type, request.name, dict(inputs), UNKNOWN)
            return fakes.outputs(request.type, request.name, dict(inputs), region)
        if self._preview:
            return "", {}
        if request.type.startswith("kubernetes:"):
            metadata = {"name": request.name, **cast("Mapping[str, Any]", inputs.get("metadata") or {})}
            return f"{metadata.get('namespace', '')}/{metadata['name']}".lstrip("/"), {"metadata": metadata}
        return f"{request.name}-id", {}


def _logger() -> tuple[logging.Logger, list[str]]:
    """A logger of its own, and the list that takes what is said to it."""
    said: list[str] = []
    logger = logging.Logger("program", logging.DEBUG)
    handler = logging.Handler()
    handler.emit = lambda record: said.append(record.getMessage())
    logger.addHandler(handler)
    return logger, said
