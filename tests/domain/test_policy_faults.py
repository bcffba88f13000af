"""What no policy may hold, each with its sentence; what validates can always be read; what differs, in words."""

from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.domain.first_policy import FIRST_POLICY
from moderation.domain.policy import UNSAID, Policy
from moderation.domain.policy_changes import changes, compared
from moderation.domain.policy_faults import faults
from moderation.domain.policy_fields import FIELDS, Field, filled

BODY = filled(FIRST_POLICY)
BY_PATH = {field.path: field for field in FIELDS}
SUSPENDED = "Hello {username}: {ground}. {clause} {length}. {appeal_until}"


def changed(path: str, value: Any) -> dict[str, Any]:
    body = deepcopy(BODY)
    BY_PATH.get(path, Field(path, "", "", None)).put(body, value)  # type: ignore[arg-type]
    return body


def text(said: str, name: str = "standard", language: str = "en") -> dict[str, str]:
    return {"name": name, "language": language, "text": said}


LINE = {"name": "A line", "contact": "0800 555 0100", "country": "GB"}
LINE |= {"source": "https://line.example.org", "verified": "2026-01-31"}
WRONG = [
    ("grounds.contact_shared.severity", "dire", "Choose one of: Critical, High, Normal, Low"),
    ("grounds.contact_shared.severity", 3, "Choose one of"),
    ("grounds.contact_shared.opens_from", 0.49, "0.5 to 1"),
    ("grounds.contact_shared.opens_from", float("nan"), "0.5 to 1"),
    ("grounds.contact_shared.opens_from", True, "0.5 to 1"),
    ("grounds.contact_shared.clause.text", "  ", "at least a word"),
    ("grounds.contact_shared.clause.text", "x" * 1001, "Shorten it"),
    ("grounds.contact_shared.clause.text", "a\x00", "cannot be kept"),
    ("grounds.contact_shared.clause.code", "", "1 to 64 characters"),
    ("grounds.contact_shared.ladder", [], "1 to 8 lines"),
    ("grounds.contact_shared.ladder", ["suspension:0"], "no step"),
    ("grounds.contact_shared.ladder", ["suspension:3651"], "no step"),
    ("grounds.contact_shared.ladder", ["suspension"], "no step"),
    ("grounds.contact_shared.ladder", ["teen_badge_removal"], "no step"),
    ("grounds.contact_shared.ladder", [7], "no step"),
    ("grounds.contact_shared.all_accounts", 1, "on or off"),
    ("grounds.contact_shared.reasons", [{"code": "Gave It", "label": "gave it"}], "no code"),
    ("grounds.contact_shared.reasons", [{"code": "a", "label": "b"}] * 2, "the same code"),
    ("grounds.contact_shared.reasons", [{"code": "a", "label": ""}], "1 to 80"),
    ("grounds.contact_shared.reasons", ["a"], "code: words"),
    ("due_minutes.critical", 0, "1 to 43,200 minutes"),
    ("due_minutes.critical", "15", "1 to 43,200 minutes"),
    ("due_minutes.critical", 61, "cannot be due later than a high one (60 minutes)"),
    ("appeal_days", 182, "183 to 3,650 days"),
    ("check_in_days.listener", 182, "or empty: no check-in"),
    ("second_person.measures", ["education_notice"], "Choose any of"),
    ("second_person.severities", ["critical", "critical"], "Choose any of"),
    ("interim_hold.above", 2, "0.5 to 1"),
    ("retention_days.contacts", 0, "1 to 3,650 days"),
    ("allowed_contacts", ["x" * 201], "at most 200 characters"),
    ("allowed_contacts", "0800", "Up to 500 lines"),
    ("private_terms", {"orbitroom": "pigeon"}, "“orbitroom” needs a kind"),
    ("private_terms", {"": "phone"}, "1 to 60"),
    ("notices.suspension", [], "1 to 24 texts"),
    ("notices.suspension", [text(SUSPENDED), text(SUSPENDED)], "the same name"),
    ("notices.suspension", [text(SUSPENDED, language="EN")], "no language"),
    (
        "notices.suspension",
        [text(SUSPENDED + " {password}")],
        "nothing fills in {password}. There are {appeal_link}, {appeal_until}",
    ),
    ("notices.suspension", [text("Hello {username}: {ground}. {clause} {length}")], "{appeal_until} is missing"),
    ("notices.suspension", [text(SUSPENDED + " {")], "a brace stands alone"),
    ("notices.suspension", [text(SUSPENDED + " {username!r}")], "no placeholder"),
    ("notices.suspension", [text(SUSPENDED + " {username.password}")], "no placeholder"),
    ("notices.education_notice", [text(SUSPENDED)], "nothing fills in {length}"),
    ("crisis_lines", [LINE | {"source": "a friend"}], "a link that begins with https://"),
    ("crisis_lines", [LINE | {"verified": "31.1.2026"}], "as 2026-03-01"),
    ("crisis_lines", [LINE | {"country": ""}], "Country of “A line”"),
    ("grounds.gossip", {}, "no such field"),
    ("interim_hold.sound", True, "no such field"),
    ("colour", "red", "no such field"),
]


@pytest.mark.parametrize(("path", "value", "sentence"), WRONG)
def test_what_no_policy_may_hold(path: str, value: Any, sentence: str) -> None:
    found = faults(changed(path, value))

    assert set(found) == {path}
    assert sentence in found[path]


