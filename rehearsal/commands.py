"""The commands of a rehearsal: up, live, preview, policy, status, down, shell."""

import json
import os
import shlex
import sys
import webbrowser
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from console.terminal import Answer, table
from planning.platform import PlatformPlan
from rehearsal import RehearsalError
from rehearsal.clusters import Clusters
from rehearsal.control_plane import crds
from rehearsal.control_plane.control_plane import Access
from rehearsal.control_plane.nodes import machines
from rehearsal.engine import Engine, open_shell
from rehearsal.events import Outcome, changes, remarks, short_name, total
from rehearsal.live import machine
from rehearsal.live import report as live_report
from rehearsal.live.cluster import LiveCluster
from rehearsal.live.data.config import Config
from rehearsal.live.edge.edge import Edge
from rehearsal.live.live import Started, let_go, settle, start_nodes
from rehearsal.live.nodes import live_nodes
from rehearsal.live.stack import LiveStack
from rehearsal.live.watch import plugin_folder
from rehearsal.live.watch.plugin_folder import PluginFolder
from rehearsal.live.watch.watch import Watch
from rehearsal.lock import alone
from rehearsal.progress import Progress
from rehearsal.project import Project
from rehearsal.report import Report, as_lines
from rehearsal.tools import tool_table
from rehearsal.tools.toolbox import Toolbox
from stack.configuration import load_stack_config, registry_of
from stack.plan import parse_inputs, plan_of

CANNOT_RUN = "can't run policy"
"""How the policy SDK says that a policy broke on a value that isn't known: by a remark, which fails nothing."""


