"""What may be secret stands in no error: not as the value, not in the way out, not in the name of a field."""

from pathlib import Path

import pytest

from planning.inputs.problem import HIDDEN, InvalidInputError, Problem
from plugins.registry.parse import parse_registry
from stack.configuration import load_stack_config

ENTRY = """\
plugins:
  beta:
    frontend: {bundle: beta.js}
"""


def refusal(lines: str) -> str:
    """What is said of an entry that ends in these lines."""
    version = "" if lines.startswith("version") else "    version: 1.0.0\n"
    text = f"{ENTRY}{version}    {lines}\n"
    with pytest.raises(InvalidInputError) as caught:
        parse_registry(text, file="registry.yaml", folder=Path("/nowhere"), production=False)
    return str(caught.value)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("env: {PORT_SECRET: 0777123}", "env.PORT_SECRET: line 5: " + HIDDEN),
        ("env: {A: no}", "env.A: line 5: " + HIDDEN),
        ("env: {A: 0x1234}", "env.A: line 5: " + HIDDEN),
        ("env: {A: 1.10}", "env.A: " + HIDDEN),
        ("env: {A: 5550123}", "env.A: " + HIDDEN),
        ("env: {A: true}", "env.A: " + HIDDEN),
        ("env: {A: 2026-01-31}", "env.A: " + HIDDEN),
        ("env: {A: [hunter2]}", "env.A: " + HIDDEN),
        ("env: {A: {B: hunter2}}", "env.A: " + HIDDEN),
        ("env: {A: !hunter2 x}", "env.A: line 5: " + HIDDEN),
        ("env: {A: !hunter2!x y}", "undefined tag handle"),
        ("env: {A: &hunter2 x, B: *hunter2}", "an alias (*name)"),
        ("env: [PASSWORD=hunter2]", "env: " + HIDDEN),
        ("env: PASSWORD=hunter2", "env: " + HIDDEN),
        ("env: {PASSWORD=hunter2: x}", f"env.{HIDDEN}: {HIDDEN}"),
        ("env: {PASSWORD=hunter2: yes}", f"env.{HIDDEN}: line 5: {HIDDEN}"),
        ("env: {PASSWORD=hunter2: a, PASSWORD=hunter2: b}", "first on line 5"),
        ("env: {? [hunter2] : x}", "a list, mapping or alias as a key"),
        ("env: {JWT_SECRET: hunter2}", "no secret in the registry"),
        ("secrets: {KEY: hunter2}", "secrets: " + HIDDEN),
        ("secrets: [KEY=hunter2]", "secrets.0: " + HIDDEN),
        ("secrets: [0777123]", "secrets.0: line 5: " + HIDDEN),
        ("derivedSecrets: [hunter2 ]", "derivedSecrets.0: " + HIDDEN),
        ("database: postgres://me:hunter2@host/db", "database: " + HIDDEN),
        ("network: {egress: ['https://me:hunter2@host']}", HIDDEN),
        ("network: {calls: [{password: hunter2}]}", "network.calls.0: {password: ...}"),
        ("displayName: [postgres://me:hunter2@host/db]", "displayName: " + HIDDEN),
        ("owner: {'redis://me:hunter2@host': x}", "owner: " + HIDDEN),
        ("redis://me:hunter2@host/: x", f"{HIDDEN}: (unknown field)"),
        ("installs: {active: 0, counted: 'https://me:hunter2@host'}", "installs.counted: " + HIDDEN),
    ],
)
def test_no_error_of_an_entry_tells_a_secret(lines: str, words: str) -> None:
    found = refusal(lines)
    assert words in found
    for secret in ("hunter2", "777123", "0x1234", "1.1", "5550123", "2026-01-31", "255", "511"):
        if secret in lines or secret in ("255", "511"):
            assert secret not in found


@pytest.mark.parametrize(
    "line",
    [
        "naap:rootSecret: 0777123",
        "naap:rootsecret: 0777123",
        "aws:secretKey: 0777123",
        "naap:secrets: {my-wallet: {KEY: 0777123}}",
        "naap:secrets: {my-wallet: {KEY=0777123: yes}}",
        "naap:secrets: {0777123: {}}",
        "naap:rootSecret: !0777123 x",
    ],
)
def test_no_error_of_a_stacks_file_tells_a_secret(tmp_path: Path, line: str) -> None:
    (tmp_path / "Pulumi.x.yaml").write_text(f"config:\n  naap:users: 1000\n  {line}\n")
    with pytest.raises(InvalidInputError) as caught:
        load_stack_config(tmp_path, "x")
    assert "line 3" in str(caught.value)
    assert HIDDEN in str(caught.value)
    assert "777123" not in str(caught.value)


def test_a_settings_own_text_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.x.yaml").write_text("config:\n  naap:users: 0100\n  naap:production: yes\n")
    with pytest.raises(InvalidInputError) as caught:
        load_stack_config(tmp_path, "x")
    assert [problem.value for problem in caught.value.problems] == ["line 2: 0100", "line 3: yes"]
    assert "write 100 or 64, or" in caught.value.problems[0].fix


@pytest.mark.parametrize(
    ("line", "value", "fix"),
    [
        ("version: 1.10", "1.10", 'put it in quotes: version: "1.10"'),
        ("displayName: true", "true", 'put it in quotes: displayName: "true"'),
        ("owner: 007.50", "line 5: 007.50", "write 7.5, or put it in quotes where text is meant: \"007.50\""),
        ("owner: 2026-01-31", "2026-01-31", 'put it in quotes: owner: "2026-01-31"'),
        ("port: '4000'", "4000", "remove the quotes: port: 4000"),
        ("cron: 'true'", "true", "remove the quotes: cron: true"),
        ("port: '04000'", "04000", "write for example port: 4008"),
    ],
)  # fmt: skip
def test_an_error_quotes_the_source_and_its_fix_keeps_the_value(line: str, value: str, fix: str) -> None:
    found = refusal(line)
    assert f": {value}\n" in found
    assert f"fix:  {fix}\n" in f"{found}\n"


@pytest.mark.parametrize(
    "text", ["postgres://a:b@c", "-----BEGIN PRIVATE KEY-----", "AKIA" + "A" * 16, "ghp_" + "a" * 36, "sk-" + "a" * 40]
)
def test_a_problem_never_holds_a_text_that_reads_as_a_secret(text: str) -> None:
    problem = Problem(file="f", entry=f"e {text}", field=text, value=f"x {text}", rule=text, fix=f"write {text}")
    assert text not in str(problem) + repr(problem)
