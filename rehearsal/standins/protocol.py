"""The engine's plugin protocol: the one place where gRPC is spoken, and protobuf but for values (wire.py).

A provider is written against `provider.Provider`, in plain values; `serve_provider` puts it on the wire.
"""
# ruff: noqa: N802  (methods of a servicer have the protocol's names)
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false, reportMissingModuleSource=false
# (grpc and google.protobuf ship no types; nothing untyped leaves this module)

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import grpc
from google.protobuf import any_pb2, empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, plugin_pb2, provider_pb2_grpc, status_pb2
from pulumi.runtime.proto import provider_pb2 as pb

from rehearsal.standins.provider import Checked, Difference, PartialFailure, Provider, ProviderError, Resource
from rehearsal.standins.wire import decode, encode

MESSAGE_LIMIT = 400 << 20  # bytes; the engine's own limit
PARENT_CHECK = 0.5  # seconds between looks whether the engine still lives


class EngineLog:
    """Messages for the user, shown by the engine under the resource that they are about."""

    def __init__(self, address: str | None) -> None:
        options = [("grpc.enable_http_proxy", 0)]  # the engine is on this machine, whatever the environment says
        self._stub: Any = (
            engine_pb2_grpc.EngineStub(grpc.insecure_channel(address, options=options)) if address else None
        )

    def warning(self, urn: str, text: str) -> None:
        """Show a warning."""
        self._send(engine_pb2.WARNING, urn, text)

    def info(self, urn: str, text: str) -> None:
        """Show a remark."""
        self._send(engine_pb2.INFO, urn, text)

    def _send(self, severity: Any, urn: str, text: str) -> None:
        if self._stub:
            self._stub.Log(engine_pb2.LogRequest(severity=severity, message=text, urn=urn))


