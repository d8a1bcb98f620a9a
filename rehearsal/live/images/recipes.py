"""What an image is made of, when nobody gives it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planning.shared import images as planned
from planning.shared.images import Image
from rehearsal.live.images import collector
from rehearsal.live.images.archive import Layer
from rehearsal.live.images.roots import AWS_CLI, PGBOUNCER, POSTGRES_CLIENT, PYTHON, SHELL, TRUST_STORE, debian_root

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
APPLICATION = "/app/backend"
NODE_USER = "10001:10001"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """layers: made when they are asked for, which may get packages. instead: what runs in the image's place, where it
    is something else; config: as archive.write() has it."""

    layers: Callable[[], Sequence[Layer]]
    config: Mapping[str, Any]
    instead: str = ""


def config(*, environment: Mapping[str, str] | None = None, **more: Any) -> Mapping[str, Any]:
    """Of an image: what every one here has, and more. environment: its own."""
    own = {"PATH": PATH, "SSL_CERT_FILE": TRUST_STORE, **(environment or {})}
    return {"Env": [f"{name}={value}" for name, value in own.items()], **more}


def platform(pooler: str) -> dict[str, Recipe]:
    """Images of the platform's own workloads, by reference without digest. pooler: reference of PgBouncer's."""
    program = Path(collector.__file__)
    return {
        tagged(planned.POSTGRES_CLIENT): Recipe(layers=lambda: [_postgres_client()], config=config()),
        tagged(planned.AWS_CLI): Recipe(
            layers=lambda: [debian_root(AWS_CLI)],
            config=config(environment={"AWS_CA_BUNDLE": TRUST_STORE, "AWS_PAGER": ""}, Entrypoint=["/usr/bin/aws"]),
        ),
        tagged(planned.CONFIG_COLLECTOR): Recipe(
            layers=lambda: [debian_root(PYTHON), Layer(files={"app/sidecar.py": program.read_bytes()})],
            config=config(Cmd=["python3", "-u", "/app/sidecar.py"], User="65534:65534"),
            instead="a program that does of k8s-sidecar what the platform asks of it",
        ),
        pooler.partition("@")[0]: Recipe(
            layers=lambda: [debian_root(PGBOUNCER)],
            config=config(Cmd=["pgbouncer", "/etc/naap/pgbouncer.ini"], User="70:70"),
        ),
    }


def node_application(  # noqa: PLR0917  # in the order in which layers lie
    files: Callable[[], Mapping[str, Path]],
    packages: Callable[[], Path],
    node: Callable[[], Path],
    command: Sequence[str],
    environment: Mapping[str, str],
    instead: str,
) -> Recipe:
    """A program in Node. files: by their place in the image; packages: its node_modules; node: what runs it."""

    def layers() -> Sequence[Layer]:
        # Files of the application last: they are what changes.
        return [
            debian_root(SHELL),
            Layer(files={"usr/local/bin/node": node()}),
            Layer(trees={f"{APPLICATION}/node_modules".strip("/"): packages()}),
            Layer(files={place.strip("/"): file for place, file in files().items()}),
        ]

    own = {"NODE_ENV": "production", **environment}
    stated = config(environment=own, Cmd=list(command), WorkingDir=APPLICATION, User=NODE_USER)
    return Recipe(layers=layers, config=stated, instead=instead)


def migrations(files: Mapping[str, str], instead: str) -> Recipe:
    """An image that only migrates. files: text by path; those of bin are programs."""

    def layers() -> Sequence[Layer]:
        content = {path.strip("/"): text.encode() for path, text in files.items()}
        programs = frozenset(path for path in content if Path(path).parent.name == "bin")
        return [_postgres_client(), Layer(files=content, programs=programs)]

    return Recipe(layers=layers, config=config(Cmd=["migrate"], User=NODE_USER), instead=instead)


def program(file: Callable[[], Path], place: str, user: str, folders: Mapping[str, int]) -> Recipe:
    """A program that brings what it needs, but for a C library. place: its path in the image."""

    def layers() -> Sequence[Layer]:
        return [debian_root(SHELL), Layer(files={place.strip("/"): file()}, folders=folders)]

    return Recipe(layers=layers, config=config(Entrypoint=[place], User=user))


def tagged(image: Image) -> str:
    """Its reference without digest."""
    return f"{image.repository}:{image.tag}"


def _postgres_client() -> Layer:
    root = debian_root(POSTGRES_CLIENT)
    programs = ("psql", "pg_dump", "pg_restore", "pg_dumpall", "pg_isready")
    links = {f"usr/bin/{name}": f"../lib/postgresql/17/bin/{name}" for name in programs}
    return Layer(trees=root.trees, files=root.files, links={**root.links, **links}, folders=root.folders)
