"""A cache as ElastiCache runs it: TLS, the users of its group, and what each may touch."""

import os

import pytest

from rehearsal.live.data.authority import PUBLIC
from rehearsal.live.data.estate import Cache, CacheUser
from tests.dataplane.servers import answered
from tests.live.data.conftest import Serving


@pytest.fixture
def cache(serving: Serving) -> Cache:
    """The dev stack's."""
    (found,) = serving.plane.estate().caches
    return found


def user(cache: Cache, name: str) -> CacheUser:
    """One of its users."""
    return next(one for one in cache.users if one.name == name)


def ask(serving: Serving, cache: Cache, who: CacheUser, *words: str) -> str:
    """What valkey-cli says, which checks the certificate against the public authority."""
    command = [str(serving.places.valkey / "valkey-cli"), "-h", serving.address(cache.hosts[0]), "--tls"]
    command += ["-p", str(cache.port), "--sni", cache.hosts[0], "--cacert", str(serving.authorities.of(PUBLIC).file)]
    command += ["--user", who.name, "--no-auth-warning", *words]
    answer = answered(command, {"REDISCLI_AUTH": (*who.passwords, "")[0], "PATH": os.environ["PATH"]}, "")
    return (answer.out + answer.error).strip()


def test_a_plugin_touches_its_own_keys_and_no_others(serving: Serving, cache: Cache) -> None:
    base = user(cache, "base-svc")
    assert ask(serving, cache, base, "SET", "plugin:base-svc:a", "1") == "OK"
    assert "NOPERM" in ask(serving, cache, base, "GET", "plugin:my-wallet:a")
    assert "NOPERM" in ask(serving, cache, base, "KEYS", "*")
    assert "NOPERM" in ask(serving, cache, base, "SUBSCRIBE", "plugin:my-wallet:a")


def test_who_has_no_password_or_another_one_is_refused(serving: Serving, cache: Cache) -> None:
    base = user(cache, "base-svc")
    nobody = CacheUser(name="default", access="", passwords=())
    assert "NOAUTH" in ask(serving, cache, nobody, "GET", "plugin:base-svc:a")
    other = CacheUser(name=base.name, access="", passwords=("another",))
    assert "NOAUTH" in ask(serving, cache, other, "GET", "plugin:base-svc:a")


def test_a_changed_user_counts_once_it_is_recorded_and_keys_stay(serving: Serving, cache: Cache) -> None:
    base = user(cache, "base-svc")
    assert ask(serving, cache, base, "SET", "plugin:base-svc:kept", "1") == "OK"
    modes = {"type": "password", "passwords": ["the-next-one", *base.passwords]}
    serving.change("elasticache/user", "base-svc", authenticationMode=modes)

    after = CacheUser(name=base.name, access="", passwords=("the-next-one",))
    assert ask(serving, cache, after, "GET", "plugin:base-svc:kept") == "1"
    assert ask(serving, cache, base, "GET", "plugin:base-svc:kept") == "1"


def test_what_is_evicted_is_what_the_parameter_group_says(serving: Serving, cache: Cache) -> None:
    keeper = CacheUser(name="elasticache", access="", passwords=("keeps-the-cache",))
    said = ask(serving, cache, keeper, "CONFIG", "GET", "maxmemory-policy")
    assert said.split()[-1] == cache.parameters["maxmemory-policy"]


def test_a_lost_cache_comes_back_empty(serving: Serving, cache: Cache) -> None:
    base, mark = user(cache, "base-svc"), serving.places.lost / cache.identifier
    assert ask(serving, cache, base, "SET", "plugin:base-svc:gone", "1") == "OK"
    mark.touch()
    serving.follow()
    assert "refused" in ask(serving, cache, base, "GET", "plugin:base-svc:gone")

    mark.unlink()
    serving.follow()
    assert ask(serving, cache, base, "GET", "plugin:base-svc:gone") == ""
