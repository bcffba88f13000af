# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""What the others' answers say about a message: a refusal or "please delete that" makes a doubtful reading likely."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache

from moderation.prescreen import phrases, speech
from moderation.prescreen.contract import Kind, Rule
from moderation.prescreen.lines import Clue, Line
from moderation.prescreen.splits import Talk

REACH = 3
_GIVES_UP = re.compile(r"\b(?:i know (?:u|you|we) can'?t|i wish (?:u|you) were|prob(?:ably)? can'?t)\b", re.IGNORECASE)
_DECLINES = re.compile(
    r"\b(?:(?:i|we)(?:'m| am|'re| are)? (?:really |also |just |sorry |afraid )?(?:can'?t|cannot|cant|couldn'?t|won'?t|wont|shouldn'?t|not (?:able|allowed|going|supposed|comfy|comfortable|meant)\w*(?: to)?|don'?t(?: really)?|do not|rather not|'d rather (?:not|keep|stay)|would rather (?:not|keep|stay)) (?:\w+ ){0,4}(?:call|ring|text|email|e-mail|meet|take (?:it|that|your|numbers?|calls|email)|use (?:it|that)|share|swap|give|write (?:it|that) down|be (?:that|in touch|on the phone)|talk (?:outside|off|anywhere)|add|phone|number|contact|post|visit|go (?:anywhere|elsewhere|off)|move|exchange|do (?:that|calls|video|phone)|send|have (?:it|that)|follow|join|answer that|tell you where|leave the site|here (?:in|with)|accept)"
    r"|i can only (?:talk|chat|be) (?:on |in )?here|(?:we|i) (?:all )?(?:keep|stay|have to keep|need to keep|'?ll keep) (?:\w+ ){0,3}(?:on|in|inside|to) (?:here|this|the site|7 ?cups|one place)|let'?s (?:keep|stay) (?:\w+ ){0,3}(?:here|on here)|just here\b|only here|(?:mustn'?t|shouldn'?t|not meant to|aren'?t allowed to|not allowed to|not supposed to) (?:\w+ )?(?:swap|share|give|collect|post|ask|meet|do that|put|arrange)"
    r"|please (?:don'?t|do not|no|take (?:that|it|this|your)|delete|remove|edit|could you (?:take|remove|delete|edit)|keep)|(?:against|one of) the (?:room )?rules|no (?:meet ?-?ups?|outside|numbers|contact|swapping|socials|emails)|(?:that'?s|its|it'?s|thats) not allowed|mods'?ll|reported|i see what you(?:'re| are| r| did)|noticed what you(?:'re| are)|not adding you|nice try|no chance|dad said never|i'?ve got to keep everything"
    r"|(?:no puedo|no podemos|no se puede|no esta permitido|prefiero (?:quedarme|seguir) (?:aqui|aca)|por aqui|nao posso|nao podemos|nao pode|nao e permitido|por aqui mesmo|je ne (?:peux|donne)|on ne peut pas|c'est interdit|pas le droit|interdit|darf ich (?:leider )?nicht|kann ich (?:leider )?nicht|nicht erlaubt|verboten|verstosst|non posso|non si (?:puo|danno|possono)|non e permesso|mag (?:ik )?niet|mag dat niet|nie moge|nie wolno|zabronione|tidak boleh|gak boleh|nggak boleh|ga boleh|dilarang|bawal|hindi (?:po )?pwede|di (?:po )?pwede|allowed nahi|nahi ho sakta|nahi de sakt\w|mana hai|yasak|veremem|vermem|mamnou\w*|ma fina|mamnoo\w*|ne koristimo)\b"
    r"|нельзя|не разрешают|запрещ|правила не|не могу (?:дать|позвон|писать)|안 돼요|안돼|できない|使えない|だめ|规定|不能|不可以|抱歉)",
    re.IGNORECASE,
)
_OF_CONTACT = re.compile(
    r"\b(?:rules?|allowed|this site|the site|7 ?cups|outside|swap\w*|share|give (?:out|you|it|that|mine|my)|numbers?|e-?mails?|take (?:calls|it|that)|(?:ring|call|text|phone|email|meet|visit|add|follow|contact|write to|see) (?:you|u|anyone|each other)|meet|"
    r"be that person|meet-?ups?|mods?|swapping|socials|contact|personal|(?:only|just|keep\w*|stay\w*) (?:\w+ ){0,4}(?:here|site|platform)|give (?:my|any|one)|by phone|video|voice|calls?|real name|address|don'?t do that|noticed|nice try|no chance|one out|"
    r"aqui|aca|permitid\w+|ici|interdit|hier|erlaubt|verbot\w*|qui|permesso|boleh|dilarang|bawal|pwede|allowed|sakta|yasak|mamnou\w*|wolno|mag|dito|sini)\b|здесь|тут|нельзя|правил|안|できな|使えな|规定|不",
    re.IGNORECASE,
)
_OF_SITE = re.compile(
    r"\b(?:rules?|allowed|site|7 ?cups|cups|outside|swap\w*|share|sharing|numbers|e-?mails|take (?:calls|numbers|it)|(?:only|just|keep\w*|stay\w*|talk|chat) (?:\w+ ){0,4}(?:here|platform)|meet-?ups?|mods?|socials|contact|personal|platform|"
    r"(?:call|ring|text|email|visit|add) you|be that person|give (?:that|it|one|mine) out|nice try|no chance|noticed what|see what you|"
    r"aqui|aca|ici|interdit|hier|erlaubt|verbot\w*|qui|permesso|boleh|dilarang|bawal|dito|sini|allowed|yahan|yasak|burada|mamnou\w*|hena|hon|wolno|tutaj|tu|ovde)\b|здесь|тут|нельзя|правил|안|여기|できな|使えな|ここ|规定|这里",
    re.IGNORECASE,
)
_ACCEPTS = re.compile(
    r"^\W*(?:ok(?:ay)? |k |omg |yes+ |yay |aw+ |lol |haha )?(?:adding|added|add(?:ed)? u|saved|saving|noted|got (?:it|u)|gott+it|following|followed|sent|joined|joining|texting you|texted|emailing you|on my way|on it|will do|found (?:you|u|it)|i see it|ohh+ (?:i get it|lol)|sneaky|memori[sz]ed|written down|screenshott?ed|is (?:this|that) (?:ur|your)|\w+ saved u)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\?|\b(?:if|could|would|wish|maybe|let'?s|lets|we should|want|need|just|send|give|tell|come|find|hypothetically|somewhere|shame|pity|fancy|happen|one day|some ?time|someday)\b|"
    r"\b(?:quier\w*|puedo|pued\w*|podr\w*|me |quer\w*|pod\w*|si |veux|peux|pourr\w*|kann\w*|konn\w*|will|wenn|vuoi|puoi|poss\w*|wil|kan|chce\w*|moge|boleh|bisa|mau|pwede|gusto|kar|chahta|chahti)\b|[а-я]",
    re.IGNORECASE,
)
_REACHING = re.compile(
    r"\b(?:call|ring|text|phone|voice|hear|number|mail|email|letter|card|post|write|meet|visit|see (?:you|u)|face|photo|pic|pics|send|app|site|sites|outside|elsewhere|somewhere|where|private|privately|address|live|find|reach|contact|touch|add|follow|coffee|"
    r"drink|lunch|dinner|roast|bus ride|knock|door|street|town|area|near|company|skype|zoom|video|cam|join|bench|quiz|flowers|in person|real name|surname|whatever u|other)\b",
    re.IGNORECASE,
)


