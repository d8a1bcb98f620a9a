"""What each environment must hold to, by the name of its stack."""

from pathlib import Path

import yaml

from policies.rule import Environment

FILE = Path(__file__).with_name("environments.yaml")
DEFAULT = "default"


def environment_of(stack: str) -> Environment:
    """The demands on a stack; the strict ones for a stack that the file doesn't name."""
    stated = yaml.safe_load(FILE.read_text())
    return Environment(**{**stated[DEFAULT], **stated.get(stack, {})})


def stack_of(urn: str) -> str:
    """The stack's name in a URN (urn:pulumi:STACK::PROJECT::TYPE::NAME)."""
    return urn.split("::", maxsplit=1)[0].rpartition(":")[2]
