"""Text for a terminal or a log line: what strangers wrote moves no cursor, colours nothing, begins no line of its own.

Knows neither terminal nor log.
"""

_REPLACED = "�"


def plainly(text: str, *, keep: str = "") -> str:
    """The text on one line; what cannot be printed becomes �, except for the characters to keep.

    Control characters, line and paragraph separators, and the signs that turn writing around are none that Python
    calls printable.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in keep else _REPLACED for char in text)
