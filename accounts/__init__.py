"""Who signs in, which machines call, what each may do, and the record of who did what."""

from accounts.actors import SYSTEM, Actor

__all__ = ["SYSTEM", "Actor"]
