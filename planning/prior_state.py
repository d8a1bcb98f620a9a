"""What a stack holds already, and no change of its configuration may take away: schemas, storage, regions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from planning.database.shard import CEILING_PART, ShardPlan
from planning.inputs.problem import Problem
from planning.inputs.settings import Settings

OUTPUT = "held"
"""Stack output in which a run says what it holds, and from which the next one knows."""


@dataclass(frozen=True, kw_only=True)
class PriorShard:
    """A database shard. asked_gib: storage that was planned; there_gib: what it has grown to; plugins: by name.

    postgres: its major version; None where the run that said so did not say that.
    """

    shard: int
    asked_gib: int
    there_gib: int
    plugins: tuple[str, ...]
    postgres: str | None = None


@dataclass(frozen=True, kw_only=True)
class PriorState:
    """As of the end of the last run. regions: home first."""

    regions: tuple[str, ...] = ()
    shards: tuple[PriorShard, ...] = ()

    @property
    def schemas(self) -> Mapping[str, int]:
        """Where each plugin's schema is."""
        return {plugin: held.shard for held in self.shards for plugin in held.plugins}


NOTHING = PriorState()
"""Of a stack before its first run."""


def prior_state_of(shards: Sequence[ShardPlan], regions: Sequence[str], schemas: Mapping[str, int]) -> PriorState:
    """What a plan will hold once it is built. schemas: shard by plugin."""
    return PriorState(
        regions=tuple(regions),
        shards=tuple(
            PriorShard(
                shard=plan.shard,
                asked_gib=plan.storage_gib,
                there_gib=plan.storage_gib,
                plugins=tuple(sorted(name for name, shard in schemas.items() if shard == plan.shard)),
                postgres=plan.engine_version,
            )
            for plan in shards
        ),
    )


def prior_state_output(held: PriorState, there_gib: Mapping[int, Any]) -> dict[str, Any]:
    """The stack output. there_gib: storage by shard as AWS says it."""
    return {
        "regions": list(held.regions),
        "shards": {
            str(one.shard): {
                "askedGib": one.asked_gib,
                "thereGib": there_gib[one.shard],
                "plugins": list(one.plugins),
                "postgres": one.postgres,
            }
            for one in held.shards
        },
    }


def parse_prior_state(output: object) -> PriorState:
    """Reads the stack output; NOTHING where an earlier run left none. Numbers may arrive as floats."""
    if not isinstance(output, Mapping):
        return NOTHING
    stated = cast("Mapping[str, Any]", output)
    shards: Mapping[str, Mapping[str, Any]] = stated.get("shards") or {}
    return PriorState(
        regions=tuple(stated.get("regions") or ()),
        shards=tuple(
            PriorShard(
                shard=int(number),
                asked_gib=int(one["askedGib"]),
                there_gib=int(one["thereGib"]),
                plugins=tuple(one["plugins"]),
                postgres=one.get("postgres"),
            )
            for number, one in sorted(shards.items(), key=lambda item: int(item[0]))
        ),
    )


def as_held(shards: Sequence[ShardPlan], held: PriorState) -> tuple[ShardPlan, ...]:
    """Planned shards, with the major version of PostgreSQL that they run now."""
    runs = {one.shard: one.postgres for one in held.shards}
    return tuple(replace(plan, engine_version=runs.get(plan.shard) or plan.engine_version) for plan in shards)


def prior_state_problems(
    held: PriorState, *, stack: str, settings: Settings, shards: Sequence[ShardPlan], regions: Sequence[str]
) -> list[Problem]:
    """What a plan would take away of what is held: AWS can't shrink it, or it would be lost."""
    file = f"Pulumi.{stack}.yaml"
    planned = {plan.shard: plan for plan in shards}
    kept = [one for one in held.shards if one.plugins or settings.production]
    lost = [one for one in kept if one.shard not in planned and f"shard-{one.shard}" not in settings.let_go]
    keep = max((one.shard for one in lost), default=0) + 1
    shrunk = [
        (one, planned[one.shard]) for one in held.shards if one.shard in planned and _shrinks(one, planned[one.shard])
    ]
    # One floor serves all shards, so each problem names the largest.
    floor = max((max(one.asked_gib, one.there_gib) for one, _ in shrunk), default=0)
    found = [_lost(file, settings, one, len(shards), keep) for one in lost]
    found += [_shrunk(file, one, plan, floor) for one, plan in shrunk]
    if not settings.allow_major_version_upgrade:
        found += [
            _upgraded(file, one, planned[one.shard])
            for one in held.shards
            if one.shard in planned and one.postgres not in (None, planned[one.shard].engine_version)
        ]
    if settings.production:
        kept_regions = [region for region in held.regions if region not in settings.let_go]
        found += [_region(file, region, regions) for region in kept_regions if region not in regions]
    return found


def _shrinks(held: PriorShard, plan: ShardPlan) -> bool:
    """Storage that grew by itself within the plan's ceiling is no shrinking: the plan's number is where it began."""
    return plan.storage_gib < held.asked_gib or plan.max_storage_gib < held.there_gib * CEILING_PART


def _lost(file: str, settings: Settings, held: PriorShard, count: int, keep: int) -> Problem:
    schemas = f"holds the schemas of {', '.join(held.plugins)}" if held.plugins else "is protected"
    return Problem(
        file=file,
        entry=f"database shard {held.shard}",
        field="naap:shards",
        value=f"{settings.users:,} users make {count}: shard {held.shard} would go, which {schemas}",
        rule="a number of users takes no shard away that holds schemas; in production, none at all",
        fix=f"keep it: pulumi config set naap:shards {keep}; or move its schemas away first, and let go of it by "
        "the steps in docs/operations.md",
    )


def _shrunk(file: str, held: PriorShard, plan: ShardPlan, floor: int) -> Problem:
    return Problem(
        file=file,
        entry=f"database shard {held.shard}",
        field="naap:storageGib",
        value=f"{plan.storage_gib:,} GiB, at most {plan.max_storage_gib:,}; there are "
        f"{max(held.asked_gib, held.there_gib):,}",
        rule="AWS never shrinks a database's storage, and wants its ceiling a tenth above what is there",
        fix=f"keep it: pulumi config set naap:storageGib {floor}",
    )


def _upgraded(file: str, held: PriorShard, plan: ShardPlan) -> Problem:
    return Problem(
        file=file,
        entry=f"database shard {held.shard}",
        field="naap:allowMajorVersionUpgrade",
        value=f"it runs PostgreSQL {held.postgres}; {plan.engine_version} would be made of it",
        rule="a new major version stops the database for minutes and has no way back: it is chosen, stack by stack",
        fix="follow docs/upgrading-postgresql.md; then: pulumi config set naap:allowMajorVersionUpgrade true",
    )


def _region(file: str, region: str, regions: Sequence[str]) -> Problem:
    return Problem(
        file=file,
        entry="config",
        field="naap:users",
        value=f"{region} would go: these users are served from {', '.join(regions)} alone",
        rule="in production a number of users takes no region away: its cluster, buckets and keys are protected",
        fix="stay in the tier with several regions, or let go of the region by the steps in docs/operations.md",
    )
