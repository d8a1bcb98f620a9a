"""Tags: values that every AWS service takes, and the one by which the budget finds its costs."""

from collections.abc import Iterable

from doctor.finding import Check, Finding, Unanswered
from planning.inputs.text_values import tag_value
from planning.shared.tags import Tags

MAX_VALUE = 256
_RESERVED = "aws:"
COST_TAG = "Environment"
"""By which the stack's budget in AWS is filtered."""


def judge_tags(stack: str, tags: Tags, plugins: Iterable[str]) -> list[Finding]:
    """One finding for each value that a service would refuse, or one for all."""
    values = {**tags.of("platform"), **{f"Plugin {name}": name for name in plugins}}
    wrong = {key: why for key, value in values.items() if (why := _fault(value))}
    check = Check(
        name="tags",
        rule=f"a tag has 1-{MAX_VALUE} letters, digits, spaces and _ . : / = + - @, and doesn't begin with {_RESERVED}",
        file=f"Pulumi.{stack}.yaml",
    )
    if not wrong:
        return [check.ok(f"{len(values)} values")]
    return [
        check.stops(f"{key}={values[key]}: {why}", "correct naap:owner, naap:costCenter, or the name that it is")
        for key, why in wrong.items()
    ]


def _fault(value: str) -> str:
    if len(value) > MAX_VALUE:
        return f"{len(value)} characters"
    if value.lower().startswith(_RESERVED):
        return f"{_RESERVED} is AWS's own"
    try:
        tag_value(value)
    except ValueError as error:
        return str(error)
    return ""


def judge_cost_tag(status: str | Unanswered | None) -> Finding:
    """status: as Cost Explorer has it; None: it has not seen the tag."""
    check = Check(
        name="cost allocation tag",
        rule=f"the tag {COST_TAG} is activated in the account that pays: until then the budget reads 0 and never warns",
        entry=COST_TAG,
    )
    activate = (
        f"aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey={COST_TAG},Status=Active"
    )
    if isinstance(status, Unanswered):
        return check.skipped(status)
    if status is None:
        return check.warns(
            "not known to Cost Explorer yet", f"a day after the first up, in the paying account: {activate}"
        )
    if status != "Active":
        return check.warns(status.lower(), f"in the paying account: {activate}")
    return check.ok("active")