def strengthen(talk: Talk, clues: list[Clue]) -> None:
    """Raises doubtful clues that somebody else declined or took up within the next few messages."""
    for clue in clues:
        if not 0.25 <= clue.score < 0.95 or clue.rule not in {Rule.CONTACT_SHARED, Rule.CONTACT_REQUESTED}:
            continue
        last = max([clue.line.index, *(piece.line.index for piece in clue.extra)])
        at = _answered(talk, clue.line.sender, last)
        if at is not None:
            clue.score = min(0.97, clue.score + (0.28 if clue.score < 0.5 else 0.1))
            clue.seen_at = at


def _answered(talk: Talk, sender: str, last: int) -> int | None:
    for index in range(last + 1, min(talk.length, last + 1 + REACH)):
        if talk.messages[index].sender == sender:
            continue
        text = talk.line(index).text
        if _DECLINES.search(text) or _ACCEPTS.search(text):
            return index
    return None


def declined(talk: Talk, lines: Sequence[Line], clues: list[Clue]) -> Iterator[Clue]:
    """A refusal of contact with nothing found before it: what was refused was probably a request."""
    found = {clue.line.index for clue in clues if clue.score >= 0.5}
    for answer in lines:
        if "declines" not in answer.topics or len(answer.text) > 600 or not _refusal(answer.text):
            continue
        line = _asked(talk, answer)
        if line is None or found & set(range(line.index - 3, answer.index)):
            continue
        text = line.text
        plain = bool(_PLAIN_REFUSAL.search(answer.text))
        if len(text) > 500 or not (plain or (_OPEN.search(text) and _REACHING.search(text))) or _GIVES_UP.search(text):
            continue
        if (
            speech.rule_talk(text, 0, len(text))
            or speech.refused(text, 0, len(text))
            or speech.reported(text, 0, len(text))
        ):
            continue
        found.add(line.index)
        rule = Rule.OFFSITE_CONTACT if _HAPPENED.search(text) and "?" not in text else Rule.CONTACT_REQUESTED
        yield Clue(
            rule, line, 0, len(text), Kind.OTHER, 0.56, "declined",
            "the answer declines contact outside the site", seen_at=answer.index,
        )  # fmt: skip


