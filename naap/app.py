"""The command `naap`: all of its subcommands, and the exit codes that they share."""

from collections.abc import Sequence

import typer

from naap.commands import migrations, plans, plugins, previews, rehearsals, rules

app = typer.Typer(
    name="naap",
    help="NaaP's platform: rehearse it, look at its plan, tend its registry of plugins.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(rehearsals.app)
app.add_typer(plans.app)
TEND = "Tend the registry, and know the rules"
app.add_typer(plugins.app, name="plugin", help="The registry of plugins.", rich_help_panel=TEND)
app.add_typer(previews.app, name="env", help="Preview environments.", rich_help_panel=TEND)
app.add_typer(migrations.app, name="migration", help="The application's migrations.", rich_help_panel=TEND)
app.add_typer(rules.app, name="rule", help="The rules of the policy pack.", rich_help_panel=TEND)


def run(arguments: Sequence[str] | None = None) -> int:
    """Exit code: 0 done, 1 failed, 2 wrong registry, settings or command line, 130 stopped by Ctrl-C."""
    from planning.inputs.problem import InvalidInputError  # noqa: PLC0415  # after the command that raises it

    try:
        app(arguments, prog_name="naap")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except InvalidInputError as error:
        from console.terminal import ERRORS  # noqa: PLC0415  # as above

        ERRORS.out(str(error))
        return 2
    return 0
