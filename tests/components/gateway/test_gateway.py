"""The gateway as it is registered."""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest
from cryptography import x509

from components.gateway.gateway import Gateway
from components.shared.root_secret import RootSecret
from planning.gateway.routes import BEARER_SCHEME, CHUNKED_HEADER, EVENTS_HEADER, SCHEME_HEADER
from policies.judge import judge_of
from policies.properties import plain
from policies.rule import Resource
from tests.components.recording import Recorded, assert_same_names, build, of_type, one
from tests.planning.samples import ROOT_SECRET
from tests.plugin_plans import gateway_plan

RELEASE = "kubernetes:helm.sh/v3:Release"
SECRET = "kubernetes:core/v1:Secret"  # noqa: S105  # a type
TARGETS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/naap/0123456789abcdef"


def _make(users: int) -> Callable[[], None]:
    def make() -> None:
        Gateway(
            "gateway",
            plan=gateway_plan(users),
            target_group_arn=TARGETS,
            limit_host="limits.cache.example",
            root_secret=RootSecret(pulumi.Output.secret(ROOT_SECRET)),
        )

    return make


@functools.cache
def _records(users: int = 1_000) -> list[Recorded]:
    return build(_make(users))


def _custom(kind: str, users: int = 1_000) -> list[Recorded]:
    return [record for record in _records(users) if record.inputs.get("kind") == kind]


def _providers(users: int) -> dict[str, Any]:
    """What the chart tells Envoy Gateway of its objects in Kubernetes."""
    return one(_records(users), RELEASE).inputs["values"]["config"]["envoyGateway"]["provider"]["kubernetes"]


def _judged(release: Mapping[str, Any]) -> list[str]:
    resource = Resource(type=RELEASE, name="release", urn="urn:release", props=release)
    return [finding.message for finding in judge_of("prod").on_resource(resource)]


def test_the_chart_and_every_image_in_it_are_pinned() -> None:
    release = one(_records(), RELEASE)
    images = release.inputs["values"]["global"]["images"]

    assert release.inputs["version"] == "v1.9.1"
    assert all("@sha256:" in image["image"] for image in images.values())


def test_a_release_that_fails_is_rolled_back_as_one_that_hangs_refuses_every_later_update() -> None:
    release = one(_records(), RELEASE)

    assert release.inputs["atomic"] is True
    assert release.inputs["cleanupOnFail"] is True


def test_counters_are_reached_by_tls_and_as_their_own_user() -> None:
    values = one(_records(), RELEASE).inputs["values"]["config"]["envoyGateway"]
    env = {each["name"]: each for each in values["provider"]["kubernetes"]["rateLimitDeployment"]["container"]["env"]}
    secret = one(_records(), SECRET, "gateway-limit-store")

    assert values["rateLimit"]["backend"]["redis"]["url"] == "limits.cache.example:6379"
    assert env["REDIS_TLS"]["value"] == "true"
    assert env["REDIS_AUTH"]["valueFrom"]["secretKeyRef"]["name"] == secret.inputs["metadata"]["name"]
    assert secret.inputs["stringData"]["auth"].startswith("ratelimit:")


