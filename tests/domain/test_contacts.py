"""Equal contacts get one spelling, and what is no contact gets none."""

import pytest

from moderation.domain.contacts import canonical
from moderation.domain.vocabulary import Ground, Kind


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.PHONE, "0770"),
        (Kind.PHONE, "double oh seven"),
        (Kind.PHONE, "what's your number"),
        (Kind.PHONE, "1234567890123456789"),
        (Kind.EMAIL, "mail me"),
        (Kind.EMAIL, "rowan@"),
        (Kind.SOCIAL_HANDLE, "the same as my name on here"),
        (Kind.SOCIAL_HANDLE, "sunshine"),
        (Kind.SOCIAL_HANDLE, "r_v"),
        (Kind.MESSAGING_APP, "discord"),
        (Kind.URL, "the first hit"),
        (Kind.POSTAL_ADDRESS, "12 Elm Street"),
        (Kind.OTHER, "behind the station at 5.30"),
    ],
)
def test_what_would_be_found_again_by_accident_is_not_compared(kind: Kind, said: str) -> None:
    assert canonical(Ground.CONTACT_SHARED, kind, said) == ""


@pytest.mark.parametrize("kind", [Kind.POSTAL_ADDRESS, Kind.OTHER])
def test_addresses_and_meetings_are_never_compared(kind: Kind) -> None:
    assert canonical(Ground.CONTACT_SHARED, kind, "x", "a reading") == ""


@pytest.mark.parametrize("rule", [Ground.CONTACT_REQUESTED, Ground.OFFSITE_CONTACT, Ground.OFFSITE_HARM])
def test_a_name_that_nobody_gave_is_not_compared(rule: Ground) -> None:
    assert canonical(rule, Kind.MESSAGING_APP, "rowan_vale") == ""


@pytest.mark.parametrize(
    ("kind", "said", "spelling"),
    [
        (Kind.PHONE, "(503) 555-0118", "5035550118"),
        (Kind.PHONE, "+44 7700 900142", "+447700900142"),
        (Kind.PHONE, "٠٧٧٠٠٩٠٠١٤٢", "07700900142"),
        (Kind.EMAIL, "Someone.Else @ Mail.example", "someone.else@mail.example"),
        (Kind.SOCIAL_HANDLE, "@Rowan", "rowan"),
        (Kind.MESSAGING_APP, "Rowan_Vale", "rowan_vale"),
        (Kind.MESSAGING_APP, "R O W A N 7", "rowan7"),
        (Kind.URL, "https://www.Rooms.example/r/", "rooms.example/r"),
    ],
)
def test_one_spelling(kind: Kind, said: str, spelling: str) -> None:
    assert canonical(Ground.CONTACT_SHARED, kind, said) == spelling


def test_what_the_pre_screen_reads_goes_before_the_words() -> None:
    said = canonical(Ground.OFFSITE_CONTACT, Kind.PHONE, "double oh seven …", "+44 7700900142")

    assert said == "+447700900142"
