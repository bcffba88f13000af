"""What a person on staff or a machine may do: one table of capabilities a role. Knows no Django."""

from enum import StrEnum


class Capability(StrEnum):
    READ_CASES = "read_cases"
    WORK_CASES = "work_cases"  # claim, decide, note, reveal
    APPROVE = "approve"  # the second signature
    ANSWER_ESCALATIONS = "answer_escalations"
    HEAR_APPEALS = "hear_appeals"
    READ_APPEAL_FIGURES = "read_appeal_figures"
    READ_SANCTIONS = "read_sanctions"
    MANAGE_SANCTIONS = "manage_sanctions"  # lift, extend, shorten
    MANAGE_TEAM = "manage_team"
    READ_POLICY = "read_policy"  # every version, drafts too
    MANAGE_POLICY = "manage_policy"
    MANAGE_INTEGRATIONS = "manage_integrations"
    READ_AUDIT = "read_audit"
    READ_ANSWERS = "read_answers"  # what people wrote to the six questions
    READ_TRANSPARENCY = "read_transparency"  # figures of a year, about nobody
    EXPORT_STATEMENTS = "export_statements"  # anonymised, for the EU's transparency database
    MANAGE_DATA = "manage_data"  # what retention lets go, and all that is held about one person
    SEE_LINKS = "see_links"  # which accounts belong to one person; confidential
    SET_PREFERENCES = "set_preferences"  # one's own

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


class Role(StrEnum):
    MODERATOR = "moderator"
    SENIOR = "senior"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        return {"senior": "Senior moderator"}.get(self.value, self.value.capitalize())


class Age(StrEnum):
    """Whose cases: those that a teen has part in, or those among adults alone."""

    TEEN = "teen"
    ADULT = "adult"

    @property
    def label(self) -> str:
        return {"teen": "Teens have part in them", "adult": "Among adults"}[self.value]


class Scope(StrEnum):
    """What an API key may do; the names are part of the interface to the chat platform."""

    MESSAGES_WRITE = "messages:write"
    ACCOUNTS_WRITE = "accounts:write"
    REPORTS_WRITE = "reports:write"
    APPEALS_WRITE = "appeals:write"
    STANDING_READ = "standing:read"
    ERASURE_WRITE = "erasure:write"


_MODERATOR = frozenset(
    {Capability.READ_CASES, Capability.WORK_CASES, Capability.READ_SANCTIONS, Capability.SET_PREFERENCES}
)
_SENIOR = _MODERATOR | {
    Capability.APPROVE,
    Capability.ANSWER_ESCALATIONS,
    Capability.HEAR_APPEALS,
    Capability.READ_APPEAL_FIGURES,
    Capability.READ_ANSWERS,
    Capability.READ_TRANSPARENCY,
}
_ADMIN = frozenset(Capability) - {Capability.HEAR_APPEALS}
_AUDITOR = frozenset(
    {
        Capability.READ_CASES,
        Capability.READ_SANCTIONS,
        Capability.READ_POLICY,
        Capability.READ_AUDIT,
        Capability.READ_APPEAL_FIGURES,
        Capability.READ_TRANSPARENCY,
        Capability.SET_PREFERENCES,
    }
)

CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.MODERATOR: _MODERATOR,
    Role.SENIOR: _SENIOR,
    Role.ADMIN: _ADMIN,
    Role.AUDITOR: _AUDITOR,
}

# Of their own working day: whoever may sign in at all has these, a custom role too.
ALWAYS = frozenset({Capability.SET_PREFERENCES})

# What a role may grant besides what it holds. Admins appoint those who hear appeals and never hear one themselves:
# nobody changes their own role, so that this cannot be turned into a capability of one's own.
GRANTS_BESIDES: dict[Role, frozenset[Capability]] = {Role.ADMIN: frozenset({Capability.HEAR_APPEALS})}

# Whoever holds one of these signs in with a second factor, whatever a custom role says. All built-in roles do.
SECOND_FACTOR_FOR = frozenset(Capability) - ALWAYS - {Capability.READ_TRANSPARENCY, Capability.READ_APPEAL_FIGURES}
