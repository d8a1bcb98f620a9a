"""Resource quantities (`500m`, `0.5`, `1Gi`): one text for each amount, as the API server writes it."""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal

_DECIMAL = ("E", "P", "T", "G", "M", "k", "", "m", "u", "n")  # powers of 1000, from 18 down to -9
_BINARY = ("Ei", "Pi", "Ti", "Gi", "Mi", "Ki")  # powers of 1024, from 6 down to 1
_FACTORS: dict[str, Decimal] = {
    **{suffix: Decimal(1000) ** (6 - place) for place, suffix in enumerate(_DECIMAL)},
    **{suffix: Decimal(1024) ** (6 - place) for place, suffix in enumerate(_BINARY)},
}
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([KMGTPE]i|[numkMGTPE]?))")


def canonical(text: str | float) -> str:
    """The API server's own text for the amount; a text that is no quantity comes back as it is."""
    match = _QUANTITY.fullmatch(str(text))
    if not match:
        return str(text)
    suffix: str = match[3] or ""
    amount = Decimal(match[1] + (match[2] or "")) * _FACTORS[suffix]
    if amount == 0:
        return "0"
    if suffix.endswith("i"):
        for unit in _BINARY:
            if amount % _FACTORS[unit] == 0:
                return f"{int(amount / _FACTORS[unit])}{unit}"
        if amount == amount.to_integral_value():
            return str(int(amount))
    for unit in _DECIMAL:
        if amount % _FACTORS[unit] == 0:
            return f"{int(amount / _FACTORS[unit])}{unit}"
    return f"{int((amount / _FACTORS['n']).to_integral_value(ROUND_CEILING))}n"
