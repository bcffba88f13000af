"""Groups in contact off the site over HTTP: refusals first."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from moderation.domain.vocabulary import ClusterState, DecisionState, Ground, SanctionKind
from moderation.models import Case, Cluster, ClusterMember, Decision, Sanction
from moderation.operations.clusters import gather_lately
from moderation.operations.leases import claim_case
from tests import making
from tests.operations.test_clusters import gives, remove, says, trio
from tests.signing_in import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = "<script>alert(1)</script>\u202eevil\u202c<img src=x onerror=alert(1)>"


def page_of(cluster: Cluster) -> str:
    return reverse("cluster", args=[cluster.pk])


def decide(cluster: Cluster) -> str:
    return reverse("cluster_decide", args=[cluster.pk])


def sent(browser: Client, cluster: Cluster) -> dict[str, str]:
    """What the form on the page sends."""
    page = browser.get(decide(cluster)).content.decode()
    found = re.findall(r'name="(key|seen|cases)" value="([^"]*)"', page)
    return dict(found) | {"note": "talked to them"}


def test_a_group_that_is_not_there_is_not_found(browser: Client) -> None:
    nowhere = making.NOBODYS_ID
    assert browser.get(reverse("cluster", args=[nowhere])).status_code == 404
    assert browser.get(reverse("cluster_decide", args=[nowhere])).status_code == 404
    assert browser.post(reverse("cluster_claim", args=[nowhere])).status_code == 404
    away = {"account": 1, "reason": "x"}
    assert browser.post(reverse("cluster_remove", args=[nowhere]), away).status_code == 404


def test_an_auditor_reads_and_changes_nothing() -> None:
    cluster, [_, ben, _] = trio()
    browser = signed_in(making.auditor())

    page = browser.get(page_of(cluster)).content.decode()
    assert "Group of 3 in contact off the site" in page
    assert "Take out" not in page
    assert "Decide together" not in page
    for name in ("cluster_claim", "cluster_remove", "cluster_decide"):
        assert browser.post(reverse(name, args=[cluster.pk]), {"account": ben.pk}).status_code == 403


@pytest.mark.parametrize("data", [{}, {"account": "x", "reason": "y"}, {"account": "1", "reason": " "}])
def test_taking_out_says_what_is_lacking(browser: Client, data: dict[str, str]) -> None:
    cluster, [ann, *_] = trio()
    if data.get("account") == "1":
        data = data | {"account": str(ann.pk)}

    assert browser.post(reverse("cluster_remove", args=[cluster.pk]), data).status_code == 422
    assert not ClusterMember.objects.filter(removed_at__isnull=False).exists()


def test_a_decision_that_does_not_say_what_it_is_about_is_refused(browser: Client) -> None:
    cluster, _ = trio()

    assert browser.post(decide(cluster), {"key": "x", "seen": "", "cases": "1;2"}).status_code == 422
    assert not Decision.objects.exists()


def test_what_has_changed_since_it_was_read_is_shown_and_not_decided(browser: Client) -> None:
    cluster, _ = trio()
    form = sent(browser, cluster)
    Case.objects.filter(cluster=cluster).update(version=99)

    answer = browser.post(decide(cluster), form)

    assert answer.status_code == 409
    assert "the group has changed" in answer.content.decode()
    assert "talked to them" in answer.content.decode()
    assert not Decision.objects.exists()


def test_the_page_says_everything_as_a_picture_and_as_a_table(browser: Client) -> None:
    cluster, [ann, *_] = trio(age_group="teen")
    gives(making.account(), making.teen())
    gather_lately()

    page = unescape(browser.get(page_of(cluster)).content.decode())

    assert "<title id=" in page
    assert "gave a contact to" in page
    assert "gave the same contact as" in page
    assert page.count('<g class="dot') - 3 == 5  # three in the legend
    assert ann.username in page
    assert "1 contact" in page


def test_hostile_names_and_reasons_stay_text(browser: Client) -> None:
    cluster, [_, ben, _] = trio(username=HOSTILE[:100])
    gives(ben, making.account())
    gather_lately()
    remove(cluster, ben, reason=HOSTILE)

    for path in (page_of(cluster), decide(cluster), reverse("clusters")):
        page = browser.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "\u202e" not in page


def test_a_reporter_is_not_named(browser: Client) -> None:
    cluster, [ann, *_] = trio()
    told = making.account(username="somebody.who.told")
    about = making.case(actor=ann)
    making.report(about, reason=Ground.OFFSITE_CONTACT, reporter=told.ext_id, conversation=None)
    gather_lately()

    page = browser.get(page_of(cluster)).content.decode()
    assert "Reporter 4" in page
    assert "somebody.who" not in page

    remove(cluster, told)
    assert "somebody.who" not in browser.get(page_of(cluster)).content.decode()


def test_the_address_of_a_merged_group_leads_to_where_it_went(browser: Client) -> None:
    first, [_, _, cal] = trio()
    dan, eve, fay = (making.account() for _ in range(3))
    gives(dan, eve, "another")
    gives(dan, fay, "another")
    gather_lately()
    second = Cluster.objects.latest("pk")
    says(cal, fay)
    gather_lately()

    answer = browser.get(page_of(second))

    assert (answer.status_code, answer["Location"]) == (303, page_of(first))


def test_queue_and_case_lead_to_the_group(browser: Client) -> None:
    cluster, _ = trio()
    case = Case.objects.latest("pk")

    for path in (reverse("queue"), reverse("case", args=[case.pk])):
        page = browser.get(path).content.decode()
        assert page_of(cluster) in page
        assert "Group of 3" in page
        assert "group of 3 in contact off the site" in page
    assert page_of(cluster) in browser.get(reverse("clusters")).content.decode()


def test_all_cases_are_taken_with_one_click(browser: Client, moderator: User) -> None:
    cluster, _ = trio()
    making.case()

    answer = browser.post(reverse("cluster_claim", args=[cluster.pk]))

    held = Case.objects.filter(holder=moderator)
    assert set(held) == set(Case.objects.filter(cluster=cluster))
    assert answer["Location"] == reverse("case", args=[held.most_urgent_first()[0].pk])


def test_one_decision_for_all_is_one_for_each_case(browser: Client, moderator: User) -> None:
    cluster, [ann, ben, _] = trio()
    says(ann, ben)
    gather_lately()

    answer = browser.post(decide(cluster), sent(browser, cluster))

    assert (answer.status_code, answer["Location"]) == (303, page_of(cluster))
    assert Decision.objects.filter(decided_by=moderator, state=DecisionState.IN_FORCE).count() == 3
    given = Sanction.objects.values_list("account", "kind")
    assert set(given) >= {(ann.pk, SanctionKind.SUSPENSION), (ben.pk, SanctionKind.SUSPENSION)}
    assert all("talked to them" in decision.note for decision in Decision.objects.all())
    assert Cluster.objects.get().state == ClusterState.DECIDED
    page = browser.get(page_of(cluster)).content.decode()
    assert page.count("/undo/") == 3


def test_sent_twice_it_decides_once(browser: Client) -> None:
    cluster, _ = trio()
    form = sent(browser, cluster)
    for _ in range(2):
        assert browser.post(decide(cluster), form).status_code == 303

    assert Decision.objects.count() == 2


def test_what_another_holds_is_left_and_named(browser: Client) -> None:
    cluster, _ = trio()
    case = Case.objects.latest("pk")
    claim_case(case.pk, actor=making.moderator(name="Rowan V"))

    assert "Rowan V is working on it" in browser.get(decide(cluster)).content.decode()
    browser.post(decide(cluster), sent(browser, cluster))

    assert Decision.objects.get().case != case
    assert Cluster.objects.get().state == ClusterState.OPEN


def test_a_case_with_a_teen_waits_for_a_second_person(browser: Client) -> None:
    listener = making.listener(badges=["teen_listener"])
    gives(listener, making.teen())
    gives(listener, making.teen())
    gather_lately()
    cluster = Cluster.objects.get()
    assert "Asks for a second person" in browser.get(decide(cluster)).content.decode()

    browser.post(decide(cluster), sent(browser, cluster))

    assert set(Decision.objects.values_list("state", flat=True)) == {DecisionState.PROPOSED}
    assert Cluster.objects.get().state == ClusterState.OPEN
    assert "Waits for a second person" in browser.get(page_of(cluster)).content.decode()


def test_somebody_is_taken_out(browser: Client, moderator: User) -> None:
    cluster, [ann, *_] = trio()

    browser.post(reverse("cluster_remove", args=[cluster.pk]), {"account": ann.pk, "reason": "a published line"})

    page = browser.get(page_of(cluster)).content.decode()
    assert "Dissolved" in page
    assert "a published line" in page
    assert moderator.name in page


def queries(browser: Client, path: str) -> int:
    browser.get(path)
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(path).status_code == 200
    return len(seen)


def test_however_large_a_group_is_its_page_costs_the_same(browser: Client) -> None:
    cluster, [ann, *_] = trio()
    paths = (page_of(cluster), reverse("clusters"), reverse("queue"))
    before = [queries(browser, path) for path in paths]
    for _ in range(6):
        gives(ann, making.account())
    gather_lately()
    remove(cluster, ClusterMember.objects.latest("pk").account)

    assert [queries(browser, path) for path in paths] == before


def test_a_group_too_large_for_a_picture_has_its_tables(browser: Client) -> None:
    contacts = ["one", "two"]
    cluster, [ann, *_] = trio()
    for contact in contacts:
        for _ in range(20):
            gives(ann, making.account(), contact)
    gather_lately()

    page = browser.get(page_of(cluster)).content.decode()

    assert "too large for a picture" in page
    assert "What betrays it" in page
