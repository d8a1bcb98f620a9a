"""The examination of a stack: every check, side by side, as most of them wait for somebody's answer."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat

from analysis.capacity.service_quotas import Quota, quotas
from doctor.checks import caa, images, operators, pins, secrets, tags, tools, zone
from doctor.checks.endpoint import judge_endpoint
from doctor.checks.quotas import judge_quota, regions_of, service_of, skipped_quotas
from doctor.facts.account import Account, Caller, ClusterEndpoint
from doctor.facts.image_registry import ImageRegistry, Login, Reference
from doctor.facts.network import Address, Network
from doctor.facts.resolver import Resolver
from doctor.facts.tools import Tools
from doctor.finding import Finding, Result, Unanswered
from planning.cluster.cluster import ClusterPlan
from planning.platform import PlatformPlan

AT_ONCE = 16
"""Questions that wait side by side."""


@dataclass(frozen=True, kw_only=True)
class Patient:
    """A stack. root_secret, secrets: what its configuration has there; present: names below `secrets`, by plugin."""

    plan: PlatformPlan
    root_secret: object
    secrets: object
    present: Mapping[str, frozenset[str]]
    day: date


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Whom one asks."""

    account: Account = field(default_factory=Account)
    resolver: Resolver = field(default_factory=Resolver)
    registry: ImageRegistry = field(default_factory=ImageRegistry)
    network: Network = field(default_factory=Network)
    tools: Tools = field(default_factory=Tools)


class Examination:
    """All findings about a stack, in the order in which one mends them."""

    def __init__(self, patient: Patient, sources: Sources) -> None:
        self._patient = patient
        self._plan = patient.plan
        self._sources = sources
        self._where = images.judged_images(self._plan.stack, self._plan.settings, self._plan.registry, self._plan.tier)

    def findings(self) -> tuple[Finding, ...]:
        """Asks everybody, for as long as the slowest takes."""
        with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
            caller = pool.submit(self._sources.account.caller, self._plan.home.region)
            address = pool.submit(self._sources.network.own_address)
            here = [pool.submit(check) for check in (self._tools, self._caa)]
            # Who has no credentials isn't asked for them twenty times: each time waits for what a machine might have.
            who = caller.result()
            account = [pool.submit(check) for check in self._of_account(who, address.result())]
            asked = self._images_to_ask()
            platforms = pool.map(self._platforms, asked, repeat(self._logins(asked) if isinstance(who, Caller) else {}))
            return (
                *self._stated(),
                operators.judge_caller(self._plan.stack, self._plan.settings.operators, who),
                *(finding for one in (*account, *here) for finding in one.result()),
                *self._images(dict(zip(asked, platforms, strict=True))),
            )

    def _stated(self) -> list[Finding]:
        plan, patient = self._plan, self._patient
        return [
            secrets.judge_root_secret(plan.stack, patient.root_secret),
            *secrets.judge_secrets(plan.stack, plan.registry, patient.present, patient.secrets),
            *tags.judge_tags(plan.stack, plan.tags, [plugin.name for plugin in plan.registry.plugins]),
            *pins.judge_pins(patient.day, extended_support=plan.settings.extended_support),
        ]

    def _of_account(
        self, who: Caller | Unanswered, address: Address | Unanswered
    ) -> Sequence[Callable[[], Sequence[Finding]]]:
        """Checks that need the account; where nobody is logged in, they say so, and ask only the rest of the world."""
        known = who if isinstance(who, Unanswered) else None
        return (
            lambda: self._zone(known),
            lambda: [tags.judge_cost_tag(known or self._sources.account.cost_tag(tags.COST_TAG))],
            *self._quotas(known),
            *(self._later(self._endpoint, region.cluster, address, known) for region in self._plan.regions),
        )

    def _later(self, check: Callable[..., Finding], *given: object) -> Callable[[], Sequence[Finding]]:
        return lambda: [check(*given)]

    def _quotas(self, known: Unanswered | None) -> list[Callable[[], Sequence[Finding]]]:
        if known:
            return [lambda: [skipped_quotas(known)]]
        settings = self._plan.settings
        needs = quotas(
            registry=self._plan.registry,
            users=settings.users,
            regions=settings.regions,
            assumptions=settings.assumptions,
            least_shards=len(self._plan.shards),
            response_seconds=settings.cdn_response_seconds,
        )
        regions = tuple(region.region for region in self._plan.regions)
        return [
            self._later(self._quota, quota, service, region)
            for quota in needs
            if (service := service_of(quota))
            for region in regions_of(quota, regions)
        ]

    def _quota(self, quota: Quota, service: str, region: str) -> Finding:
        value = self._sources.account.quota(service, quota.code, region)
        home = region in regions_of(quota, (self._plan.home.region,))
        return judge_quota(quota, region, value, home=home)

    def _zone(self, known: Unanswered | None) -> list[Finding]:
        settings, resolver = self._plan.settings, self._sources.resolver
        hosted = known or self._sources.account.zone(settings.zone_id)
        verdict = zone.judge_hosted_zone(self._plan.stack, settings.domain, settings.zone_id, hosted)
        if hosted is None or (not isinstance(hosted, Unanswered) and verdict.result is not Result.OK):
            return [verdict]  # of another zone, nothing is to be said
        name = resolver.zone_of(settings.domain) if isinstance(hosted, Unanswered) else hosted.name
        servers = name if isinstance(name, Unanswered) else resolver.delegation(name)
        own = hosted if isinstance(hosted, Unanswered) else hosted.servers
        return [verdict, zone.judge_delegation(settings.domain, name, servers, own)]

    def _endpoint(self, plan: ClusterPlan, address: Address | Unanswered, known: Unanswered | None) -> Finding:
        cluster = known or self._sources.account.cluster(plan.name, plan.region)
        reached = self._sources.network.connects(cluster.url) if isinstance(cluster, ClusterEndpoint) else None
        return judge_endpoint(self._plan.stack, plan, cluster, reached, address)

    def _tools(self) -> list[Finding]:
        found = self._sources.tools
        return [
            tools.judge_pulumi(found.version("pulumi"), found.sdk()),
            tools.judge_aws_cli(found.version("aws")),
            tools.judge_kubectl(found.version("kubectl"), self._plan.home.cluster.version),
        ]

    def _caa(self) -> list[Finding]:
        domain = self._plan.settings.domain
        return [caa.judge_caa(domain, self._sources.resolver.caa(domain))]

    def _images_to_ask(self) -> list[str]:
        told = images.placeholders(self._where, self._plan.registry)
        return [image for image in self._where if image not in told]

    def _logins(self, asked: Iterable[str]) -> dict[str, Login | Unanswered | None]:
        """By registry: one is for all of its images."""
        registries = {Reference.of(image).registry for image in asked}
        return {registry: self._sources.account.image_login(registry) for registry in registries}

    def _platforms(self, image: str, logins: Mapping[str, Login | Unanswered | None]) -> images.Platforms:
        login = logins.get(Reference.of(image).registry)
        return login if isinstance(login, Unanswered) else self._sources.registry.platforms(image, login)

    def _images(self, platforms: Mapping[str, images.Platforms]) -> list[Finding]:
        return [
            *images.judge_placeholders(self._where, self._plan.registry),
            *images.judge_platforms(
                self._where,
                platforms,
                nodes=self._plan.home.cluster.node_pool.architectures,
                only=images.one_platform(self._plan.settings, self._plan.registry),
            ),
        ]
