"""A DNS server on this machine, of dnspython's own messages: a resolver where recursion is desired, else a parent."""

import socketserver
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = Mapping[tuple[str, str], Sequence[str]]
"""By name and type, as in a zone's file."""
TTL = 60


def reply(question: dns.message.Message, known: Records, referrals: Mapping[str, Sequence[str]]) -> dns.message.Message:
    """As RFC 1034 says: an answer, a referral, no data, or no such name."""
    asked = question.question[0]
    said = dns.message.make_response(question)
    name, kind = asked.name.to_text(), dns.rdatatype.to_text(asked.rdtype)
    if not question.flags & dns.flags.RD:
        if name in referrals:
            said.authority.append(dns.rrset.from_text_list(name, TTL, "IN", "NS", referrals[name]))
        else:
            said.set_rcode(dns.rcode.NXDOMAIN)
        return said
    if values := known.get((name, kind)):
        said.answer.append(dns.rrset.from_text_list(name, TTL, "IN", kind, values))
    elif not any(there.endswith(name) for there, _ in known):
        said.set_rcode(dns.rcode.NXDOMAIN)
    return said


@contextmanager
def served(known: Records, referrals: Mapping[str, Sequence[str]] | None = None) -> Generator[int]:
    """The port at which it answers over UDP. referrals: what the parent names as servers of a child."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, sock = self.request
            said = reply(dns.message.from_wire(data), known, referrals or {})
            sock.sendto(said.to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
