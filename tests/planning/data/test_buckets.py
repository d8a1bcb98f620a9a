"""Buckets: names, ages, locks, and copies between regions."""

import json

import pytest

from planning.data.bucket_policy import bucket_policy, log_statements
from planning.data.buckets import AUTONAME_ROOM, MAX_BUCKET_NAME, plan_buckets
from planning.edge.assets_policy import read_statement
from planning.inputs.tiers import TIERS
from planning.shared.naming import MAX_STACK_NAME
from planning.shared.regions import REGIONS
from tests.planning.samples import settings

K1, _, K50, K100 = TIERS
ARN = "arn:aws:s3:::bucket"


def test_one_region_copies_nothing() -> None:
    plan = plan_buckets(stack="dev", settings=settings(50_000), tier=K50)
    assert len(plan.regions) == 1
    assert plan.replications == ()


def test_with_two_regions_everything_is_copied_and_uploads_come_back() -> None:
    plan = plan_buckets(stack="prod", settings=settings(120_000), tier=K100)
    copies = {(copy.kind, copy.source, copy.destination) for copy in plan.replications}
    there = {(kind, "us-east-1", "us-west-2") for kind in ("assets", "uploads", "backups")}
    assert copies == there | {("uploads", "us-west-2", "us-east-1")}
    assert {copy.kind for copy in plan.replications if copy.both_ways} == {"uploads"}


def test_backups_are_locked_at_the_top_tier_for_as_long_as_they_are_kept() -> None:
    small, large = (plan_buckets(stack="dev", settings=settings(1), tier=tier).home.backups for tier in (K1, K100))
    assert (small.lock_days, large.lock_days) == (None, K100.database.backup_days)


def test_every_tier_makes_the_same_buckets_so_that_growing_replaces_none() -> None:
    made = {
        tuple(
            (bucket.kind, bucket.name, bucket.lockable)
            for bucket in plan_buckets(stack="dev", settings=settings(1), tier=tier).home.data
        )
        for tier in TIERS
    }
    assert len(made) == 1


@pytest.mark.parametrize("region", REGIONS)
def test_bucket_names_leave_room_for_what_pulumi_adds(region: str) -> None:
    stated = settings(1, stated={"regions": (region,)})
    home = plan_buckets(stack="s" * MAX_STACK_NAME, settings=stated, tier=K1).home
    names = [bucket.name for bucket in (*home.data, home.logs)]
    assert max(map(len, names)) + AUTONAME_ROOM <= MAX_BUCKET_NAME
    assert len(set(names)) == 4


def test_an_upload_that_was_never_finished_goes_before_anything_that_was() -> None:
    home = plan_buckets(stack="dev", settings=settings(1), tier=K1).home
    for bucket in (*home.data, home.logs):
        kept = [days for days in (bucket.ages.expire, bucket.ages.infrequent, bucket.ages.archive) if days]
        assert bucket.ages.incomplete < min(kept, default=90)


def test_only_uploads_take_files_from_browsers_and_only_from_the_site() -> None:
    home = plan_buckets(stack="dev", settings=settings(1), tier=K1).home
    assert home.uploads.cors_origins == ("https://dev.naap.example",)
    assert not any(bucket.cors_origins for bucket in (home.assets, home.backups, home.logs))


def test_a_bucket_policy_denies_clear_text_and_old_tls_to_everybody() -> None:
    statements = json.loads(bucket_policy(ARN))["Statement"]
    assert all(statement["Effect"] == "Deny" and statement["Principal"] == "*" for statement in statements)
    assert {next(iter(statement["Condition"])) for statement in statements} == {"Bool", "NumericLessThan"}


def test_deliveries_come_from_this_account_only() -> None:
    for statement in log_statements(ARN, account="123456789012"):
        assert "123456789012" in json.dumps([statement["Resource"], statement.get("Condition")])
        assert statement["Action"] == "s3:PutObject"


def test_assets_are_read_by_one_distribution() -> None:
    arn = "arn:aws:cloudfront::123456789012:distribution/E1"
    statement = read_statement(ARN, distribution_arn=arn)
    assert statement["Condition"] == {"StringEquals": {"aws:SourceArn": arn}}
    assert statement["Action"] == "s3:GetObject"
