"""Staff, machine keys and the audit trail. Knows nothing of cases or sanctions."""

import secrets
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.actors import ActorKind
from accounts.roles import ALWAYS, CAPABILITIES, GRANTS_BESIDES, SECOND_FACTOR_FOR, Age, Capability, Role, Scope


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, username: str, *, role: Role, password: str | None = None, name: str = "", **given: Any
    ) -> "User":
        user = self.model(username=username, role=role, name=name or username, **given)
        user.set_password(password)
        user.save(using=self._db)
        return user


class CustomRole(models.Model):
    """A role that an admin made: a built-in one that it goes by, and capabilities of its own."""

    name = models.CharField(max_length=60, unique=True)
    goes_by = models.CharField(max_length=16, choices=[(role.value, role.label) for role in Role])
    capabilities = ArrayField(models.CharField(max_length=32))
    second_factor = models.BooleanField(default=True, db_default=True)
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(goes_by__in=[role.value for role in Role]), name="custom_role_goes_by_a_known_one"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def held(self) -> frozenset[Capability]:
        """A capability that this version of Haven does not know any more grants nothing."""
        return ALWAYS | frozenset(each for each in Capability if each.value in self.capabilities)

    @property
    def needs_second_factor(self) -> bool:
        return self.second_factor or bool(self.held & SECOND_FACTOR_FOR)


class User(AbstractBaseUser):
    """A person on staff. There are no superusers: what a person may do follows from the role alone.

    `rules` and `ages` narrow whose cases a person sees; empty means all. `is_fresh` is never stored: the gate sets it
    for a request whose session has shown a second factor within the last minutes.
    """

    username = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=150, help_text="Shown to colleagues; never to the community.")
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=16, choices=[(role.value, role.label) for role in Role])
    custom_role = models.ForeignKey(CustomRole, on_delete=models.PROTECT, null=True, blank=True, related_name="people")
    rules = ArrayField(models.CharField(max_length=32), default=list, db_default=[], blank=True)
    ages = ArrayField(models.CharField(max_length=8), default=list, db_default=[], blank=True)
    is_active = models.BooleanField(default=True)
    preferences = models.JSONField(default=dict, blank=True, help_text="How this person likes to work; keys and care.")
    joined_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["role"]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=[role.value for role in Role]), name="user_role_is_known"),
            models.CheckConstraint(
                condition=Q(ages__contained_by=[age.value for age in Age]), name="user_ages_are_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    actor_kind = ActorKind.STAFF

    @property
    def actor_id(self) -> int:
        return self.pk

    @property
    def actor_name(self) -> str:
        return self.name

    is_fresh = False

    @property
    def is_narrowed(self) -> bool:
        """Whether they see the cases of some rules or one age alone."""
        return bool(self.rules or self.ages)

    @property
    def role_name(self) -> str:
        return self.custom_role.name if self.custom_role else Role(self.role).label

    @property
    def capabilities(self) -> frozenset[Capability]:
        if not self.is_active:
            return frozenset()
        return self.custom_role.held if self.custom_role else CAPABILITIES[Role(self.role)]

    @property
    def grantable(self) -> frozenset[Capability]:
        """What this person may give to others."""
        if not self.can(Capability.MANAGE_TEAM):
            return frozenset()
        besides = frozenset() if self.custom_role else GRANTS_BESIDES.get(Role(self.role), frozenset())
        return self.capabilities | besides

    @property
    def needs_second_factor(self) -> bool:
        return self.custom_role.needs_second_factor if self.custom_role else True

    @property
    def is_of_directory(self) -> bool:
        """Whether single sign-on vouches for this person: then nothing else lets them in, or leaving the directory
        would not keep them out."""
        return bool(self.socialaccount_set.exists())  # type: ignore[attr-defined]

    def can(self, wanted: Capability | Scope) -> bool:
        return wanted in self.capabilities


class Invitation(models.Model):
    """A signed link by which somebody new joins staff, or somebody known comes back in; good once and for a time."""

    name = models.CharField(max_length=150)
    role = models.CharField(max_length=16, choices=[(role.value, role.label) for role in Role])
    custom_role = models.ForeignKey(CustomRole, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="ways_back", help_text="Comes back in."
    )
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(withdrawn_at__isnull=True), name="invitation_used_or_withdrawn"
            ),
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="invitation_role_is_known"
            ),
        ]
        indexes = [models.Index(fields=["-invited_at"], name="invitation_newest")]

    def __str__(self) -> str:
        return f"invitation of {self.name}"

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and self.withdrawn_at is None and now < self.expires_at

    @property
    def role_name(self) -> str:
        return self.custom_role.name if self.custom_role else Role(self.role).label


class ApiKey(models.Model):
    """A machine that may call us. The key itself is shown once; here stands only its hash."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True, help_text="The first characters, to recognise a key by.")
    digest = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=32))
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scopes__contained_by=[scope.value for scope in Scope]),
                name="api_key_scopes_are_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    actor_kind = ActorKind.MACHINE
    is_fresh = True  # a machine shows its whole secret with every call

    @property
    def actor_id(self) -> int:
        return self.pk

    @property
    def actor_name(self) -> str:
        return self.name

    def can(self, wanted: Capability | Scope) -> bool:
        return wanted in self.scopes

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def matches(self, secret: str) -> bool:
        return secrets.compare_digest(bytes(self.digest), digest_of(secret))


def digest_of(secret: str) -> bytes:
    """Keys are 256 random bits, so one round of SHA-256 is enough: there is nothing to guess."""
    return sha256(secret.encode()).digest()


class AuditEntry(models.Model):
    """One row an operation, written last in its transaction, never changed: triggers and grants see to it."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=TransactionNow(), editable=False)
    verb = models.CharField(max_length=64)
    actor_kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in ActorKind])
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=150, help_text="Copied, so that the record survives a change of name.")
    on_behalf_of = models.CharField(
        max_length=64, blank=True, db_default="", help_text="For whom the actor did it, as «account 12»."
    )
    address = models.GenericIPAddressField(null=True, help_text="From where the actor called; empty: from Haven.")
    target_type = models.CharField(max_length=32)
    target_id = models.CharField(max_length=64)
    request_id = models.CharField(max_length=64, blank=True)
    policy_version = models.PositiveIntegerField(null=True)
    details = models.JSONField(default=dict, help_text="Ids and primitives only, never the text of a message.")

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["target_type", "target_id", "-id"], name="audit_by_target"),
            models.Index(fields=["actor_kind", "actor_id", "-id"], name="audit_by_actor"),
            models.Index(fields=["verb", "-id"], name="audit_by_verb"),
            models.Index(fields=["at"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_type} {self.target_id} by {self.actor_name}"


class AuditSeal(models.Model):
    """One link of the chain over the trail: an entry as it read when it was sealed, and the hash of all up to there.

    Never changed, as the entries. What the chain can prove stands in docs/decisions/0009.
    """

    seq = models.BigIntegerField(primary_key=True, help_text="The place in the chain, without holes.")
    entry_id = models.BigIntegerField(unique=True, help_text="Not a foreign key: a seal outlives a row that vanished.")
    said = models.TextField(help_text="The entry as one text; see accounts.sealing.")
    swept_at = models.DateTimeField(null=True, help_text="Everything committed before this moment was sealed by then.")
    head = models.BinaryField(max_length=32, help_text="SHA-256 of the head before, the place and the text.")

    class Meta:
        indexes = [models.Index(fields=["swept_at", "seq"], name="seal_by_sweep")]

    def __str__(self) -> str:
        return f"seal {self.seq} of audit entry {self.entry_id}"
