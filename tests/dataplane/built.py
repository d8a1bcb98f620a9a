"""What the API server of a region would hold after `pulumi up`, for servers that are started with it."""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any
from urllib.parse import SplitResult, urlsplit

from tests.components.recording import Recorded, of_type
from tests.dataplane.pooler import Pooler
from tests.dataplane.servers import Postgres

CONFIG, SECRET = "kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret"
CACHE_USER, JOB = "aws:elasticache/user:User", "kubernetes:batch/v1:Job"


class Cluster:
    """What a region's API server and AWS would hold after `pulumi up`."""

    def __init__(self, records: list[Recorded]) -> None:
        self.secrets = _by_place(of_type(records, SECRET), "stringData")
        self.config = _by_place(of_type(records, CONFIG), "data")
        self.jobs = {record.inputs["metadata"]["name"]: record.inputs for record in of_type(records, JOB)}
        self.users = {record.inputs["userName"]: record.inputs for record in of_type(records, CACHE_USER)}

    def scripts(self) -> Mapping[str, str]:
        """Of the schema Jobs, by plugin."""
        return {
            name.removeprefix("schema-"): files["script.sql"]
            for (space, name), files in self.secrets.items()
            if space == "naap-schema" and name.startswith("schema-")
        }

    def fragments(self) -> Mapping[str, str]:
        """What the collector finds."""
        found: dict[str, str] = {}
        for (space, name), files in self.config.items():
            if space == "naap-pooler" and name.startswith("plugin-"):
                found |= files
        return found

    def url(self, plugin: str, name: str, suffix: str = "") -> SplitResult:
        """Of a plugin's Secret, or of its migration's."""
        return urlsplit(str(self.secrets[(f"plugin-{plugin}", f"{plugin}{suffix}")][name]))


def _by_place(records: list[Recorded], field: str) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {
        (str(record.inputs["metadata"].get("namespace")), str(record.inputs["metadata"]["name"])): record.inputs[field]
        for record in records
        if field in record.inputs
    }


def entrance(cluster: Cluster, running: ExitStack) -> tuple[Postgres, Pooler]:
    """A database, and the poolers before it with the cluster's files; ended with `running`."""
    files = cluster.config[("naap-pooler", "pooler-0")], cluster.secrets[("naap-pooler", "pooler-0")]
    server = Postgres()
    running.callback(server.stop)
    pooler = Pooler(server, *files)
    running.callback(pooler.server.stop)
    for name, text in cluster.fragments().items():
        pooler.put(f"/run/naap/fragments/{name}", re.sub(r"host=\S+", "host=localhost", text))
    pooler.compose()
    pooler.server.run()
    return server, pooler
