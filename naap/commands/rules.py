"""`naap rule ...`: what the policy pack demands, and what it says of a preview."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from naap.commands.options import Json

app = typer.Typer(no_args_is_help=True)
Cost = Annotated[Path | None, typer.Option(metavar="FILE", help="What naap cost --json said of it.")]


def _rules() -> Iterable[str]:
    from policies.catalogue import load_catalogue

    return list(load_catalogue())


@app.command()
def explain(
    id: Annotated[str, typer.Argument(metavar="ID", help="Rule.", autocompletion=_rules, show_default=False)],  # noqa: A002  # the word that it has in the catalogue
    json: Json = False,
) -> None:
    """What a rule demands, why, and how to mend a violation."""
    from console.terminal import tell
    from naap.rules import explain as answer

    tell(answer(id), as_json=json)


@app.command()
def table(json: Json = False) -> None:
    """All rules, as the table of docs/policies.md."""
    from console.terminal import tell
    from naap.rules import table as answer

    tell(answer(), as_json=json)


@app.command()
def comment(
    *,
    file: Annotated[Path, typer.Argument(metavar="PREVIEW.json", show_default=False)],
    environment: Annotated[str, typer.Option("--environment", metavar="NAME", show_default=False)],
    cost_before: Cost = None,
    cost_after: Cost = None,
    json: Json = False,
) -> None:
    """A pull request's comment, made from what pulumi preview --json printed.

    Exit code 1: data would be lost, or the policy pack did not run.
    """
    from console.terminal import ERRORS, tell
    from naap.rules import comment as answer

    found, faults = answer(file, environment, cost_before, cost_after)
    tell(found, as_json=json)
    for fault in faults:
        ERRORS.out(fault)
    if faults:
        raise typer.Exit(1)
