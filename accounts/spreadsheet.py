"""Text for the cells of a spreadsheet: what strangers wrote must never be taken for a formula."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def cell(text: str) -> str:
    """The text, marked as text where a spreadsheet would calculate it, also behind blanks in front."""
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_BEGINS_A_FORMULA) else text
