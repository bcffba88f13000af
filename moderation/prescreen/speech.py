# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""Who says what to whom: tells asking apart from refusing, reporting, quoting and explaining the rule."""

import re

_REFUSE = re.compile(
    r"\b(?:can'?t|cannot|cant|won'?t|wont|wouldn'?t|shouldn'?t|mustn'?t|not (?:going to|gonna|able|allowed|comfortable|supposed|meant|to|ok)|unable|"
    r"never (?:ask|give|share|send|swap|said|add|accept)|rather not|better not|please (?:don'?t|do not|never)|do not|don'?t (?:ask|share|give|send|post|swap|trade|add|exchange|put|feel|have to|let|use|answer|reply|think we)|"
    r"no (?:contact|numbers?|emails?|phone|socials|swapping|sharing|outside|names|calls|personal)|refus\w+|decline\w*|said no|say no|saying no|against (?:the )?(?:rules?|policy|guidelines?)|"
    r"isn'?t allowed|aren'?t allowed|not permitted|forbidden|banned for|i'?m not|we'?re not|instead of|without (?:asking|sharing|giving)|nobody (?:can|may|should)|no ?one (?:can|may|should)|nor|"
    r"(?:we|listeners|members|you) (?:are )?(?:only|just) (?:allowed|here)|stay(?:ing)? (?:on|in) here|keep (?:it|things|everything|this) (?:on|in|here))\b",
    re.IGNORECASE,
)
_REPORT = re.compile(
    r"\b(?:(?:he|she|they|somebody|someone|some ?1|sum1|people|ppl|everyone|(?:a|an|the|that|this|some|my|one|another|new) (?:[\w'-]+ ){0,2}(?:guy|man|woman|girl|boy|listener|member|person|one|creep|stranger|dude|bloke|user|mum|mom|dad|mother|father|sister|brother|ex|bf|gf|boyfriend|girlfriend|husband|wife|boss|friend|friends|bff|bestie|teacher|therapist|counsell?or|doctor|psych\w*|son|daughter|cousin|aunt|uncle|nan|gran\w*|kids?|crush|roommate|flatmate|colleague|coworker|landlord|nurse|family|coach|school|tutor|manager|neighbou?r|partner|lad)s?)"
    r"(?:'s|'d|'ve| had| has| have| is| was| were| kept| keeps?| just| then| also| even| always| never| still| literally| would| will| who){0,3} "
    r"(?:ask(?:ed|s|ing)?|want(?:ed|s)?|said|says|saying|told|tells|telling|kept|keeps|goes|went|messag\w+|sent|sends|tried|tries|demand\w+|beg\w*|gave|gives|offer\w*|like|dm\w*|call(?:ed|s|ing)?|text(?:ed|s|ing)?|rang|rings|phon\w+|add(?:ed|s)|block\w+|post\w+|repl\w+|whatsapp\w*|email\w*|snap\w*|left|leaves|took|makes?|made|checks?|found|reads?|pester\w*|hound\w*|push\w*|got|uses?|used|won'?t|doesn'?t|didn'?t|answers?|answered|picks?|lives?|has|had|is|was|knows?))\b",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"\b(?:(?:are|r|is|am|was|were) (?:we|you|u|it|i|people|listeners|members|that|they|anyone) (?:even |actually |really )?(?:allowed|ok|okay|permitted|against|supposed|meant|able)|"
    r"(?:rules?|guidelines?|policy|polic(?:y|ies)|terms) (?:is|are|say|says|said|about|against|on|here|mean|state|number|\d)|the rules?|allowed to|why (?:can'?t|cant|aren'?t|don'?t|are we not) we|"
    r"(?:ask|share|swap|exchange|trad)\w* (?:contact|personal|private) (?:info\w*|details)|what happens if (?:someone|somebody|we|you|i)|does (?:it|that) (?:count|break)|reminder|if (?:anyone|someone|somebody|they|a \w+) (?:asks?|ever asks|tries|wants your|messages you|offers)|"
    r"report (?:it|them|him|her|anyone)|(?:block|report) (?:and|&|n) (?:block|report)|is (?:that|it) (?:allowed|ok|okay|legal|against)|can (?:we|you|people|listeners|members) (?:share|swap|give out|exchange|post)|training (?:said|says|module)|they (?:said|tell us|told us)|"
    r"watch out|be careful|beware|scam\w*)\b",
    re.IGNORECASE,
)
_QUOTE_BEFORE = re.compile(
    r"(?:said|says|saying|asked|asking|asks|like|goes|went|wrote|texted|messaged|replied|told me|message|dm|text|ask|about|that says|called|is|was|were|:|,)\W*$",
    re.IGNORECASE,
)
_OWN_LIFE = re.compile(
    r"\b(?:my (?:ex|mum|mom|mam|dad|mother|father|parents|sister|brother|sis|bro|son|daughter|boss|(?:best |old |school |work |closest )?friends?|cousin|wife|husband|gf|bf|bff|bestie|therapist|counsell?or|doctor|gp|psychiatrist|family|"
    r"boyfriend|girlfriend|partner|teacher|coworkers?|colleagues?|roommate|flatmate|nan|gran\w*|aunt\w*|uncle|crush|kids?|class\w*|school'?s?|team|manager|landlord|in-?laws|mate|mates|neighbou?r|ex-\w+|stepmum|stepdad|step\w*|niece|nephew|social worker|nurse)|"
    r"\bhe|\bshe|\bhis|\bher|\bthem|\btheir|\bthey|him|her)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:he|she|his|her|them|their|they|him)\b", re.IGNORECASE)
