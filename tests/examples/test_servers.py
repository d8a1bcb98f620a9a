"""Each example's own tests, in Node, with the servers and the environment that its pods have."""

import json
import re

from rehearsal.live.images.examples import BASE, PLUGIN, SHELL, stand_ins
from tests.examples.platform import README, ROOT, Examples, as_typed, failures


def test_the_readme_shows_the_lines_that_its_command_adds(examples: Examples) -> None:
    before = (ROOT / "plugins" / "registry.yaml").read_text()
    added = (examples.folder / "registry.yaml").read_text().removeprefix(before)
    (shown,) = re.findall(r"^```yaml\n(.*?)^```$", README.read_text(), re.MULTILINE | re.DOTALL)
    assert added == f"\n{as_typed(shown)}"


def test_the_base_service_signs_people_in_and_keeps_no_token(examples: Examples) -> None:
    done = examples.own_tests(BASE, examples.environment("base-svc"))
    assert done.ok, done.out + done.error
    assert failures(done.out) == []


def test_the_shell_turns_tokens_into_cookies(examples: Examples) -> None:
    done = examples.own_tests(SHELL, examples.environment("web-next"))
    assert done.ok, done.out + done.error
    assert failures(done.out) == []


def test_the_plugin_keeps_notes_in_its_schema_and_its_part_of_the_cache(examples: Examples) -> None:
    done = examples.own_tests(PLUGIN, examples.environment("notes", **examples.of_migration("notes")))
    assert done.ok, done.out + done.error
    assert failures(done.out) == []


def test_a_database_whose_certificate_nobody_trusts_is_none(examples: Examples) -> None:
    environment = examples.environment("notes", NODE_EXTRA_CA_CERTS="")
    running = examples.start(PLUGIN, environment, status=503)
    assert json.loads(running.ask("/healthz").body)["database"] == "unhealthy"


def test_a_migration_is_run_a_second_time_and_changes_nothing(examples: Examples) -> None:
    before = examples.server.dump()
    for plugin in ("base-svc", "notes", "my-wallet"):
        again = examples.migrate(plugin)
        assert again.ok, again.error
    assert examples.server.dump() == before


def test_in_the_place_of_another_it_answers_at_that_ones_prefix_from_that_ones_schema(examples: Examples) -> None:
    wallet = examples.planned.registry.by_name["my-wallet"].backend
    assert wallet
    stand_in = stand_ins(examples.planned.registry)[wallet.image.partition("@")[0]]
    environment = examples.environment("my-wallet", **stand_in.environment)
    running = examples.start(stand_in.folder, environment, stand_in.environment["HEALTH_PATH"])
    headers = {"x-user-id": "ann", "content-type": "application/json"}
    made = running.ask("/api/v1/wallet", method="POST", headers=headers, body=b'{"text": "of the wallet"}')
    assert made.status == 201, made.body
    rows = examples.server.psql("SELECT text FROM plugin_wallet.notes", user="rdsadmin")
    assert rows.out.strip() == "of the wallet"
    assert running.end() == 0
