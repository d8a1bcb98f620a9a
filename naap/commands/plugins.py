"""`naap plugin ...`: tends the registry. Where the input is wrong, nothing is changed."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from naap.commands import releases
from naap.commands.options import DEV, ROOT, Entry, Json, Registry, Stack, registry_file

Architecture = Literal["arm64", "amd64"]
app = typer.Typer(no_args_is_help=True)
app.add_typer(releases.app)
API = typer.Option(
    "--api",
    metavar="URL",
    help="The platform, such as https://naap.example; an administrator's token in NAAP_TOKEN.",
    show_default=False,
)


@app.command("list")
def list_(stack: Stack = DEV, registry: Registry = None, json: Json = False) -> None:
    """The entries as a table."""
    from console.terminal import tell
    from plugins.commands.queries import show

    tell(show(registry_file(stack, registry)), as_json=json)


@app.command()
def validate(
    *,
    stack: Stack = DEV,
    registry: Registry = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FILE",
            help="The registry as it was: also check that no entry of it skipped a step or left too early.",
        ),
    ] = None,
    production: Annotated[
        bool, typer.Option("--production", help="Also demand digests and pinned shards, as of a stack in production.")
    ] = False,
    json: Json = False,
) -> None:
    """Check every rule, show everything that is wrong."""
    from console.terminal import tell
    from plugins.commands.queries import validate as run
    from stack.configuration import in_production, load_stack_config

    strict = production or in_production(load_stack_config(ROOT, stack))
    tell(run(registry_file(stack, registry), production=strict, before=against), as_json=json)


@app.command()
def schema() -> None:
    """JSON Schema of the registry, for editors."""
    from console.terminal import tell
    from plugins.commands.queries import schema as run

    tell(run(), as_json=False)


@app.command()
def add(  # noqa: PLR0913  # each is a flag
    *,
    manifest: Annotated[Path, typer.Argument(metavar="PATH/plugin.json", show_default=False)],
    image: Annotated[
        str | None,
        typer.Option("--image", metavar="IMAGE", help="Container image with tag and digest; else a placeholder."),
    ] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Instead of the manifest's name.")] = None,
    arch: Annotated[
        Architecture | None,
        typer.Option(
            "--arch",
            help="The only architecture that the image is for; else its registry is asked, where it answers.",
        ),
    ] = None,
    prefix: Annotated[
        str | None, typer.Option("--prefix", metavar="/api/v1/NAME", help="Instead of the manifest's prefix.")
    ] = None,
    schema: Annotated[
        str | None, typer.Option("--schema", metavar="NAME", help="Schema in PostgreSQL that its tables lie in.")
    ] = None,
    migrate: Annotated[
        str | None, typer.Option("--migrate", metavar="'COMMAND ...'", help="What migrates its schema, in its image.")
    ] = None,
    cache: Annotated[bool | None, typer.Option("--cache/--no-cache", help="Whether it reads REDIS_URL.")] = None,
    cron: Annotated[bool | None, typer.Option("--cron/--no-cron", help="Whether it runs timed work.")] = None,
    rewrite_prefix: Annotated[
        str | None,
        typer.Option("--rewrite-prefix", metavar="PREFIX", help="What it has in the prefix's place; / at its root."),
    ] = None,
    singleton: Annotated[
        bool | None, typer.Option("--singleton/--no-singleton", help="Whether it keeps state in memory.")
    ] = None,
    grant: Annotated[
        list[str] | None,
        typer.Option(
            "--grant",
            metavar="SCHEMA.TABLE:PRIVILEGE,...",
            help="A table of another schema that it reads; again for more.",
            show_default=False,
        ),
    ] = None,
    websocket: Annotated[
        list[str] | None,
        typer.Option(
            "--websocket",
            metavar="/PATH",
            help="A path below its prefix that speaks WebSocket; again for more.",
            show_default=False,
        ),
    ] = None,
    egress: Annotated[
        list[str] | None,
        typer.Option(
            "--egress", metavar="HOST", help="A host outside that it calls; again for more.", show_default=False
        ),
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(
            "--env", metavar="NAME=VALUE", help="A variable that it reads; again for more.", show_default=False
        ),
    ] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option("--secret", metavar="NAME", help="A secret that it reads; again for more.", show_default=False),
    ] = None,
    stack: Stack = DEV,
    registry: Registry = None,
    json: Json = False,
) -> None:
    """Make an entry from a plugin.json. The flags say what no manifest does."""
    from console.terminal import tell
    from plugins.commands.registry import add as run
    from plugins.importing.answers import Answers

    answers = Answers(
        prefix=prefix,
        schema=schema,
        grants=tuple(grant or ()),
        migrate=migrate,
        cache=cache,
        cron=cron,
        rewrite_prefix=rewrite_prefix,
        singleton=singleton,
        websocket=tuple(websocket or ()),
        egress=tuple(egress or ()),
        env=tuple(env or ()),
        secrets=tuple(secret or ()),
    )
    only = arch or (_only_architecture(image) if image else None)
    found = run(registry_file(stack, registry), manifest, image=image, name=name, arch=only, answers=answers)
    tell(found, as_json=json)


def _only_architecture(image: str) -> Architecture | None:
    """As the image's registry says it, to whom anybody may ask."""
    from doctor.checks.images import only_architecture
    from doctor.facts.image_registry import ImageRegistry

    return only_architecture(ImageRegistry().platforms(image))


