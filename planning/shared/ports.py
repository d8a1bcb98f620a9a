"""TCP ports that more than one part of the platform names."""

POOLER_PORT = 6432
CACHE_PORT = 6379
OTLP_PORT = 4318
"""OTLP over HTTP: Node's exporters need no native code for it."""

OTLP_GRPC_PORT = 4317

ADAPTER_PORT = 6443
