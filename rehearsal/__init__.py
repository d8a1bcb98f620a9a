"""Rehearsal: the whole program on this machine, under the real engine, with no cloud account.

Errors: RehearsalError (what went wrong and what to do about it; the commands print it without a traceback).
"""


class RehearsalError(Exception):
    """A rehearsal can't go on. The text says what happened and what to do."""
