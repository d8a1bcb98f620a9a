"""The folder of a plugin under work, as its manifest describes it; examples/plugin is one."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from planning.edge.shell_documents import bundle_key, styles_key
from planning.inputs.problem import InvalidInputError, Problem, refusal
from planning.inputs.registry.registry_entry import PluginSpec, Registry
from rehearsal.live.images.examples import StandIn

MANIFEST = "plugin.json"
LOCK = "package-lock.json"
OPTION = "--watch"


@dataclass(frozen=True, kw_only=True)
class PluginFolder:
    """spec: the entry that it is of. backend: its folder, with package-lock.json; program: what Node runs, seen from
    there; bundle: the file. None, and "": the manifest names none, or the entry has none."""

    spec: PluginSpec
    backend: Path | None
    program: str
    bundle: Path | None

    def files(self) -> Iterator[Path]:
        """All that is watched."""
        if self.backend:
            yield from StandIn(folder=self.backend).files().values()
        yield from self.served()

    def served(self) -> frozenset[Path]:
        """What the page has: the bundle, and the style sheet beside it, where they are."""
        return frozenset((self.bundle, self.bundle.with_suffix(".css"))) if self.bundle else frozenset()

    def objects(self) -> Mapping[str, Path]:
        """The same by key in the assets bucket; none while the bundle is being built."""
        if self.bundle is None or self.spec.frontend is None or not self.bundle.is_file():
            return {}
        stated = (self.spec.name, self.spec.version, self.spec.frontend.bundle)
        found = {bundle_key(*stated): self.bundle, styles_key(*stated): self.bundle.with_suffix(".css")}
        return {key: path for key, path in found.items() if path.is_file()}


def read(stated: str, registry: Registry) -> PluginFolder:
    """FOLDER, whose manifest says the name, or NAME=FOLDER. registry: of the stack. Raises InvalidInputError."""
    given, equals, rest = stated.partition("=")
    name, path = (given, Path(rest)) if equals and not Path(stated).exists() else ("", Path(stated))
    manifest = _manifest(path)
    name = name or str(manifest.get("name", ""))
    spec = registry.by_name.get(name)
    if spec is None:
        known = ", ".join(one.name for one in registry.plugins)
        raise refusal(
            file=str(path / MANIFEST),
            entry=name,
            value="no plugin of the registry",
            rule="what is watched takes the place of a plugin that is up",
            fix=f"naap plugin add {path / MANIFEST} and naap live; or {OPTION} NAME={path}, NAME being one of {known}",
        )
    problems: list[Problem] = []
    program = _entry(path, manifest, "backend") if spec.backend else None
    bundle = _entry(path, manifest, "frontend") if spec.frontend else None
    backend = next((one for one in program.parents if (one / LOCK).is_file()), None) if program else None
    if program and (backend is None or not program.is_file() or path.resolve() not in (backend, *backend.parents)):
        problems.append(_no_backend(path, name, program))
    if bundle and not bundle.is_file():
        problems.append(_problem(path, name, "frontend.entry", f"{bundle} is no file", "the bundle", "build it"))
    if spec.frontend and bundle and spec.version in spec.frontend.builds:
        problems.append(_measured(spec))
    if not program and not bundle:
        rule = "a backend or a frontend that the entry has too"
        problems.append(_problem(path, name, "backend, frontend", "neither", rule, "name their files in the manifest"))
    if problems:
        raise InvalidInputError(problems)
    inside = str(program.relative_to(backend)) if program and backend else ""
    return PluginFolder(spec=spec, backend=backend, program=inside, bundle=bundle)


def _manifest(path: Path) -> Mapping[str, Any]:
    try:
        found: object = json.loads((path / MANIFEST).read_text())
    except FileNotFoundError:
        value = f"{path} has no {MANIFEST}" if path.is_dir() else f"{path} is no folder"
    except (OSError, ValueError) as error:
        value = str(error)
    else:
        if isinstance(found, dict):
            return cast("Mapping[str, Any]", found)
        value = "no object"
    rule = f"the folder of a plugin, with its {MANIFEST}"
    raise refusal(file=OPTION, value=value, rule=rule, fix="give its path, as examples/plugin") from None


def _entry(path: Path, manifest: Mapping[str, Any], part: str) -> Path | None:
    """The file that a part of the manifest names."""
    stated: object = manifest.get(part)
    entry = cast("Mapping[str, object]", stated).get("entry") if isinstance(stated, dict) else None
    return (path / entry).resolve() if isinstance(entry, str) and entry else None


def _no_backend(path: Path, name: str, program: Path) -> Problem:
    rule = f"a program for Node within the folder, with a {LOCK} beside or above it"
    fix = "npm install --package-lock-only there; what isn't Node runs by naap live --image"
    return _problem(path, name, "backend.entry", str(program), rule, fix)


def _measured(spec: PluginSpec) -> Problem:
    return Problem(
        file="the registry",
        entry=spec.name,
        field="frontend.builds",
        value=f"version {spec.version} has a bundle that was measured",
        rule="browsers take no other bundle than the one whose integrity its version states",
        fix="give the entry the version that you work on, and naap live; naap plugin bundle measures it at its end",
    )


def _problem(path: Path, name: str, field: str, value: str, rule: str, fix: str) -> Problem:  # noqa: PLR0917  # as a Problem's
    return Problem(file=str(path / MANIFEST), entry=name, field=field, value=value, rule=rule, fix=fix)
