"""The example application in the place of images that nobody has: which example stands in for which.

The registry stays as it is, and so do objects, addresses, schemas and policies: what differs is what runs in the pods.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from planning.edge.shell_documents import bundle_key
from planning.inputs.registry.registry_entry import BackendSpec, Registry
from planning.plugin.process_environment import BASE_SERVICE
from rehearsal.live.images import npm, recipes
from rehearsal.live.images.recipes import APPLICATION, Recipe
from rehearsal.progress import Progress
from rehearsal.tools.cache import Cache

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
BASE, SHELL, PLUGIN = EXAMPLES / "base-service", EXAMPLES / "shell", EXAMPLES / "plugin" / "backend"
BUNDLE = EXAMPLES / "plugin" / "frontend" / "notes.js"

_MIGRATES = ("node", "migrate.js")
"""What the example plugin migrates its own schema by."""


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """What an image is made of. folder: with package-lock.json; program: what Node runs, seen from there; environment:
    of the image, for what pods aren't told."""

    folder: Path
    program: str = "server.js"
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    def files(self) -> Mapping[str, Path]:
        """By their place in the image, without tests, packages that somebody has put beside them, and hidden files."""
        left_out = {"node_modules", "test"}
        found: dict[str, Path] = {}
        for top in sorted(self.folder.iterdir()):
            if top.name not in left_out:
                paths = [top] if top.is_file() else sorted(path for path in top.rglob("*") if path.is_file())
                found |= {f"{APPLICATION}/{path.relative_to(self.folder)}": path for path in paths}
        return {place: path for place, path in found.items() if "/." not in place}


def stand_ins(registry: Registry) -> Mapping[str, StandIn]:
    """By reference without digest: of every entry with pods, but those whose own image migrates by other means."""
    return {_tagged(spec.image): stand_in(spec) for spec in _backends(registry) if _can_migrate(spec)}


def recipe(one: StandIn, cache: Cache, progress: Progress, instead: str = "") -> Recipe:
    """Of its image, with Node and the packages that its package-lock.json states. instead: as of Recipe."""
    node = partial(npm.node, cache, progress)

    def packages() -> Path:
        return npm.packages(one.folder, node(), cache, progress)

    command = ("node", one.program)
    return recipes.node_application(one.files, packages, node, command, one.environment, instead)


def migrations(registry: Registry) -> Mapping[str, Mapping[str, str]]:
    """Files of the images that only migrate: by reference without digest, text by path; what is below bin is a program.

    Each schema gets the tables of the example that uses it.
    """
    found: dict[str, dict[str, str]] = {}
    for spec in _backends(registry):
        if spec.database and spec.database.migrate and spec.database.migrate.image:
            files = found.setdefault(_tagged(spec.database.migrate.image), {})
            files["/usr/local/bin/migrate"] = (ROOT / "images" / "migrations" / "migrate.sh").read_text()
            tables = BASE if spec.name == BASE_SERVICE else PLUGIN
            for path in sorted((tables / "migrations").glob("*.sql")):
                files[f"/migrations/{spec.database.schema_name}/{path.name}"] = path.read_text()
    return found


def bundles(registry: Registry) -> Mapping[str, Path]:
    """By key in the assets bucket. A version whose own bundle was measured gets none: browsers would refuse another."""
    return {
        bundle_key(spec.name, spec.version, spec.frontend.bundle): BUNDLE
        for spec in registry.plugins
        if spec.frontend and spec.version not in spec.frontend.builds
    }


def stand_in(spec: BackendSpec) -> StandIn:
    """What runs in the place of an entry's image."""
    if spec.name == BASE_SERVICE:
        return StandIn(folder=BASE)
    if spec.site:
        immutable = spec.site.immutable
        return StandIn(folder=SHELL, environment={"IMMUTABLE_PATH": immutable[0]} if immutable else {})
    prefix = spec.rewrite_prefix or spec.api_prefix
    return StandIn(folder=PLUGIN, environment={"API_PREFIX": prefix, "HEALTH_PATH": spec.probes.path})


def _can_migrate(spec: BackendSpec) -> bool:
    migrate = spec.database.migrate if spec.database else None
    return migrate is None or migrate.image is not None or migrate.command == _MIGRATES


def _backends(registry: Registry) -> Iterator[BackendSpec]:
    return (spec.backend for spec in registry.plugins if spec.backend)


def _tagged(reference: str) -> str:
    return reference.partition("@")[0]
