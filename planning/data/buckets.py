"""Buckets of an environment.

plan_buckets(*, stack, settings, tier) -> BucketsPlan
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from planning.inputs.settings import Settings
from planning.inputs.tiers import Tier
from planning.shared.naming import fit, regional

AUTONAME_ROOM = 8
"""Characters that Pulumi adds to a bucket's name so that nobody else in the world has it already."""

MAX_BUCKET_NAME = 63

ASSETS, UPLOADS, BACKUPS, LOGS = "assets", "uploads", "backups", "logs"


UPLOAD_METHODS = ("PUT", "POST")
UPLOAD_HEADERS = ("content-type", "content-md5", "x-amz-*")
PREFLIGHT_SECONDS = 3600
"""What a page of the site may send to a bucket, and how long a browser remembers that."""

PREVIEW_UPLOADS, PREVIEW_UPLOAD_DAYS = "_previews/", 8
"""Where preview environments put files, and when these go: a day after the longest life of one. No plugin's name begins
with an underscore."""

REPLICATION_MINUTES = 15
"""S3's own promise with replication time control."""


@dataclass(frozen=True, kw_only=True)
class Ages:
    """When objects move to cheaper storage or go, in days; None: never.

    noncurrent: of versions that a newer one replaced. incomplete: of uploads that were never finished.
    """

    infrequent: int | None = None
    archive: int | None = None
    expire: int | None = None
    noncurrent: int | None = None
    incomplete: int = 7


@dataclass(frozen=True, kw_only=True)
class BucketPlan:
    """name: start of the bucket's name; Pulumi adds a few random characters.

    lock_days: no version younger than that can be deleted by anybody in governance mode; None: no such rule.
    lockable: object lock can only be prepared when a bucket is made, so it is, even where no rule needs it yet.
    cors_origins: sites whose scripts may upload. log_prefix: of its access records in the region's logs bucket.
    passing: days until objects go, by the start of their keys.
    """

    kind: str
    name: str
    ages: Ages
    log_prefix: str | None
    encrypt_with_key: bool = True
    lockable: bool = False
    lock_days: int | None = None
    cors_origins: tuple[str, ...] = ()
    passing: Mapping[str, int] = field(default_factory=dict[str, int])


@dataclass(frozen=True, kw_only=True)
class RegionStoragePlan:
    """Buckets of one region; logs receives access records of the other buckets and the CDN."""

    region: str
    key_alias: str
    assets: BucketPlan
    uploads: BucketPlan
    backups: BucketPlan
    logs: BucketPlan

    @property
    def data(self) -> tuple[BucketPlan, ...]:
        """The buckets that hold the platform's own data."""
        return (self.assets, self.uploads, self.backups)


@dataclass(frozen=True, kw_only=True)
class ReplicationPlan:
    """Copies new objects of one bucket to the bucket of the same kind in another region (REPLICATION_MINUTES)."""

    kind: str
    source: str
    destination: str

    @property
    def both_ways(self) -> bool:
        """Whether the other bucket is copied back."""
        return self.kind == UPLOADS


@dataclass(frozen=True, kw_only=True)
class BucketsPlan:
    """regions: home first. protect: nothing that holds data goes without a person's deliberate step."""

    regions: tuple[RegionStoragePlan, ...]
    replications: tuple[ReplicationPlan, ...]
    protect: bool

    @property
    def home(self) -> RegionStoragePlan:
        """Where the platform writes."""
        return self.regions[0]


def plan_buckets(*, stack: str, settings: Settings, tier: Tier) -> BucketsPlan:
    """All buckets. With several regions, assets and backups are copied out of the home region, and uploads both ways:

    while the second region serves, its pods write uploads to its own bucket.
    """
    regions = settings.regions[: tier.regions]
    home, others = regions[0], regions[1:]
    replications = [
        ReplicationPlan(kind=kind, source=home, destination=other)
        for other in others
        for kind in (ASSETS, BACKUPS, UPLOADS)
    ]
    replications += [ReplicationPlan(kind=UPLOADS, source=other, destination=home) for other in others]
    return BucketsPlan(
        regions=tuple(_region(stack, region, settings, tier) for region in regions),
        replications=tuple(replications),
        protect=settings.production,
    )


def _region(stack: str, region: str, settings: Settings, tier: Tier) -> RegionStoragePlan:
    def name(kind: str) -> str:
        return fit(f"{regional(stack, region)}-{kind}", MAX_BUCKET_NAME - AUTONAME_ROOM)

    return RegionStoragePlan(
        region=region,
        key_alias=f"{regional(stack, region)}-storage",
        # A bundle's files never change and old versions of a plugin stay installable: nothing expires by age.
        assets=BucketPlan(kind=ASSETS, name=name(ASSETS), ages=Ages(noncurrent=90), log_prefix=f"s3/{ASSETS}/"),
        uploads=BucketPlan(
            kind=UPLOADS,
            name=name(UPLOADS),
            ages=Ages(infrequent=90, noncurrent=30),
            log_prefix=f"s3/{UPLOADS}/",
            cors_origins=(f"https://{settings.domain}",),
            passing={PREVIEW_UPLOADS: PREVIEW_UPLOAD_DAYS} if settings.previews else {},
        ),
        backups=BucketPlan(
            kind=BACKUPS,
            name=name(BACKUPS),
            # Archives of retired plugins and dumps: kept a year after the last restore could want them.
            ages=Ages(infrequent=30, archive=90, expire=365 + tier.database.backup_days, noncurrent=30),
            log_prefix=f"s3/{BACKUPS}/",
            lockable=True,
            lock_days=tier.database.backup_days if tier.object_lock else None,
        ),
        # S3 delivers its records only to buckets without a key of one's own.
        logs=BucketPlan(
            kind=LOGS,
            name=name(LOGS),
            ages=Ages(infrequent=30 if tier.log_days > 30 else None, expire=tier.log_days, noncurrent=1),  # noqa: PLR2004
            log_prefix=None,
            encrypt_with_key=False,
        ),
    )
