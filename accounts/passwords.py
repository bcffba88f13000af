"""A check of passwords that needs no list of leaks: how much there is in them at all."""

from django.core.exceptions import ValidationError

LEAST_DIFFERENT = 6


class NotRepetitive:
    """Refuses what is long only because it says the same again."""

    def validate(self, password: str, user: object = None) -> None:
        half = (password + password).find(password, 1)
        if len(set(password.lower())) < LEAST_DIFFERENT or (half < len(password) and half < 12):
            raise ValidationError(self.get_help_text(), code="password_repetitive")

    def get_help_text(self) -> str:
        return f"Use at least {LEAST_DIFFERENT} different characters, and nothing that only repeats itself."
