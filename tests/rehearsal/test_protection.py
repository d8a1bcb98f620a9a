"""Taking a rehearsal down lifts protection in its own state, Pulumi's and AWS's."""

from typing import Any

from rehearsal.engine import unprotect


def test_both_kinds_of_protection_are_lifted() -> None:
    balancer: dict[str, Any] = {
        "protect": True,
        "inputs": {"enableDeletionProtection": True, "internal": True},
        "outputs": {"enableDeletionProtection": True, "arn": "arn"},
    }
    assert unprotect(balancer)
    assert balancer == {
        "inputs": {"enableDeletionProtection": False, "internal": True},
        "outputs": {"enableDeletionProtection": False, "arn": "arn"},
    }


def test_what_was_never_protected_is_left_as_it_is() -> None:
    role: dict[str, Any] = {"inputs": {"name": "x"}, "outputs": {"name": "x"}}
    assert not unprotect(role)
    assert role == {"inputs": {"name": "x"}, "outputs": {"name": "x"}}


def test_protection_that_is_off_already_is_no_news() -> None:
    assert not unprotect({"inputs": {"deletionProtection": False}, "outputs": {"deletionProtection": False}})
