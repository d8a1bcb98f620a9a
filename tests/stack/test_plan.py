"""Reading files: registry, configuration of a stack, and the plan of both."""

from pathlib import Path

import pytest

from planning.inputs.problem import InvalidInputError
from plugins.registry.parse import load_registry
from stack.configuration import load_stack_config, secret_names
from stack.plan import load_plan
from tests.plugins.registries import ROOT, changed, text_of


def refusal(path: Path) -> str:
    with pytest.raises(InvalidInputError) as caught:
        load_registry(path, production=False)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty file"),
        (b"# nothing\n", "empty file"),
        (b"[1, 2]\n", "a mapping of one key, plugins"),
        (b"hello\n", "a mapping of one key, plugins"),
        (b"entries: {}\n", "the only key at the top is plugins"),
        (b"plugins: [a]\n", "a mapping of entries by name"),
        (b"plugins: {a: 1\n", "valid YAML"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"plugins:\n  a:\n    x: \x1b[31m\n", "valid YAML"),
    ],
)
def test_a_file_that_is_no_registry_is_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "registry.yaml"
    path.write_bytes(data)
    assert words in refusal(path)


def test_a_file_that_cannot_be_read_is_refused_in_words(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "missing.yaml")
    assert "Is a directory" in refusal(tmp_path)
    assert "null" in refusal(Path("a\0b"))


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    path.write_bytes(b"#" * 9_000_000)
    assert "over 8,000,000 bytes" in refusal(path)


def test_an_empty_registry_is_a_registry(tmp_path: Path) -> None:
    for text in ("plugins:\n", "plugins: {}\n"):
        path = tmp_path / "registry.yaml"
        path.write_text(text)
        assert load_registry(path, production=True).plugins == ()


def test_a_broken_manifest_is_an_error_of_the_registry(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text(text_of(changed("beta")))
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "beta.plugin.json").write_text("{not json")
    assert "valid JSON" in refusal(path)


def test_a_stacks_settings_lose_their_prefix_and_secrets_stay_sealed(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.x.yaml").write_text(
        "config:\n  aws:region: us-east-1\n  naap:users: 5\n  naap:rootSecret: {secure: abc}\n"
        "  naap:secrets:\n    my-wallet:\n      KEY: {secure: def}\n"
    )
    config = load_stack_config(tmp_path, "x")
    assert config == {
        "users": 5,
        "rootSecret": {"secure": "abc"},
        "secrets": {"my-wallet": {"KEY": {"secure": "def"}}},
    }
    assert secret_names(config, "x") == {"my-wallet": frozenset({"KEY"})}


def test_secrets_sealed_as_a_whole_are_refused() -> None:
    assert secret_names({}, "x") == {}
    for sealed in ({"secure": "abc"}, "abc"):
        with pytest.raises(InvalidInputError, match="below naap:secrets stand plugins"):
            secret_names({"secrets": sealed}, "x")


@pytest.mark.parametrize("text", ["", "config: 5\n", "config: {a: 1, a: 2}\n", "[", "other: 1\n"])
def test_a_stack_file_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.x.yaml").write_text(text)
    with pytest.raises(InvalidInputError):
        load_stack_config(tmp_path, "x")


def test_a_stack_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"Pulumi\.nowhere\.yaml"):
        load_stack_config(tmp_path, "nowhere")


def test_problems_of_settings_and_registry_are_shown_together(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.x.yaml").write_text("config:\n  naap:users: -1\n  naap:registry: bad.yaml\n")
    (tmp_path / "bad.yaml").write_text(text_of(changed("beta", port=80)))
    with pytest.raises(InvalidInputError) as caught:
        load_plan("x", tmp_path)
    files = {problem.file for problem in caught.value.problems}
    assert any(file.endswith("bad.yaml") for file in files)
    assert "Pulumi.x.yaml" in files


def test_production_of_the_stack_decides_what_the_registry_must_have(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(text_of(changed("beta", image="ghcr.io/a/b:1")))
    for production, expected in (("true", True), ("false", False)):
        stack = (ROOT / "Pulumi.dev.yaml").read_text()
        text = f"{stack}  naap:registry: bad.yaml\n  naap:production: {production}\n  naap:surprise: 1\n"
        (tmp_path / "Pulumi.x.yaml").write_text(text)
        with pytest.raises(InvalidInputError) as caught:
            load_plan("x", tmp_path)
        assert any("digest" in problem.rule for problem in caught.value.problems) is expected
