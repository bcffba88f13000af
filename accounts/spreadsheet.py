"""Text for the cells of a spreadsheet: what strangers wrote must never be taken for a formula."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")
_BREAKS = ("\t", "\r", "\n")  # some programs drop them and read on


def cell(text: str) -> str:
    """The text, marked as text where a spreadsheet would calculate it, also behind what cannot be seen in front."""
    return f"'{text}" if text.startswith(_BREAKS) or _seen(text).startswith(_BEGINS_A_FORMULA) else text


def _seen(text: str) -> str:
    """The text from the first character that is drawn: blanks, control and zero-width signs are passed over."""
    return next((text[at:] for at, char in enumerate(text) if char.isprintable() and not char.isspace()), "")