@app.command()
def bundle(
    *,
    file: Annotated[Path, typer.Argument(metavar="BUNDLE.js", show_default=False)],
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Default: the file's name without .js.")] = None,
    stack: Stack = DEV,
    registry: Registry = None,
    json: Json = False,
) -> None:
    """Measure a bundle, write its size and hash into the entry, say how to upload it."""
    from console.terminal import tell
    from plugins.commands.registry import bundle as run

    tell(run(registry_file(stack, registry), file, name), as_json=json)


@app.command()
def images(
    *,
    file: Annotated[Path, typer.Argument(metavar="METADATA.json", show_default=False)],
    stack: Stack = DEV,
    registry: Registry = None,
    json: Json = False,
) -> None:
    """Write the digests of images that `make images` pushed into their entries."""
    from console.terminal import tell
    from plugins.commands.images import images as run

    tell(run(registry_file(stack, registry), file), as_json=json)


@app.command()
def seed(
    *,
    administrator: Annotated[
        str | None,
        typer.Option("--administrator", metavar="EMAIL", help="A user who becomes an administrator, by the address."),
    ] = None,
    stack: Stack = DEV,
    registry: Registry = None,
    json: Json = False,
) -> None:
    """Print SQL that writes the shell's menu, its roles and an administrator into the application's tables."""
    from console.terminal import tell
    from plugins.commands.seed import seed as run

    tell(run(registry_file(stack, registry), administrator), as_json=json)


@app.command()
def retire(
    *,
    name: Entry,
    api: Annotated[str, API],
    stack: Stack = DEV,
    registry: Registry = None,
    json: Json = False,
) -> None:
    """Take one step: active, draining, stopped, archived."""
    from console.terminal import tell
    from plugins.commands.installs_api import InstallsApi
    from plugins.commands.registry import retire as run

    tell(run(registry_file(stack, registry), name, InstallsApi.from_environment(api)), as_json=json)


@app.command()
def move(
    *,
    name: Entry,
    shard: Annotated[int, typer.Option("--shard", metavar="N", help="Where it is to go.", show_default=False)],
    stack: Stack = DEV,
    registry: Registry = None,
    json: Json = False,
) -> None:
    """Take the next step of an online move to another shard, and say what is to be done."""
    from console.terminal import tell
    from plugins.commands.shard_moves import move as run

    tell(run(registry_file(stack, registry), name, shard), as_json=json)


@app.command()
def pin(name: Entry, stack: Stack = DEV, registry: Registry = None, json: Json = False) -> None:
    """Pin a schema to the least loaded shard."""
    from console.terminal import tell
    from plugins.commands.shard_moves import pin as run

    tell(run(registry_file(stack, registry), name), as_json=json)


@app.command()
def rotate(name: Entry, stack: Stack = DEV, registry: Registry = None, json: Json = False) -> None:
    """Raise the generation of a plugin's database passwords."""
    from console.terminal import tell
    from plugins.commands.shard_moves import rotate as run

    tell(run(registry_file(stack, registry), name), as_json=json)


@app.command()
def owners(
    stack: Stack = DEV,
    registry: Registry = None,
    json: Json = False,
    organization: Annotated[
        str, typer.Option("--organization", metavar="ORG", help="Of GitHub, whose teams the owners are.")
    ] = "ORG",
) -> None:
    """Print CODEOWNERS: who reviews a change of which entry."""
    from console.terminal import tell
    from plugins.commands.owners import owners as run

    tell(run(registry_file(stack, registry), organization), as_json=json)


@app.command()
def remove(name: Entry, stack: Stack = DEV, registry: Registry = None, json: Json = False) -> None:
    """Remove an archived entry."""
    from console.terminal import tell
    from plugins.commands.registry import remove as run

    tell(run(registry_file(stack, registry), name), as_json=json)
