"""An entry of plugins/registry.yaml: each field once, for editors, the loader and plans alike."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from planning.inputs.field_types import (
    FIRST_FREE_PORT,
    IMAGE_PATTERN,
    MAX_IMAGE,
    VERSION_PATTERN,
    Architecture,
    EnvName,
    EnvValue,
    File,
    Label,
    Name,
    Path,
    Prefix,
    Section,
    Tag,
)
from planning.inputs.registry.canary import Canary
from planning.inputs.registry.data_sections import Cache, Database
from planning.inputs.registry.frontend import Frontend
from planning.inputs.registry.lifecycle import Installs, Lifecycle, Previous
from planning.inputs.registry.pod_sections import Network, Resources
from planning.inputs.registry.sections import Auth, ContentRule, Objective, Probes, RateLimit, Requests, Scaling
from planning.inputs.registry.site import Site

MANIFEST_PATHS = ("/app/plugin.json", "/plugin.json")
"""Where programs look for their plugin.json, two folders above their own: in /app/backend/dist, or in /app/dist."""


class Entry(Section):
    """One plugin or core service. A backend needs image, port and apiPrefix; a frontend or site alone none of them."""

    display_name: Annotated[
        Label | None, Field(description="Name for people; default: made from the entry's name.", examples=["My Wallet"])
    ] = None
    owner: Annotated[Tag, Field(description="Team that answers for it (a tag).", examples=["wallet-team"])] = "platform"
    version: Annotated[str, Field(pattern=VERSION_PATTERN, description="Semantic version.", examples=["1.0.0"])]
    core: Annotated[bool, Field(description="A service that the platform itself needs.", examples=[True])] = False
    share: Annotated[
        float,
        Field(gt=0, le=1, description="Part of the users that it serves; pods scale with it.", examples=[0.3]),
    ] = 1.0
    lifecycle: Annotated[
        Lifecycle,
        WithJsonSchema({"enum": [*Lifecycle], "title": "Lifecycle", "type": "string"}),
        Field(
            strict=False,
            description="active; draining: no new installs, still served; stopped: no pods, no routes, data kept; "
            "archived: data in the archive. One step at a time: `naap plugin retire`.",
            examples=["active"],
        ),
    ] = Lifecycle.ACTIVE
    installs: Annotated[
        Installs | None,
        Field(description="Last count of installs.", examples=[{"active": 0, "counted": "2026-01-31"}]),
    ] = None
    previous: Annotated[
        Previous | None,
        Field(
            description="The release before; written by `naap plugin deploy`, and where `naap plugin rollback` goes.",
            examples=[{"version": "1.0.0"}],
        ),
    ] = None
    image: Annotated[
        str | None,
        Field(
            pattern=IMAGE_PATTERN,
            max_length=MAX_IMAGE,
            examples=["ghcr.io/livepeer/naap-my-wallet:1.0.0@sha256:" + "0" * 64],
            description="Container image with registry, tag and (required in production) digest.",
        ),
    ] = None
    canary: Annotated[
        Canary | None,
        Field(
            description="A second version of its pods that answers a part of the requests: `naap plugin canary`.",
            examples=[{"image": "ghcr.io/livepeer/naap-my-wallet:1.1.0@sha256:" + "0" * 64, "weight": 5}],
        ),
    ] = None
    arch: Annotated[
        Architecture | None,
        Field(
            description="The one architecture that its images are for. Without it they are for both, and its pods run "
            "on the cheapest nodes.",
            examples=["amd64"],
        ),
    ] = None
    pull_secret: Annotated[
        bool,
        Field(
            description="Its images lie in a registry that asks who pulls them: set its secret IMAGE_PULL_SECRET, a "
            "Docker config.json. Needed by none that nodes reach by naap:imageMirrors or in ECR.",
            examples=[True],
        ),
    ] = False
    port: Annotated[
        int | None,
        Field(
            ge=FIRST_FREE_PORT,
            le=65535,
            description="What the service listens on (its PORT); no root, so 1024 or more.",
            examples=[4008],
        ),
    ] = None
    api_prefix: Annotated[
        Prefix | None, Field(description="Where the gateway routes to it from.", examples=["/api/v1/wallet"])
    ] = None
    extra_prefixes: Annotated[
        list[Prefix],
        Field(max_length=60, description="More prefixes of the same backend.", examples=[["/ws"]]),
    ] = []
    rewrite_prefix: Annotated[
        Prefix | None,
        Field(
            description="What the service itself has in the place of apiPrefix: the gateway puts it there. A service "
            "that routes at its root has /. extraPrefixes pass as they are.",
            examples=["/api/v1/my-wallet"],
        ),
    ] = None
    catch_all: Annotated[
        bool,
        Field(
            description="Core services only: apiPrefix is a parent under which plugins have prefixes of their own, "
            "and this service answers the rest.",
            examples=[True],
        ),
    ] = False
    own_paths: Annotated[
        list[Path],
        Field(
            max_length=100,
            examples=[["/auth"]],
            description="With catchAll: paths below apiPrefix that are this service's own; no plugin may take them.",
        ),
    ] = []
    free_paths: Annotated[
        list[Path],
        Field(
            max_length=100,
            examples=[["/ssh-bridge"]],
            description="With catchAll: paths below apiPrefix that it gives to plugins whose names don't say so. "
            "Others take a prefix that shares a word with their name.",
        ),
    ] = []
    resources: Annotated[Resources, Field(description="CPU and memory of a pod.", examples=[{"cpu": "500m"}])] = (
        Resources()
    )
    scaling: Annotated[Scaling, Field(description="How pods follow the load.", examples=[{"queueDepth": 20}])] = (
        Scaling()
    )
    manifest_path: Annotated[
        File | None,
        Field(
            description="Where the image's program looks for its plugin.json. Default: /app/plugin.json and "
            "/plugin.json, for a program in /app/backend/dist or /app/dist.",
            examples=["/app/plugin.json"],
        ),
    ] = None
    cron: Annotated[
        bool,
        Field(
            description="The service runs timed work in every pod: it is switched off everywhere (DISABLE_CRON) "
            "and on in one extra pod.",
            examples=[True],
        ),
    ] = False
    database: Annotated[
        Database | None, Field(description="A schema of its own.", examples=[{"schema": "plugin_wallet"}])
    ] = None
    cache: Annotated[
        Cache | None, Field(description="A user in the cache; `{}` takes the defaults.", examples=[{}])
    ] = None
    frontend: Annotated[
        Frontend | None, Field(description="The bundle that the shell loads.", examples=[{"bundle": "my-wallet.js"}])
    ] = None
    site: Annotated[
        Site | None,
        Field(
            description="Of one core entry: it is the site itself, and with a backend (apiPrefix: /) answers what is "
            "nobody else's. Without such an entry the site is static files in the assets bucket.",
            examples=[{"immutable": ["/_next/static"]}],
        ),
    ] = None
    network: Annotated[Network, Field(description="What the pods may reach.", examples=[{"calls": ["base-svc"]}])] = (
        Network()
    )
    auth: Annotated[Auth, Field(description="Special paths.", examples=[{"public": ["/status"]}])] = Auth()
    requests: Annotated[
        Requests, Field(description="How large and how long requests may be.", examples=[{"bodyMib": 10}])
    ] = Requests()
    rate_limit: Annotated[
        RateLimit | None,
        Field(description="Instead of the tier's limits.", examples=[{"userPerMinute": 120, "clientPerMinute": 300}]),
    ] = None
    firewall_exceptions: Annotated[
        tuple[ContentRule, ...],
        Field(
            strict=False,
            max_length=8,
            description="AWS's firewall rules that requests to its prefixes may match. Matters with naap:firewallMode "
            "block; in the other modes these rules block nobody.",
            examples=[["CrossSiteScripting_BODY"]],
        ),
    ] = ()
    objective: Annotated[
        Objective,
        Field(description="Service level, instead of the tier's.", examples=[{"availabilityPercent": 99.9}]),
    ] = Objective()
    env: Annotated[
        dict[EnvName, EnvValue],
        Field(max_length=100, description="Environment of its pods; no secrets.", examples=[{"LOG_LEVEL": "info"}]),
    ] = {}
    secrets: Annotated[
        list[EnvName],
        Field(
            max_length=50,
            examples=[["METABASE_SECRET_KEY"]],
            description="Names only; each value is set with `pulumi config set --secret`.",
        ),
    ] = []
    derived_secrets: Annotated[
        list[EnvName],
        Field(
            max_length=20,
            examples=[["NEXTAUTH_SECRET"]],
            description="Names of secrets that are made from the stack's root secret: nobody has to set them.",
        ),
    ] = []
    shared_secrets: Annotated[
        dict[EnvName, Name],
        Field(
            max_length=20,
            examples=[{"SESSION_TOKEN_PEPPER": "base-svc"}],
            description="Derived secrets of other entries, each by its name and whose it is, for core services that "
            "read what the other wrote.",
        ),
    ] = {}
    probes: Annotated[Probes, Field(description="Health checks.", examples=[{"path": "/healthz"}])] = Probes()

    @property
    def manifest_paths(self) -> tuple[str, ...]:
        """Where its pods find their plugin.json."""
        return (self.manifest_path,) if self.manifest_path else MANIFEST_PATHS

    def stated_prefixes(self) -> list[tuple[str, str]]:
        """Every prefix of its backend, with the field that states it."""
        main = [("apiPrefix", self.api_prefix)] if self.api_prefix is not None else []
        return [*main, *(("extraPrefixes", prefix) for prefix in self.extra_prefixes)]
