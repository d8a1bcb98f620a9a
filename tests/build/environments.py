"""The whole program under recording mocks, for any number of users and any registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi

from components.platform import Platform
from components.shared.root_secret import RootSecret
from planning.inputs.registry.registry_entry import PluginSpec
from planning.platform import PlatformPlan
from stack.configuration import load_stack_config
from stack.plan import plan_of
from tests.components.recording import Recorded, Run, run

ROOT = Path(__file__).resolve().parents[2]
ROOT_SECRET = "the root that these tests derive from: 0123456789"  # noqa: S105  # opens nothing
REGISTRY = (ROOT / "plugins" / "registry.yaml").read_text()
SECRET_NAME = "ODD_API_KEY"  # noqa: S105  # a variable's name


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What is built. users: decide the tier. production: protected, by its configuration."""

    users: int
    production: bool

    @property
    def stack(self) -> str:
        """The stack whose configuration it has."""
        return "prod" if self.production else "dev"


TIERS = (
    Environment(users=1_000, production=False),
    Environment(users=10_000, production=True),
    Environment(users=50_000, production=True),
    Environment(users=100_000, production=True),
)


def configured(plugin: str, name: str) -> str:
    """The value of a secret that a person would set."""
    return f"set-by-a-person-{plugin}-{name}"


def plan(environment: Environment, folder: Path, registry: str = REGISTRY, **stated: object) -> PlatformPlan:
    """The plan of an environment with the text of a registry, which is written into `folder`; stated: settings."""
    (folder / "registry.yaml").write_text(registry)
    config = load_stack_config(ROOT, environment.stack) | {
        "users": environment.users,
        "production": environment.production,
        "registry": "registry.yaml",
        **stated,
    }
    config.pop("monthlyBudgetUsd", None)  # is for the number of users that the file states
    names = {name: frozenset({SECRET_NAME}) for name in ("odd-one", "odd-two")}
    return plan_of(environment.stack, folder, config, names)


def build(planned: PlatformPlan, *, preview: bool = False) -> Run:
    """The program as `__main__` runs it, with a value for every secret that an entry names."""

    def program() -> None:
        secrets = {spec.name: _secrets(spec) for spec in planned.registry.plugins}
        root = RootSecret(pulumi.Output.secret(ROOT_SECRET))
        platform = Platform("naap", plan=planned, root_secret=root, configured_secrets=secrets)
        for name, value in platform.outputs.items():
            pulumi.export(name, value)

    return run(program, preview=preview, stack_name=planned.stack)


def _secrets(spec: PluginSpec) -> Mapping[str, pulumi.Output[str]]:
    return {name: pulumi.Output.secret(configured(spec.name, name)) for name in spec.secrets}


def names(records: list[Recorded]) -> str:
    """Types and names, for a message."""
    return "\n".join(f"{record.type} {record.name}" for record in records)
