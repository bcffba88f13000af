"""The snippets that the judge learns from can be read, marks and all."""

import pytest

from benchmarks.training.corpus import BadSnippet, _said, everything, kept_for_fitting, snippets, trained_on


def test_a_line_is_a_sender_and_a_text() -> None:
    said = _said("a: hello\\nthere", "x#1", marked=True)
    assert (said.sender, said.text, said.rules, said.spans) == ("a", "hello\nthere", "", ())


def test_marks_become_spans_and_leave_the_text() -> None:
    said = _said("b: my snap is ⟦s:luna_77⟧, ⟦r:yours?⟧", "x#1", marked=True)
    assert said.text == "my snap is luna_77, yours?"
    assert said.rules == "rs"
    assert [said.text[start:end] for start, end, _ in said.spans or ()] == ["luna_77", "yours?"]


def test_a_message_may_break_a_rule_without_a_mark() -> None:
    said = _said("a[s]: gmail btw", "x#1", marked=True)
    assert (said.text, said.rules, said.spans) == ("gmail btw", "s", ())


@pytest.mark.parametrize("line", ["hello", "A: hello", "a: open ⟦s:mark", "a: closed⟧"])
def test_a_slip_is_named(line: str) -> None:
    with pytest.raises(BadSnippet, match="x#1"):
        _said(line, "x#1", marked=True)


def test_all_snippets_can_be_read() -> None:
    found = list(snippets())
    harmless = [talk for talk in found if not any(said.rules for said in talk.messages)]
    assert len(found) > 5000
    assert 0.4 < len(harmless) / len(found) < 0.8


def test_what_tests_the_judge_is_not_trained_on() -> None:
    names = {talk.name for talk in everything()}
    assert all(trained_on(name) for name in names if name.startswith(("sh", "lo")) and "/" not in name)
    assert any(kept_for_fitting(name) for name in names)
