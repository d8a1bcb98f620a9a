"""What the graph of a stack says."""

import pytest

from analysis.diagram.architecture import graph_of
from analysis.diagram.graph import EdgeKind, NodeKind, ZoneKind
from planning.inputs.registry.lifecycle import Lifecycle
from tests.analysis.diagram.graphs import FORTY, USERS, crowded, graph, plan
from tests.planning.samples import altered
from tests.plugin_plans import entry, real_registry, registry_with


@pytest.mark.parametrize("users", USERS)
def test_every_edge_joins_two_nodes_and_every_node_is_in_a_zone(users: int) -> None:
    found = graph(users)
    nodes, zones = [node.id for node in found.nodes], {zone.id for zone in found.zones}
    assert len(nodes) == len(set(nodes))
    assert {end for edge in found.edges for end in (edge.source, edge.target)} <= set(nodes)
    assert {node.zone for node in found.nodes} - {None} <= zones
    assert {zone.parent for zone in found.zones} - {None} <= zones


@pytest.mark.parametrize("users", USERS)
def test_plugins_call_whom_the_registry_says_in_every_region(users: int) -> None:
    regions = [zone.id for zone in graph(users).zones if zone.kind is ZoneKind.REGION]
    declared = {
        (f"{region}/plugin/{spec.name}", f"{region}/plugin/{callee}")
        for region in regions
        for spec in real_registry().plugins
        if spec.backend
        for callee in spec.backend.network.calls
    }
    assert {(edge.source, edge.target) for edge in graph(users).of(EdgeKind.CALL)} == declared


def test_the_gateway_routes_to_every_plugin_that_has_a_backend() -> None:
    routed = [edge.target.rpartition("/")[2] for edge in graph(1_000).of(EdgeKind.ROUTE)]
    assert routed == [spec.name for spec in real_registry().plugins if spec.backend]


def test_a_plugin_without_a_backend_is_a_bundle_at_the_edge() -> None:
    kinds = {node.title: (node.kind, node.zone) for node in graph(1_000).nodes}
    assert kinds["intelligent-dashboard"] == (NodeKind.BUNDLE, "edge")


def test_a_stopped_plugin_is_not_there() -> None:
    stopped = graph_of(plan(1_000, registry_with(altered(entry("community"), lifecycle=Lifecycle.STOPPED))))
    assert "community" not in {node.title for node in stopped.nodes}


def test_poolers_of_a_second_region_read_there_and_write_at_home() -> None:
    source = "us-west-2/pooler/0"
    found = {edge.label: edge.target for edge in graph(100_001).of(EdgeKind.SQL) if edge.source == source}
    assert found == {"reads": "us-west-2/shard/0", "writes": "us-east-1/shard/0"}


def test_every_shard_and_bucket_that_is_copied_is_shown_so() -> None:
    found = {(edge.source, edge.target) for edge in graph(100_001).of(EdgeKind.REPLICATION)}
    assert ("us-east-1/shard/0", "us-west-2/shard/0") in found
    assert ("us-west-2/bucket/uploads", "us-east-1/bucket/uploads") in found
    assert not graph(50_000).of(EdgeKind.REPLICATION)


def test_forty_plugins_are_forty_nodes() -> None:
    kinds = (NodeKind.CORE, NodeKind.PLUGIN, NodeKind.BUNDLE)
    assert len([node for node in crowded(50_000).nodes if node.kind in kinds]) == FORTY
