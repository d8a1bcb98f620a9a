import signal
import sys
from pathlib import Path

from rehearsal.standins.language_python import ROOT, child_environment, interpreter
from tests.standins.conftest import EngineSandbox
from tests.wait import wait_for


def test_the_project_s_own_interpreter_is_used(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert interpreter(tmp_path, {"virtualenv": ".venv"}) == str(python)


def test_without_a_virtual_environment_the_host_s_interpreter_is_used(tmp_path: Path) -> None:
    assert interpreter(tmp_path, {"virtualenv": ".venv"}) == sys.executable
    assert interpreter(tmp_path, {}) == sys.executable


def test_a_program_does_not_inherit_the_host_s_path_to_this_project() -> None:
    assert child_environment({"A": "1", "PYTHONPATH": f"{ROOT}:/own"}) == {"A": "1", "PYTHONPATH": "/own"}
    assert child_environment({"A": "1", "PYTHONPATH": str(ROOT)}) == {"A": "1"}


def test_a_program_gets_its_configuration_and_where_it_runs(sandbox: EngineSandbox) -> None:
    sandbox.pulumi("config", "set", "plain", "seen")
    sandbox.pulumi("config", "set", "--secret", "hidden", "hush")
    sandbox.program(
        "import pulumi\n"
        "config = pulumi.Config()\n"
        "pulumi.export('plain', config.require('plain'))\n"
        "pulumi.export('hidden', config.get_secret('hidden'))\n"
        "pulumi.export('where', [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()])\n"
    )
    shown = sandbox.up()
    assert "seen" in shown
    assert "hush" not in shown
    outputs = sandbox.resource("trial-dev")["outputs"]
    assert outputs["where"] == ["organization", "trial", "dev"]
    assert outputs["hidden"]["plaintext"] == '"hush"'


def test_an_error_for_the_user_is_shown_without_a_traceback(sandbox: EngineSandbox) -> None:
    sandbox.program("import pulumi\nraise pulumi.RunError('tier: \"huge\" is not a tier; choose starter')\n")
    shown = sandbox.pulumi("preview", fails=True)
    assert 'error: tier: "huge" is not a tier; choose starter' in shown
    assert "Traceback" not in shown
    assert "ended with code" not in shown


def test_a_bug_is_shown_from_the_program_s_first_line_on(sandbox: EngineSandbox) -> None:
    sandbox.program("def broken():\n    return {}['missing']\n\nbroken()\n")
    shown = sandbox.pulumi("preview", fails=True)
    assert "KeyError: 'missing'" in shown
    assert "in broken" in shown
    assert "runpy" not in shown
    assert "standins" not in shown.split("Traceback")[1]


def test_a_policy_pack_judges_a_run_and_a_saved_state(sandbox: EngineSandbox) -> None:
    sandbox.program("import pulumi\npulumi.export('a', 1)\n")
    pack = sandbox.folder / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "__main__.py").write_text(
        "from pulumi_policy import EnforcementLevel, PolicyPack, StackValidationPolicy\n"
        "def judge(args, report):\n"
        "    for one in args.resources:\n"
        "        report('this stack is judged', one.urn)\n"
        "PolicyPack('trial', policies=[StackValidationPolicy(name='rule', description='A rule.', validate=judge,"
        " enforcement_level=EnforcementLevel.MANDATORY)])\n"
    )
    assert "this stack is judged" in sandbox.pulumi("preview", "--policy-pack", "pack", fails=True)
    sandbox.up()
    (sandbox.folder / "state.json").write_text(sandbox.pulumi("stack", "export"))
    shown = sandbox.pulumi("policy", "analyze", "--file", "state.json", "--policy-pack", "pack", fails=True)
    assert "this stack is judged" in shown
    sandbox.wait_for_no_plugins()


def test_nothing_outlives_an_engine_that_is_killed(sandbox: EngineSandbox) -> None:
    assert_ends_with_engine(sandbox, signal.SIGKILL)


def test_nothing_outlives_an_engine_that_is_interrupted(sandbox: EngineSandbox) -> None:
    assert_ends_with_engine(sandbox, signal.SIGINT)


def assert_ends_with_engine(sandbox: EngineSandbox, number: signal.Signals) -> None:
    started = sandbox.folder / "started"
    sandbox.program(f"import pathlib, time\npathlib.Path({str(started)!r}).touch()\ntime.sleep(60)\n")
    engine = sandbox.start("preview")
    wait_for("the program", started.exists, seconds=30, every=0.05)
    assert len(sandbox.plugins()) == 2  # the host and the program
    engine.send_signal(number)
    engine.wait(timeout=20)
    sandbox.wait_for_no_plugins()


def test_a_property_depends_on_all_that_its_value_was_made_from(sandbox: EngineSandbox) -> None:
    """As under the official host: the SDK in the program collects them (sdk/python/lib/pulumi/runtime/rpc.py of pulumi,
    serialize_property), and its host passes on what it sends (sdk/python/cmd/pulumi-language-python-exec)."""
    sandbox.program(
        "import pulumi, pulumi_aws as aws\n"
        "own = pulumi.ResourceOptions(provider=aws.Provider('aws', region='us-east-1'))\n"
        "def made(name, value, **more):\n"
        "    return aws.ssm.Parameter(name, name=name, type='String', value=value, opts=own, **more)\n"
        "one, other, third = (made(name, 'x') for name in ('one', 'other', 'third'))\n"
        "both = pulumi.Output.all(one.arn, other.name).apply(lambda found: found[0])\n"
        "made('made', both, tags={'a': both, 'b': third.arn})\n"
    )
    sandbox.up()
    found: dict[str, list[str] | None] = sandbox.resource("made")["propertyDependencies"]
    named = {key: {urn.rpartition("::")[2] for urn in urns or []} for key, urns in found.items()}
    assert named["value"] == {"one", "other"}
    assert named["tags"] == {"one", "other", "third"}
    assert named["name"] == set()
