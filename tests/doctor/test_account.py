"""What is asked of an AWS account, at botocore's own stubs: its models check questions and answers alike."""

import socket
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import boto3  # pyright: ignore[reportMissingTypeStubs]  # ships no types
import pytest
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]  # as above
from botocore.stub import Stubber  # pyright: ignore[reportMissingTypeStubs]  # as above

from doctor.facts.account import Account, Caller, ClusterEndpoint, HostedZone
from doctor.facts.aws import NO_CREDENTIALS
from doctor.finding import Unanswered

HERE = "us-east-1"
ARN = "arn:aws:sts::111122223333:assumed-role/deploy/run"


def _session() -> Any:
    return cast("Any", boto3).Session(**dict.fromkeys(("aws_access_key_id", "aws_secret_access_key"), "none"))


class Played:
    """Clients that answer with what was laid down for them, in order; the account that asks them."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self._session = _session()
        self.account = Account(lambda service, _region: self._client(service))

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service, region_name=HERE)
        return self._clients[service]

    def says(self, service: str, operation: str, answer: Mapping[str, Any], asked: Mapping[str, Any] | None) -> None:
        stub = self._stub(service)
        stub.add_response(operation, dict(answer), None if asked is None else dict(asked))

    def refuses(self, service: str, operation: str, code: str) -> None:
        self._stub(service).add_client_error(operation, service_error_code=code)

    def _stub(self, service: str) -> Any:
        client = self._client(service)
        if not hasattr(client, "stub"):
            client.stub = Stubber(client)
            client.stub.activate()
        return client.stub


@pytest.fixture(name="played")
def _played() -> Played:
    return Played()


QUESTIONS: Mapping[str, tuple[str, str, Callable[[Account], object]]] = {
    "caller": ("sts", "get_caller_identity", lambda account: account.caller(HERE)),
    "zone": ("route53", "get_hosted_zone", lambda account: account.zone("Z0123456789DEV")),
    "quota": ("service-quotas", "get_service_quota", lambda account: account.quota("ec2", "L-1216C47A", HERE)),
    "cost tag": ("ce", "list_cost_allocation_tags", lambda account: account.cost_tag("Environment")),
    "cluster": ("eks", "describe_cluster", lambda account: account.cluster("naap-dev-use1", HERE)),
}
REASONS = {
    "AccessDeniedException": "access denied",
    "AccessDenied": "access denied",
    "ExpiredToken": "expired credentials",
    "ExpiredTokenException": "expired credentials",
    "InvalidClientTokenId": "credentials that AWS doesn't know",
    "ThrottlingException": "ThrottlingException",
}


@pytest.mark.parametrize("code", REASONS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_refusal_of_aws_is_an_answer_that_says_why(played: Played, question: str, code: str) -> None:
    service, operation, ask = QUESTIONS[question]
    played.refuses(service, operation, code)
    said = ask(played.account)
    assert isinstance(said, Unanswered)
    assert said.reason == REASONS[code]
    assert said.fix


def test_who_asks_is_told_by_sts(played: Played) -> None:
    played.says("sts", "get_caller_identity", {"Account": "111122223333", "Arn": ARN, "UserId": "A:run"}, {})
    assert played.account.caller(HERE) == Caller(account="111122223333", arn=ARN)


def test_a_zone_has_a_name_and_servers(played: Played) -> None:
    zone = {"Id": "/hostedzone/Z1", "Name": "naap.example.", "CallerReference": "x", "Config": {"PrivateZone": False}}
    servers = ["ns-2.awsdns-02.com", "ns-1.awsdns-01.org"]
    answer = {"HostedZone": zone, "DelegationSet": {"NameServers": servers}}
    played.says("route53", "get_hosted_zone", answer, {"Id": "Z0123456789DEV"})
    found = played.account.zone("Z0123456789DEV")
    assert found == HostedZone(name="naap.example", servers=tuple(sorted(servers)), private=False)


def test_a_private_zone_has_no_servers(played: Played) -> None:
    zone = {"Id": "/hostedzone/Z1", "Name": "naap.example.", "CallerReference": "x", "Config": {"PrivateZone": True}}
    played.says("route53", "get_hosted_zone", {"HostedZone": zone}, None)
    assert played.account.zone("Z1234567") == HostedZone(name="naap.example", servers=(), private=True)


def test_a_zone_that_is_not_there_is_none(played: Played) -> None:
    played.refuses("route53", "get_hosted_zone", "NoSuchHostedZone")
    assert played.account.zone("Z1234567") is None


def test_a_quota_is_the_accounts_own(played: Played) -> None:
    asked = {"ServiceCode": "ec2", "QuotaCode": "L-1216C47A"}
    played.says("service-quotas", "get_service_quota", {"Quota": {"Value": 64.0}}, asked)
    assert played.account.quota("ec2", "L-1216C47A", HERE) == 64


def test_a_quota_that_was_never_set_is_awss_default(played: Played) -> None:
    asked = {"ServiceCode": "rds", "QuotaCode": "L-7B6409FD"}
    played.refuses("service-quotas", "get_service_quota", "NoSuchResourceException")
    played.says("service-quotas", "get_aws_default_service_quota", {"Quota": {"Value": 40.0}}, asked)
    assert played.account.quota("rds", "L-7B6409FD", HERE) == 40


def test_a_quota_that_aws_does_not_know_is_none(played: Played) -> None:
    played.refuses("service-quotas", "get_service_quota", "NoSuchResourceException")
    played.refuses("service-quotas", "get_aws_default_service_quota", "NoSuchResourceException")
    assert played.account.quota("rds", "L-00000000", HERE) is None


@pytest.mark.parametrize("status", ["Active", "Inactive", None])
def test_a_cost_allocation_tag_is_active_or_not_or_never_seen(played: Played, status: str | None) -> None:
    tags = [{"TagKey": "Environment", "Type": "UserDefined", "Status": status}] if status else []
    asked = {"Type": "UserDefined", "TagKeys": ["Environment"]}
    played.says("ce", "list_cost_allocation_tags", {"CostAllocationTags": tags}, asked)
    assert played.account.cost_tag("Environment") == status


def test_a_registry_of_ecr_is_logged_in_to_and_no_other(played: Played) -> None:
    token = b64encode(b"AWS:of-a-day").decode()
    played.says("ecr", "get_authorization_token", {"authorizationData": [{"authorizationToken": token}]}, {})
    assert played.account.image_login("111122223333.dkr.ecr.eu-west-1.amazonaws.com") == ("AWS", "of-a-day")
    assert played.account.image_login("ghcr.io") is None
    assert played.account.image_login("111122223333.dkr.ecr.eu-west-1.amazonaws.com.evil.example") is None


def test_a_cluster_has_an_endpoint_once_it_is_made(played: Played) -> None:
    made = {"name": "c", "endpoint": "https://c.example", "resourcesVpcConfig": {"endpointPublicAccess": True}}
    for cluster in ({"name": "c", "status": "CREATING"}, made):
        played.says("eks", "describe_cluster", {"cluster": cluster}, {"name": "c"})
    assert played.account.cluster("c", HERE) is None
    assert played.account.cluster("c", HERE) == ClusterEndpoint(url="https://c.example", public=True)


def test_a_cluster_that_is_not_there_is_none(played: Played) -> None:
    played.refuses("eks", "describe_cluster", "ResourceNotFoundException")
    assert played.account.cluster("c", HERE) is None


@pytest.mark.parametrize("profile", [None, "of-nobody"])
def test_without_credentials_nothing_is_answered(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, profile: str | None
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", raising=False)
    monkeypatch.delenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    if profile:
        monkeypatch.setenv("AWS_PROFILE", profile)
    said = Account().caller(HERE)
    assert isinstance(said, Unanswered)
    assert said.reason == NO_CREDENTIALS


def _at(address: tuple[str, int]) -> Account:
    session = _session()
    config = Config(connect_timeout=0.5, read_timeout=0.5, retries={"total_max_attempts": 1}, proxies={})
    url = f"http://{address[0]}:{address[1]}"
    return Account(lambda service, region: session.client(service, region, endpoint_url=url, config=config))


def test_an_endpoint_that_says_nothing_times_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        said = _at(silent.getsockname()).caller(HERE)
    assert isinstance(said, Unanswered)
    assert said.reason == "timed out"


def test_an_endpoint_that_is_not_there_is_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = closed.getsockname()
    said = _at(address).caller(HERE)
    assert isinstance(said, Unanswered)
    assert said.reason == "not reached"
