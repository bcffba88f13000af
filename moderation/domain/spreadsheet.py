"""Text for the cells of a spreadsheet: the same rule for every export."""

from accounts.spreadsheet import cell

__all__ = ["cell"]