class _Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Translates the wire to a Provider; method names are the protocol's."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: ARG002  (the protocol's)
        return plugin_pb2.PluginInfo(version=self.provider.version)

    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: ARG002  (the protocol's)
        schema = {"name": self.provider.name, "version": self.provider.version}
        return pb.GetSchemaResponse(schema=json.dumps(schema))

    def CheckConfig(self, request: Any, context: Any) -> Any:
        return _call(context, lambda: _checked(self.provider.check_config(decode(request.olds), decode(request.news))))

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return _call(
            context,
            lambda: _difference(self.provider.diff_config(decode(request.olds), decode(request.news))),
        )

    def Configure(self, request: Any, context: Any) -> Any:
        def answer() -> Any:
            self.provider.configure(dict(request.variables), decode(request.args))
            return pb.ConfigureResponse(
                acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
            )

        return _call(context, answer)

    def Check(self, request: Any, context: Any) -> Any:
        naming = request.autonaming
        resource = Resource(
            urn=request.urn,
            proposed_name=naming.proposed_name,
            naming_disabled=naming.mode == pb.CheckRequest.AutonamingOptions.DISABLE,
        )
        return _call(
            context,
            lambda: _checked(self.provider.check(resource, decode(request.olds), decode(request.news))),
        )

    def Diff(self, request: Any, context: Any) -> Any:
        def answer() -> Any:
            resource = Resource(urn=request.urn, identity=request.id, ignore_changes=tuple(request.ignoreChanges))
            olds, inputs, news = decode(request.olds), decode(request.old_inputs), decode(request.news)
            return _difference(self.provider.diff(resource, olds, inputs, news))

        return _call(context, answer)

    def Create(self, request: Any, context: Any) -> Any:
        def answer() -> Any:
            resource = Resource(urn=request.urn, preview=request.preview, timeout=request.timeout)
            state = self.provider.create(resource, decode(request.properties))
            return pb.CreateResponse(id=state.identity, properties=encode(state.properties))

        return _call(context, answer)

    def Read(self, request: Any, context: Any) -> Any:
        def answer() -> Any:
            resource = Resource(urn=request.urn, identity=request.id)
            state = self.provider.read(resource, decode(request.properties), decode(request.inputs))
            return pb.ReadResponse(id=state.identity, properties=encode(state.properties), inputs=encode(state.inputs))

        return _call(context, answer)

    def Update(self, request: Any, context: Any) -> Any:
        def answer() -> Any:
            resource = Resource(
                urn=request.urn,
                identity=request.id,
                preview=request.preview,
                timeout=request.timeout,
                ignore_changes=tuple(request.ignoreChanges),
            )
            olds, inputs, news = decode(request.olds), decode(request.old_inputs), decode(request.news)
            return pb.UpdateResponse(properties=encode(self.provider.update(resource, olds, inputs, news)))

        return _call(context, answer)

    def Delete(self, request: Any, context: Any) -> Any:
        def answer() -> Any:
            resource = Resource(urn=request.urn, identity=request.id, timeout=request.timeout)
            self.provider.delete(resource, decode(request.properties))
            return empty_pb2.Empty()

        return _call(context, answer)

    def Invoke(self, request: Any, context: Any) -> Any:
        return _call(
            context,
            lambda: pb.InvokeResponse(**{"return": encode(self.provider.invoke(request.tok, decode(request.args)))}),
        )

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: ARG002  (the protocol's)
        self.provider.cancel()
        return empty_pb2.Empty()


def _checked(checked: Checked) -> Any:
    failures = [pb.CheckFailure(property=name, reason=reason) for name, reason in checked.failures]
    return pb.CheckResponse(inputs=encode(checked.inputs), failures=failures)


def _difference(difference: Difference) -> Any:
    detail = {
        path: pb.PropertyDiff(kind=getattr(pb.PropertyDiff, change.value), inputDiff=change.value.startswith("DELETE"))
        for path, change in difference.changes.items()
    }
    return pb.DiffResponse(
        changes=pb.DiffResponse.DIFF_SOME if detail else pb.DiffResponse.DIFF_NONE,
        diffs=sorted({path.split(".")[0].split("[")[0] for path in detail}),
        replaces=[path for path, change in difference.changes.items() if change.replaces],
        detailedDiff=detail,
        hasDetailedDiff=True,
        deleteBeforeReplace=difference.delete_before_replace,
    )


def _call(context: Any, answer: Callable[[], Any]) -> Any:
    """Run the answer; an error for the user becomes a status with its text, and details where there are."""
    try:
        return answer()
    except PartialFailure as failure:
        detail = pb.ErrorResourceInitFailed(
            id=failure.identity, properties=encode(failure.properties), reasons=failure.reasons
        )
        if failure.inputs is not None:
            detail.inputs.CopyFrom(encode(failure.inputs))
        packed = any_pb2.Any()
        packed.Pack(detail)
        code: int = grpc.StatusCode.UNKNOWN.value[0]
        status = status_pb2.Status(code=code, message=str(failure), details=[packed])
        context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(grpc.StatusCode.UNKNOWN, str(failure))
    except ProviderError as error:
        context.abort(grpc.StatusCode.UNKNOWN, str(error))


def serve_provider(provider: Provider, *, workers: int = 128) -> NoReturn:
    """Serve a provider until the engine is done; calls that wait hold a worker each."""
    serve(
        lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(_Servicer(provider), server),
        workers=workers,
    )


def serve(register: Callable[[Any], None], *, workers: int, at_exit: Callable[[], None] | None = None) -> NoReturn:
    """Serve on a free loopback port, whose number is the first line of stdout, as the engine expects.

    Leaves on SIGINT or SIGTERM (how the engine ends its plugins), and when the engine itself is gone.
    """
    parent = os.getppid()
    done = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        done.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    options = [
        ("grpc.max_receive_message_length", MESSAGE_LIMIT),
        ("grpc.max_send_message_length", MESSAGE_LIMIT),
    ]
    server = grpc.server(ThreadPoolExecutor(max_workers=workers), options=options)
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    while os.getppid() == parent and not done.wait(PARENT_CHECK):
        pass
    if at_exit:
        at_exit()
    sys.stderr.flush()
    os._exit(0)  # calls that still wait must not keep the process alive