_SECOND = re.compile(
    r"\b(?:you|u|ur|your|yr|yours|ya|us|we|our|let'?s|lets|anyone|any1|anybody|someone here|from here|who wants)\b",
    re.IGNORECASE,
)
_FRIENDLY_NEGATION = re.compile(
    r"\b(?:why (?:don'?t|dont|can'?t|cant|not)|(?:can'?t|cant|don'?t|dont|won'?t|couldn'?t|wouldn'?t|shouldn'?t|didn'?t|didnt) (?:we|you|u|ya)\b|don'?t (?:be|worry|tell|say|have to (?:tell|say|lose|stop|use|stay)|lose|want to (?:lose|stop))|not (?:here|on (?:here|this))|can'?t (?:lose|talk (?:properly|here|on here)|do (?:this|it) here|say (?:it|that|this) here|type|wait|sleep|keep|see|stay|use (?:this|the)|get (?:on|the)|explain|hear|be)|cant (?:log|get|be|talk|wait|keep|stay))",
    re.IGNORECASE,
)


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around [start, end): ends at . ! ? ; or a line break."""
    left = max(text.rfind(mark, 0, start) for mark in ".!?;\n") + 1
    ends = [at for mark in ".!?;\n" if (at := text.find(mark, max(start, end - 1))) >= 0]
    return left, min(ends, default=len(text))


def refused(text: str, start: int, end: int) -> bool:
    """The act at [start, end) is declined, forbidden or warned against by the writer."""
    left, _right = sentence(text, start, end)
    lead = re.split(
        r"\b(?:but|so|however|though|unless|except)\b|, (?:just|can|could|give|what)",
        text[left:start],
        flags=re.IGNORECASE,
    )[-1]
    scope = _FRIENDLY_NEGATION.sub(" ", lead + text[start:end])
    return bool(_REFUSE.search(scope))


def reported(text: str, start: int, end: int) -> bool:
    """Somebody else did it: "he asked for my snap", or the words stand in quotation marks."""
    left, _ = sentence(text, start, end)
    if _REPORT.search(text[max(left, start - 90) : end]):
        return True
    return quoted(text, start, end)


def quoted(text: str, start: int, end: int) -> bool:
    opened = text.rfind('"', 0, start + 1)
    if opened < 0 or text.count('"', 0, start + 1) % 2 == 0:
        return False
    return text.find('"', end - 1) >= 0


def rule_talk(text: str, start: int, end: int) -> bool:
    """Asks or explains what the rule is."""
    left, right = sentence(text, start, end)
    return bool(_RULE.search(text[max(0, left - 60) : right + 1]))


def own_life(text: str, start: int, end: int, *, pronouns: bool = True) -> bool:
    """Tells of people in the writer's own life; without `pronouns` only of named relations ("my sister")."""
    left, right = sentence(text, start, end)
    if not pronouns:
        return bool(
            re.search(r"\bmy (?!listener|number|snap|insta|discord|email|dms?)", text[left:right], re.IGNORECASE)
            and _OWN_LIFE.search(_PRONOUN.sub(" ", text[left:right]))
        )
    return bool(_OWN_LIFE.search(text[left:right]))


def addresses_somebody(text: str, start: int, end: int) -> bool:
    left, right = sentence(text, start, end)
    return bool(_SECOND.search(text[left:right]))
