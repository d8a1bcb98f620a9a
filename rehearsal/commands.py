"""The commands of a rehearsal: up, preview, policy, status, down, shell, env."""

import fcntl
import json
import os
import shlex
import shutil
import sys
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from console.terminal import Answer, table
from planning.platform import PlatformPlan
from rehearsal import RehearsalError
from rehearsal.control_plane import crds
from rehearsal.control_plane.control_plane import Access, ControlPlane
from rehearsal.control_plane.kube_api import Object
from rehearsal.control_plane.nodes import Machines, machines
from rehearsal.control_plane.pki import write_private
from rehearsal.engine import Engine, open_shell
from rehearsal.events import Outcome, changes, remarks, short_name, total
from rehearsal.progress import Progress
from rehearsal.project import Project
from rehearsal.report import Report, as_lines
from rehearsal.tools import tool_table
from rehearsal.tools.toolbox import Found, Toolbox
from stack.configuration import load_stack_config
from stack.plan import parse_inputs, plan_of

CANNOT_RUN = "can't run policy"
"""How the policy SDK says that a policy broke on a value that isn't known: by a remark, which fails nothing."""


class Rehearsal:
    """The rehearsal of one stack of the checkout in `root`."""

    def __init__(self, root: Path, stack: str, registry: str | None = None) -> None:
        """registry: a file below the checkout, or reached from it, instead of the configured one."""
        self.project = Project(root=root.resolve(), stack=stack, registry=registry)
        self.progress = Progress(sys.stderr)

    @cached_property
    def plan(self) -> PlatformPlan:
        """Read by what makes something: to look at a rehearsal and to take it down, no input needs to be right."""
        return plan(self.project)

    def up(self) -> Answer:
        """Bring the whole stack up and say what there is."""
        planned = {
            region.cluster.name: (region.region, machines(region, self.plan.tier)) for region in self.plan.regions
        }
        with self._alone():
            toolbox = Toolbox(self.progress)
            tools = toolbox.get(tool_table.ALL)
            definitions = crds.get(toolbox, self.progress)
            engine = self._engine(toolbox)
            first = engine.is_empty()
            if first:
                self._forget_clusters()
            access = self._start_control_planes(self._planes() | self._planes_of(planned), tools, definitions)
            pack = ["--policy-pack", str(self.project.policies)]
            outcome = engine.operate("pulumi up", "up", "--yes", "--skip-preview", *pack, stepwise=not first)
            said = self._policies(outcome)
            report = Report(
                plan=self.plan,
                tools=tools,
                official=engine.official,
                resources=engine.resources(),
                recorded_kinds=frozenset(placeholder.label for placeholder in crds.PLACEHOLDERS),
                kubeconfigs={name: str(one.kubeconfig) for name, one in access.items()},
                packs=outcome.packs,
                timings=self.progress.timings,
            )
            data = report.data()
            self._report.write_text(json.dumps(data, indent=1))
        changed = "Nothing changed: everything is as planned." if outcome.nothing_changed else "Up."
        told = f"{changed} Stack {self.project.stack}, {total(outcome)} resources."
        return Answer(
            data={"stack": self.project.stack, **_counted(outcome), "policies": said, "report": data},
            text="\n".join([*said, "", *as_lines(data), "", told]),
        )

    def preview(self) -> Answer:
        """What an `up` would change; needs no control plane."""
        with self._alone():
            engine = self._engine(Toolbox(self.progress))
            pack = ["--policy-pack", str(self.project.policies)]
            outcome = engine.operate("pulumi preview", "preview", *pack)
        said = self._policies(outcome)
        steps = [{"operation": operation, "resource": short_name(urn)} for operation, urn in outcome.steps]
        return Answer(
            data={"stack": self.project.stack, **_counted(outcome), "policies": said, "steps": steps},
            text="\n".join([*said, *changes(outcome)]),
        )

    def policy(self) -> Answer:
        """Only what the policy pack says of an `up`."""
        with self._alone():
            engine = self._engine(Toolbox(self.progress))
            outcome = engine.operate("pulumi preview", "preview", "--policy-pack", str(self.project.policies))
        said = self._policies(outcome)
        told = f"No mandatory policy is violated; {len(outcome.violations)} remarks. {total(outcome)} resources."
        data = {"stack": self.project.stack, "resources": total(outcome), "policies": said}
        return Answer(data=data, text="\n".join([*said, told]))

    def status(self) -> Answer:
        """What runs, and what was made."""
        if not self.project.state.exists():
            nothing: dict[str, Any] = {"stack": self.project.stack, "clusters": [], "report": None}
            return Answer(data=nothing, text=f"No rehearsal of {self.project.stack}: make up.")
        lines: list[str] = []
        clusters: list[dict[str, Any]] = []
        for name, plane in self._planes().items():
            states = plane.states()
            endpoint = plane.access().endpoint if states else None
            clusters.append({"name": name, "endpoint": endpoint, "processes": states})
            running = [f"    {member} {pid}" for member, pid in states.items() if pid]
            missing = [member for member, pid in states.items() if not pid]
            lines.append(f"cluster {name}: {endpoint or 'never started'}")
            lines += ["  runs (process number):", *running] if running else ["  stopped"]
            lines += [f"  does not run: {', '.join(missing)} (make up starts it)"] if missing else []
        report = json.loads(self._report.read_text()) if self._report.exists() else None
        lines += ["", *(as_lines(report) if report else ["No finished `up` yet."])]
        return Answer(data={"stack": self.project.stack, "clusters": clusters, "report": report}, text="\n".join(lines))

    def down(self) -> Answer:
        """Destroy the stack, stop every process and remove the rehearsal's folder; also a half-made one's."""
        if not self.project.state.exists():
            text = f"No rehearsal of {self.project.stack}: nothing to take down."
            return Answer(data={"stack": self.project.stack, "removed": False}, text=text)
        with self._alone():
            if (self.project.state / "configured").exists():
                self._destroy()
            self._forget_clusters()
            self.project.delete()
        text = f"Down: nothing of {self.project.stack} is left."
        return Answer(data={"stack": self.project.stack, "removed": True}, text=text)

    def shell(self) -> int:
        """A shell in which plain Pulumi works on the rehearsal."""
        engine = self._ready_engine()
        return open_shell(engine.environment, self.project.folder)

    def env(self) -> Answer:
        """The same as lines for a shell: eval "$(naap env)"."""
        engine = self._ready_engine()
        own = {name: value for name, value in engine.environment.items() if os.environ.get(name) != value}
        gone = sorted(os.environ.keys() - engine.environment.keys())
        lines = [f"unset {name}" for name in gone]
        lines += [f"export {name}={shlex.quote(value)}" for name, value in sorted(own.items())]
        return Answer(data=own, text="\n".join([*lines, f"cd {shlex.quote(str(self.project.folder))}"]))

    def _destroy(self) -> None:
        toolbox = Toolbox(self.progress)
        engine = Engine(self.project, toolbox.get([tool_table.CLI])["pulumi"], self.progress)
        engine.settle()
        if engine.is_empty():
            return
        tools = toolbox.get(tool_table.ALL)
        # Objects are deleted by the real API server: a control plane that was stopped comes up once more.
        self._start_control_planes(self._planes(), tools, crds.get(toolbox, self.progress))
        engine.lift_protection()
        # One that was killed is done again: to delete what is gone already is no fault.
        engine.operate("pulumi destroy", "destroy", "--yes", "--skip-preview", stepwise=False)

    def _forget_clusters(self) -> None:
        """Stop them and remove what they hold: there is nothing, or a first run was killed and its state knows none."""
        for name, plane in self._planes().items():
            with self.progress.task(f"control plane {name}: stop"):
                plane.stop()
        shutil.rmtree(self.project.state / "clusters", ignore_errors=True)

    def _ready_engine(self) -> Engine:
        with self._alone():
            return self._engine(Toolbox(self.progress))

    def _engine(self, toolbox: Toolbox) -> Engine:
        registry = self.plan.registry
        pulumi = toolbox.get([tool_table.CLI])["pulumi"]
        with self.progress.task("project and configuration"):
            engine = Engine(self.project, pulumi, self.progress)
            engine.prepare(registry)
        return engine

    def _planes(self) -> dict[str, ControlPlane]:
        """Of all clusters that this rehearsal ever had."""
        files = sorted((self.project.state / "clusters").glob("*/region"))
        return self._planes_of({file.parent.name: (file.read_text(), None) for file in files})

    def _planes_of(self, clusters: Mapping[str, tuple[str, Machines | None]]) -> dict[str, ControlPlane]:
        """clusters: by name, the region and the nodes of each."""
        folder = self.project.state / "clusters"
        return {name: ControlPlane(folder / name, *stated) for name, stated in clusters.items()}

    def _start_control_planes(
        self, planes: Mapping[str, ControlPlane], tools: Mapping[str, Found], definitions: Sequence[Object]
    ) -> dict[str, Access]:
        def start(name: str, plane: ControlPlane) -> Access:
            with self.progress.task(f"control plane {name}"):
                return plane.start(tools, definitions)

        with ThreadPoolExecutor() as pool:
            jobs = {name: pool.submit(start, name, plane) for name, plane in planes.items()}
            access = {name: job.result() for name, job in jobs.items()}
        entries = {name: one.entry() for name, one in access.items()}
        write_private(self.project.clusters, json.dumps(entries, indent=1).encode())
        return access

    def _policies(self, outcome: Outcome) -> list[str]:
        """What the pack remarks. Raises RehearsalError where it did not run."""
        broken = [message for _, _, message, _ in outcome.violations if CANNOT_RUN in message]
        if broken or not outcome.packs:
            raise RehearsalError("\n".join(["The policy pack did not run:", *(broken or ["it was not loaded"])]))
        return remarks(outcome)

    @property
    def _report(self) -> Path:
        """Of the last `up` that ended well."""
        return self.project.state / "report.json"

    @contextmanager
    def _alone(self) -> Generator[None]:
        """One command at a time for a stack; the lock goes with the process, however it ends."""
        locks = self.project.root / ".rehearsal"
        locks.mkdir(exist_ok=True)
        with (locks / f".{self.project.stack}.lock").open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RehearsalError(
                    f"Another rehearsal command works on stack {self.project.stack}: wait until it is done, or stop it."
                ) from None
            yield


def _counted(outcome: Outcome) -> dict[str, Any]:
    return {"resources": total(outcome), "changes": dict(outcome.changes or {})}


def get_tools() -> Answer:
    """Every tool that any rehearsal needs, so that later commands start at once."""
    progress = Progress(sys.stderr)
    toolbox = Toolbox(progress)
    found = toolbox.get(tool_table.ALL)
    crds.get(toolbox, progress)
    rows = [(tool.name, tool.version, tool.origin) for tool in found.values()]
    return Answer(data=list(found.values()), text=table(rows, head=False))


def plan(project: Project) -> PlatformPlan:
    """The plan of the stack as it is once every secret has a value. Raises InvalidInputError with all that is wrong."""
    config = load_stack_config(project.root, project.stack)
    if project.registry:
        config["registry"] = project.registry
    _, registry = parse_inputs(project.stack, project.root, config)
    names = {plugin.name: frozenset(plugin.configured_secrets) for plugin in registry.plugins}
    return plan_of(project.stack, project.root, config, names)
