"""Which contacts stand in which case, known only by a keyed hash: enough to say that one has been seen before."""

from django.db import models

from moderation.domain.vocabulary import Kind
from moderation.models.cases import Case
from moderation.models.community import Account
from moderation.models.fields import code_field, only


class Contact(models.Model):
    """A contact as it was given in a case. Equal contacts have equal fingerprints; nobody can read one back."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contacts", db_index=False)
    actor = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = code_field(Kind)
    fingerprint = models.CharField(max_length=64, help_text="HMAC-SHA-256 of the canonical contact.")

    class Meta:
        constraints = [
            only("kind", Kind, name="contact_kind_is_known"),
            models.UniqueConstraint(fields=["case", "actor", "fingerprint"], name="contact_once_a_case_and_actor"),
        ]
        indexes = [
            models.Index(fields=["fingerprint", "case"], name="contact_by_fingerprint"),
            models.Index(fields=["fingerprint", "actor", "-case"], name="contact_by_who_gave_it"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in case {self.case_id}"
