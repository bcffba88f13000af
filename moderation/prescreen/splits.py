# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Puts together what one person (or two) spread over several messages: digits, names, mail addresses."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from moderation.prescreen import hosts, media, phrases, split_numbers
from moderation.prescreen.allowlist import Allowed
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.handles import ordinary, shaped
from moderation.prescreen.lines import Clue, Line, Piece
from moderation.prescreen.talk import Talk

_FIRST_WORDS = r"\b(?:starts? (?:with|w)|first (?:bit|half|part|word|piece)(?: of (?:it|my \w+))?(?: is| of)?|begins? with|part one|half (?:one|of it)|take this down|keep this in mind|remember this)\b"
_FIRST_PART = re.compile(_FIRST_WORDS + r"[\s:,]*(?:is |the word )?[\"']?(@?[\w.\-]{2,30})?", re.IGNORECASE)
_NEXT_PART = re.compile(
    r"^\W*(?:(?:and|ok|so|plus|now) )?(?:then|next|second (?:bit|half|part)|last (?:bit|half|part)|rest|end(?:s|ing)?(?: (?:with|in))?|followed by|and)\b[\s:,]*(?:is |bit |my \w+ \w+ as a number,? )?[\"']?([\w.@_\-]{1,30})",
    re.IGNORECASE,
)
_MAIL_PART = re.compile(
    rf"^\W*(?:\w+[\s,]+){{0,4}}?@?\s?((?:{hosts.provider_words()})(?:\.(?:com|net|co\.uk|de|fr|es|it|ru|me))?)\b.{{0,25}}$",
    re.IGNORECASE,
)
_MAIL_WORD = re.compile(
    r"\b(?:mail|email|e-mail|inbox|send (?:them|it)|before the at|at sign|mailing)\b|@", re.IGNORECASE
)




def find(talk: Talk, lines: Sequence[Line], known: Allowed) -> Iterator[Clue]:
    yield from split_numbers.find(talk, lines, known)
    yield from _names(talk, lines)


def _names(talk: Talk, lines: Sequence[Line]) -> Iterator[Clue]:
    for line in lines:
        yield from _first_parts(talk, line)
        yield from _mail_parts(talk, line)
    yield from _lone_names(talk, lines)
    yield from _letters(talk)


@cache
def _may_begin() -> Callable[[str], object]:
    return phrases.linear_test(_FIRST_WORDS)


def _first_parts(talk: Talk, line: Line) -> Iterator[Clue]:
    text = line.text
    match = _FIRST_PART.search(text) if not text.isascii() or _may_begin()(text) else None
    if match is None:
        return
    near = [
        line,
        *talk.by(line.sender, line.index - 3, line.index - 1),
        *talk.by(line.sender, line.index + 1, line.index + 6),
    ]
    medium = next((mention.medium for one in near for mention in one.mentions), None)
    nexts = [
        (one, found)
        for one in talk.by(line.sender, line.index + 1, line.index + 6)
        if (found := _NEXT_PART.search(one.text))
    ]
    named = (
        bool(match.group(1))
        and (shaped(match.group(1)) or match.group(1).lower() not in ordinary())
        and bool(line.mentions)
    )
    if medium is None or not (nexts or named):
        return
    pieces = [Piece(one, found.start(1), found.end(1)) for one, found in nexts]
    score = 0.55 + 0.25 * bool(nexts)
    start, end = match.span(1) if match.group(1) else (0, 0)
    yield Clue(
        Rule.CONTACT_SHARED,
        line,
        start,
        end,
        medium.kind,
        score,
        "split-name",
        f"a name for {medium.name} given in parts",
        "",
        pieces,
    )


def _mail_parts(talk: Talk, line: Line) -> Iterator[Clue]:
    match = _MAIL_PART.match(line.text) if len(line.text) <= 70 else None
    if match is None:
        return
    for earlier in talk.by(line.sender, line.index - 7, line.index - 1):
        token = re.search(
            r"(?<![\w@.])([a-z0-9]+(?:[._][a-z0-9]+)+|[a-z]{6,}[0-9]{1,4}|(?<=: )[a-z0-9_.]{6,}$)(?![\w@])",
            earlier.text,
            re.IGNORECASE,
        )
        if token is not None and (
            _MAIL_WORD.search(line.text + " " + earlier.text)
            or "decode" in earlier.cues | line.cues
            or len(line.text) < 25
        ):
            yield Clue(Rule.CONTACT_SHARED, earlier, token.start(1), token.end(1), Kind.EMAIL, 0.75, "split-mail",
                       "an e-mail address given in parts", "", [Piece(line, match.start(1), match.end(1))])  # fmt: skip
            return


def _lone_names(talk: Talk, lines: Sequence[Line]) -> Iterator[Clue]:
    """A message that is nothing but a name, with the medium named a few messages away."""
    done: set[int] = set()
    for line in lines:
        for mention in line.mentions[:1]:
            for one in talk.by(line.sender, line.index - 4, line.index + 4):
                token = one.text.strip(" .!?:\"'")
                if one.index in done or one is line or len(token) > 32 or not re.fullmatch(r"@?[\w.]{4,31}", token):
                    continue
                if shaped(token) and not re.fullmatch(r"[\d.:]+\w{0,2}|\w+[.]{2,}\w*", token):
                    done.add(one.index)
                    start = one.text.index(token)
                    yield Clue(Rule.CONTACT_SHARED, one, start, start + len(token), mention.medium.kind, 0.74, "lone-name",
                               f"a name alone in a message, with {mention.medium.name} named beside it", f"{mention.medium.name}:{token.lstrip('@').lower()}", [Piece(line, 0, 0)])  # fmt: skip


def _letters(talk: Talk) -> Iterator[Clue]:
    """One letter or two a message, with a medium named nearby: s, n, w, r, e, n, 8."""
    if sum(len(message.text.strip()) <= 2 for message in talk.messages) < 4:
        return
    run: list[int] = []
    for index in range(talk.length + 1):
        text = talk.messages[index].text.strip() if index < talk.length else ""
        if (
            index < talk.length
            and 0 < len(text) <= 2
            and text.isalnum()
            and (not run or talk.messages[run[0]].sender == talk.messages[index].sender)
        ):
            run.append(index)
            continue
        if len(run) >= 4:
            sender = talk.messages[run[0]].sender
            near = list(talk.by(sender, run[0] - 3, run[0] - 1)) + list(talk.by(sender, run[-1] + 1, run[-1] + 3))
            medium = next((mention.medium for line in near for mention in line.mentions), None)
            if medium is not None:
                head, *rest = [talk.line(at) for at in run]
                yield Clue(Rule.CONTACT_SHARED, head, 0, len(head.text), medium.kind, 0.85, "split-letters",
                           f"a name for {medium.name}, one letter a message", "", [Piece(line, 0, len(line.text)) for line in rest])  # fmt: skip
        run = []


def mentioned(talk: Talk, line: Line, reach: int = 4) -> media.Medium | None:
    """The medium that the writer, or someone just before, named around this line."""
    for index in range(max(0, line.index - reach), min(talk.length, line.index + reach + 1)):
        for mention in talk.line(index).mentions:
            return mention.medium
    return None


def asked_to_decode(talk: Talk, line: Line) -> bool:
    """The writer said near this line how to read it."""
    return any(not one.cues.isdisjoint(_HOW_TO_READ) for one in talk.by(line.sender, line.index - 3, line.index + 3))


_HOW_TO_READ = frozenset({"decode", "secrecy"})
