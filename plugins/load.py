"""Reads the registry and a stack's configuration, and plans an environment from them."""

import importlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import TypeAdapter, ValidationError

from planning.problem import InvalidInputError, Problem, Problems
from planning.settings import Settings, parse_settings
from planning.spec import Registry
from plugins.entry import to_spec
from plugins.entry_rules import single_problems
from plugins.fields import Name
from plugins.manifest import manifest_path, read_manifest
from plugins.prefixes import prefix_problems
from plugins.report import entry_problems, shown
from plugins.rules import Entries, cross_problems
from plugins.schema import Entry
from plugins.yaml_text import MAX_BYTES, read_yaml

if TYPE_CHECKING:
    from planning.platform import PlatformPlan

_NAME: TypeAdapter[str] = TypeAdapter(Name)


def load_registry(path: Path, *, production: bool) -> Registry:
    """The registry in a file, with every default filled in.

    production: also demands digests on images and pinned shards.
    Raises InvalidInputError with all that is wrong, of all entries.
    """
    file = shown_path(path)
    return parse_registry(read_text(path, file), file=file, folder=path.parent, production=production)


def parse_registry(text: str, *, file: str, folder: Path, production: bool) -> Registry:
    """The registry in a text; folder: where its manifests/ are. Raises InvalidInputError with all that is wrong."""
    raw, found = read_yaml(text, file)
    problems = Problems()
    problems.add(*found)
    if raw is None and found:
        problems.raise_if_any()
    stated = _entries(raw, file, problems)
    checked = {name: entry for name, value in stated.items() if (entry := _checked(name, value, file, problems))}
    sound: dict[str, Entry] = {}
    for name, entry in checked.items():
        single = list(single_problems(file, name, entry, production=production))
        problems.add(*single)
        sound[name] = entry
    entries = Entries(file=file, by_name=sound, names=frozenset(stated))
    problems.add(*cross_problems(entries), *prefix_problems(entries))
    manifests = {name: problems.attempt(lambda name=name: _manifest(folder, name)) for name in sound}
    problems.raise_if_any()
    return Registry(file=file, plugins=tuple(to_spec(name, entry, manifests[name]) for name, entry in sound.items()))


def shown_path(path: Path) -> str:
    """A path as errors show it: below the current folder where it is, else as it was given."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()


def read_text(path: Path, file: str) -> str:
    """The text of a file that people edit. Raises InvalidInputError where it can't be read."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InvalidInputError([_file_problem(file, f"over {MAX_BYTES:,} bytes", "a smaller file")])
        return data.decode("utf-8")
    except OSError as error:
        raise InvalidInputError(
            [_file_problem(file, error.strerror or str(error), "a file that can be read")]
        ) from None
    except UnicodeDecodeError as error:
        raise InvalidInputError([_file_problem(file, f"byte {error.start} is not UTF-8", "save it as UTF-8")]) from None


def _file_problem(file: str, value: str, fix: str) -> Problem:
    return Problem(file=file, entry="", field="", value=value, rule="a readable UTF-8 text file", fix=fix)


def _entries(raw: object, file: str, problems: Problems) -> Mapping[str, object]:
    """The mapping below `plugins`; what else stands in the file is a problem."""
    example = "plugins:\n            hello:\n              version: 1.0.0\n              ..."
    whole = cast("Mapping[str, object]", raw) if isinstance(raw, Mapping) else None
    if whole is None or "plugins" not in whole:
        value = "(empty file)" if raw is None else "no `plugins` at the top" if whole is not None else shown(raw)
        rule = "the file is a mapping whose one key, plugins, holds the entries"
        problems.add(
            Problem(
                file=file, entry="", field="plugins", value=value, rule=rule, fix=f"start with\n          {example}"
            )
        )
        return {}
    for key in whole:
        if key != "plugins":
            rule = "the only key at the top is plugins"
            problems.add(
                Problem(
                    file=file,
                    entry="",
                    field=shown(key),
                    value="(unknown)",
                    rule=rule,
                    fix="move it below plugins, or remove it",
                )
            )
    inner = whole["plugins"]
    if inner is None:
        return {}
    if not isinstance(inner, Mapping):
        problems.add(
            Problem(
                file=file,
                entry="",
                field="plugins",
                value=shown(inner),
                rule="a mapping of entries by name",
                fix=example,
            )
        )
        return {}
    return cast("Mapping[str, object]", inner)


