"""The program's entry point, run to where the engine hears of the first provider, in a Python of its own."""

import json
import subprocess
import sys

from naap.stack import load_stack_config
from tests.build.environments import ROOT, ROOT_SECRET

PROGRAM = """
import asyncio, json, os, runpy, sys
import pulumi
from pulumi.runtime.stack import run_pulumi_func

class Engine(pulumi.runtime.Mocks):
    def call(self, args):
        return {"outputs": {}}

    def new_resource(self, args):
        if args.typ == "pulumi:providers:aws":
            print(args.name, hasattr(sys.modules.get("components.platform"), "Platform"), flush=True)
            os._exit(0)
        return args.name, {}

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
pulumi.runtime.set_mocks(Engine(), project="naap", stack="dev", preview=True)
pulumi.runtime.set_all_config(json.load(sys.stdin), ["naap:rootSecret"])
loop.run_until_complete(run_pulumi_func(lambda: runpy.run_path("__main__.py", run_name="__main__")))
"""


def test_the_engine_hears_of_the_aws_providers_before_the_rest_of_the_program_is_read() -> None:
    stated = load_stack_config(ROOT, "dev") | {"rootSecret": ROOT_SECRET}
    config = {f"naap:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in stated.items()}
    said = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        input=json.dumps(config),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert said.stdout.split() == ["aws-us-east-1", "False"], said.stderr
