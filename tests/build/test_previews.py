"""A preview environment beside the stack that it stands on: what it makes, and what its pods reach."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pulumi
import pytest

from components.foundation import OUTPUT
from components.platform import Platform
from components.preview import Preview
from components.shared.root_secret import RootSecret
from planning.inputs.preview import Preview as Stated
from planning.preview import PreviewPlan, plan_preview
from planning.shared.naming import SYSTEM_NAMESPACES
from policies.rule import Stack
from tests.build.conftest import Builder, Built
from tests.build.environments import ROOT_SECRET, Environment, build, plan
from tests.build.judged import judge_for, resource_of
from tests.build.test_isolation import GATEWAY, KINDS, POLICY, Found, pods
from tests.components.recording import Recorded, of_type, run
from tests.network_policies import Outside, Pod, allowed
from tests.planning.iam_evaluation import allowed as iam_allows

SIZE = Environment(users=1_000, production=False)
COPY, ORIGINAL = "pr-12-my-wallet", "my-wallet"
SPACE = f"plugin-{COPY}"


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """As dev is, with previews."""
    planned = plan(SIZE, tmp_path_factory.mktemp("previews"), previews=True)
    made = build(planned)
    return Built(plan=planned, preview=made, update=made, derived=frozenset())


@pytest.fixture(scope="module")
def foundation(dev: Built) -> Mapping[str, Any]:
    """What dev says to environments, as another stack reads it."""
    told: dict[str, Any] = {}

    def program() -> None:
        root = RootSecret(pulumi.Output.secret(ROOT_SECRET))
        outputs = Platform("naap", plan=dev.plan, root_secret=root, configured_secrets={}).outputs
        said = pulumi.Output.from_input(outputs[OUTPUT])
        assert not isinstance(outputs[OUTPUT], str)
        pulumi.Output.all(said, said.is_secret()).apply(lambda found: told.update(found[0], secret=found[1]))

    run(program, stack_name="dev")
    assert told.pop("secret") is False
    return told


def planned(dev: Built, **stated: Any) -> PreviewPlan:
    known = {
        "name": "pr-12",
        "of": "dev",
        "plugins": (ORIGINAL,),
        "until": datetime(2026, 12, 2, 6, tzinfo=UTC),
    }
    return plan_preview(
        settings=dev.plan.settings,
        preview=Stated.model_validate(known | stated),
        registry=dev.plan.registry,
        secret_names={},
    )


def environment(plan_: PreviewPlan, foundation: Mapping[str, Any], *, preview: bool = False) -> list[Recorded]:
    answer: dict[str, Any] = {"name": "dev", "outputs": {OUTPUT: dict(foundation)}, "secretOutputNames": []}

    def program() -> None:
        root = RootSecret(pulumi.Output.secret(ROOT_SECRET))
        made = Preview("naap", plan=plan_, root_secret=root, configured_secrets={})
        for name, value in made.outputs.items():
            pulumi.export(name, value)

    def told(_: object) -> dict[str, Any]:
        return answer

    calls = {"pulumi:pulumi:readStackOutputs": told}
    return run(program, preview=preview, stack_name="dev.pr-12", calls=calls).records


@pytest.fixture(scope="module")
def made(dev: Built, foundation: Mapping[str, Any]) -> list[Recorded]:
    return environment(planned(dev), foundation)


def test_dev_says_what_environments_stand_on_and_no_secret_is_among_it(foundation: Mapping[str, Any]) -> None:
    assert "PRIVATE KEY" not in json.dumps(foundation)
    assert ROOT_SECRET not in json.dumps(foundation)
    assert set(foundation) >= {"kubeconfig", "writerHosts", "secretArns", "uploads", "caPem"}


def test_dev_changes_by_names_an_output_and_a_rule_for_files_only(dev: Built, built: Builder) -> None:
    without = {record.urn: record for record in built(SIZE).update.records}
    given = {record.urn: record for record in dev.update.records}
    added = {record.name for urn, record in given.items() if urn not in without}
    changed = {record.type for urn, record in given.items() if urn in without and record.inputs != without[urn].inputs}
    assert added == {"cdn-names-previews-a", "cdn-names-previews-aaaa"}
    assert changed == {
        "aws:acm/certificate:Certificate",
        "aws:cloudfront/distribution:Distribution",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    }
    assert without.keys() <= given.keys()


def test_a_preview_announces_what_an_update_makes(
    dev: Built, foundation: Mapping[str, Any], made: list[Recorded]
) -> None:
    announced = environment(planned(dev), foundation, preview=True)
    assert {record.urn for record in announced} == {record.urn for record in made}


def test_nothing_of_it_has_the_name_of_something_of_dev(dev: Built, made: list[Recorded]) -> None:
    def named(records: list[Recorded]) -> set[tuple[str, str, str]]:
        objects = [record for record in records if record.type.startswith("kubernetes:") and record.custom]
        metadata = [(record.type, record.inputs.get("metadata", {})) for record in objects]
        return {(kind, found.get("namespace", ""), found["name"]) for kind, found in metadata if "name" in found}

    assert named(made)
    assert not named(made) & named(dev.update.records)
    roles = {record.inputs["name"] for record in of_type(dev.update.records, "aws:iam/role:Role")}
    assert not roles & {record.inputs["name"] for record in of_type(made, "aws:iam/role:Role")}
    users = {record.inputs["userId"] for record in of_type(dev.update.records, "aws:elasticache/user:User")}
    assert not users & {record.inputs["userId"] for record in of_type(made, "aws:elasticache/user:User")}


def test_beside_its_own_namespace_it_makes_only_what_lets_it_into_its_pooler_and_makes_its_schema(
    made: list[Recorded],
) -> None:
    spaces: dict[str, set[str]] = {}
    for record in made:
        space = record.inputs.get("metadata", {}).get("namespace")
        if space and space != SPACE:
            spaces.setdefault(space, set()).add(str(record.inputs["kind"]))
    assert spaces == {"naap-pooler": {"ConfigMap", "NetworkPolicy"}, "naap-schema": {"Secret", "Job"}}


def test_every_object_bears_its_name_by_which_drift_of_dev_knows_it(made: list[Recorded]) -> None:
    objects = [record for record in made if "metadata" in record.inputs]
    assert objects
    assert {record.inputs["metadata"]["labels"].get("naap.io/preview") for record in objects} == {"pr-12"}


def test_its_pods_reach_no_plugin_of_dev_and_are_reached_by_the_gateway_alone(dev: Built, made: list[Recorded]) -> None:
    policies = [record.inputs for records in (dev.update.records, made) for record in of_type(records, POLICY)]
    own = [
        Found(
            name=record.name,
            pod=Pod(namespace=SPACE, labels=record.inputs["spec"]["template"]["metadata"]["labels"]),
            ports=(4008, 9229),
        )
        for kind in KINDS
        for record in of_type(made, kind)
        if record.inputs["metadata"]["namespace"] == SPACE
    ]
    assert own
    pooler = SYSTEM_NAMESPACES["pooler"]
    for mine in own:
        for other in pods(dev):
            for port in {*other.ports, 4008, 6432, 9229}:
                out = allowed(policies, mine.pod, other.pod, port)
                assert not (out and other.plugin), f"{mine.name} -> {other.name}:{port}"
                if out:
                    assert other.pod.namespace in (pooler, GATEWAY.pod.namespace, "kube-system")
                into = allowed(policies, other.pod, mine.pod, port)
                assert not into or (other is GATEWAY and port == 4008), f"{other.name} -> {mine.name}:{port}"
        # The other network, of prod or of another region, and the metadata of nodes.
        for address in ("10.65.0.10", "10.80.0.10", "172.16.0.9", "169.254.169.254"):
            assert not allowed(policies, mine.pod, Outside(ip=address), 443)


def test_its_role_reaches_its_own_files_only(made: list[Recorded]) -> None:
    (policy,) = [record.inputs["policy"] for record in of_type(made, "aws:iam/rolePolicy:RolePolicy")]
    (bucket,) = {
        str(statement["Resource"]).partition("/")[0]
        for statement in json.loads(policy)["Statement"]
        if statement["Sid"] == "OwnObjects"
    }
    assert iam_allows(policy, "s3:GetObject", f"{bucket}/_previews/{COPY}/a.png")
    for key in ("my-wallet/a.png", f"{COPY}/a.png", "_previews/pr-1-my-wallet/a.png", "_previews/a.png"):
        assert not iam_allows(policy, "s3:GetObject", f"{bucket}/{key}")
        assert not iam_allows(policy, "s3:PutObject", f"{bucket}/{key}")
    assert not iam_allows(policy, "s3:ListBucket", bucket, {"s3:prefix": "my-wallet/"})


def test_its_user_of_the_cache_has_its_own_keys_only(made: list[Recorded]) -> None:
    (user,) = of_type(made, "aws:elasticache/user:User")
    assert [word for word in user.inputs["accessString"].split() if word[0] in "~&"] == [
        f"~plugin:{COPY}:*",
        f"&plugin:{COPY}:*",
    ]


def test_the_policy_pack_finds_nothing_amiss_with_it_nor_with_its_end(
    dev: Built, foundation: Mapping[str, Any], made: list[Recorded]
) -> None:
    ending = environment(planned(dev, gone={COPY: 0}), foundation)
    for records in (made, ending):
        judge = judge_for(dev)
        resources = [resource_of(record) for record in records]
        said = [finding.message for resource in resources for finding in judge.on_resource(resource)]
        assert not "\n".join(said + [finding.message for finding in judge.on_stack(Stack(resources))])


def test_one_that_ends_is_a_job_that_drops_its_schema(dev: Built, foundation: Mapping[str, Any]) -> None:
    ending = environment(planned(dev, gone={COPY: 0}), foundation)
    kinds = {record.type.rpartition(":")[2] for record in ending if record.type.startswith("kubernetes:")}
    assert kinds == {"Job", "Secret"}
