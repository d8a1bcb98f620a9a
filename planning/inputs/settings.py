"""What an environment states about itself: the `naap:` keys of Pulumi.<stack>.yaml, checked and typed."""

import ipaddress
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic.alias_generators import to_camel

from planning.inputs.assumptions import Assumptions
from planning.inputs.preview import Preview
from planning.inputs.sign_in import SignIn
from planning.inputs.teams import TEAM_PATTERN, Team
from planning.inputs.text_values import plain_number, plain_truth, tag_value
from planning.shared.regions import REGIONS

FirewallMode = Literal["count", "count-bodies", "block"]
_PRINCIPAL = r"^arn:aws:iam::\d{12}:(role|user)/[\w+=,.@/-]+$"
CDN_RESPONSE_SECONDS = 120
"""The longest that CloudFront waits in an account without a higher quota."""
_WIDEST = {4: 8, 6: 32}
"""By version of IP, the shortest prefix of a network that can have one owner; the policy pack knows the same."""


_Tag = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(tag_value)]
_Truth = Annotated[bool, BeforeValidator(plain_truth)]


def _known_region(region: str) -> str:
    if region not in REGIONS:
        raise ValueError(f"Input should be one of {', '.join(REGIONS)}")
    return region


class Settings(BaseModel):
    """Everything that differs between environments and is no secret. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)

    users: Annotated[
        int,
        Field(ge=1, le=10_000_000, description="Users that this environment must serve; decides the tier."),
    ]
    domain: Annotated[
        str,
        Field(
            pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$",
            max_length=200,
            description="Host name of the site, e.g. dev.naap.example.",
        ),
    ]
    zone_id: Annotated[
        str, Field(pattern=r"^Z[A-Z0-9]{6,31}$", description="Route 53 hosted zone that holds the domain.")
    ]
    regions: Annotated[
        tuple[Annotated[str, AfterValidator(_known_region)], ...],
        Field(
            min_length=1,
            max_length=3,
            description="AWS regions, home first. A tier uses as many as it needs.",
        ),
    ]
    pooler_image: Annotated[
        str,
        Field(
            pattern=r"^[a-z0-9][a-z0-9.:/_-]*(:[\w.-]+)?@sha256:[0-9a-f]{64}$",
            description="PgBouncer's image in a registry of yours, with its digest. To build, push and name it: "
            "docker buildx build --platform linux/amd64,linux/arm64 --push --tag REGISTRY/pgbouncer:1.26.1 "
            "images/pgbouncer; docker buildx imagetools inspect REGISTRY/pgbouncer:1.26.1.",
        ),
    ]
    production: Annotated[_Truth, Field(description="Digests on images, protected data, stricter policies.")] = False
    extended_support: Annotated[
        _Truth,
        Field(
            description="Clusters keep their Kubernetes version past the end of its standard support, for USD 0.50 an "
            "hour more each; without it, AWS upgrades them by itself. Can't be turned off while it is paid for."
        ),
    ] = True
    api_access_cidrs: Annotated[
        tuple[str, ...],
        Field(description="Networks from which the Kubernetes API may be reached; none: only from inside the VPC."),
    ] = ()
    operators: Annotated[
        tuple[Annotated[str, Field(pattern=_PRINCIPAL)], ...],
        Field(
            validate_default=True,
            description="IAM principals that administer the clusters: who runs `up`, and who is called when it fails. "
            "Outside production the default is whoever runs `up`.",
        ),
    ] = ()
    viewers: Annotated[
        tuple[Annotated[str, Field(pattern=_PRINCIPAL)], ...],
        Field(
            description="IAM principals that may read all that the clusters hold, Secrets included, and change none of "
            "it: the role of previews in CI (docs/ci.md)."
        ),
    ] = ()
    teams: Annotated[
        Mapping[Annotated[str, Field(pattern=TEAM_PATTERN)], Team],
        Field(
            description="Teams that deploy the plugins whose `owner` they are, by a role of their own: of each the "
            "repository of its workflows (docs/ci.md)."
        ),
    ] = {}
    owner: Annotated[_Tag, Field(description="Team that answers for this environment (a tag).")]
    cost_center: Annotated[_Tag, Field(description="Where the bill goes (a tag).")]
    previews: Annotated[
        _Truth,
        Field(
            description="Preview environments may stand on it, each at NAME.DOMAIN: certificate, names and an output "
            "for them (docs/previews.md). Not in production."
        ),
    ] = False
    preview: Annotated[
        Preview | None, Field(description="Of the stack of a preview environment: `naap env new` writes it.")
    ] = None
    alarm_email: Annotated[
        str | None, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", description="Where alarms are sent.")
    ] = None
    page_email: Annotated[
        str | None,
        Field(
            pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
            description="Where those are sent that must wake somebody, such as a pager's address; default: alarmEmail.",
        ),
    ] = None
    sign_in: Annotated[
        SignIn, Field(description="Which service knows the tokens that people sign in with, and how it is asked.")
    ] = SignIn()
    jwt_issuer: Annotated[
        str | None,
        Field(
            pattern=r"^https://[^\s?#]+$",
            description="Issuer of JWTs that are good as bearer tokens too; without one, only the platform's own are.",
        ),
    ] = None
    jwt_jwks_uri: Annotated[
        str | None,
        Field(
            pattern=r"^https://\S+$",
            description="Its key set; default ISSUER/.well-known/jwks.json. Only with jwtIssuer.",
        ),
    ] = None
    jwt_audience: Annotated[str, Field(min_length=1, description="Audience that a JWT must carry.")] = "naap"
    shards: Annotated[
        int | None,
        Field(ge=1, le=400, description="Database shards at least, so that those with data stay when users go down."),
    ] = None
    storage_gib: Annotated[
        int | None,
        Field(ge=20, le=50_000, description="GiB of each database shard at least: AWS never shrinks what is there."),
    ] = None
    allow_major_version_upgrade: Annotated[
        _Truth,
        Field(
            description="RDS may upgrade the databases to a new major version of PostgreSQL: for the time of such an "
            "upgrade only (docs/upgrading-postgresql.md)."
        ),
    ] = False
    let_go: Annotated[
        tuple[Annotated[str, Field(pattern=r"^(shard-\d+|[a-z]{2}-[a-z]+-\d)$")], ...],
        Field(description="Shards (shard-3) and regions that may go although the stack holds them."),
    ] = ()
    moved: Annotated[
        tuple[str, ...],
        Field(
            description="Plugins whose schemas a person has brought to the shard that the registry pins, other than by "
            "`naap plugin move`."
        ),
    ] = ()
    shield_advanced: Annotated[_Truth, Field(description="AWS Shield Advanced: USD 3,000 a month, one-year term.")] = (
        False
    )
    image_mirrors: Annotated[
        Mapping[
            Annotated[str, Field(pattern=r"^(oci://)?[a-z0-9][a-z0-9.:/_-]*[a-z0-9]$")],
            Annotated[str, Field(pattern=r"^(oci://)?[a-z0-9][a-z0-9.:/_-]*[a-z0-9]$")],
        ],
        Field(
            description="From where images are pulled instead: by a registry's host (docker.io), the start that stands "
            "in its place, such as the prefix of a pull-through cache in ECR."
        ),
    ] = {}
    cdn_response_seconds: Annotated[
        int,
        Field(
            ge=60,
            le=300,
            description="How long CloudFront waits for the next byte of an answer. AWS's own limit is 120: a quota "
            "(L-AECE9FA7, Response timeout per origin) that it raises on request, mostly to 180.",
        ),
    ] = CDN_RESPONSE_SECONDS
    hsts_subdomains: Annotated[
        _Truth,
        Field(
            description="Browsers shall use TLS for every name below the domain for two years, whoever serves it. "
            "Taken back only by serving it as false for as long."
        ),
    ] = False
    hsts_preload: Annotated[
        _Truth,
        Field(description="Browsers may know the domain as TLS only before the first visit; with hstsSubdomains."),
    ] = False
    firewall_mode: Annotated[
        FirewallMode,
        Field(
            description="What AWS's firewall rules do with a match: all count; all block, save those on bodies, agents "
            "and query strings, which posts, code and webhooks match (default); all block."
        ),
    ] = "count-bodies"
    monthly_budget_usd: Annotated[
        int | None,
        Field(ge=1, description="What the environment may cost a month, as planned; a plan above it is refused."),
    ] = None
    assumptions: Annotated[
        Assumptions, Field(description="How people use the platform, where other than planning/inputs/assumptions.py.")
    ] = Assumptions()
    registry: Annotated[
        str, Field(pattern=r"^[^/].*\.ya?ml$", description="Registry file, relative to the project.")
    ] = "plugins/registry.yaml"

    # Pulumi hands scalar configuration over as text.
    _numbers = field_validator(
        "users", "shards", "storage_gib", "cdn_response_seconds", "monthly_budget_usd", mode="before"
    )(plain_number)

    @field_validator("api_access_cidrs")
    @classmethod
    def _stated_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for cidr in value:
            network = ipaddress.ip_network(cidr)
            if network.prefixlen < _WIDEST[network.version]:
                raise ValueError(f"{cidr} is as good as the whole internet; name the networks of your operators")
        return value

    @field_validator("operators")
    @classmethod
    def _known_operators(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("production") and not value:
            raise ValueError("production names them: else the one that runs `up`, in CI a role, alone gets in")
        return value

    @field_validator("viewers")
    @classmethod
    def _only_view(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        operators: tuple[str, ...] = info.data.get("operators", ())
        for principal in value:
            if principal in operators or value.count(principal) > 1:
                raise ValueError(f"{principal} is named twice: a cluster has one access entry for a principal")
        return value

    @field_validator("regions")
    @classmethod
    def _distinct(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) != len(value):
            raise ValueError("each region once")
        return value

    @field_validator("previews")
    @classmethod
    def _beside_no_users(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("production"):
            raise ValueError("a preview stands on no production")
        return value

    @field_validator("hsts_preload")
    @classmethod
    def _preload_takes_subdomains(cls, value: bool, info: ValidationInfo) -> bool:
        if value and not info.data.get("hsts_subdomains"):
            raise ValueError("browsers preload a domain with all names below it only: set hstsSubdomains too")
        return value

    @field_validator("jwt_jwks_uri")
    @classmethod
    def _keys_of_an_issuer(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value and not info.data.get("jwt_issuer"):
            raise ValueError("keys are an issuer's: set jwtIssuer too")
        return value

    @property
    def jwks_uri(self) -> str | None:
        """Where the issuer publishes its keys; None without an issuer."""
        if self.jwt_issuer is None:
            return None
        return self.jwt_jwks_uri or f"{self.jwt_issuer.rstrip('/')}/.well-known/jwks.json"
