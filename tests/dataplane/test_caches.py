"""The access strings of the plan on a real Valkey."""

from collections.abc import Iterator

import pytest

from planning.data.caches import DISABLED_ACCESS, LIMITER_ACCESS, plugin_access
from tests.dataplane.servers import Valkey

ACCESS = {
    "my-wallet": plugin_access("my-wallet"),
    "community": plugin_access("community"),
    "ratelimit": LIMITER_ACCESS,
    "default": DISABLED_ACCESS,
}
READER = "reader"
PASSWORDS = {name: f"the-own-password-of-{name}" for name in (*ACCESS, READER)}


@pytest.fixture(scope="module")
def cache() -> Iterator[Valkey]:
    """With two plugins and the limiter, and one who may list them."""
    users = {**ACCESS, READER: "on resetchannels -@all +acl|list"}
    server = Valkey({name: (access, PASSWORDS[name]) for name, access in users.items()})
    yield server
    server.stop()


def _ask(cache: Valkey, user: str, *words: str) -> str:
    return cache.ask(user, PASSWORDS[user], *words)


WORK = [
    ("SET", "plugin:my-wallet:a", "1"),
    ("GET", "plugin:my-wallet:a"),
    ("INCR", "plugin:my-wallet:n"),
    ("EXPIRE", "plugin:my-wallet:n", "60"),
    ("HSET", "plugin:my-wallet:h", "f", "v"),
    ("LPUSH", "plugin:my-wallet:l", "x"),
    ("PUBLISH", "plugin:my-wallet:news", "hello"),
    ("EVAL", "return redis.call('GET', KEYS[1])", "1", "plugin:my-wallet:a"),
    ("INFO", "server"),
    ("PING",),
    ("CLIENT", "SETNAME", "wallet"),
]


@pytest.mark.parametrize("words", WORK, ids=" ".join)
def test_a_plugin_can_do_its_work(cache: Valkey, words: tuple[str, ...]) -> None:
    answer = _ask(cache, "my-wallet", *words)
    assert "NOPERM" not in answer
    assert "ERR" not in answer


ATTACKS = [
    ("GET", "plugin:community:a"),
    ("SET", "plugin:community:a", "1"),
    ("DEL", "plugin:community:a"),
    ("GET", "rl:1"),
    ("INCRBY", "rl:1", "1"),
    ("PUBLISH", "plugin:community:news", "x"),
    ("SUBSCRIBE", "plugin:community:news"),
    ("PSUBSCRIBE", "*"),
    ("EVAL", "return redis.call('GET', 'plugin:community:a')", "0"),
    ("COPY", "plugin:my-wallet:a", "plugin:community:b"),
    ("RENAME", "plugin:my-wallet:a", "plugin:community:b"),
    ("KEYS", "*"),
    ("SCAN", "0"),
    ("RANDOMKEY",),
    ("DBSIZE",),
    ("SELECT", "1"),
    ("FLUSHALL",),
    ("FLUSHDB",),
    ("SWAPDB", "0", "1"),
    ("CONFIG", "GET", "*"),
    ("ACL", "LIST"),
    ("ACL", "SETUSER", "my-wallet", "~*"),
    ("CLIENT", "LIST"),
    ("CLIENT", "KILL", "TYPE", "normal"),
    ("CLIENT", "TRACKING", "ON", "BCAST"),
    ("CLIENT", "PAUSE", "1000"),
    ("MONITOR",),
    ("SLOWLOG", "GET"),
    ("COMMANDLOG", "GET", "1", "slow"),
    ("MEMORY", "DOCTOR"),
    ("LATENCY", "LATEST"),
    ("SAVE",),
    ("SHUTDOWN", "NOSAVE"),
    ("REPLICAOF", "127.0.0.1", "1"),
    ("MODULE", "LIST"),
    ("FUNCTION", "LOAD", "#!lua name=x\n"),
    ("SCRIPT", "FLUSH"),
    ("SORT", "plugin:my-wallet:l", "BY", "plugin:community:*", "GET", "plugin:community:*"),
    ("MIGRATE", "127.0.0.1", "1", "plugin:my-wallet:a", "0", "1"),
    ("WAIT", "1", "1000"),
]


@pytest.mark.parametrize("words", ATTACKS, ids=" ".join)
def test_a_plugin_is_denied(cache: Valkey, words: tuple[str, ...]) -> None:
    answer = _ask(cache, "my-wallet", *words)
    assert "NOPERM" in answer or "can't access" in answer.lower() or "No permissions" in answer, answer


def test_the_limiter_counts_and_does_nothing_else(cache: Valkey) -> None:
    assert _ask(cache, "ratelimit", "INCRBY", "rl:1", "2") == "2"
    assert _ask(cache, "ratelimit", "EXPIRE", "rl:1", "60") == "1"
    assert _ask(cache, "ratelimit", "GET", "rl:1") == "2"
    for words in (("SET", "rl:1", "0"), ("DEL", "rl:1"), ("GET", "plugin:my-wallet:a"), ("INFO",), ("KEYS", "*")):
        assert "NOPERM" in _ask(cache, "ratelimit", *words)


def test_who_names_no_user_does_nothing(cache: Valkey) -> None:
    answer = _ask(cache, "default", "PING")
    assert "WRONGPASS" in answer or "NOAUTH" in answer


def test_access_strings_are_stated_as_they_are_given_back(cache: Valkey) -> None:
    """Stated otherwise, every `up` would find a difference."""
    given: dict[str, str] = {}
    for line in _ask(cache, READER, "ACL", "LIST").splitlines():
        _, name, *words = line.split()
        # A hash of the password, and how payloads of RESTORE are looked at, are no part of an access string.
        given[name] = " ".join(word for word in words if word != "sanitize-payload" and not word.startswith("#"))
    assert {name: given[name] for name in ACCESS} == ACCESS
