"""What a template of a notice may and must leave open, to be filled in when it is sent."""

from string import Formatter

from moderation.domain.vocabulary import SanctionKind

ALWAYS = frozenset({"username", "ground", "clause"})

# Beyond those: what else each kind of notice may name, and which of it may not be missing.
MAY: dict[SanctionKind, frozenset[str]] = {
    SanctionKind.EDUCATION_NOTICE: frozenset({"appeal_until", "appeal_link"}),
    SanctionKind.SUSPENSION: frozenset({"length", "appeal_until", "appeal_link"}),
    SanctionKind.TEEN_BADGE_HOLD: frozenset({"appeal_until", "appeal_link"}),
    SanctionKind.TEEN_BADGE_REMOVAL: frozenset({"appeal_until", "appeal_link"}),
}
MUST: dict[SanctionKind, frozenset[str]] = {
    SanctionKind.EDUCATION_NOTICE: frozenset(),
    SanctionKind.SUSPENSION: frozenset({"length", "appeal_until"}),
    SanctionKind.TEEN_BADGE_HOLD: frozenset(),
    SanctionKind.TEEN_BADGE_REMOVAL: frozenset({"appeal_until"}),
}


def check_placeholders(text: str, kind: SanctionKind) -> None:
    """Raise ValueError, with a sentence, for a placeholder that nothing would fill, or one that is missing."""
    named = placeholders(text)
    if unknown := named - ALWAYS - MAY[kind]:
        known = ", ".join(f"{{{name}}}" for name in sorted(ALWAYS | MAY[kind]))
        raise ValueError(f"nothing fills in {{{min(unknown)}}}. There are {known}.")
    if missing := (ALWAYS | MUST[kind]) - named:
        raise ValueError(f"{{{min(missing)}}} is missing, and the person has to read it.")


def placeholders(text: str) -> frozenset[str]:
    """The names between braces. Raises ValueError where a brace stands alone or more than a name is in it."""
    try:
        parsed = list(Formatter().parse(text))
    except ValueError:
        raise ValueError("a brace stands alone. Write {{ or }} where a brace is meant.") from None
    for _, name, form, conversion in parsed:
        if name is not None and (form or conversion or not name.isidentifier()):
            raise ValueError(f"“{{{name}}}” is no placeholder: between the braces stands one name and nothing else.")
    return frozenset(name for _, name, _, _ in parsed if name is not None)
