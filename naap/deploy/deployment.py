"""`naap plugin deploy` and `rollback`: one plugin is brought up, under the same engine and in the same state."""

import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from console.terminal import ERRORS, Answer
from naap.deploy.judgement import broken_rules, is_undecided
from naap.deploy.state_slice import backend_of, slice_of
from naap.deploy.targets import added_by, order_of
from planning.inputs.deploy_order import ORDER, DeployOrder
from planning.inputs.problem import refusal
from plugins.commands.releases import Release
from rehearsal import RehearsalError
from rehearsal.events import Outcome, changes, remarks, short_name
from rehearsal.progress import Progress
from rehearsal.pulumi_stack import PulumiStack, State

LOCKED = re.compile(r"currently locked|Another update is currently in progress")
HOLDER = re.compile(r"created by (\S+ \(pid \d+\) at \S+)")
WAIT_SECONDS = 5.0
CANNOT_RUN = "can't run policy"


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One plugin of a stack. engine: of a rehearsal or of the real stack; agree: asked once the preview is known."""

    engine: PulumiStack
    policies: Path
    progress: Progress
    agree: Callable[[str], bool]

    def run(self, release: Release) -> Answer:
        """Writes the release into the entry, previews it, and brings it up.

        Raises InvalidInputError and RehearsalError. What stops it before anything is changed leaves the entry as it
        was; what fails in the middle says how to go back.
        """
        release.write()
        try:
            order, previewed = self._preview(release.plugin)
            text = "\n".join([*remarks(previewed), *changes(previewed)])
            if previewed.nothing_changed:
                return Answer(data=_data(release, previewed), text=f"{release.text}\nNothing would change.")
            if not self.agree(text):
                release.undo()
                return Answer(data={"plugin": release.plugin, "changed": False}, text="Nothing was changed.")
        except BaseException:
            release.undo()
            raise
        try:
            done = self._update(order, previewed)
        except RehearsalError as error:
            raise RehearsalError(f"{error}\n{_way_back(release)}") from None
        lines = [release.text, *remarks(previewed), *_told(done)]
        return Answer(data=_data(release, done), text="\n".join(lines))

    def _preview(self, plugin: str) -> tuple[DeployOrder, Outcome]:
        exported = self.engine.export()
        resources: list[State] = exported["deployment"].get("resources") or []
        try:
            with backend_of(exported, slice_of(resources, order_of(resources, plugin))) as backend:
                order, outcome = self._previewed(plugin, resources, {"PULUMI_BACKEND_URL": backend})
        except RehearsalError:
            # Perhaps for what the slice lacks, perhaps for a fault of the entry: the whole state tells which.
            order, outcome = self._previewed(plugin, resources, {})
        others = [short_name(urn) for _, urn in outcome.steps if urn not in order.targets]
        if others:
            raise RehearsalError(
                f"More than {plugin} would change: {', '.join(others)}.\n"
                "Something that all share has a change that waits: bring up the whole stack first."
            )
        if broken := broken_rules(resources, self._events, order):
            raise RehearsalError("\n".join([f"{plugin} would break rules of the policy pack:", *broken]))
        return order, outcome

    def _previewed(
        self, plugin: str, resources: Sequence[State], variables: Mapping[str, str]
    ) -> tuple[DeployOrder, Outcome]:
        """A second one follows where the plugin gets more resources: the engine wants each named beforehand."""
        order = order_of(resources, plugin)
        outcome: Outcome | RehearsalError
        try:
            outcome = self._operate("preview", order, variables=variables)
        except RehearsalError as error:
            outcome = error
        wider = order_of(resources, plugin, added_by(self._events, resources, plugin))
        if wider.targets != order.targets:
            return wider, self._operate("preview", wider, variables=variables)
        if isinstance(outcome, RehearsalError):
            raise outcome
        return order, outcome

    @property
    def _events(self) -> Path:
        return self.engine.logs / "preview.events"

    def _update(self, order: DeployOrder, previewed: Outcome) -> Outcome:
        """Judged again only where the preview did not know all values. The state is written at the end, as nothing of a
        run that is killed hurts the next one but what AWS would refuse to make twice.
        """
        judged = not is_undecided(self._events, order)
        made = any(step == "create" and short_name(urn).startswith("aws:") for step, urn in previewed.steps)
        return self._alone(order, judged=judged, stepwise=made)

    def _alone(self, order: DeployOrder, *, judged: bool, stepwise: bool) -> Outcome:
        """Waits while another update has the stack, and says whose. Theirs may change the shell's list: read anew."""
        while True:
            try:
                return self._operate("up", order, "--yes", "--skip-preview", judged=judged, stepwise=stepwise)
            except RehearsalError as error:
                if not LOCKED.search(str(error)):
                    raise
                holder = HOLDER.search(str(error))
                title = f"Another update has the stack: waiting for {holder[1] if holder else 'it'}"
                title += f" (cut off? pulumi cancel --stack {self.engine.stack})"
            with self.progress.task(title):
                time.sleep(WAIT_SECONDS)
            now = order_of(self.engine.resources(), order.plugin)
            order = replace(now, targets=sorted({*now.targets, *order.targets}))

    def _operate(
        self,
        operation: str,
        order: DeployOrder,
        *options: str,
        judged: bool = False,
        stepwise: bool = True,
        variables: Mapping[str, str] | None = None,
    ) -> Outcome:
        """judged: what it does was judged already; else the policy pack has to run."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "order.json"
            file.write_text(order.text())
            outcome = self.engine.operate(
                f"pulumi {operation} of {order.plugin}",
                operation,
                *options,
                *([] if judged else [f"--policy-pack={self.policies}"]),
                *(f"--target={urn}" for urn in order.targets),
                stepwise=stepwise,
                variables={ORDER: str(file), **(variables or {})},
            )
        if judged:
            return outcome
        if not outcome.packs or any(CANNOT_RUN in message for _, _, message, _ in outcome.violations):
            raise RehearsalError("The policy pack did not run: nothing is deployed that it has not judged.")
        return outcome


def ask(text: str) -> bool:
    """Shows a preview and asks whoever sits at the terminal."""
    ERRORS.out(text)
    return typer.confirm("Deploy this?", err=True)


def agree_unasked(_text: str) -> bool:
    """Where somebody has said yes to all."""
    return True


def refuse_unasked(_text: str) -> bool:
    """Where nobody can be asked."""
    raise refusal(value="(nobody to ask)", rule="a deployment is agreed to", fix="at a terminal, or with --yes")


def _told(outcome: Outcome) -> list[str]:
    return [f"{operation:>8}  {short_name(urn)}" for operation, urn in outcome.steps]


def _data(release: Release, outcome: Outcome) -> Mapping[str, object]:
    steps = [{"operation": operation, "resource": short_name(urn)} for operation, urn in outcome.steps]
    return {"plugin": release.plugin, "version": release.version, "image": release.image, "steps": steps}


def _way_back(release: Release) -> str:
    kept = "Pods of the version before serve on while new ones do not become ready."
    back = f"naap plugin rollback {release.plugin}"
    return f"{kept} The entry states what was asked for: mend it and deploy again, or go back: {back}."
