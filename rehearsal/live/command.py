"""How a module of this folder is started as a program of this checkout, whatever the interpreter has installed."""

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def python(module: str, *arguments: str) -> tuple[str, ...]:
    """Its command line, as node.node; the module's main gets the arguments."""
    code = f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from rehearsal.live.{module} import main; "
    return (sys.executable, "-P", "-c", f"{code}main(*sys.argv[1:])", *arguments)
