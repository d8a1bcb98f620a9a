"""The site under a name that any browser can reach: `https://localhost:PORT` for the stack's domain.

A domain's own name leads somewhere else, or nowhere. So requests to another name of the edge are as if they had been to
the domain, and what an answer says of the domain, it says of that name. Without this, a browser would be told that its
own page is a foreign one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rehearsal.live.edge.messages import Request

Headers = list[tuple[str, str]]
_FROM = ("origin", "referer")
_TO = ("location", "access-control-allow-origin", "content-security-policy", "link")
_STRICT = "strict-transport-security"
"""Of localhost it would be kept for whatever else the user runs there."""


@dataclass(frozen=True, kw_only=True)
class SiteName:
    """domain: of the stack; asked: what a viewer calls the edge, with its port."""

    domain: str
    asked: str

    def inward(self, headers: Mapping[str, str]) -> dict[str, str]:
        """A request's headers, as if it had been to the domain."""
        own = {name: headers[name] for name in _FROM if name in headers}
        changed = {
            name: f"https://{self.domain}{value.removeprefix(f'https://{self.asked}')}"
            for name, value in own.items()
            if value == f"https://{self.asked}" or value.startswith(f"https://{self.asked}/")
        }
        return {**headers, **changed, "host": self.domain}

    def outward(self, headers: Iterable[tuple[str, str]]) -> Headers:
        """An answer's headers, as this name has them."""
        if self.asked == self.domain:
            return list(headers)
        foreign = self.asked.partition(":")[0] != self.domain
        return [self._renamed(*one, foreign=foreign) for one in headers if not (foreign and one[0] == _STRICT)]

    def _renamed(self, name: str, value: str, *, foreign: bool) -> tuple[str, str]:
        if name in _TO:
            for scheme in ("https", "wss"):
                value = value.replace(f"{scheme}://{self.domain}", f"{scheme}://{self.asked}")
        if name == "set-cookie" and foreign:
            parts = value.split(";")
            value = ";".join(part for part in parts if part.strip().lower().lstrip(".") != f"domain={self.domain}")
        return name, value


def site_name(request: Request, domain: str, port: int) -> SiteName | None:
    """Which name a request was sent to; None where it is not one of the edge's."""
    asked = request.headers.get("host", "")
    ours = (domain, f"{domain}:{port}", f"localhost:{port}", f"127.0.0.1:{port}")
    return SiteName(domain=domain, asked=asked) if asked in ours else None