_PLAIN_REFUSAL = re.compile(
    r"\b(?:(?:keep|keeping|kept|stay|staying) (?:\w+ ){0,4}(?:on|in|inside|to) (?:here|the site|this site|the app|7 ?cups|the platform)|no (?:numbers|meet ?-?ups?|outside|contact (?:info|details)|socials)|"
    r"(?:can'?t|cannot|cant|won'?t|not (?:allowed|able|supposed|meant)|aren'?t allowed|against (?:the )?rules?|isn'?t allowed|shouldn'?t|rather not|don'?t) (?:\w+ ){0,6}(?:contact|outside|off[- ]?site|off (?:the site|here|platform)|numbers?|meet ?-?up|meet (?:up|you|anyone|in person|members)|swap\w*|socials?|(?:ring|call|phone|text|email|visit|add|follow|message) (?:you|each other|anyone|people|outside|on)|address\w*|e-?mails?|whatsapp|discord|insta\w*|snap\w*|telegram|in touch)|"
    r"please (?:take|delete|remove|edit|don'?t (?:share|post|ask|meet|arrange|swap|give|put)) (?:\w+ ){0,2}(?:that|it|your|this|down|out|numbers?|meet\w*|details|contact)|only (?:talk|chat|be reached|meet|message) (?:\w+ )?(?:on |in )?here|(?:contact|talk\w*|meet\w*|chat\w*|call\w*) (?:outside|off) (?:\w+ ){0,3}(?:isn'?t|is not|aren'?t|against|not allowed))\b",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"\b(?:last|yesterday|was|were|told|said|sent|saw|got|called|rang|texted|came|posted|met|left|again|always|we|our|went|loved|thanks|thank)\b",
    re.IGNORECASE,
)


def _asked(talk: Talk, answer: Line) -> Line | None:
    """The last message of somebody else right before the answer."""
    for index in range(answer.index - 1, max(-1, answer.index - 3), -1):
        if talk.messages[index].sender != answer.sender:
            return talk.line(index)
    return None


def _refusal(text: str) -> bool:
    if not _refuses()(text if text.isascii() else text.encode("utf-8", "replace").decode()):
        return False
    if _PLAIN_REFUSAL.search(text):
        return True
    return _DECLINES.search(text) is not None and _OF_SITE.search(text) is not None


@cache
def _refuses() -> Callable[[str], object]:
    return phrases.linear_test(f"{_DECLINES.pattern}|{_PLAIN_REFUSAL.pattern}")
