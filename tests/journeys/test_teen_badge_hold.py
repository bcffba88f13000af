"""A teen badge that Haven holds by itself: confirmed, lifted, expired; and a second approval that is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation import tasks
from moderation.domain.vocabulary import TEEN_BADGE, CaseState, HoldState
from moderation.models import Account, Case, Decision, Hold
from tests import making
from tests.journeys import processes
from tests.journeys.conftest import COMMUNITY, Haven, Platform
from tests.journeys.plain_browser import PlainBrowser
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("quick_undo")
PASSWORD = "correct horse"


@pytest.fixture
def hold(haven: Haven, platform: Platform, worker_environment: dict[str, str], tmp_path: Path) -> Iterator[Hold]:
    """A listener has given a number to a teen, and the platform knows that the badge is held."""
    talk = [message for message in COMMUNITY["messages"] if message["conversation"]["id"] == "teen"]
    with processes.workers(worker_environment, tmp_path):
        assert haven.tell("messages", {"messages": talk, "accounts": COMMUNITY["accounts"]}).status_code == 202
        eventually(lambda: haven.backlog() == 0, within=120, what="everything is screened")
        eventually(lambda: platform.account("calm").get("badges_held") == [TEEN_BADGE], within=60, what="it is held")
        (notice,) = platform.account("calm")["notices"]
        assert "a person looks at it next" in notice["text"]
        yield Hold.objects.get()


@pytest.fixture
def moderator(haven: Haven) -> Iterator[PlainBrowser]:
    person = making.moderator(password=PASSWORD, name="Robin")
    with haven.browser() as browser:
        yield browser.sign_in(person.username, PASSWORD)


@pytest.fixture
def senior(haven: Haven) -> Iterator[PlainBrowser]:
    person = making.senior(password=PASSWORD, name="Ash")
    with haven.browser() as browser:
        yield browser.sign_in(person.username, PASSWORD)


def test_teen_badge_hold_confirmed(
    platform: Platform, hold: Hold, moderator: PlainBrowser, senior: PlainBrowser
) -> None:
    moderator.open("/")
    assert f"badge held: confirm by {hold.confirm_by:%H:%M} UTC" in moderator.text
    moderator.submit("/cases/next/").submit(f"/holds/{hold.pk}/confirm/")
    assert "Confirmed by" in moderator.text
    moderator.submit("/decide/")
    assert Decision.objects.get().state == "proposed", moderator.text

    senior.open("/approvals/")
    assert "the teen badge is held until this is answered" in senior.text
    senior.submit("/approve/")

    eventually(lambda: platform.account("calm").get("badges_removed") == [TEEN_BADGE], what="the badge is removed")
    assert platform.events().count("badge.held") == 1
    assert "badge.restored" not in platform.events()
    assert Hold.objects.get().state == HoldState.REPLACED


def test_teen_badge_hold_lifted(platform: Platform, hold: Hold, moderator: PlainBrowser) -> None:
    moderator.open("/").submit("/cases/next/").submit(f"/holds/{hold.pk}/lift/", reason="the number of a helpline")

    eventually(lambda: platform.account("calm").get("badges_held") == [], what="the badge is given back")
    assert "the number of a helpline" in moderator.text
    assert Case.objects.get().state == CaseState.OPEN
    moderator.submit("/decide/", choice="no_violation")
    assert Case.objects.get().state == CaseState.CLOSED
    assert Hold.objects.get().state == HoldState.LIFTED


def test_teen_badge_hold_expired(platform: Platform, hold: Hold, senior: PlainBrowser) -> None:
    making.run_out(hold)
    for _ in range(2):
        tasks.escalate_unanswered()

    senior.open("/escalations/")
    assert senior.text.count("nobody has answered for") == 1
    assert "For the seniors" in senior.open("/").text
    assert platform.account("calm")["badges_held"] == [TEEN_BADGE]
    assert platform.account("calm")["badges_removed"] == []

    senior.open("/escalations/").submit(f"/holds/{hold.pk}/confirm/")
    assert "Confirmed by" in senior.text
    assert "/decide/" in senior.text, "the ordinary decision comes next"
    assert "nobody has answered for" not in senior.open("/escalations/").text


def test_second_approval_refused(platform: Platform, hold: Hold, moderator: PlainBrowser, senior: PlainBrowser) -> None:
    moderator.open("/").submit("/cases/next/").submit("/decide/")
    senior.open("/approvals/").submit("/refuse/", note="look at who wrote first")

    case = Case.objects.get()
    assert case.state == CaseState.OPEN
    moderator.open("/").submit("/cases/next/")
    assert str(moderator.page.url).endswith(f"/cases/{case.pk}/")
    assert "refused by <bdi>Ash</bdi>" in moderator.text
    assert "look at who wrote first" in moderator.text
    assert Hold.objects.get().state == HoldState.WAITING
    assert Account.objects.get(ext_id="calm").badges_held == [TEEN_BADGE]
    assert not platform.account("calm").get("suspended")
    assert platform.events() == ["badge.held"]
