"""`naap plugin owners`: CODEOWNERS of the registry, from the owner that each entry states."""

from pathlib import Path

from console.files import shown_path
from console.terminal import Answer
from plugins.registry.manifest import manifest_path
from plugins.registry.parse import load_registry
from plugins.registry.sources import entry_file


def owners(path: Path, organization: str) -> Answer:
    """A line for each file of an entry: the entry's own, and its manifest. Raises InvalidInputError.

    What stands in the file of all entries is the platform's: GitHub knows owners of files, not of parts.
    """
    registry = load_registry(path, production=False)
    teams = {plugin.name: f"@{organization}/{plugin.owner}" for plugin in registry.plugins}
    lines = ["# Made by `naap plugin owners`: who reviews a change of which entry."]
    for name, team in sorted(teams.items()):
        own = [file for file in (entry_file(path, name), manifest_path(path.parent, name)) if file.is_file()]
        lines += [f"/{shown_path(file)} {team}" for file in own]
    return Answer(data=teams, text="\n".join(lines))
