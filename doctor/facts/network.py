"""What this machine reaches, and as whom the internet sees it."""

import ipaddress
import socket
from urllib.parse import urlsplit

import requests

from doctor.finding import Unanswered

SECONDS = 4
ADDRESS_SERVICE = "https://checkip.amazonaws.com"
"""AWS's own: answers with the address that asks."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Network:
    """Asks from here."""

    def connects(self, url: str) -> bool | Unanswered:
        """Whether TCP reaches the URL's host; no TLS, and nothing is sent."""
        parts = urlsplit(url)
        try:
            with socket.create_connection((parts.hostname or "", parts.port or 443), timeout=SECONDS):
                return True
        except socket.gaierror:
            return Unanswered(reason="its name isn't known here", fix="run it again, from where AWS's names are known")
        except OSError:
            return False

    def own_address(self, service: str = ADDRESS_SERVICE) -> Address | Unanswered:
        """Public address of this machine, or of what it goes out through."""
        try:
            said = requests.get(service, timeout=SECONDS)
            said.raise_for_status()
            return ipaddress.ip_address(said.content.decode("ascii").strip())
        except (requests.RequestException, ValueError):
            return Unanswered(
                reason="own public address not known", fix="compare the address that you go out with by yourself"
            )
