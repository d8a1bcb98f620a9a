"""Registry entries and settings as tests of plans need them."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel

from planning.database.shard import ShardPlan, plan_shards, shard_count
from planning.database.shard_size import size_shards
from planning.inputs.registry.data_sections import Cache, Database, Grant, Migrate
from planning.inputs.registry.lifecycle import Lifecycle
from planning.inputs.registry.pod_sections import Resources
from planning.inputs.registry.registry_entry import BackendSpec, PluginSpec, Registry
from planning.inputs.registry.sections import Scaling
from planning.inputs.settings import Settings
from planning.inputs.tiers import tier_for

POOLER_IMAGE = f"registry.example/pgbouncer:1.26.1@sha256:{'0' * 64}"
OPERATOR = "arn:aws:iam::123456789012:role/operator"
ROOT_SECRET = "a root secret that only tests know: 0123456789"  # noqa: S105  # opens nothing


def settings(users: int = 1_000, *, production: bool = False, stated: Mapping[str, object] | None = None) -> Settings:
    """Of an environment in two regions. stated: instead of what it has here, by the names of the fields."""
    known: dict[str, object] = {
        "users": users,
        "domain": "dev.naap.example",
        "zone_id": "Z0123456789DEV",
        "regions": ("us-east-1", "us-west-2"),
        "pooler_image": POOLER_IMAGE,
        "production": production,
        "operators": (OPERATOR,) if production else (),
        "owner": "platform",
        "cost_center": "naap-dev",
    }
    return Settings.model_validate({**known, **(stated or {})})


def shards_of(stated: Settings, entries: Registry | None = None, *, stack: str = "dev") -> tuple[ShardPlan, ...]:
    """The shards that these settings and entries are planned with; without entries, nothing lies on them."""
    tier = tier_for(stated.users)
    sizes = size_shards(
        registry=entries or registry(),
        tier=tier,
        users=stated.users,
        count=shard_count(stated, tier),
        assumptions=stated.assumptions,
    )
    return plan_shards(stack=stack, settings=stated, tier=tier, sizes=sizes)


def plugin(
    name: str,
    *,
    database: Database | None = None,
    cache: Cache | None = None,
    share: float = 1.0,
    lifecycle: Lifecycle = Lifecycle.ACTIVE,
    singleton: bool = False,
) -> PluginSpec:
    """An entry with a backend."""
    return BackendSpec(
        name=name,
        display_name=name,
        version="1.0.0",
        share=share,
        lifecycle=lifecycle,
        image=f"ghcr.io/naap/{name}:1.0.0",
        port=4000,
        api_prefix=f"/api/v1/{name}",
        resources=Resources(cpu="100m", cpu_limit="500m", memory="256Mi"),
        scaling=Scaling(singleton=singleton),
        database=database,
        cache=cache,
        manifest={},
    )


Part = TypeVar("Part", bound=BaseModel)


def altered(part: Part, **fields: Any) -> Part:
    """An entry, a section of one, or settings, with other values; what a test wants is not checked."""
    assert fields.keys() <= type(part).model_fields.keys(), fields
    return part.model_copy(update=fields)


def without_backend(spec: PluginSpec) -> PluginSpec:
    """The entry as a bundle alone."""
    return PluginSpec.model_construct(**{**dict(spec), "image": None, "port": None, "api_prefix": None})


USER_TABLE = Grant(schema_name="public", table="User", privileges=("SELECT", "REFERENCES"))


def registry(*plugins: PluginSpec) -> Registry:
    """A registry of these entries."""
    return Registry(file="plugins/registry.yaml", plugins=plugins)


def three_plugins() -> Registry:
    """base-svc owns schema public; my-wallet refers to its users; community stands alone on another shard."""
    return registry(
        plugin("base-svc", database=Database(schema_name="public", shard=0), cache=Cache()),
        plugin(
            "my-wallet",
            database=Database(
                schema_name="plugin_wallet", shard=0, grants=(USER_TABLE,), migrate=Migrate(command=("migrate",))
            ),
            cache=Cache(),
        ),
        plugin("community", database=Database(schema_name="plugin_community", shard=1)),
    )