def _checked(name: str, value: object, file: str, problems: Problems) -> Entry | None:
    entry = shown(name)
    try:
        _NAME.validate_python(name)
    except ValidationError:
        rule = "a DNS label that leaves room for suffixes: a-z first, then a-z, 0-9 and hyphens, at most 32"
        fix = "rename it: lower case, hyphens, short"
        problems.add(Problem(file=file, entry=entry, field="name", value=entry, rule=rule, fix=fix))
    try:
        return Entry.model_validate(value)
    except ValidationError as error:
        problems.add(*entry_problems(error, file=file, entry=entry))
        return None


def _manifest(folder: Path, name: str) -> Mapping[str, Any] | None:
    path = manifest_path(folder, name)
    return read_manifest(path) if path.is_file() else None


def load_stack_config(root: Path, stack: str) -> dict[str, Any]:
    """The `naap:` keys of Pulumi.<stack>.yaml without their prefix; secrets stay as they are ({secure: ...}).

    Raises InvalidInputError where the file is missing or isn't a configuration.
    """
    path = root / f"Pulumi.{stack}.yaml"
    file = path.name
    raw, found = read_yaml(read_text(path, file), file)
    if found:
        raise InvalidInputError(found)
    whole = cast("Mapping[str, Any]", raw) if isinstance(raw, Mapping) else {}
    config = whole.get("config")
    if not isinstance(config, Mapping):
        rule = "a mapping with the key config"
        problem = Problem(file=file, entry="config", field="", value="(missing)", rule=rule, fix="see Pulumi.dev.yaml")
        raise InvalidInputError([problem])
    stated = cast("Mapping[str, Any]", config)
    return {key.removeprefix("naap:"): value for key, value in stated.items() if key.startswith("naap:")}


def secret_names(config: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """For each plugin, the names that have a value below `secrets`; values are never looked at."""
    secrets = config.get("secrets")
    if not isinstance(secrets, Mapping):
        return {}
    by_plugin = cast("Mapping[str, object]", secrets)
    return {
        plugin: frozenset(cast("Mapping[str, object]", names))
        for plugin, names in by_plugin.items()
        if isinstance(names, Mapping)
    }


def load_plan(stack: str, root: Path | None = None, users: int | None = None) -> "PlatformPlan":
    """The whole plan of a stack, from its files alone: no engine, no passphrase.

    root: the project's folder; default the current one. users: instead of the number in the configuration.
    Raises InvalidInputError with all that is wrong in configuration and registry.
    """
    folder = root or Path.cwd()
    config = load_stack_config(folder, stack)
    if users is not None:
        config["users"] = users
    return plan_of(stack, folder, config, secret_names(config))


def plan_of(stack: str, root: Path, config: Mapping[str, Any], names: Mapping[str, frozenset[str]]) -> "PlatformPlan":
    """The plan of a stack from its `naap:` keys; names: secrets of each plugin that have a value."""
    problems = Problems()
    settings = problems.attempt(lambda: parse_settings(config, f"Pulumi.{stack}.yaml"))
    registry = problems.attempt(lambda: load_registry(root / _registry_file(config), production=_production(config)))
    if settings is None or registry is None:
        problems.raise_if_any()
    return _plan_platform(stack, cast("Settings", settings), cast("Registry", registry), names)


def _plan_platform(
    stack: str, settings: Settings, registry: Registry, names: Mapping[str, frozenset[str]]
) -> "PlatformPlan":
    # Imported late: reading and checking the registry needs none of the planning of whole environments.
    platform = importlib.import_module("planning.platform")
    return platform.plan_platform(stack=stack, settings=settings, registry=registry, secret_names=names)


def _registry_file(config: Mapping[str, Any]) -> str:
    stated = config.get("registry")
    return stated if isinstance(stated, str) else str(Settings.model_fields["registry"].default)


def _production(config: Mapping[str, Any]) -> bool:
    return config.get("production") in (True, "true")


def dump_json(value: object) -> str:
    """JSON as files of the project hold it."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
