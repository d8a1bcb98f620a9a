"""What takes long on AWS, or depends on others, and is refused meanwhile. Each test names its source."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from rehearsal.standins.aws.account.account import Account
from rehearsal.standins.aws.sdk.sdk import Sdk
from rehearsal.standins.provider import ProviderError, State
from tests.standins.aws.conftest import Cloud

ENDPOINT: dict[str, Any] = {
    "name": "gateway",
    "arn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/1",
    "httpPort": 80,
    "httpsPort": 443,
    "originProtocolPolicy": "https-only",
    "originSslProtocols": {"items": ["TLSv1.2"], "quantity": 1},
}
ORIGIN: dict[str, Any] = {"vpcOriginEndpointConfig": ENDPOINT}
MOVED: dict[str, Any] = {"vpcOriginEndpointConfig": {**ENDPOINT, "arn": f"{ENDPOINT['arn']}2"}}
CLUSTER: dict[str, Any] = {
    "name": "naap",
    "roleArn": "arn:aws:iam::123456789012:role/eks",
    "vpcConfig": {"subnetIds": ["subnet-1"]},
    "version": "1.33",
    "upgradePolicy": {"supportType": "EXTENDED"},
}
STANDARD = {"upgradePolicy": {"supportType": "STANDARD"}}
SOURCE: dict[str, Any] = {"identifier": "main", "engine": "postgres", "instanceClass": "db.m8g.large"}
COPY = {"sourceDbInstanceArn": "arn:aws:rds:us-east-1:123456789012:db:main"}


def replica(name: str) -> dict[str, Any]:
    return {"identifier": name, "instanceClass": "db.m8g.large", "replicateSourceDb": "main"}


def distribution(vpc_origin: str) -> dict[str, Any]:
    return {
        "enabled": True,
        "origins": [{"originId": "a", "domainName": "a.example", "vpcOriginConfig": {"vpcOriginId": vpc_origin}}],
        "defaultCacheBehavior": {
            "targetOriginId": "a",
            "viewerProtocolPolicy": "https-only",
            "allowedMethods": ["GET"],
            "cachedMethods": ["GET"],
        },
        "restrictions": {"geoRestriction": {"restrictionType": "none"}},
        "viewerCertificate": {},
    }


def move_origin(cloud: Cloud, origin: State, new: dict[str, Any], *, preview: bool = False) -> None:
    resource = cloud.resource("cloudfront/vpcOrigin", identity=origin.identity, preview=preview)
    cloud.provider.update(resource, origin.properties, ORIGIN, new)


def test_a_vpc_origin_can_not_move_while_a_distribution_uses_it(cloud: Cloud) -> None:
    """Provider issue 40905; and the developer guide: tags and what nobody uses can change."""
    origin = cloud.create("cloudfront/vpcOrigin", ORIGIN)
    move_origin(cloud, origin, ORIGIN)
    user = cloud.create("cloudfront/distribution", distribution(origin.identity), name="cdn")
    with pytest.raises(ProviderError, match=r"CannotUpdateEntityWhileInUse.*in use by cdn"):
        move_origin(cloud, origin, MOVED)
    move_origin(cloud, origin, MOVED, preview=True)
    move_origin(cloud, origin, {**ORIGIN, "tags": {"a": "b"}})
    gone = cloud.resource("cloudfront/vpcOrigin", identity=origin.identity)
    with pytest.raises(ProviderError, match="CannotDeleteEntityWhileInUse"):
        cloud.provider.delete(gone, origin.properties)

    resource = cloud.resource("cloudfront/distribution", "cdn", identity=user.identity)
    cloud.provider.update(resource, user.properties, distribution(origin.identity), distribution("vo_new"))
    move_origin(cloud, origin, MOVED)
    cloud.provider.delete(gone, origin.properties)


def test_a_vpc_origin_is_known_to_be_in_use_from_the_state(sdk: Sdk) -> None:
    """The engine compares all resources before it changes one."""
    earlier = Cloud(sdk)
    origin = earlier.create("cloudfront/vpcOrigin", ORIGIN)
    inputs = distribution(origin.identity)
    user = earlier.create("cloudfront/distribution", inputs, name="cdn")
    later = Cloud(sdk)
    later.provider.diff(
        later.resource("cloudfront/distribution", "cdn", identity=user.identity), user.properties, inputs, inputs
    )
    with pytest.raises(ProviderError, match="CannotUpdateEntityWhileInUse"):
        move_origin(later, origin, MOVED)


@pytest.mark.parametrize(
    ("today", "new", "refused"),
    [
        (date(2026, 7, 29), STANDARD, False),
        (date(2026, 7, 30), STANDARD, True),
        (date(2026, 7, 30), {**STANDARD, "version": "1.34"}, False),
        (date(2026, 7, 30), {"tags": {"a": "b"}}, False),
    ],
)
def test_extended_support_can_not_be_left_by_a_setting(
    sdk: Sdk, clusters: object, today: date, new: dict[str, Any], refused: bool
) -> None:
    """EKS user guide, "Disable extended support": only a cluster in standard support can."""
    assert clusters
    cloud = Cloud(sdk, today=today)
    made = cloud.create("eks/cluster", CLUSTER)
    resource = cloud.resource("eks/cluster", identity=made.identity)
    if refused:
        with pytest.raises(ProviderError, match=r"extended support can't be disabled .* ended on 2026-07-29"):
            cloud.provider.update(resource, made.properties, CLUSTER, {**CLUSTER, **new})
    else:
        assert cloud.provider.update(resource, made.properties, CLUSTER, {**CLUSTER, **new})


class Meanwhile:
    """Makes something else happen while RDS works, once."""

    def __init__(self) -> None:
        self.action: Callable[[], object] = lambda: None
        self.refusals: list[str] = []

    def __call__(self, seconds: float) -> None:
        assert seconds > 0
        action, self.action = self.action, lambda: None
        try:
            action()
        except ProviderError as error:
            self.refusals.append(str(error))


@pytest.fixture
def meanwhile() -> Meanwhile:
    return Meanwhile()


@pytest.fixture
def regions(sdk: Sdk, meanwhile: Meanwhile) -> Iterator[tuple[Cloud, Cloud]]:
    account = Account()
    home, second = (Cloud(sdk, region, account=account, pause=meanwhile) for region in ("us-east-1", "eu-west-1"))
    home.create("rds/instance", SOURCE, name="main")
    yield home, second


def test_two_replicas_of_a_source_at_once_are_refused(regions: tuple[Cloud, Cloud], meanwhile: Meanwhile) -> None:
    """Provider issue 43474: while RDS makes one, the source is not available; the provider does not try again."""
    home, second = regions
    meanwhile.action = lambda: home.create("rds/instance", replica("r2"), name="r2")
    home.create("rds/instance", replica("r1"), name="r1")
    meanwhile.action = lambda: second.create(
        "rds/instance", {**replica("standby"), "replicateSourceDb": COPY["sourceDbInstanceArn"]}, name="standby"
    )
    home.create("rds/instance", replica("r2"), name="r2")
    assert len(meanwhile.refusals) == 2
    assert all("us-east-1/main): InvalidDBInstanceState" in text for text in meanwhile.refusals)
    assert second.create("rds/instanceAutomatedBackupsReplication", COPY).identity


def test_a_source_that_is_modified_takes_no_replica_and_no_second_change(
    regions: tuple[Cloud, Cloud], meanwhile: Meanwhile
) -> None:
    """RDS user guide, "Viewing DB instance status": `modifying` is not `available`. Tags are no modification."""
    home, _ = regions
    resource = home.resource("rds/instance", "main", identity="db-1")
    larger = {**SOURCE, "instanceClass": "db.m8g.2xlarge"}
    meanwhile.action = lambda: home.create("rds/instance", replica("r1"), name="r1")
    home.provider.update(resource, SOURCE, SOURCE, larger)
    meanwhile.action = lambda: home.provider.update(resource, SOURCE, SOURCE, {**SOURCE, "multiAz": True})
    home.create("rds/instance", replica("r1"), name="r1")
    assert len(meanwhile.refusals) == 2
    meanwhile.action = lambda: home.provider.update(resource, SOURCE, SOURCE, {**SOURCE, "tags": {"a": "b"}})
    home.create("rds/instance", replica("r2"), name="r2")
    assert len(meanwhile.refusals) == 2


def test_work_of_a_killed_process_ends_by_itself() -> None:
    account = Account()
    assert account.begin_work("us-east-1/main", seconds=-1)
    assert account.begin_work("us-east-1/main", seconds=60)
    assert not account.begin_work("us-east-1/main", seconds=60)
    account.end_work("us-east-1/main")
    assert account.begin_work("us-east-1/main", seconds=60)
