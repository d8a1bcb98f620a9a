"""Runs a Job as the program registers it: its containers one after the other, each command as it stands there."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.components.recording import Recorded, build, of_type, one
from tests.dataplane.aws_play import AwsPlay
from tests.dataplane.servers import Answer, Postgres

JOB = "kubernetes:batch/v1:Job"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105  # a type
_CA = "/etc/naap/database-ca.pem"


class JobRunner:
    """A folder stands for the pod's mounts; hosts are names in the Job and ports here."""

    def __init__(self, aws: AwsPlay, hosts: Mapping[str, Postgres]) -> None:
        self._aws, self._hosts = aws, hosts
        self._fetched: dict[str, str] = {}

    def run(self, make: Callable[[], object], *, job: str = "", until: str | None = None) -> Sequence[Answer]:
        """Runs a Job that `make` registers: the one whose name begins so.

        until: the container after which the node dies.

        Each answer is a container's; the last one is that of the container that failed, where one did.
        """
        records = build(make)
        found = [record for record in of_type(records, JOB) if record.inputs["metadata"]["name"].startswith(job)]
        pod = min(found, key=lambda record: len(record.name)).inputs["spec"]["template"]["spec"]
        files = _files(records, pod)
        answers: list[Answer] = []
        with tempfile.TemporaryDirectory(prefix="naap-job-") as root:
            folder = Path(root)
            for place in ("run/master", "run/script", "run/work", "etc/naap", "tmp", "bin"):
                (folder / place).mkdir(parents=True)
            for name, text in files.items():
                (folder / "run/script" / name).write_text(self._local(text, folder))
            (folder / _CA.lstrip("/")).write_text(next(iter(self._hosts.values())).ca.read_text())
            self._aws.program(folder / "bin")
            for container in (*pod.get("initContainers", []), *pod["containers"]):
                answers.append(self._fetch_once(container, folder) or self._container(container, folder))
                if not answers[-1].ok or container["name"] == until:
                    break
        return answers

    def _fetch_once(self, container: Mapping[str, Any], folder: Path) -> Answer | None:
        """The client takes a second to start: what it fetched for an earlier Job is used again."""
        if not container["name"].startswith("fetch"):
            return None
        wanted, place = str(container), folder / "run/master"
        if wanted not in self._fetched:
            there = set(place.iterdir())
            answer = self._container(container, folder)
            (fetched,) = set(place.iterdir()) - there
            self._fetched[wanted] = f"{fetched.name}\0{fetched.read_text()}"
            return answer
        name, text = self._fetched[wanted].split("\0")
        (place / name).write_text(text)
        return Answer(ok=True, out="", error="")

    def _container(self, container: Mapping[str, Any], folder: Path) -> Answer:
        stated = {item["name"]: self._local(str(item["value"]), folder) for item in container["env"]}
        if host := self._hosts.get(stated.get("PGHOST", "")):
            stated |= {"PGHOST": "localhost", "PGHOSTADDR": host.address, "PGPORT": str(host.port)}
        for side in ("SOURCE", "TARGET"):
            if host := self._hosts.get(stated.get(f"{side}_HOST", "")):
                stated |= {f"{side}_HOST": host.address, f"{side}_PORT": str(host.port)}
        programs = next(iter(self._hosts.values())).programs
        path = f"{folder}/bin:{programs}:{os.environ['PATH']}"
        shell, flag, command = container["command"]
        done = subprocess.run(
            [shell, flag, self._local(command, folder)],
            env={**stated, **self._aws.environment, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Answer(ok=done.returncode == 0, out=done.stdout, error=done.stderr)

    def _local(self, text: str, folder: Path) -> str:
        for place in ("/run/master", "/run/script", "/run/work", "/etc/naap"):
            text = text.replace(place, f"{folder}{place}")
        return text if text != "/tmp" else f"{folder}/tmp"  # noqa: S108  # the pod's own


def _files(records: Sequence[Recorded], pod: Mapping[str, Any]) -> Mapping[str, str]:
    name = next(volume["secret"]["secretName"] for volume in pod["volumes"] if volume["name"] == "script")
    found = [record for record in of_type(records, SECRET) if record.inputs["metadata"]["name"] == name]
    return one(found, SECRET).inputs["stringData"]
