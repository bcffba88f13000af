"""Reading a policy's body: what an older one lacks, and what no body may hold."""

from copy import deepcopy
from typing import Any

import pytest

from moderation.domain.first_policy import FIRST_POLICY
from moderation.domain.policy import Policy
from moderation.domain.vocabulary import Ground, SanctionKind


def changed(**parts: Any) -> Policy:
    return Policy.from_body(1, deepcopy(FIRST_POLICY) | parts)


def test_a_kind_of_notice_without_any_text_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one template"):
        changed(notices={"suspension": []})


@pytest.mark.parametrize("code", ["", "x" * 33])
def test_a_reason_that_the_record_cannot_hold_is_refused(code: str) -> None:
    grounds = deepcopy(FIRST_POLICY["grounds"])
    grounds["other"]["reasons"] = [{"code": code, "label": "words"}]
    with pytest.raises(ValueError, match="1 to 32"):
        changed(grounds=grounds)


def test_a_body_from_before_reasons_and_templates_can_be_read() -> None:
    grounds = deepcopy(FIRST_POLICY["grounds"])
    for said in grounds.values():
        del said["reasons"]
    policy = changed(grounds=grounds, notices={kind.value: "Hello {username}" for kind in SanctionKind})

    assert policy.reasons_of(Ground) == ()
    assert policy.template(SanctionKind.SUSPENSION, "gentle").text == "Hello {username}"


def test_a_template_is_found_by_its_name_and_is_else_the_first() -> None:
    policy = changed()

    assert policy.template(SanctionKind.SUSPENSION, "repeat").name == "repeat"
    assert policy.template(SanctionKind.SUSPENSION, "rude").name == "standard"
    assert {kind for kind in SanctionKind if policy.notices[kind]} == set(SanctionKind)


def test_a_reason_of_two_grounds_is_offered_once() -> None:
    codes = [reason.code for reason in changed().reasons_of([Ground.CONTACT_SHARED, Ground.CONTACT_REQUESTED])]

    assert len(set(codes)) == len(codes)
    assert {"gave_number", "asked_twice", "evaded_filter"} <= set(codes)
