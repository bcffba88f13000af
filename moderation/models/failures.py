"""What the pre-screen could not read, and where it broke: one row a message, the last try."""

from django.db import models

from moderation.models.community import Message


class ScreeningFailure(models.Model):
    """Stays after the message has been screened at last; what waits now is `Message.objects.set_aside()`."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="failure", primary_key=True)
    error = models.CharField(max_length=100, help_text="The exception's class; its words may hold the message's.")
    place = models.CharField(max_length=200, help_text="File, line and function, as in a traceback.")
    engine = models.CharField(max_length=16)
    failed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.error} at {self.place}"
