"""Delegation of the domain's zone: a certificate is proven by a record that the world must find."""

from doctor.facts.account import HostedZone
from doctor.finding import Check, Finding, Unanswered

_ROUTE_53 = ".awsdns-"
"""Part of the names of all servers of Route 53, save those that somebody named after himself."""
_WAITS = "Without it, no certificate is given, and `up` waits for it and fails after 75 minutes"
_REGISTER = "name a domain of yours: pulumi config set naap:domain NAME"


def judge_hosted_zone(stack: str, domain: str, zone_id: str, zone: HostedZone | Unanswered | None) -> Finding:
    """Whether the zone that the settings name is there, public, and holds the domain."""
    check = Check(
        name="hosted zone",
        rule="naap:zoneId is a public zone of this account that holds naap:domain",
        file=f"Pulumi.{stack}.yaml",
        entry="config",
        field="naap:zoneId",
    )
    fix = "aws route53 list-hosted-zones-by-name, then pulumi config set naap:zoneId ID"
    if isinstance(zone, Unanswered):
        return check.skipped(zone)
    if zone is None:
        return check.stops(f"{zone_id} is not in this account", fix)
    if zone.private:
        return check.stops(f"{zone_id} ({zone.name}) is private: only networks see it", fix)
    if domain != zone.name and not domain.endswith(f".{zone.name}"):
        return check.stops(f"{zone_id} is {zone.name}, which doesn't hold {domain}", fix)
    return check.ok(f"{zone_id} is {zone.name}")


def judge_delegation(
    domain: str, zone: str | Unanswered, servers: tuple[str, ...] | Unanswered, own: tuple[str, ...] | Unanswered
) -> Finding:
    """zone: that holds the domain. servers: those that its parent names. own: those of Route 53 that answer for it."""
    check = Check(
        name="delegation",
        rule=f"the parent of the domain's zone names the servers of Route 53 that answer for it. {_WAITS}",
        entry=domain,
    )
    if isinstance(zone, Unanswered):
        return check.skipped(zone)
    if "." not in zone:
        return check.stops(f"{domain} is no name of the internet", _REGISTER)
    if isinstance(servers, Unanswered):
        return check.skipped(servers)
    if isinstance(own, Unanswered):
        return _without_account(check, zone, servers, own)
    return _compared(check, zone, servers, own)


def _compared(check: Check, zone: str, servers: tuple[str, ...], own: tuple[str, ...]) -> Finding:
    named = ", ".join(servers) or "nobody"
    fix = f"at the parent of {zone} (your registrar, or the zone above), make these its NS: {', '.join(own)}"
    if not set(servers) & set(own):
        return check.stops(f"{zone}: the parent names {named}", fix)
    if strangers := set(servers) - set(own):
        return check.warns(f"{zone}: the parent also names {', '.join(sorted(strangers))}", fix)
    return check.ok(f"{zone}: the parent names Route 53's servers")


def _without_account(check: Check, zone: str, servers: tuple[str, ...], why: Unanswered) -> Finding:
    if not any(_ROUTE_53 in server for server in servers):
        named = ", ".join(servers) or "nobody"
        fix = f"make the servers of naap:zoneId the NS of {zone} at its parent: aws route53 get-hosted-zone --id ZONE"
        return check.warns(f"{zone}: the parent names {named}, not Route 53", fix)
    return check.ok(f"{zone}: the parent names Route 53; whether your zone's servers: {why.reason}")
