"""How wide a text is, about: nobody knows which font a browser has."""

_NARROW, _WIDE = frozenset(" .,:;'|!iljtfrI()[]/-"), frozenset("mwMW@%→")
_BY_CLASS = {"narrow": 0.34, "wide": 0.86, "upper": 0.7, "other": 0.57}
MONO = 0.61


def width_of(text: str, size: float, *, mono: bool = False) -> float:
    """Pixels of a text in Helvetica or its like, a little generously."""
    if mono:
        return len(text) * size * MONO
    return size * sum(_BY_CLASS[_class(letter)] for letter in text)


def fitted(text: str, room: float, size: float, *, mono: bool = False) -> str:
    """The text, or as much of its start as there is room for."""
    if width_of(text, size, mono=mono) <= room:
        return text
    while text and width_of(text + "…", size, mono=mono) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _class(letter: str) -> str:
    if letter in _NARROW:
        return "narrow"
    if letter in _WIDE:
        return "wide"
    return "upper" if letter.isupper() else "other"
