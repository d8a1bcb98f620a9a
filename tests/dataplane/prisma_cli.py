"""Prisma of npm: its CLI and its client, with their engines as WebAssembly, on the Node of PyPI's wheel."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.dataplane.npm import NODE, NPM, packages
from tests.dataplane.servers import Answer

FILES = Path(__file__).parent / "prisma"
_SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Project:
    """A folder with a schema.prisma and the packages of Prisma."""

    folder: Path

    @property
    def schema(self) -> Path:
        """The schema, which tests write."""
        return self.folder / "schema.prisma"

    @property
    def cli(self) -> Sequence[str]:
        """The command line of Prisma's CLI."""
        return (str(NODE), str(self.folder / "node_modules/prisma/build/index.js"))

    def environment(self, url: str, ca: Path) -> dict[str, str]:
        """What the CLI and the client find. url: a pod's, with the place of a server here; ca: its authority."""
        return {
            "PATH": f"{NODE.parent}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "DATABASE_URL": url,
            "DATABASE_URL_UNPOOLED": url,
            "NODE_EXTRA_CA_CERTS": str(ca),
            "NODE_NO_WARNINGS": "1",
            "PRISMA_SCHEMA": str(self.schema),
            "CHECKPOINT_DISABLE": "1",
            # It would download them, though it uses none.
            "PRISMA_QUERY_ENGINE_LIBRARY": "/bin/true",
            "PRISMA_SCHEMA_ENGINE_BINARY": "/bin/true",
        }

    def prisma(self, *words: str, environment: Mapping[str, str]) -> Answer:
        """What a command of the CLI says."""
        return _run([*self.cli, *words], self.folder, environment)

    def work(self, program: str, *, environment: Mapping[str, str]) -> Answer:
        """What a program says that works with the generated client as `prisma`; JSON."""
        client = str(self.folder / "client")
        return _run([str(NODE), str(self.folder / "program.mjs"), client], self.folder, environment, program)


def project(folder: Path, schema: str) -> Project:
    """Makes one. Skips the test where no registry of npm can be reached."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "node_modules").symlink_to(packages(FILES))
    for name in ("package.json", "prisma.config.mjs", "program.mjs"):
        shutil.copy(FILES / name, folder)
    (folder / "schema.prisma").write_text(schema)
    return Project(folder=folder)


def npx(folder: Path, *words: str, environment: Mapping[str, str]) -> Answer:
    """What npx says."""
    return _run([str(NODE), str(NPM / "npx-cli.js"), *words], folder, environment)


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str], text: str = "") -> Answer:
    done = subprocess.run(
        command,
        cwd=folder,
        env=dict(environment),
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=_SECONDS,
    )
    return Answer(ok=done.returncode == 0, out=done.stdout, error=done.stderr)
