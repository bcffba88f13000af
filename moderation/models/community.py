"""The chat platform's side: accounts, conversations and messages as the platform tells them.

The platform's ids are unique by a constraint, not by the field: with the field comes a second index, for LIKE, which
nobody uses and every message pays for.
"""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Collate, Lower, Now

from moderation.domain.standing import Standing
from moderation.domain.vocabulary import TEEN_BADGE, AccountRole, AccountStatus, AgeGroup, Room
from moderation.models.fields import code_field, only
from moderation.models.secret_text import SecretTextField


class Account(models.Model):
    """An account of the community. `badges` and `status` are the platform's word; the standing is ours.

    The four standing columns are a copy of `standing_of(sanctions in force)`, written under a lock on this row
    whenever a sanction starts or ends.
    """

    ext_id = models.CharField(max_length=200)
    username = models.CharField(max_length=150, blank=True)
    role = code_field(AccountRole, default=AccountRole.UNKNOWN)
    age_group = code_field(AgeGroup, default=AgeGroup.UNKNOWN)
    status = code_field(AccountStatus, default=AccountStatus.ACTIVE)
    badges = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    person = models.CharField(
        max_length=200,
        blank=True,
        help_text="The platform's opaque key that joins the accounts of one person.",
    )
    joined_at = models.DateTimeField(null=True, blank=True)
    first_seen_at = models.DateTimeField(db_default=Now(), editable=False)
    checked_in_at = models.DateTimeField(null=True, blank=True, help_text="The last safety check-in that was answered.")

    suspended = models.BooleanField(default=False)
    suspended_until = models.DateTimeField(null=True, blank=True)
    badges_held = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    badges_removed = ArrayField(models.CharField(max_length=64), default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ext_id"], name="account_is_known_once"),
            only("role", AccountRole, name="account_role_is_known"),
            only("age_group", AgeGroup, name="account_age_group_is_known"),
            only("status", AccountStatus, name="account_status_is_known"),
            models.CheckConstraint(
                condition=Q(suspended=True) | Q(suspended_until__isnull=True),
                name="account_end_only_while_suspended",
            ),
        ]
        indexes = [
            models.Index(fields=["person"], condition=~Q(person=""), name="account_by_person"),
            models.Index(fields=["username"], opclasses=["varchar_pattern_ops"], name="account_by_username"),
            models.Index(Collate(Lower("username"), "C"), "id", name="account_by_folded_name"),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return self.username or self.ext_id

    @property
    def counted_from(self) -> datetime:
        """From when on the next check-in is counted."""
        return self.checked_in_at or self.joined_at or self.first_seen_at

    @property
    def is_teen(self) -> bool:
        return AgeGroup(self.age_group) is AgeGroup.TEEN

    @property
    def is_on_break(self) -> bool:
        return AccountStatus(self.status).is_break

    @property
    def holds_teen_badge(self) -> bool:
        return bool({TEEN_BADGE} & set(self.badges) - set(self.badges_removed))

    def reaches_teen(self, present: Iterable["Account"]) -> bool:
        """Whether what this account shares is the heightened case: a teen is there, and it is an adult's or a
        listener's."""
        is_heightened = not self.is_teen or AccountRole(self.role) is AccountRole.LISTENER
        return is_heightened and any(other.is_teen for other in present if other.pk != self.pk)

    @property
    def standing(self) -> Standing:
        return Standing(self.suspended, self.suspended_until, tuple(self.badges_held), tuple(self.badges_removed))

    def take_standing(self, standing: Standing) -> list[str]:
        """Copy a computed standing onto the row, unsaved; answers the names of the columns to save, if any differ."""
        if standing == self.standing:
            return []
        self.suspended, self.suspended_until = standing.suspended, standing.suspended_until
        self.badges_held, self.badges_removed = list(standing.badges_held), list(standing.badges_removed)
        return ["suspended", "suspended_until", "badges_held", "badges_removed"]


class Conversation(models.Model):
    ext_id = models.CharField(max_length=200)
    room = code_field(Room)
    first_seen_at = models.DateTimeField(db_default=Now(), editable=False)
    accounts: "models.ManyToManyField[Account, Participant]" = models.ManyToManyField(Account, through="Participant")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ext_id"], name="conversation_is_known_once"),
            only("room", Room, name="conversation_room_is_known"),
        ]

    def __str__(self) -> str:
        return self.ext_id


class Participant(models.Model):
    """That an account has written in a conversation."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "account"], name="participant_once_a_conversation"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} in {self.conversation_id}"


MOST_ATTEMPTS = 3  # at screening one message before it is set aside


class MessageQuerySet(models.QuerySet["Message"]):
    def unscreened(self) -> "MessageQuerySet":
        """Written so that the partial index of the same condition serves it."""
        return self.filter(screened_at__isnull=True, attempts__lt=MOST_ATTEMPTS)

    def set_aside(self) -> "MessageQuerySet":
        return self.filter(screened_at__isnull=True, attempts__gte=MOST_ATTEMPTS)

    def in_order(self) -> "MessageQuerySet":
        return self.order_by("sent_at", "id")


class Message(models.Model):
    """What somebody wrote. `screened_at IS NULL` is the screening queue; there is no other."""

    id = models.BigAutoField(primary_key=True)
    ext_id = models.CharField(max_length=200)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False)
    sender = models.ForeignKey(Account, on_delete=models.PROTECT, db_index=False)
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    text = SecretTextField()
    screened_at = models.DateTimeField(null=True, blank=True)
    engine = models.CharField(max_length=16, blank=True, help_text="Version of the pre-screen that looked at it.")
    attempts = models.SmallIntegerField(default=0, db_default=0)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ext_id"], name="message_is_known_once")]
        indexes = [
            models.Index(fields=["conversation", "sent_at", "id"], name="message_in_conversation"),
            models.Index(fields=["sender", "sent_at", "id"], name="message_by_sender"),
            models.Index(
                fields=["id"],
                condition=Q(screened_at__isnull=True, attempts__lt=MOST_ATTEMPTS),
                include=["received_at"],
                name="message_unscreened",
            ),
            models.Index(
                fields=["id"],
                condition=Q(screened_at__isnull=True, attempts__gte=MOST_ATTEMPTS),
                name="message_set_aside",
            ),
        ]

    def __str__(self) -> str:
        return self.ext_id


class MessageEdit(models.Model):
    """An earlier text of a message whose platform sent another under the same id; kept because it is evidence."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="edits")
    text = SecretTextField()
    replaced_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"earlier text of {self.message_id}"
