"""Changes of sanctions in force: what an admin did or proposed, and a second person's answer."""

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from moderation.domain import lifecycle
from moderation.domain.vocabulary import ChangeState, Deed
from moderation.models.decisions import Sanction
from moderation.models.fields import code_field, only
from moderation.models.life import Living
from moderation.models.secret_text import SecretTextField

_TWO = [deed.value for deed in Deed if deed.needs_two]


class SanctionChange(Living):
    """One deed on one sanction. `key` comes from the form: the same form sent twice changes a sanction once."""

    moves = lifecycle.CHANGE

    sanction = models.ForeignKey(Sanction, on_delete=models.PROTECT, related_name="changes", db_index=False)
    key = models.UUIDField()
    deed = code_field(Deed)
    state = code_field(ChangeState)
    days = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = SecretTextField()
    notice = SecretTextField(blank=True, help_text="What the person gets to read.")
    ends_before = models.DateTimeField(null=True, blank=True, help_text="The end that it had.")
    ends_after = models.DateTimeField(null=True, blank=True, help_text="The end that it got; empty: none.")
    proposer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_note = SecretTextField(blank=True)

    class Meta:
        constraints = [
            only("deed", Deed, name="change_deed_is_known"),
            only("state", ChangeState, name="change_state_is_known"),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("proposer")),
                name="change_answered_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(deed__in=_TWO, state=ChangeState.DONE) | Q(answered_by__isnull=False),
                name="change_done_only_when_approved",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="change_has_a_reason"),
            models.UniqueConstraint(fields=["sanction", "key"], name="change_once_a_form"),
            models.UniqueConstraint(
                fields=["sanction"], condition=Q(state=ChangeState.PROPOSED), name="one_proposed_change_a_sanction"
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=Q(state="proposed"), name="change_waiting")]

    def __str__(self) -> str:
        return f"{self.deed} of sanction {self.sanction_id}"
