"""Secrets in clear text: variables that look like one."""

import re

_SECRET_NAME = re.compile(r"(^|_)(SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE_KEY|CREDENTIALS?|PEPPER|DSN)$")

_SECRET_VALUE = re.compile(r"://[^/\s:@]*:[^/\s@]+@|-----BEGIN |\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_\w{20,}|\bsk-\w{16,}")


def looks_secret(name: str, value: str) -> bool:
    """Whether a variable has the name of a secret, or a value that looks like one."""
    return bool(_SECRET_NAME.search(name) or _SECRET_VALUE.search(value))
