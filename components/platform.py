"""The whole platform of a stack: what all regions share, the regions, the database shards, and the plugins."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws as aws

from components.cluster.teams import TeamRole
from components.data.buckets import Buckets
from components.database.jobs.namespace import SchemaNamespace
from components.database.jobs.password_retirement import PasswordRetirement
from components.database.shard import Shard
from components.database.shard_access import ShardAccess
from components.database.standby import Standby
from components.edge.cdn import Cdn
from components.edge.certificates import Certificates
from components.edge.shell_documents import ShellDocuments
from components.foundation import OUTPUT as FOUNDATION
from components.foundation import foundation_output
from components.network.peering import Peering
from components.observability.edge_alarms import EdgeAlarms
from components.observability.observability import Observability
from components.region import Region
from components.region_plugins import RegionPlugins
from components.shared.component import Component
from components.shared.root_secret import RootSecret
from planning.database.jobs.administrator_job import plan_schema_namespace
from planning.edge.shell_documents import BUNDLES
from planning.platform import PlatformPlan
from planning.prior_state import OUTPUT, prior_state_output
from planning.region import RegionPlan
from planning.shared.regions import CDN_REGION, region_code


class Platform(Component, token="naap:platform:Platform"):
    """Everything of one stack. outputs: what the stack exports; no secret among them."""

    outputs: Mapping[str, pulumi.Input[str] | Mapping[str, Any]]

    def __init__(
        self,
        name: str,
        *,
        plan: PlatformPlan,
        root_secret: RootSecret,
        configured_secrets: Mapping[str, Mapping[str, pulumi.Output[str]]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(name, opts)
        self._plan, self._root_secret, self._aws = plan, root_secret, aws_providers(plan)
        self._databases: dict[int, Shard] = {}
        self._identifiers: dict[str, pulumi.Output[str]] = {}
        self._plugins: dict[str, RegionPlugins] = {}
        self._series: dict[str, pulumi.Output[str]] = {}
        certificates = Certificates(
            "certificates", plan=plan.cdn, providers=self._aws, tags=plan.tags, opts=self._in(plan.home.region)
        )
        self._storage = Buckets(
            "storage", plan=plan.storage, providers=self._aws, tags=plan.tags, opts=self._in(plan.home.region)
        )
        self._regions = self._make_regions(certificates)
        shards = self._make_shards()
        schema = self._make_schema_namespace()
        for cell in plan.regions:
            observability = self._observe(cell, certificates)
            if observability.monitoring:
                self._series[cell.region] = observability.monitoring.endpoint
            self._plugins[cell.region] = RegionPlugins(
                f"{region_code(cell.region)}-plugins",
                plan=cell,
                region=self._regions[cell.region],
                shards=shards[cell.region],
                schema=schema if cell.home else None,
                storage=self._storage.in_region(cell.region),
                root_secret=root_secret,
                monitoring=observability.monitoring,
                configured_secrets=configured_secrets,
                migrated={} if cell.home else self._migrated(),
                tags=plan.tags,
                opts=self._in(cell.region),
            )
        self._retire_logins(shards[plan.home.region], schema)
        ShellDocuments(
            "frontend",
            plan=plan.frontend,
            assets_bucket=self._storage.home.assets.name,
            tags=plan.tags,
            opts=self._in(plan.home.region),
        )
        self._let_teams_in()
        self._cdn = self._make_cdn(certificates)
        self._watch_edge(certificates)
        self.outputs = self._outputs(shards)

    def _in(self, region: str) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, providers=[self._aws[region]])

    def _make_regions(self, certificates: Certificates) -> dict[str, Region]:
        plan = self._plan
        regions = {
            cell.region: Region(
                region_code(cell.region),
                plan=cell,
                certificate_arn=certificates.in_region(cell.region),
                root_secret=self._root_secret,
                tags=plan.tags,
                protect=plan.settings.production,
                opts=self._in(cell.region),
            )
            for cell in plan.regions
        }
        for peering in plan.peerings:
            Peering(
                f"peering-{region_code(peering.accepter.region)}",
                plan=peering,
                requester=regions[peering.requester.region].network,
                accepter=regions[peering.accepter.region].network,
                accepter_provider=self._aws[peering.accepter.region],
                tags=plan.tags,
                opts=self._in(peering.requester.region),
            )
        return regions

    def _make_shards(self) -> dict[str, dict[int, ShardAccess]]:
        """Hosts of every shard by region: writers are at home, replicas everywhere."""
        home = self._regions[self._plan.home.region]
        hosts: dict[str, dict[int, ShardAccess]] = {cell.region: {} for cell in self._plan.regions}
        for shard in self._plan.shards:
            database = self._databases[shard.shard] = Shard(
                f"database-{shard.shard}",
                plan=shard,
                network=home.network,
                client_security_group_id=home.cluster.security_group_id,
                root_secret=self._root_secret,
                tags=self._plan.tags,
                opts=self._in(self._plan.home.region),
            )
            self._identifiers |= database.identifiers
            hosts[self._plan.home.region][shard.shard] = ShardAccess(
                writer_host=database.writer_host,
                reader_hosts=database.reader_hosts,
                secret_arn=database.master_secret_arn,
            )
            if shard.remote:
                away = self._regions[shard.remote.region]
                standby = Standby(
                    f"database-{shard.shard}-standby",
                    plan=shard,
                    source=database,
                    network=away.network,
                    client_security_group_id=away.cluster.security_group_id,
                    tags=self._plan.tags,
                    opts=self._in(shard.remote.region),
                )
                self._identifiers |= standby.identifiers
                hosts[shard.remote.region][shard.shard] = ShardAccess(
                    writer_host=database.writer_host,
                    reader_hosts=[standby.reader_host],
                    secret_arn=database.master_secret_arn,
                )
        return hosts

    def _make_schema_namespace(self) -> SchemaNamespace:
        """At home only: that is where the writers are."""
        plan, home = self._plan, self._regions[self._plan.home.region]
        return SchemaNamespace(
            "schema",
            plan=plan_schema_namespace(region=plan.home.region, shards=plan.shards),
            cluster=home.cluster.name,
            secret_arns=[database.master_secret_arn for database in self._databases.values()],
            key_arns=[database.key_arn for database in self._databases.values()],
            backups_arn=self._storage.home.backups.arn,
            backups_key_arn=self._storage.home.key_arn,
            tags=plan.tags,
            opts=home.cluster.inside(home),
        )

    def _migrated(self) -> dict[str, pulumi.Resource]:
        """At home, which comes first: what is done once a plugin's schema is that of its version."""
        plugins = self._plugins[self._plan.home.region].plugins
        return {name: plugin.migrated for name, plugin in plugins.items() if plugin.migrated}

    def _retire_logins(self, shards: Mapping[int, ShardAccess], schema: SchemaNamespace) -> None:
        """After the pods of all regions: until then, those of the generation before are still logged in."""
        home = self._plan.home
        for plugin in home.plugins:
            if plugin.database and plugin.database.generation > 1:
                pods = [pod for region in self._plugins.values() for pod in region.plugins[plugin.name].deployments]
                PasswordRetirement(
                    f"{region_code(home.region)}-{plugin.name}-logins",
                    plan=plugin.database,
                    region=home.region,
                    shard=shards[plugin.database.shard],
                    labels=plugin.labels,
                    after=[*schema.needed, *pods],
                    opts=self._regions[home.region].cluster.inside(self._plugins[home.region]),
                )

    def _let_teams_in(self) -> None:
        for team in self._plan.teams:
            TeamRole(
                f"team-{team.name}",
                plan=team,
                clusters={name: region.cluster for name, region in self._regions.items()},
                providers=self._aws,
                assets_arn=self._storage.home.assets.arn,
                assets_key_arn=self._storage.home.key_arn,
                folder=BUNDLES,
                tags=self._plan.tags,
                opts=self._in(self._plan.home.region),
            )

    def _observe(self, cell: RegionPlan, certificates: Certificates) -> Observability:
        region = self._regions[cell.region]
        shards = self._plan.shards
        return Observability(
            f"{region_code(cell.region)}-observability",
            plan=cell.observability,
            databases=self._instances([shard.identifier for shard in shards if shard.region == cell.region]),
            replicas=self._instances([replica for shard in shards for replica in shard.replicas_in(cell.region)]),
            caches=cell.caches.nodes,
            balancer=region.load_balancer.dimensions,
            proxies=region.gateway.ready,
            certificates={"site": certificates.in_region(cell.region)},
            root_secret=self._root_secret,
            tags=self._plan.tags,
            after=[region.cluster.node_pool],
            opts=region.cluster.inside(region),
        )

    def _instances(self, identifiers: Sequence[str]) -> dict[str, pulumi.Output[str]]:
        return {identifier: self._identifiers[identifier] for identifier in identifiers}

    def _make_cdn(self, certificates: Certificates) -> Cdn:
        plan = self._plan
        return Cdn(
            "cdn",
            plan=plan.cdn,
            storage=self._storage,
            load_balancers={name: region.load_balancer for name, region in self._regions.items()},
            certificate_arn=certificates.in_region(CDN_REGION),
            global_provider=self._aws[CDN_REGION],
            tags=plan.tags,
            opts=self.child(),
        )

    def _watch_edge(self, certificates: Certificates) -> None:
        plan = self._plan.home.observability
        if plan.edge:
            EdgeAlarms(
                "edge-alarms",
                plan=plan.edge,
                web_acl=self._plan.cdn.firewall.name,
                distribution_id=self._cdn.distribution_id,
                health_checks=self._cdn.health_check_ids,
                certificate_arn=certificates.in_region(CDN_REGION),
                tags=self._plan.tags,
                opts=self._in(CDN_REGION),
            )

    def _outputs(
        self, shards: Mapping[str, Mapping[int, ShardAccess]]
    ) -> dict[str, pulumi.Input[str] | Mapping[str, Any]]:
        home = self._plan.home.region
        return {
            "siteUrl": self._cdn.site_url,
            "apiUrl": self._cdn.api_url,
            "distributionId": self._cdn.distribution_id,
            "clusters": {name: region.cluster.name for name, region in self._regions.items()},
            "databases": {f"shard-{number}": hosts.writer_host for number, hosts in shards[home].items()},
            "caches": {name: region.caches.app_host for name, region in self._regions.items()},
            "buckets": {
                bucket.plan.kind: bucket.name
                for bucket in (self._storage.home.assets, self._storage.home.uploads, self._storage.home.backups)
            },
            **({"prometheus": self._series} if self._series else {}),
            OUTPUT: prior_state_output(
                self._plan.held, {number: database.storage_gib for number, database in self._databases.items()}
            ),
            **({FOUNDATION: self._foundation(shards[home])} if self._plan.settings.previews else {}),
        }

    def _foundation(self, shards: Mapping[int, ShardAccess]) -> Mapping[str, Any]:
        home = self._plan.home.region
        return foundation_output(
            cluster=self._regions[home].cluster,
            caches=self._regions[home].caches,
            shards=shards,
            storage=self._storage.home,
            ca_pem=self._plugins[home].ca_pem,
        )


def aws_providers(plan: PlatformPlan) -> dict[str, aws.Provider]:
    """By region: one for each of the stack's, and one for that of CloudFront's own parts. Apart from the platform."""
    regions = dict.fromkeys([*(cell.region for cell in plan.regions), CDN_REGION])
    return {region: aws.Provider(f"aws-{region}", region=region) for region in regions}