class Rehearsal:
    """The rehearsal of one stack of the checkout in `root`."""

    def __init__(self, root: Path, stack: str, registry: str | None = None) -> None:
        """registry: a file below the checkout, or reached from it, instead of the configured one."""
        self.project = Project(root=root.resolve(), stack=stack, registry=registry)
        self.progress = Progress(sys.stderr)
        self._clusters = Clusters(self.project, self.progress)

    @cached_property
    def plan(self) -> PlatformPlan:
        """Read by what makes something: to look at a rehearsal and to take it down, no input needs to be right."""
        return plan(self.project)

    def live(self, images: Sequence[str] = (), watched: str | None = None) -> Answer:
        """Bring the whole stack up with nodes that really run, and say what there is. images: NAME=ARCHIVE each.

        watched: FOLDER or NAME=FOLDER of a plugin, whose changes are put into it until Ctrl-C; where all runs already,
        at once.
        """
        machine.check(self._home().egress)
        if watched is None:
            return self._bring_up(nodes=True, images=images)
        folder = plugin_folder.read(watched, self.plan.registry)
        if images or not self.is_up() or self._home().pid() is None:
            self.progress.say(str(self._bring_up(nodes=True, images=images).text))
        return self._watch(folder)

    def _watch(self, folder: PluginFolder) -> Answer:
        name, home = folder.spec.name, self._home()
        watch = Watch(
            folder,
            cluster=home,
            api=self._clusters.known()[self._home_name].access().api(),
            released=Config.read(home.folder / "data" / "config.json").released,
            cache=Toolbox(self.progress).cache,
            progress=self.progress,
            alone=partial(alone, self.project, self.progress, waits=True),
        )
        self.progress.say(f"Watching {name} at {Edge(self.project.edge).url}: Ctrl-C ends it, and what runs goes on.")
        with suppress(KeyboardInterrupt):
            watch.run()
        text = f"{name} is no longer watched, and runs on as it is. naap down ends all."
        return Answer(data={"stack": self.project.stack, "watched": name}, text=text)

    def up(self, *, at_end: bool) -> Answer:
        """Bring the whole stack up and say what there is. Nodes that run already go on.

        at_end: the state is written once, as a first run's always is.
        """
        return self._bring_up(nodes=self._home().site() is not None, at_end=at_end)

    def _bring_up(self, *, nodes: bool, images: Sequence[str] = (), at_end: bool = False) -> Answer:
        planned = {
            region.cluster.name: (region.region, machines(region, self.plan.tier)) for region in self.plan.regions
        }
        with alone(self.project, self.progress):
            toolbox = Toolbox(self.progress)
            live = LiveStack(self.plan, self.project, toolbox, self.progress, images) if nodes else None
            if live:
                live.check_images()
            tools = toolbox.get(tool_table.ALL)
            definitions = crds.get(toolbox, self.progress)
            engine = self._engine(toolbox)
            first = engine.is_empty()
            if first:
                self._clusters.forget()
            access = self._clusters.start(self._clusters.known() | self._clusters.of(planned), tools, definitions)
            started = self._start_nodes(live, access, toolbox) if live else None
            pack = ["--policy-pack", str(self.project.policies)]
            outcome = engine.operate(
                "pulumi up", "up", "--yes", "--skip-preview", *pack, stepwise=not (first or at_end)
            )
            said = self._policies(outcome)
            resources = engine.resources()
            if live:
                settle(access[self._home_name], self.progress)
            site = live.open(access[self._home_name], resources) if live else None
            report = Report(
                plan=self.plan,
                tools=tools,
                official=engine.official,
                resources=resources,
                recorded_kinds=frozenset(placeholder.label for placeholder in crds.PLACEHOLDERS),
                kubeconfigs={name: str(one.kubeconfig) for name, one in access.items()},
                packs=outcome.packs,
                timings=self.progress.timings,
                live=live_report.told(started, access[self._home_name].api()) if started else None,
                site=site,
            )
            data = report.data()
            self._report.write_text(json.dumps(data, indent=1))
        changed = "Nothing changed: everything is as planned." if outcome.nothing_changed else "Up."
        told = f"{changed} Stack {self.project.stack}, {total(outcome)} resources."
        return Answer(
            data={"stack": self.project.stack, **_counted(outcome), "policies": said, "report": data},
            text="\n".join([*said, "", *as_lines(data), "", told]),
        )

    def open(self) -> Answer:
        """The site in a browser, where there is one."""
        edge = Edge(self.project.edge)
        if edge.pid() is None:
            raise RehearsalError(f"No site of {self.project.stack} answers here: `naap live` first.")
        opened = webbrowser.open(edge.url)
        told = edge.url if opened else f"{edge.url} (no browser was found)"
        return Answer(data={"url": edge.url, "authority": str(edge.authority), "opened": opened}, text=told)

    def preview(self) -> Answer:
        """What an `up` would change; needs no control plane."""
        with alone(self.project, self.progress):
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
        with alone(self.project, self.progress):
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
        for name, plane in self._clusters.known().items():
            states = plane.states()
            endpoint = plane.access().endpoint if states else None
            clusters.append({"name": name, "endpoint": endpoint, "processes": states})
            states |= LiveCluster(plane.folder).states()
            running = [f"    {member} {pid}" for member, pid in states.items() if pid]
            missing = [member for member, pid in states.items() if not pid]
            lines.append(f"cluster {name}: {endpoint or 'never started'}")
            lines += ["  runs (process number):", *running] if running else ["  stopped"]
            lines += [f"  does not run: {', '.join(missing)} (make up starts it)"] if missing else []
        if self.project.edge.exists():
            edge = Edge(self.project.edge)
            pid = edge.pid()
            lines.append(f"edge: {edge.url}, {pid}" if pid else "edge: does not run (naap live starts it)")
        report = json.loads(self._report.read_text()) if self._report.exists() else None
        lines += ["", *(as_lines(report) if report else ["No finished `up` yet."])]
        return Answer(data={"stack": self.project.stack, "clusters": clusters, "report": report}, text="\n".join(lines))

    def down(self) -> Answer:
        """Destroy the stack, stop every process and remove the rehearsal's folder; also a half-made one's."""
        if not self.project.state.exists():
            text = f"No rehearsal of {self.project.stack}: nothing to take down."
            return Answer(data={"stack": self.project.stack, "removed": False}, text=text)
        with alone(self.project, self.progress):
            Edge(self.project.edge).stop()
            if (self.project.state / "configured").exists():
                self._destroy()
            self._clusters.forget()
            self.project.delete()
        text = f"Down: nothing of {self.project.stack} is left."
        return Answer(data={"stack": self.project.stack, "removed": True}, text=text)

    def is_up(self) -> bool:
        """Whether an `up` of it has ended well."""
        return self._report.exists()

    @property
    def registry(self) -> Path:
        """The registry that is up."""
        stated = {key.removeprefix("naap:"): value for key, value in self.project.settings.items()}
        return self.project.root / registry_of(stated)

    @contextmanager
    def deploying(self) -> Generator[Engine]:
        """Its engine, to bring up a part of what is up: other commands wait, and this one for them."""
        if not self.is_up():
            raise RehearsalError(f"No rehearsal of {self.project.stack} is up: naap up --stack {self.project.stack}.")
        with alone(self.project, self.progress, waits=True):
            pulumi = Toolbox(self.progress).get([tool_table.CLI])["pulumi"]
            engine = Engine(self.project, pulumi, self.progress)
            engine.settle()
            if stopped := [name for name, plane in self._clusters.known().items() if not all(plane.states().values())]:
                raise RehearsalError(
                    f"The control plane of {', '.join(stopped)} does not run: naap up --stack {self.project.stack}."
                )
            yield engine

    def shell(self) -> int:
        """A shell in which plain Pulumi works on the rehearsal."""
        engine = self._ready_engine()
        return open_shell(engine.environment, self.project.folder)

    def shell_lines(self) -> Answer:
        """The same as lines for a shell: eval "$(naap shell --print)"."""
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
        access = self._clusters.start(self._clusters.known(), tools, crds.get(toolbox, self.progress))
        for one in access.values():
            # Nodes stay until the pods on them are gone; where none runs any more, nothing waits for their pods.
            let_go(one.api(), runs=LiveCluster(one.kubeconfig.parent).pid() is not None)
        engine.lift_protection()
        # One that was killed is done again: to delete what is gone already is no fault.
        engine.operate("pulumi destroy", "destroy", "--yes", "--skip-preview", stepwise=False)

    @property
    def _home_name(self) -> str:
        return self.plan.home.cluster.name

    def _home(self) -> LiveCluster:
        """Of the home region's cluster, the only one whose nodes may be real."""
        return LiveCluster(self._clusters.folder / self._home_name)

    def _start_nodes(self, live: LiveStack, access: Mapping[str, Access], toolbox: Toolbox) -> Started:
        home = access[self._home_name]
        nodes = live_nodes(self.plan.home, self.plan.tier, machine.Machine.here())
        started = start_nodes(nodes, home, toolbox, self.progress, live.extras(home), settles=False)
        live.prepare(home)
        return started

    def _ready_engine(self) -> Engine:
        with alone(self.project, self.progress):
            return self._engine(Toolbox(self.progress))

    def _engine(self, toolbox: Toolbox) -> Engine:
        registry = self.plan.registry
        pulumi = toolbox.get([tool_table.CLI])["pulumi"]
        with self.progress.task("project and configuration"):
            engine = Engine(self.project, pulumi, self.progress)
            engine.prepare(registry)
        return engine

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
