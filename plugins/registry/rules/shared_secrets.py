"""The rule of secrets that two entries' pods find: the owner says with whom, and the other has none of that name."""

from collections.abc import Iterator

from planning.inputs.problem import Problem
from plugins.registry.rules.cross import Entries


def shared_secret_problems(entries: Entries) -> Iterator[Problem]:
    """Secrets that their owner hasn't, and takers that are none or have their own."""
    owners: dict[tuple[str, str], str] = {}
    for name, entry in entries.by_name.items():
        for secret, takers in entry.shared_secrets.items():
            field = f"sharedSecrets.{secret}"
            if secret not in entry.derived_secrets:
                rule = "only what is made for this entry is its own to share"
                yield entries.problem(name, field, secret, rule, f"add {secret} to derivedSecrets")
            for taker in takers:
                if problem := _taker(entries, taker, secret, name):
                    yield entries.problem(name, field, taker, *problem)
                first = owners.setdefault((taker, secret), name)
                if first != name:
                    rule = f"{taker} finds one value of a name: {first} shares its own with it"
                    yield entries.problem(name, field, taker, rule, f"remove {taker}")


def _taker(entries: Entries, taker: str, secret: str, owner: str) -> tuple[str, str] | None:
    """Rule and fix, where an entry can't be given a secret."""
    if taker not in entries.names or taker == owner:
        return "names another entry of this registry", f"remove {taker}"
    other = entries.by_name.get(taker)
    if other and other.image is None:
        return f"{taker} has no pods that could read it", f"remove {taker}"
    if other and secret in (*other.env, *other.secrets, *other.derived_secrets):
        return f"{taker} states {secret} itself", f"remove {secret} from {taker}"
    return None
