"""Commands of the AWS CLI, held against the service models that it is made from."""

import importlib
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, cast

from tests.docs.commands import BLANK

_models: Any = importlib.import_module("botocore.session").get_session()
_kebab: Any = importlib.import_module("botocore").xform_name
_validator: Any = importlib.import_module("botocore.validate").ParamValidator()
_jmespath: Any = importlib.import_module("jmespath")

GLOBAL = frozenset({"region", "query", "output", "profile"})
"""Options of the CLI itself; each takes one word."""
OWN: dict[tuple[str, str], frozenset[str]] = {
    ("eks", "update-kubeconfig"): frozenset({"name", "region", "alias"}),
    ("s3", "ls"): frozenset({"recursive"}),
    ("s3", "cp"): frozenset(),
}
"""Commands that the CLI has of its own, without a model: AWS CLI reference."""


def problems(words: Sequence[str]) -> list[str]:
    """What a model refuses of a command; words: from `aws` on."""
    _, service, operation, *rest = words
    options = _options(rest)
    if (service, operation) in OWN:
        return [f"--{name}: not known" for name in options if name not in OWN[service, operation] | GLOBAL]
    if service not in _models.get_available_services():
        return [f"{service}: no such service"]
    model = _models.get_service_model(service)
    names = {_kebab(name, "-"): name for name in model.operation_names}
    if operation not in names:
        return [f"{operation}: {service} has no such operation"]
    return list(_judge(model.operation_model(names[operation]).input_shape, options))


def _judge(shape: Any, options: dict[str, list[str]]) -> Iterator[str]:
    members = {_kebab(name, "-"): (name, member) for name, member in shape.members.items()}
    stated: dict[str, Any] = {}
    for option, values in options.items():
        if option == "query":
            _jmespath.compile(values[0])
        if option in GLOBAL:
            continue
        switch = option.removeprefix("no-")
        if option not in members and switch in members and members[switch][1].type_name == "boolean":
            stated[members[switch][0]] = False
            continue
        if option not in members:
            yield f"--{option}: {shape.name} has no such member"
            continue
        name, member = members[option]
        stated[name] = _value(member, values)
        yield from (f"--{option}: {fault}" for fault in _faults(member, stated[name]))
    report = _validator.validate(stated, shape)
    if report.has_errors():
        yield str(report.generate_report())


def _options(words: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    values: list[str] = []
    for word in words:
        if word.startswith("--"):
            values = found.setdefault(word.removeprefix("--"), [])
        else:
            values.append(word)
    return found


def _value(shape: Any, words: list[str]) -> Any:
    """What the CLI makes of the words after an option."""
    if shape.type_name == "boolean" and not words:
        return True
    if len(words) == 1 and words[0][:1] in "[{" and shape.type_name != "string":
        return json.loads(words[0])
    if shape.type_name == "list":
        return [_value(shape.member, [word]) for word in words]
    (word,) = words
    if shape.type_name in ("structure", "map"):
        return _shorthand(shape, word)
    if shape.type_name == "timestamp":
        return word.replace(BLANK, "2026-01-31T12:00:00Z")
    return int(word) if shape.type_name in ("integer", "long") else _long_enough(shape, word)


def _long_enough(shape: Any, word: str) -> str:
    """What a reader fills in has the length that it needs."""
    return word.ljust(shape.metadata.get("min", 0), "x") if BLANK in word else word


def _shorthand(shape: Any, text: str) -> dict[str, Any]:
    """`Key=value,Other=a,b`: what has no name belongs to the list before it."""
    found: dict[str, list[str]] = {}
    name = ""
    for part in text.split(","):
        if "=" in part:
            name, _, part = part.partition("=")  # noqa: PLW2901  # what is left of it
        found.setdefault(name, []).append(part)
    return {
        name: _value(shape.members[name], values) if name in shape.members else values for name, values in found.items()
    }


def _faults(shape: Any, value: Any) -> Iterator[str]:
    """Texts that a model's own enumeration or pattern refuses; what a reader fills in is anything."""
    if isinstance(value, dict):
        for name, item in cast("dict[str, Any]", value).items():
            if name in getattr(shape, "members", {}):
                yield from _faults(shape.members[name], item)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _faults(shape.member, item)
    elif shape.type_name == "string" and BLANK not in value and not value.startswith("file://"):
        if shape.enum and value not in shape.enum:
            yield f"{value} is none of {', '.join(shape.enum)}"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            yield f"{value} does not match {pattern}"
