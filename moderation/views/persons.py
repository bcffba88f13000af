"""People: finding an account, its page with one timeline, its links to other accounts, and pins of notes."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import render, resolve_url
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.access import requires
from accounts.roles import Capability
from moderation.domain.persons import SearchBy, Topic, place_from
from moderation.domain.refusals import Missing, Refused
from moderation.forms.people import NoteForm, PersonSearchForm, PinForm
from moderation.forms.sentences import sentences
from moderation.http import SeeOther, StaffRequest, wants_fragment
from moderation.operations.notes import pin_note, write_note
from moderation.operations.persons import look_at_links, look_up_contact, record_page
from moderation.queries.notes import LATEST, notes_of
from moderation.queries.person_links import links_of
from moderation.queries.person_timeline import timeline
from moderation.queries.persons import Found, by_contact, by_id, by_name, person_head, person_notes

SEARCH, PAGE = "moderation/persons.html", "moderation/person.html"
NOTES = "components/_notes.html"
_SALT = "haven.persons.place"


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.READ_CASES)
@sensitive_post_parameters("text")
def persons(request: StaffRequest) -> HttpResponse:
    """The search, by POST alone: what is typed may be a contact, and no contact belongs into an address."""
    context: dict[str, Any] = {"ways": list(SearchBy), "by": SearchBy.NAME}
    if request.method != "POST":
        return render(request, SEARCH, context)
    form = PersonSearchForm(request.POST)
    try:
        context |= _search(form, request)
    except Refused as refused:
        by = form.cleaned_data.get("by", SearchBy.NAME)
        return render(request, SEARCH, context | {"by": by, "why": str(refused)}, status=422)
    return render(request, SEARCH, context)


def _search(form: PersonSearchForm, request: StaffRequest) -> dict[str, Any]:
    """What was found, and the place where the next page begins: signed, and with a contact's fingerprints for it."""
    if not form.is_valid():
        raise Refused(sentences(form))
    said = form.cleaned_data
    place = _place_from(said["place"]) if said["place"] else _first_place(said["by"], said["text"].strip(), request)
    by, sought = SearchBy(place["by"]), place["sought"]
    found = _find(by, sought, place["after"], request)
    following = signing.dumps(place | {"after": found.following}, salt=_SALT) if found.following else ""
    typed = "" if by is SearchBy.CONTACT else sought
    return {"by": by, "typed": typed, "found": found, "following": following}


def _first_place(by: SearchBy, text: str, request: StaffRequest) -> dict[str, Any]:
    if not text:
        raise Refused("Type something to look for.")
    sought = sorted(look_up_contact(text, actor=request.user)) if by is SearchBy.CONTACT else text
    return {"by": by.value, "sought": sought, "after": ("", 0)}


def _place_from(signed: str) -> dict[str, Any]:
    try:
        place: dict[str, Any] = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        raise Refused("The page did not say where to go on. Search again.") from None
    return place


def _find(by: SearchBy, sought: Any, after: tuple[str, int], request: StaffRequest) -> Found:
    if by is SearchBy.CONTACT:
        return by_contact(sought, viewer=request.user, after=after[1])
    if by is SearchBy.ID:
        return by_id(sought, viewer=request.user)
    return by_name(sought, viewer=request.user, after=(after[0], after[1]))


@require_safe
@requires(Capability.READ_CASES)
def person(request: StaffRequest, account_id: int) -> HttpResponse:
    """`topic` narrows the timeline, `before` is the place in it where the page begins."""
    if not request.GET:
        record_page(account_id, actor=request.user)
    return _page(request, account_id)


def _page(request: StaffRequest, account_id: int, **more: Any) -> HttpResponse:
    head = person_head(account_id, viewer=request.user)
    wanted = request.GET.get("topic", "")
    topic = next((topic for topic in Topic if topic == wanted), None)
    before = request.GET.get("before", "")
    told = timeline(account_id, viewer=request.user, topic=topic, place=place_from(before))
    context = {"head": head, "timeline": told, "is_older": bool(before)}
    context["can_manage_data"] = request.user.can(Capability.MANAGE_DATA)
    return render(request, PAGE, context | more)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Capability.READ_CASES)
def person_links(request: StaffRequest, account_id: int) -> HttpResponse:
    """Whether, or which, other accounts are the same person's. Every answer is a look of its own and on record; an
    address alone shows nothing."""
    if request.method != "POST":
        raise Missing("There is nothing at this address.")
    look_at_links(account_id, actor=request.user)
    return _page(request, account_id, links=links_of(account_id, viewer=request.user))


@require_POST
@requires(Capability.WORK_CASES)
def person_note(request: StaffRequest, account_id: int) -> HttpResponse:
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    write_note(form.cleaned_data["text"], actor=request.user, account_id=account_id, manner=form.manner())
    messages.success(request, "The note is kept.")
    return SeeOther(resolve_url("person", account_id))


@require_POST
@requires(Capability.WORK_CASES)
def note_pin(request: StaffRequest, note_id: int) -> HttpResponse:
    """Pin a note or take the pin away. The page around the notes stays as it is: htmx gets them alone."""
    form = PinForm(request.POST)
    if not form.is_valid():
        raise Refused(sentences(form))
    is_pinned, case_id = form.cleaned_data["pinned"], form.cleaned_data["case"]
    note = pin_note(note_id, actor=request.user, is_pinned=is_pinned, seen_version=form.cleaned_data["version"])
    words = "Pinned: it comes back on every case of the account." if is_pinned else "No longer pinned."
    if not wants_fragment(request):
        messages.success(request, words)
        return SeeOther(resolve_url("case", case_id) if case_id else resolve_url("person", note.account_id))
    assert note.account_id is not None
    if case_id:
        notes = notes_of(case_id, viewer=request.user, account_id=note.account_id, most=LATEST)
    else:
        notes = person_notes(note.account_id, viewer=request.user)
    response = render(request, NOTES, {"notes": notes, "can_write": True})
    return trigger_client_event(response, "announce", {"value": words})
