"""A Helm chart of given objects: what every plugin has is a template with a loop, what differs stands in values.yaml.

That is how a chart of such a platform is written. All objects as values of one template with toYaml would be less to
make, but then nothing is templated, and Helm would only copy.
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import yaml

Object = dict[str, Any]
PLUGIN = re.compile(r"plugin-(\d{4})")
_DIGEST = re.compile(r"-[0-9a-f]{8,}$")
_NUMBER, _VALUE = "\ue000", "\ue001"
"""Private characters, which no object has: where the plugin's number stands, and before the number of a value."""


def write_chart(objects: Sequence[Object], folder: Path) -> None:
    """Into an empty folder. Objects belong to the plugin that their namespace or name states."""
    slots: dict[str, dict[str, Object]] = defaultdict(dict)
    for item in objects:
        place = place_of(item)
        of = PLUGIN.search(place)
        slots[_DIGEST.sub("", PLUGIN.sub("plugin", place)) if of else place][of[1] if of else ""] = item
    values: dict[str, Object] = defaultdict(dict)
    (folder / "templates").mkdir(parents=True)
    for number, (slot, items) in enumerate(slots.items()):
        text = _dump(_merged(list(items), list(items.values()), values)).replace("{{", '{{ "{{" }}')
        text = text.replace(_NUMBER, "{{ $number }}")
        text = re.sub(rf"{_VALUE}(\d+)", r"{{ $plugin.value\1 | toJson }}", text)
        if "" not in items:
            text = f"{{{{- range $number, $plugin := .Values.plugins }}}}\n---\n{text}{{{{- end }}}}\n"
        kind = slot.partition(" ")[0].lower()
        (folder / "templates" / f"{number:03d}-{kind}.yaml").write_text(text)
    # JSON is YAML. Where a text is 0089, YAML from Python has no quotes, and Helm reads a number.
    (folder / "values.yaml").write_text(json.dumps({"plugins": values}, indent=1))
    (folder / "Chart.yaml").write_text("apiVersion: v2\nname: naap\nversion: 1.0.0\n")


def place_of(item: Object) -> str:
    """Kind, namespace and name."""
    return f"{item['kind']} {item['metadata'].get('namespace', '')} {item['metadata']['name']}"


def _merged(numbers: list[str], items: list[Any], values: dict[str, Object]) -> Any:
    """What these have in common, with marks where they differ; what differs is put into `values`, by plugin."""
    first = items[0]
    if all(item == first for item in items):
        return first
    if all(isinstance(item, dict) for item in items):
        keyed = [{_marked(n, key): item[key] for key in item} for n, item in zip(numbers, items, strict=True)]
        if all(item.keys() == keyed[0].keys() for item in keyed):
            return {key: _merged(numbers, [item[key] for item in keyed], values) for key in keyed[0]}
    if all(isinstance(item, list) and len(cast("list[Any]", item)) == len(first) for item in items):
        return [_merged(numbers, list(each), values) for each in zip(*items, strict=True)]
    if all(isinstance(item, str) for item in items):
        texts = {_marked(number, text) for number, text in zip(numbers, items, strict=True)}
        if len(texts) == 1 and texts.isdisjoint({_NUMBER, f"1{_NUMBER}"}):  # alone, YAML would take it for a number
            return texts.pop()
    name = len(values[numbers[0]])
    for number, item in zip(numbers, items, strict=True):
        values[number][f"value{name}"] = item
    return f"{_VALUE}{name}"


def _marked(number: str, text: str) -> str:
    """Also in a port, which is 10,000 more than the number (benchmarks.made_up)."""
    return re.sub(rf"(?<!\d)(1?){number}(?!\d)", rf"\1{_NUMBER}", text)


def _dump(content: Any) -> str:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return yaml.dump(content, Dumper=dumper, allow_unicode=True, sort_keys=False, width=100_000)
