"""Resource quantities as the API server writes them: stated in another spelling, one never is what was asked for."""

_STEP = 1024
_UNITS = ("Mi", "Gi", "Ti", "Pi")


def cpu(millicores: int) -> str:
    """CPU: whole cores without a suffix, else millicores."""
    return str(millicores // 1000) if millicores % 1000 == 0 else f"{millicores}m"


def memory(mib: int) -> str:
    """Memory or disk, in MiB: in the largest binary unit that leaves no fraction."""
    if mib == 0:
        return "0"
    amount, unit = mib, 0
    while amount % _STEP == 0 and unit < len(_UNITS) - 1:
        amount, unit = amount // _STEP, unit + 1
    return f"{amount}{_UNITS[unit]}"
