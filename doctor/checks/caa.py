"""CAA records: which authorities may make certificates for the domain (RFC 8659)."""

from doctor.facts.resolver import CaaSet
from doctor.finding import Check, Finding, Unanswered

AMAZON = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")
"""Any of which lets ACM sign (docs.aws.amazon.com, ACM, Configure a CAA record)."""
_KNOWN = frozenset({"issue", "issuewild", "iodef", "issuemail", "issuevmc", "contactemail", "contactphone"})


def judge_caa(domain: str, found: CaaSet | Unanswered | None) -> Finding:
    """Whether Amazon may sign for the domain itself; wildcards are not asked for."""
    check = Check(
        name="CAA",
        rule=f"CAA records of a domain, if there are any, name one of {', '.join(AMAZON)}: else ACM may not sign",
        entry=domain,
    )
    if isinstance(found, Unanswered):
        return check.skipped(found)
    if found is None:
        return check.ok("none: any authority may sign")
    strange = sorted({record.tag for record in found.records if record.critical} - _KNOWN)
    if strange:
        return check.stops(
            f"{found.at} has a critical CAA record of a kind that authorities don't know: {', '.join(strange)}",
            f"take the mark (128) from it, or the record out of {found.at}",
        )
    issuers = {record.value for record in found.records if record.tag == "issue"}
    if not issuers:
        return check.ok(f"{found.at} forbids nobody")
    if issuers & set(AMAZON):
        return check.ok(f"{found.at} allows {', '.join(sorted(issuers & set(AMAZON)))}")
    named = ", ".join(sorted(filter(None, issuers))) or "nobody"
    return check.stops(f"{found.at} allows {named}", f'add to {found.at}: CAA 0 issue "amazon.com"')