@pytest.mark.parametrize("body", [None, [], "policy", {}])
def test_what_is_no_policy_at_all(body: Any) -> None:
    assert faults(body)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_what_is_missing_is_named(field: Field) -> None:
    body = deepcopy(BODY)
    *above, last = field.path.split(".")
    part = body
    for key in above:
        part = part[key]
    del part[last]

    assert faults(body) == {field.path: f"{field.label} is missing."}


def test_the_first_policy_is_sound_and_every_field_of_it_explained() -> None:
    assert faults(BODY) == {}
    for field in FIELDS:
        assert field.says.endswith("."), field.path
        assert field.label, field.path


def test_a_body_from_before_the_editor_reads_as_it_always_did() -> None:
    old = {key: value for key, value in FIRST_POLICY.items() if key not in UNSAID}

    assert Policy.from_body(1, old) == Policy.from_body(1, filled(old))
    assert faults(filled(old)) == {}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.path)
def test_what_is_shown_in_a_field_is_read_as_what_it_was(field: Field) -> None:
    value = field.value(BODY)

    assert field.shape.read(field.shape.typed(value)) == value


def values(field: Field) -> st.SearchStrategy[Any]:
    """What people type into the field, mended or not, and things from elsewhere in a policy."""
    elsewhere = st.sampled_from([other.value(BODY) for other in FIELDS])
    lines = st.lists(st.sampled_from(["7 days", "permanent", "notice", "a: b", "orbit = phone", "0 days"])).map(
        "\n".join
    )
    return st.one_of(st.just(field.value(BODY)), elsewhere, st.integers(), st.floats(), st.text(), lines)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_what_validates_can_always_be_read(data: st.DataObject) -> None:
    body = deepcopy(BODY)
    for field in data.draw(st.lists(st.sampled_from(FIELDS), max_size=4)):
        value = data.draw(values(field))
        field.put(body, value)
    found = faults(body)
    if not found:
        policy = Policy.from_body(2, body)
        assert Policy.from_body(2, filled(body)) == policy


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(FIELDS), st.text())
def test_whatever_is_typed_is_read_or_refused_with_a_sentence(field: Field, typed: str) -> None:
    raw: Any = [{"name": typed, "text": typed}] if field.shape.control == "rows" else typed
    try:
        value, sentence = field.shape.read(raw), ""
    except ValueError as wrong:
        value, sentence = None, str(wrong)
    if sentence:
        assert sentence.endswith((".", "…", "”"))
    else:
        field.shape.check(value)
        assert field.shape.words(value)


TYPED = [
    ("grounds.other.ladder", "Education Notice\n\n suspend 14 days \nuntil further notice", ["education_notice"]),
    ("grounds.other.reasons", "Unkind words!", [{"code": "unkind_words", "label": "Unkind words!"}]),
    ("grounds.other.opens_from", "0,75", 0.75),
    ("check_in_days.member", "", None),
    ("private_terms", "the blue place = social_handle", {"the blue place": "social_handle"}),
    ("allowed_contacts", "0800 1\r\n0800 1\r\nhelp.example.org", ["0800 1", "help.example.org"]),
]


@pytest.mark.parametrize(("path", "typed", "value"), TYPED)
def test_people_may_type_as_they_are_used_to(path: str, typed: str, value: Any) -> None:
    read = BY_PATH[path].shape.read(typed)

    assert (read[: len(value)] if path.endswith("ladder") else read) == value


DIFFERENT = [
    ("grounds.contact_requested.severity", "high", "Contact requested, severity: normal → high"),
    ("grounds.other.ladder", ["suspension:1"], "Other report, ladder: education notice → 1 day"),
    ("due_minutes.high", 45, "Cases, high cases: 60 minutes → 45 minutes"),
    ("interim_hold.on", False, "Interim hold of the teen badge, hold at once: on → off"),
    ("check_in_days.member", 200, "Appeals and check-ins, members: no check-in → 200 days"),
    ("second_person.severities", [], "Second person, severities: critical → nothing"),
    ("allowed_contacts", ["0800 1"], "Contacts that are no violation, added"),
    ("teen_clause.text", "Never.", "Teen clause"),
]


@pytest.mark.parametrize(("path", "value", "words"), DIFFERENT)
def test_a_difference_reads_as_a_sentence(path: str, value: Any, words: str) -> None:
    assert [str(change) for change in changes(BODY, changed(path, value))] == [words]


def test_a_policy_does_not_differ_from_itself_however_old_it_is() -> None:
    assert changes(FIRST_POLICY, BODY) == ()


def test_texts_that_came_went_and_changed_are_told_apart() -> None:
    after = [text(SUSPENDED + " Bye.", "standard"), text(SUSPENDED, "new")]

    told = [str(change) for change in changes(BODY, changed("notices.suspension", after))]

    assert told == [
        "Suspension, texts, “standard”",
        "Suspension, texts, “gentle” taken out",
        "Suspension, texts, “repeat” taken out",
        "Suspension, texts, “new” added",
    ]


@given(st.text(alphabet="ab \n"), st.text(alphabet="ab \n"))
def test_both_texts_can_be_read_in_their_comparison(old: str, new: str) -> None:
    words = compared(old, new)

    assert "".join(word.text for word in words if word.kind != "new") == old
    assert "".join(word.text for word in words if word.kind != "gone") == new


def test_crisis_lines_are_never_found_and_grow_old() -> None:
    linked = LINE | {"name": "B", "contact": "https://chat.example.org/help"}
    policy = Policy.from_body(2, changed("crisis_lines", [LINE, linked]))

    assert policy.never_found == ("0800 555 0100", "chat.example.org")
    assert not policy.crisis_lines[0].is_stale(date(2027, 1, 31))
    assert policy.crisis_lines[0].is_stale(date(2027, 2, 1))
