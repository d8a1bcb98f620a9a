"""What `python -m plugins` can be asked to do, and what each sub-command runs."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from plugins.commands import registry as commands
from plugins.commands import shard_moves as moves
from plugins.commands.installs_api import TOKEN_VARIABLE, InstallsApi

DEFAULT = Path("plugins/registry.yaml")


def run(arguments: Sequence[str] | None = None) -> list[str]:
    """Runs one sub-command; the lines that it has to say. Raises InvalidInputError."""
    options = _parser().parse_args(arguments)
    return options.run(options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m plugins", description="Tends the registry of plugins.")
    parser.add_argument("--registry", type=Path, default=DEFAULT, metavar="FILE", help=f"default: {DEFAULT}")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    def verb(name: str, about: str, run: Callable[[argparse.Namespace], list[str]]) -> argparse.ArgumentParser:
        found = verbs.add_parser(name, help=about, description=about)
        found.set_defaults(run=run)
        return found

    validate = verb(
        "validate",
        "check every rule, show everything that is wrong",
        lambda options: commands.validate(options.registry, production=options.production, before=options.against),
    )
    about = "the registry as it was: also check that no entry of it skipped a step or left too early"
    validate.add_argument("--against", type=Path, metavar="FILE", help=about)
    validate.add_argument("--production", action="store_true", help="also demand digests and pinned shards")
    verb("list", "the entries as a table", lambda options: commands.show(options.registry))
    verb("schema", "JSON Schema of the registry, for editors", lambda _: commands.schema())
    add = verb(
        "add",
        "make an entry from a plugin.json",
        lambda options: commands.add(options.registry, options.path, image=options.image, name=options.name),
    )
    add.add_argument("path", type=Path, metavar="PATH/plugin.json")
    add.add_argument("--image", help="container image with tag and digest; default: a placeholder")
    add.add_argument("--name", help="instead of the manifest's name")
    bundle = verb(
        "bundle",
        "measure a bundle, write its size and hash into the entry, say how to upload it",
        lambda options: commands.bundle(options.registry, options.path, options.name),
    )
    bundle.add_argument("path", type=Path, metavar="BUNDLE.js")
    bundle.add_argument("name", nargs="?", metavar="NAME", help="default: the file's name without .js")
    retire = verb(
        "retire",
        "take one step: active, draining, stopped, archived",
        lambda options: commands.retire(options.registry, options.name, InstallsApi.from_environment(options.api)),
    )
    retire.add_argument("name", metavar="NAME")
    about = f"the platform, such as https://naap.example; an administrator's token in {TOKEN_VARIABLE}"
    retire.add_argument("--api", required=True, metavar="URL", help=about)
    moves_of(verb)
    remove = verb("remove", "remove an archived entry", lambda options: commands.remove(options.registry, options.name))
    remove.add_argument("name", metavar="NAME")
    return parser


def moves_of(verb: Callable[[str, str, Callable[[argparse.Namespace], list[str]]], argparse.ArgumentParser]) -> None:
    """The sub-commands about shards and passwords."""
    move = verb(
        "move",
        "take the next step of an online move to another shard, and say what is to be done",
        lambda options: moves.move(options.registry, options.name, options.shard),
    )
    move.add_argument("name", metavar="NAME")
    move.add_argument("--shard", type=int, required=True, metavar="N")
    pin = verb(
        "pin",
        "pin a schema to the least loaded shard",
        lambda options: moves.pin(options.registry, options.name),
    )
    pin.add_argument("name", metavar="NAME")
    rotate = verb(
        "rotate",
        "raise the generation of a plugin's database passwords",
        lambda options: moves.rotate(options.registry, options.name),
    )
    rotate.add_argument("name", metavar="NAME")
