"""Counting: exact over all Envoys, for users and for clients."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from planning.gateway.gateway import LISTENER
from tests.dataplane.gateway.plugins import COUNTED, PER_CLIENT, PER_USER
from tests.dataplane.gateway.rig import Rig
from tests.dataplane.gateway.tokens import cookie

PATH = f"/api/v1/{COUNTED.name}/x"


def test_a_user_s_requests_are_counted_exactly_over_two_envoys_at_once(rig: Rig) -> None:
    def ask(attempt: int) -> Counter[int]:
        def one(number: int) -> int:
            # Each from another client, so that only the user's count is used up.
            return rig.get(PATH, envoy=number % 2, user=f"carol-{attempt}", viewer=f"192.0.2.{number}").status

        with ThreadPoolExecutor(16) as pool:
            return Counter(pool.map(one, range(120)))

    assert rig.counted(ask) == {200: PER_USER, 429: 120 - PER_USER}


def test_one_user_s_limit_holds_up_no_other_user_and_no_other_plugin(rig: Rig) -> None:
    def ask(attempt: int) -> list[int]:
        user, viewer = f"dora-{attempt}", f"192.0.2.{130 + attempt}"
        used_up = [rig.get(PATH, user=user, viewer=viewer).status for _ in range(PER_USER + 1)]
        others = [(PATH, f"other-{attempt}"), ("/api/v1/wallet/x", user)]
        return [used_up[-1], *(rig.get(path, user=who, viewer=viewer).status for path, who in others)]

    assert rig.counted(ask) == [429, 200, 200]


def test_tokens_and_sessions_of_one_user_share_a_counter(rig: Rig) -> None:
    def ask(attempt: int) -> tuple[set[int], int]:
        user, viewer = f"erin-{attempt}", f"192.0.2.{140 + attempt}"
        by_token = {rig.get(PATH, user=user, viewer=viewer).status for _ in range(PER_USER)}
        return by_token, rig.get(PATH, headers=cookie(user), viewer=viewer).status

    assert rig.counted(ask) == ({200}, 429)


def test_a_client_s_requests_are_counted_whoever_it_says_it_is(rig: Rig) -> None:
    def ask(attempt: int) -> Counter[int]:
        # What a client itself wrote into X-Forwarded-For stands further left, and changes nothing.
        return Counter(
            rig.get(PATH, envoy=n % 2, user=f"u{n}", viewer=f"10.9.8.{n}, 192.0.2.{150 + attempt}").status
            for n in range(PER_CLIENT + 20)
        )

    assert rig.counted(ask) == {200: PER_CLIENT, 429: 20}


def test_an_ipv6_client_is_counted_by_its_network_whatever_address_in_it_it_takes(rig: Rig) -> None:
    def ask(attempt: int) -> tuple[Counter[int], int]:
        network = f"2001:db8:0:{attempt + 1:x}"
        found = Counter(
            # What it says of its network itself changes nothing.
            rig.get(
                PATH,
                envoy=n % 2,
                user=f"v6-{n}",
                viewer=f"{network}:{n:x}::1",
                headers={"x-client-network": f"2001:db8:ffff:{n:x}::/64"},
            ).status
            for n in range(PER_CLIENT + 20)
        )
        return found, rig.get(PATH, user="v6-other", viewer=f"2001:db8:1:{attempt + 1:x}::1").status

    assert rig.counted(ask) == (Counter({200: PER_CLIENT, 429: 20}), 200)


def test_who_may_not_pass_is_not_counted(rig: Rig) -> None:
    def ask(attempt: int) -> set[int]:
        viewer, headers = f"192.0.2.{160 + attempt}", {"authorization": "Bearer x.y.z"}
        refused = {rig.get(PATH, headers=headers, viewer=viewer).status for _ in range(PER_CLIENT + 5)}
        return refused | {rig.get(PATH, user="frank", viewer=viewer).status}

    assert rig.counted(ask) == {401, 200}


def test_no_client_chooses_what_it_is_counted_by(rig: Rig) -> None:
    def ask(attempt: int) -> Counter[int]:
        claimed = [{"naap-route": f"r{number}", "naap-limits": f"{number}-9"} for number in range(PER_USER + 5)]
        user, viewer = f"gina-{attempt}", f"203.0.113.{10 + attempt}"
        return Counter(rig.get(PATH, user=user, viewer=viewer, headers=each).status for each in claimed)

    assert rig.counted(ask) == {200: PER_USER, 429: 5}


def test_plugins_with_the_same_limits_are_counted_apart(rig: Rig) -> None:
    def ask(attempt: int) -> list[int]:
        def left(path: str) -> int:
            headers = rig.get(path, user=f"hugo-{attempt}", viewer=f"203.0.113.{20 + attempt}").headers
            return int(headers["x-ratelimit-remaining"])

        return [left(path) for path in ("/api/v1/wallet/x", "/api/v1/wallet/x", "/api/v1/mixed/x")]

    first, second, other = rig.counted(ask)
    assert (second, other) == (first - 1, first)


def test_a_request_passes_one_filter_of_limits_however_many_plugins_there_are(rig: Rig) -> None:
    pod = next(iter(rig.envoys))
    listeners = rig.admin(pod, f"config_dump?resource=dynamic_listeners&name_regex=.*{LISTENER}")

    assert set(re.findall(r'"name": "(envoy\.filters\.http\.ratelimit[^"]*)"', listeners)) == {
        "envoy.filters.http.ratelimit",  # of limits that no policy shares: nobody states one
        "envoy.filters.http.ratelimit/naap-gateway/limits",
    }
