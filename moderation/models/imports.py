"""How far the import of a file has come. The row stands as long as the import has not ended."""

from django.db import models
from django.db.models.functions import Now


class ImportRun(models.Model):
    """Written in the transaction that stores a batch, so that the place is where the rows are, whatever happens.

    `turn` counts the batches; a batch that finds another turn than it began with was overtaken by a second import of
    the same file.
    """

    key = models.CharField(max_length=64, unique=True, help_text="The hash of how the file begins, and of the options.")
    turn = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0, help_text="Unpacked, from the beginning of the file.")
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of these bytes.")
    lines = models.BigIntegerField(default=0)
    skip = models.IntegerField(default=0, help_text="Messages of the next line that are in already.")
    counts = models.JSONField(default=dict)
    refused_file = models.TextField(blank=True)
    refused_bytes = models.BigIntegerField(default=0)
    sentence_bytes = models.BigIntegerField(default=0)
    begun_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"import {self.key[:12]}, {self.lines:,} lines"
