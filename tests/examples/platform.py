"""Servers as the whole program configures them, and the environment in which pods of its Deployments would run."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from planning.platform import PlatformPlan
from rehearsal.control_plane.programs import free_port
from rehearsal.live.images.examples import PLUGIN, migrations
from tests.build.environments import TIERS, build, plan
from tests.components.recording import Recorded, of_type
from tests.dataplane import built
from tests.dataplane.npm import NODE, packages
from tests.dataplane.servers import ADMIN_PASSWORD, Answer, Valkey, answered
from tests.wait import wait_for

ROOT = Path(__file__).resolve().parents[2]
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
README = ROOT / "examples" / "plugin" / "README.md"


def as_typed(text: str) -> str:
    """Text of the README with what a reader fills in."""
    return text.replace("REGISTRY", "registry.example").replace("sha256:...", f"sha256:{'0' * 64}")


def with_notes(folder: Path) -> Path:
    """A copy of the registry to which the example plugin was added by the command that its README states."""
    shutil.copy(ROOT / "plugins" / "registry.yaml", folder)
    shutil.copytree(ROOT / "plugins" / "manifests", folder / "manifests")
    (command,) = re.findall(r"^    (naap plugin add .*)$", README.read_text(), re.MULTILINE)
    words = [sys.executable, "-m", *shlex.split(as_typed(command)), "--registry", str(folder / "registry.yaml")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "registry.yaml"


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer; headers by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True, kw_only=True)
class Running:
    """A process of an example. port: where it listens."""

    port: int
    process: "subprocess.Popen[bytes]"

    def ask(
        self, path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Said:
        """One request."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body or None, headers=dict(headers or {}))
            found = connection.getresponse()
            named = {name.lower(): value for name, value in found.getheaders()}
            return Said(status=found.status, headers=named, body=found.read().decode())
        finally:
            connection.close()

    def end(self) -> int:
        """As Kubernetes ends it; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


class Examples:
    """The smallest tier, and what its pods find, on this machine."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        registry = with_notes(folder)
        self.planned: PlatformPlan = plan(TIERS[0], folder, registry.read_text())
        self.records: list[Recorded] = build(self.planned).records
        self.folder, self._running = folder, running
        self._cluster = built.Cluster(self.records)
        self.server, self._pooler = built.entrance(self._cluster, running)
        self.cache = Valkey(
            {
                name: (user["accessString"], user["authenticationMode"]["passwords"][0])
                for name, user in self._cluster.users.items()
            }
        )
        running.callback(self.cache.stop)

    def make_schema(self, plugin: str) -> None:
        """What its schema Job does, and its migration Job after it."""
        made = self.server.psql(self._cluster.scripts()[plugin], user="naap_admin", password=ADMIN_PASSWORD)
        assert made.ok, made.error
        done = self.migrate(plugin)
        assert done.ok, done.error

    def migrate(self, plugin: str) -> Answer:
        """Runs the migration Job's command in the place of its image."""
        (job,) = [job for name, job in self._cluster.jobs.items() if name.startswith(f"migrate-{plugin}-")]
        (container,) = job["spec"]["template"]["spec"]["containers"]
        environment = self._here(container, self._cluster.secrets[(f"plugin-{plugin}", f"{plugin}-migration")])
        environment |= {"PGHOST": "localhost", "PGPORT": str(self._pooler.server.port)}
        if container["command"] != ["migrate"]:
            program, *words = container["command"]
            assert program == "node"
            return answered([str(NODE), str(PLUGIN / words[0]), *words[1:]], self.of_node(environment, PLUGIN), "")
        image = self.folder / "image"
        for path, text in migrations(self.planned.registry)[container["image"].partition("@")[0]].items():
            (image / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
            (image / path.lstrip("/")).write_text(text)
        environment |= {"MIGRATIONS": str(image / "migrations"), "PATH": f"{self.server.programs}:/usr/bin:/bin"}
        return answered(["sh", str(image / "usr/local/bin/migrate")], environment, "")

    def of_migration(self, plugin: str) -> dict[str, str]:
        """What only its migration Job is told."""
        secret = self._cluster.secrets[(f"plugin-{plugin}", f"{plugin}-migration")]
        return {"DATABASE_URL_UNPOOLED": self._local(secret["DATABASE_URL_UNPOOLED"])}

    def environment(self, plugin: str, **more: str) -> dict[str, str]:
        """Of the plugin's pods, with the places of servers here; and what EKS tells pods of AWS, as a key of nobody."""
        (found,) = [one for one in of_type(self.records, DEPLOYMENT) if one.inputs["metadata"]["name"] == plugin]
        (container,) = found.inputs["spec"]["template"]["spec"]["containers"]
        secret = self._cluster.secrets.get((f"plugin-{plugin}", plugin), {})
        aws = {"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "nobodys"}
        return {**self._here(container, secret), **aws, "PORT": str(free_port()), **more}

    def start(
        self, folder: Path, environment: Mapping[str, str], health: str = "/healthz", status: int = 200
    ) -> Running:
        """A process of an example, once it answers its probe so."""
        log = (self.folder / f"{environment['PORT']}.log").open("wb")
        process = subprocess.Popen(
            [str(NODE), "server.js"], cwd=folder, env=self.of_node(environment, folder), stdout=log, stderr=log
        )
        self._running.callback(process.wait)
        self._running.callback(process.kill)
        running = Running(port=int(environment["PORT"]), process=process)
        wait_for(f"{folder.name} to answer {status}", lambda: running.ask(health).status == status)
        return running

    def own_tests(self, folder: Path, environment: Mapping[str, str]) -> Answer:
        """`npm test` of an example."""
        command = [str(NODE), "--test", "--test-reporter=tap"]
        done = subprocess.run(
            command,
            cwd=folder,
            env=self.of_node(environment, folder),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Answer(ok=done.returncode == 0, out=done.stdout, error=done.stderr)

    def of_node(self, environment: Mapping[str, str], folder: Path) -> dict[str, str]:
        """With the packages of an example, which lie elsewhere."""
        found = {"PATH": os.environ["PATH"], **environment, "NODE_PATH": str(packages(folder))}
        return {name: value for name, value in found.items() if name != "HOSTNAME"}

    def _here(self, container: Mapping[str, Any], secret: Mapping[str, str]) -> dict[str, str]:
        stated = {item["name"]: str(item["value"]) for item in container["env"] if "value" in item}
        return {name: self._local(value) for name, value in {**stated, **secret}.items()}

    def _local(self, text: str) -> str:
        """Addresses and files of the cluster's as those of this machine. The cache's TLS is left out."""
        text = text.replace("pooler-0.naap-pooler.svc.cluster.local:6432", f"localhost:{self._pooler.server.port}")
        if text.startswith("rediss://"):
            user, _, rest = text.removeprefix("rediss://").partition("@")
            text = f"redis://{user}@127.0.0.1:{self.cache.port}/{rest.partition('/')[2]}"
        return text.replace("/etc/naap/ca.pem", str(self.server.ca))


def failures(tap: str) -> Sequence[str]:
    """Of a test run's report: what failed, and what was left out."""
    return [line for line in tap.splitlines() if line.lstrip().startswith("not ok") or "# SKIP" in line]
