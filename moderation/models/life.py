"""What every model with a life shares: its state changes by `move_to` and in no other way."""

from typing import Any, ClassVar

from django.db import models

from moderation.domain import lifecycle


class Living(models.Model):
    """Names its table of moves; the caller holds the row's lock and saves the fields it gets back."""

    moves: ClassVar[lifecycle.Table]
    state: Any

    class Meta:
        abstract = True

    def move_to(self, new: Any) -> None:
        """Assign the state, unsaved. Raises WrongMove when the table of moves does not allow it."""
        vocabulary = type(new)
        lifecycle.check_move(self.moves, str(self._meta.verbose_name), vocabulary(self.state), new)
        self.state = new
