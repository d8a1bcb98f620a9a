"""Runs one Pulumi program, or a module such as pulumi.policy, for the language host, and ends when that ends.

`program.py run` reads what to run as JSON from its input; `program.py module NAME ARGS...` is as `python -m`.
Runs under the interpreter of the program's own virtual environment: it may import nothing of this project.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import runpy
import signal
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi.runtime

REPORTED = 32  # exit code by which the host knows that the user has been told why
MAX_THREADS = 256  # --parallel may be any number; threads are not free


def _end_with_parent() -> None:
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _own_frames(error: BaseException, folder: Path) -> str:
    """The traceback from the program's first frame on: how it was started is of no interest."""
    frame = error.__traceback__
    while frame and not Path(frame.tb_frame.f_code.co_filename).is_relative_to(folder):
        frame = frame.tb_next
    return "".join(traceback.format_exception(type(error), error, frame or error.__traceback__))


def _run(request: dict[str, Any]) -> int:
    folder = Path(request["folder"])
    config: dict[str, str] = request["config"]
    pulumi.runtime.set_all_config(config, request["secret_keys"])
    pulumi.runtime.configure(pulumi.runtime.Settings(**request["settings"]))
    os.chdir(request["pwd"])
    sys.argv = [request["entry"], *request["args"]]
    sys.path[0] = str(folder)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    threads = min(MAX_THREADS, max(4, 4 * request["settings"]["parallel"]))
    loop.set_default_executor(ThreadPoolExecutor(max_workers=threads))
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # it repeats what is reported below
    try:
        loop.run_until_complete(
            pulumi.runtime.run_in_stack(lambda: _main(request["entry"])),
        )
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except SystemExit as error:
        if not error.code:
            return 0
        if isinstance(error.code, str):  # sys.exit("why")
            pulumi.log.error(error.code)
        else:
            pulumi.log.error(f"The program ended with exit code {error.code}.")
    except BaseException as error:  # noqa: BLE001  (whatever it is, the user must see it)
        pulumi.log.error(f"Program failed with an unhandled exception:\n{_own_frames(error, folder)}")
    else:
        return 0
    return REPORTED


def _main(entry: str) -> None:
    runpy.run_path(entry, run_name="__main__")


def _interrupted(_number: int, _frame: object) -> None:
    os._exit(REPORTED)  # the engine says itself that it was interrupted, and may signal more than once


def main() -> None:
    """Run what the arguments say."""
    signal.signal(signal.SIGINT, _interrupted)
    _end_with_parent()
    if sys.argv[1] == "module":
        sys.argv = sys.argv[2:]
        sys.path[0] = str(Path.cwd())
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
        return
    code = _run(cast("dict[str, Any]", json.load(sys.stdin)))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # threads that wait for the engine must not keep the process alive


main()
