"""The engine that a deployment runs under, a rehearsal's or that of the real stack, and its end in words."""

import os
import shutil
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import typer

from console.interrupt import tidied_up
from console.terminal import ERRORS, tell
from naap.commands.options import ROOT
from naap.deploy.deployment import Deployment, agree_unasked, ask, refuse_unasked
from plugins.commands.releases import release, rollback
from rehearsal import RehearsalError
from rehearsal.commands import Rehearsal
from rehearsal.progress import Progress
from rehearsal.pulumi_stack import COLLECTION, PulumiStack
from stack.configuration import load_stack_config, registry_of

LOGS = ".deploy"


def run(
    stack: str,
    name: str,
    *,
    image: str | None = None,
    version: str | None = None,
    back: bool = False,
    yes: bool,
    real: bool | None,
    as_json: bool,
) -> None:
    """Deploys or rolls back. Raises InvalidInputError, and typer.Exit: 1 failed, 130 stopped."""
    tidied_up()
    agree = agree_unasked if yes else ask if sys.stdin.isatty() else refuse_unasked
    progress = Progress(sys.stderr)
    try:
        with _engine(stack, progress, real=real) as (engine, registry):
            # Within: what another deployment wrote into the registry meanwhile is read.
            asked = rollback(registry, name) if back else release(registry, name, image=image, version=version)
            deployment = Deployment(engine=engine, policies=ROOT / "policies", progress=progress, agree=agree)
            found = deployment.run(asked)
    except RehearsalError as error:
        ERRORS.out(f"\n{error}")
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        ERRORS.out("\nStopped.")
        raise typer.Exit(130) from None
    tell(found, as_json=as_json)


@contextmanager
def _engine(stack: str, progress: Progress, *, real: bool | None) -> Generator[tuple[PulumiStack, Path]]:
    """With the registry of what is up."""
    rehearsal = Rehearsal(ROOT, stack)
    if real is not True and (real is False or rehearsal.is_up()):
        progress.say(f"  In the rehearsal of {stack}; --real for the stack of your account")
        with rehearsal.deploying() as engine:
            yield engine, rehearsal.registry
        return
    program = shutil.which("pulumi")
    if program is None:
        raise RehearsalError(
            f"No pulumi on PATH, by which the real stack {stack} is reached, and no rehearsal of it: install it and "
            f"log in, or naap up --stack {stack}."
        )
    logs = ROOT / LOGS / stack
    logs.mkdir(parents=True, exist_ok=True)
    logs.chmod(0o700)
    engine = PulumiStack(
        stack=stack,
        program=Path(program),
        folder=ROOT,
        logs=logs,
        # The last brings --event-log: progress, results.
        environment={**COLLECTION, **os.environ, "PULUMI_DEBUG_COMMANDS": "true"},
        progress=progress,
    )
    yield engine, ROOT / registry_of(load_stack_config(ROOT, stack))