def test_the_limit_service_grows_by_cpu_where_the_plan_lets_it_grow() -> None:
    fixed, growing = (_providers(users) for users in (100_000, 1_000_000))

    assert "rateLimitHpa" not in fixed
    scaler, deployment = growing["rateLimitHpa"], growing["rateLimitDeployment"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (deployment["replicas"], 26)
    (metric,) = scaler["metrics"]
    assert metric["resource"] == {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}
    assert deployment["container"]["resources"]["requests"]["cpu"] == "500m"


def test_proxies_come_to_pods_of_the_limit_service_that_were_added() -> None:
    env = _providers(1_000_000)["rateLimitDeployment"]["container"]["env"]

    assert {"name": "GRPC_MAX_CONNECTION_AGE", "value": "300s"} in env


def test_the_limit_service_remembers_whom_it_refuses_within_a_small_part_of_its_memory() -> None:
    container = _providers(1_000)["rateLimitDeployment"]["container"]
    (size,) = (int(each["value"]) for each in container["env"] if each["name"] == "LOCAL_CACHE_SIZE_IN_BYTES")

    assert container["resources"]["limits"]["memory"] == "256Mi"
    assert 512 * 1024 <= size <= 256 * 1024 * 1024 // 16  # the service itself takes no less than half a MiB


def test_an_autoscaler_of_the_limit_service_that_may_leave_one_pod_is_refused() -> None:
    release = plain(one(_records(1_000_000), RELEASE).inputs)

    assert _judged(release) == []
    del release["values"]["config"]["envoyGateway"]["provider"]["kubernetes"]["rateLimitHpa"]["minReplicas"]
    (finding,) = _judged(release)
    assert "rateLimitHpa.minReplicas" in finding


def test_no_password_and_no_key_is_in_anything_but_secrets() -> None:
    password = one(_records(), SECRET, "gateway-limit-store").inputs["stringData"]["auth"]

    for record in _records():
        if record.type == SECRET:
            assert record.secret_inputs & {"stringData", "data"}
        else:
            assert password not in str(record.inputs)
            assert "PRIVATE KEY" not in str(record.inputs)


def test_what_a_request_is_counted_by_is_stated_by_the_gateway_alone() -> None:
    (policy,) = [each for each in _custom("EnvoyPatchPolicy") if each.name == "gateway-errors"]
    patches = {each["operation"]["path"]: each["operation"] for each in policy.inputs["spec"]["jsonPatches"]}
    for manager in ("/filter_chains/0/filters/0", "/default_filter_chain/filters/0"):
        patch = patches[f"{manager}/typed_config/http_filters/0"]
        mutations = [each["append"] for each in patch["value"]["typed_config"]["mutations"]["request_mutations"]]
        assert {each["append_action"] for each in mutations} == {"OVERWRITE_IF_EXISTS_OR_ADD"}
        assert {each["header"]["key"]: each["header"]["value"] for each in mutations} == {
            "x-client-network": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(64)%",
            "x-forwarded-for": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
            "naap-route": "%CEL(xds.route_metadata.filter_metadata['envoy-gateway'].resources[0].name)%",
            "naap-limits": (
                "%CEL(xds.route_metadata.filter_metadata['envoy-gateway'].resources[0].annotations['limits'])%"
            ),
        }
    for clients in _custom("ClientTrafficPolicy"):
        removed = clients.inputs["spec"]["headers"]["earlyRequestHeaders"]["remove"]
        assert {"x-client-network", "naap-route", "naap-limits"} <= set(removed)


def test_a_virtual_host_is_found_by_what_the_proxy_itself_writes() -> None:
    (policy,) = [each for each in _custom("EnvoyPatchPolicy") if each.name == "gateway-virtual-hosts"]
    early, looked_up = (each["operation"] for each in policy.inputs["spec"]["jsonPatches"])

    assert early["path"].endswith("/early_header_mutation_extensions/0/typed_config/mutations/0")
    assert early["value"]["append"]["append_action"] == "OVERWRITE_IF_EXISTS_OR_ADD"
    assert early["value"]["append"]["header"]["value"].endswith(".path.%REQ(:AUTHORITY)%")
    assert (looked_up["path"], looked_up["value"]) == ("/vhost_header", early["value"]["append"]["header"]["key"])


def test_the_listener_has_a_certificate_for_the_proxies_service() -> None:
    stated = one(_records(), SECRET, "gateway-gateway-tls").inputs["stringData"]
    certificate = x509.load_pem_x509_certificate(stated["tls.crt"].encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert names.get_values_for_type(x509.DNSName) == ["envoy.naap-gateway.svc.cluster.local"]


def test_the_namespace_admits_hardened_pods_only() -> None:
    labels = one(_records(), "kubernetes:core/v1:Namespace").inputs["metadata"]["labels"]

    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_load_balancer_is_bound_to_the_proxies() -> None:
    (binding,) = _custom("TargetGroupBinding")
    (proxies,) = _custom("EnvoyProxy")

    assert binding.inputs["spec"]["targetGroupARN"] == TARGETS
    service = proxies.inputs["spec"]["provider"]["kubernetes"]["envoyService"]
    assert service == {"name": binding.inputs["spec"]["serviceRef"]["name"], "type": "ClusterIP"}


def test_headers_by_which_clients_say_who_or_where_they_are_are_removed_on_arrival() -> None:
    listeners = {each["name"] for each in _custom("Gateway")[0].inputs["spec"]["listeners"]}
    policies = _custom("ClientTrafficPolicy")

    assert {each.inputs["spec"]["targetRefs"][0]["sectionName"] for each in policies} == listeners
    for policy in policies:
        removed = policy.inputs["spec"]["headers"]["earlyRequestHeaders"]["remove"]
        assert {"x-user-id", "x-real-ip", "cf-connecting-ip", "true-client-ip"} <= {*removed}
        assert policy.inputs["spec"]["headers"]["requestID"] == "Generate"


def test_only_before_the_site_s_listener_there_are_proxies_whose_word_on_a_client_counts() -> None:
    trusting = [each for each in _custom("ClientTrafficPolicy") if "clientIPDetection" in each.inputs["spec"]]

    assert [each.inputs["spec"]["targetRefs"][0]["sectionName"] for each in trusting] == ["https"]


def test_the_internal_listener_has_a_name_of_the_cluster_and_takes_routes_of_plugins_only() -> None:
    (listener,) = [each for each in _custom("Gateway")[0].inputs["spec"]["listeners"] if each["protocol"] != "HTTPS"]

    assert listener["hostname"] == "envoy.naap-gateway.svc.cluster.local"
    (expression,) = listener["allowedRoutes"]["namespaces"]["selector"]["matchExpressions"]
    assert expression["values"] == ["plugin"]


def test_every_request_passes_the_program_that_finds_its_user_before_its_body_is_taken_in() -> None:
    (program,), (proxies,) = _custom("EnvoyExtensionPolicy"), _custom("EnvoyProxy")

    assert program.inputs["spec"]["targetRefs"] == [
        {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "naap"}
    ]
    assert proxies.inputs["spec"]["filterOrder"] == [
        {"name": "envoy.filters.http.lua", "before": "envoy.filters.http.buffer"}
    ]


def test_what_routes_tell_tokens_and_streams_by_is_written_on_arrival() -> None:
    policy, _ = _custom("ClientTrafficPolicy")

    written, events, chunked = policy.inputs["spec"]["headers"]["earlyRequestHeaders"]["set"]
    assert written == {"name": SCHEME_HEADER, "value": "%REQ(AUTHORIZATION):6%"}
    assert [events["name"], chunked["name"]] == [EVENTS_HEADER, CHUNKED_HEADER]
    assert "," not in events["value"] + chunked["value"], "the controller makes two values of it"
    assert re.fullmatch(BEARER_SCHEME, "Bearer x"[:6])


def test_open_websockets_outlive_a_change_of_the_listener() -> None:
    (proxies,) = _custom("EnvoyProxy")

    assert proxies.inputs["spec"]["shutdown"]["drainTimeout"] == "600s"


@pytest.mark.parametrize(("users", "traced"), [(1_000, False), (50_000, False), (100_001, True)])
def test_requests_are_traced_in_the_top_tier(users: int, traced: bool) -> None:
    (proxies,) = _custom("EnvoyProxy", users)

    assert ("tracing" in proxies.inputs["spec"]["telemetry"]) is traced
    backends = _custom("Backend", users)
    assert bool(backends) is traced
    # The controller refuses proxies that name what isn't there yet, and the Gateway with them.
    assert {each.urn for each in backends} <= set(proxies.dependencies)


def test_kinds_wait_for_their_definitions() -> None:
    release = one(_records(), RELEASE)
    (proxies,) = _custom("EnvoyProxy")

    assert release.urn in proxies.dependencies


def test_every_policy_of_the_plan_is_made() -> None:
    made = of_type(_records(), "kubernetes:networking.k8s.io/v1:NetworkPolicy")

    assert {record.inputs["metadata"]["name"] for record in made} == {
        "default-deny",
        "within",
        "proxies",
        "limiter",
    }


@pytest.mark.parametrize("users", [1_000, 10_000, 50_000, 100_001])
def test_preview_announces_what_an_update_makes(users: int) -> None:
    assert_same_names(_make(users))


def test_users_and_clients_are_counted_route_by_route_over_all_its_rules() -> None:
    for name, (user, client) in {"gateway-limits": (120, 300), "gateway-internal-limits": (12_000, 30_000)}.items():
        rules = _limits(name)["rateLimit"]["global"]["rules"]

        assert all(rule["shared"] for rule in rules)
        assert [rule["limit"]["requests"] for rule in rules[:2]] == [user, client]
        selectors = [selector for rule in rules[:2] for selector in rule["clientSelectors"]]
        assert [_distinct(selector) for selector in selectors] == [
            ["naap-route", "x-user-id"],
            ["naap-route", "x-client-network"],
        ]


def test_each_listener_has_limits_of_its_own() -> None:
    targets = [_limits(name)["targetRefs"] for name in ("gateway-limits", "gateway-internal-limits")]

    assert [target["sectionName"] for (target,) in targets] == ["https", "internal"]


def test_each_pair_of_limits_has_its_rules_and_what_no_rule_knows_is_counted_as_usual() -> None:
    chosen = [_chosen(rule) for rule in _limits("gateway-limits")["rateLimit"]["global"]["rules"]]
    others = [pair.name for pair in gateway_plan(1_000).limits.others]

    assert others
    assert chosen[:2] == [[(name, True) for name in others]] * 2
    assert chosen[2:] == [[(name, False)] for name in others for _ in range(2)]


def _limits(name: str) -> Mapping[str, Any]:
    (policy,) = [each for each in _custom("BackendTrafficPolicy") if each.name == name]
    return policy.inputs["spec"]


def _distinct(selector: Mapping[str, Any]) -> list[str]:
    return [header["name"] for header in selector["headers"] if header["type"] == "Distinct"]


def _chosen(rule: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Names of limits, and whether those of others are meant."""
    (selector,) = rule["clientSelectors"]
    stated = [header for header in selector["headers"] if header["type"] == "Exact"]
    assert {header["name"] for header in stated} == {"naap-limits"}
    return [(header["value"], header.get("invert", False)) for header in stated]
