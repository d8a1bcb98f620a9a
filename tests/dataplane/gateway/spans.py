"""The collector that the gateway sends its spans to, as far as it takes them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,  # pyright: ignore[reportUnknownVariableType]  # generated, and untyped
)


@dataclass(frozen=True, kw_only=True)
class Span:
    """One; identities in hexadecimal. parent: empty where it is the first of its trace."""

    service: str
    trace: str
    identity: str
    parent: str
    tags: dict[str, str]


class Spans(TraceServiceServicer):
    """Answers on loopback, over OTLP/gRPC, and keeps what it is sent."""

    def __init__(self) -> None:
        self.found: list[Span] = []
        self._server = grpc.server(ThreadPoolExecutor(max_workers=4))
        add_TraceServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    def Export(  # noqa: N802  # the protocol's name
        self,
        request: ExportTraceServiceRequest,
        context: grpc.ServicerContext,  # noqa: ARG002  # the protocol's
    ) -> ExportTraceServiceResponse:
        """Called by every proxy, every few seconds."""
        self.found.extend(_spans(request))
        return ExportTraceServiceResponse()

    def of(self, request_id: str) -> list[Span]:
        """Spans of one request."""
        return [span for span in self.found if span.tags.get("request_id") == request_id]

    def stop(self) -> None:
        """Ends it."""
        self._server.stop(None).wait()


def _spans(request: ExportTraceServiceRequest) -> Iterator[Span]:
    for resource in request.resource_spans:
        about = {each.key: each.value.string_value for each in resource.resource.attributes}
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Span(
                    service=about.get("service.name", ""),
                    trace=span.trace_id.hex(),
                    identity=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    tags={each.key: each.value.string_value for each in span.attributes},
                )
