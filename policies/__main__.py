"""The policy pack, as the engine runs it; by hand: `python -m policies explain ID` and `table`."""

import argparse
import sys
from pathlib import Path

# The engine runs this file from its own folder, outside the package.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from policies.catalogue import as_markdown, load_catalogue


def main(arguments: list[str]) -> int:
    """Explains a rule or prints the table; 2: there is no such rule."""
    parser = argparse.ArgumentParser(prog="python -m policies")
    commands = parser.add_subparsers(dest="command", required=True)
    explain = commands.add_parser("explain", help="what a rule demands, why, and how to mend a violation")
    explain.add_argument("id")
    commands.add_parser("table", help="the table of docs/policies.md")
    options = parser.parse_args(arguments)
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


if __name__ == "__main__":
    if __package__ == "policies":
        sys.exit(main(sys.argv[1:]))
    from policies.pack import make_pack

    make_pack()
