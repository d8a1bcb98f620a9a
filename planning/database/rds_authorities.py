"""The authorities that sign the certificates of RDS instances, by region."""

import functools
import re
from collections.abc import Iterable
from pathlib import Path

_FILE = Path(__file__).with_name("rds_authorities.pem")
_ENTRY = re.compile(
    r"# (\S+) \S+, until [^\n]+\n(-----BEGIN CERTIFICATE-----\n.+?-----END CERTIFICATE-----\n)", re.DOTALL
)


def rds_authorities(regions: Iterable[str]) -> str:
    """PEM of the authorities of these regions. Raises KeyError for a region that the file has none of."""
    known = _by_region()
    return "".join(known[region] for region in dict.fromkeys(regions))


@functools.cache
def _by_region() -> dict[str, str]:
    found: dict[str, str] = {}
    for region, pem in _ENTRY.findall(_FILE.read_text(encoding="ascii")):
        found[region] = found.get(region, "") + pem
    return found
