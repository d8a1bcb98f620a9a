"""The policy pack, as the engine runs it; by hand: `python -m policies explain ID`, `table` and `comment FILE`."""

import argparse
import gc
import os
import sys
from importlib import import_module
from pathlib import Path

# The engine runs this file from its own folder, outside the package.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

if __package__ == "policies":  # by hand, and so perhaps by a Python without the packages: planning says so
    import_module("planning")

from policies.catalogue import as_markdown, load_catalogue
from policies.preview import BadPreviewError, comment, cost_line, read_preview


def main(arguments: list[str]) -> int:
    """Explains a rule, prints the table, or tells of a preview.

    1: the preview would lose data, or the pack did not run; 2: there is no such rule, or no preview.
    """
    parser = argparse.ArgumentParser(prog="python -m policies")
    commands = parser.add_subparsers(dest="command", required=True)
    explain = commands.add_parser("explain", help="what a rule demands, why, and how to mend a violation")
    explain.add_argument("id")
    commands.add_parser("table", help="the table of docs/policies.md")
    told = commands.add_parser("comment", help="a pull request's comment, made from what pulumi preview --json printed")
    told.add_argument("file", type=Path)
    told.add_argument("--environment", required=True)
    told.add_argument("--cost-before", type=Path, help="what python -m naap cost --json said of the base")
    told.add_argument("--cost-after", type=Path, help="what it says of the change")
    options = parser.parse_args(arguments)
    if options.command == "comment":
        costs = [
            path.read_text() if path and path.is_file() else "" for path in (options.cost_before, options.cost_after)
        ]
        return _comment(options.file, options.environment, cost_line(*costs))
    catalogue = load_catalogue()
    if options.command == "table":
        print(as_markdown(catalogue), end="")
        return 0
    rule = catalogue.get(options.id)
    if rule is None:
        print(f"There is no rule {options.id!r}. The rules: {', '.join(catalogue)}", file=sys.stderr)
        return 2
    print(f"{rule.id}: {rule.title}\n\nwhy: {rule.why}\nfix: {rule.fix}")
    if rule.standard:
        print(f"standard: {rule.standard}")
    return 0


def _comment(file: Path, environment: str, cost: str) -> int:
    try:
        preview = read_preview(file.read_text())
    except (BadPreviewError, OSError) as error:
        print(f"{file}: {error}", file=sys.stderr)
        return 2
    print(comment(preview, environment=environment, cost=cost))
    for step in preview.losses:
        print(f"{step.operation} of {step.type} {step.name}: nothing that holds data may go", file=sys.stderr)
    for message in preview.broken:
        print(message, file=sys.stderr)
    return 1 if preview.losses or preview.broken else 0


if __name__ == "__main__":
    if __package__ == "policies":
        from console.run import until_read

        code = 0
        with until_read():
            code = main(sys.argv[1:])
        sys.exit(code)
    from policies.pack import make_pack

    # From these the SDK sets itself up anew for each question, and no rule asks for them.
    for name in ("PULUMI_PROJECT", "PULUMI_CONFIG"):
        os.environ.pop(name, None)
    # It lives for one operation and keeps what it reads: looking for what to free took a third of its time.
    gc.disable()
    make_pack()
