# ruff: noqa: E501 (patterns stay on one line so that they can be searched)
"""What is never a finding: published help lines and the site's own places. Clears single spans, never messages."""

import re
from dataclasses import dataclass
from functools import cache

from moderation.prescreen import hosts
from moderation.prescreen.contract import Options
from moderation.prescreen.lexicon import table

_TOLL_FREE = re.compile(
    r"(?:080\d{7}|1?8(?:00|33|44|55|66|77|88)\d{7}|0800\d{3,8}|0808\d{6,7}|00800\d{8}|0300\d{7}|0345\d{7}|1[38]00\d{3,6}|13\d{4}"
    r"|116\d{3}|0508\d{6}|8800\d{7}|88002000122|900\d{6}|0[89]00\d{4,8}|800\d{6,7}|7?41741)"
)
_SERVICE_WORDS = re.compile(
    r"(?:crisis|help ?-?line|hot ?line|life ?line|samaritans?|child ?line|helpdesk|support line|warm ?line|emergency|"
    r"suicide|prevention|counsell?ing (?:line|service|centre|center)|nhs|\bgp\b|surgery|clinic|police|ambulance|"
    r"women'?s aid|shelter|refuge|rape|charity|published|official|citizens advice|listening (?:line|ear|service)|"
    r"domestic|abuse line|centre is|center is|hospital (?:switchboard|line|number)|switchboard|reception|linea de|"
    r"telefono (?:amico|de la)|seelsorge|ecoute|linha|cvv|\bsos\b|notruf|zufriedenheit|telefon zaufania|доверия|"
    r"nummer gegen|kummer|kindertelefoon|zelfmoord|krisis|crise|crisi\b|kriz|benestar|vandrevala|aasra|icall|befrienders|"
    r"shout|dentist|\bvet\b|vets|pharmacy|chemist|council|\bbank|insurance|customer service|taxi|cab firm|school office|front desk|office line|doctor'?s|unemployment|benefits line|jobcentre|social services|non-emergency|resmi|official|hotline|campus (?:security|counsell?ing)|student services|therapist'?s office|out of hours)",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:my|mine|me|i'm|im)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Allowed:
    """The allow-list of one deployment, ready for look-ups."""

    digits: frozenset[str]
    domains: frozenset[str]
    own: frozenset[str]

    def number(self, digits: str) -> bool:
        """A published service number, in national or international form."""
        bare = digits.lstrip("+")
        return bare in self.digits or bool(_TOLL_FREE.fullmatch(bare)) or (len(bare) > 9 and bare[-10:] in self.digits)

    def host(self, host: str) -> bool:
        """The site itself or a published resource; `7cups.com.evil.net` is neither."""
        name = hosts.registrable(host)
        return name in self.own or name in self.domains or host.lower().removeprefix("www.") in self.domains

    def own_host(self, host: str) -> bool:
        return hosts.registrable(host) in self.own


@cache
def _shipped() -> frozenset[str]:
    return frozenset(re.sub(r"\D", "", line["digits"]) for line in table("services")["line"])


@cache
def _allowed(own: tuple[str, ...], more: tuple[str, ...]) -> Allowed:
    digits = {re.sub(r"\D", "", entry) for entry in more if re.sub(r"[\d\s+().-]", "", entry) == ""}
    domains = {entry.lower() for entry in more if "." in entry and not entry[0].isdigit()}
    return Allowed(_shipped() | digits, hosts.resources() | domains, frozenset(name.lower() for name in own))


def allowed(options: Options) -> Allowed:
    return _allowed(options.own_domains, options.allowed)


def names_a_service(text: str, start: int, end: int) -> bool:
    """The words right before the span say that it belongs to a service, and not to the writer."""
    before = text[max(0, start - 70) : start]
    after = text[end : end + 45]
    last = None
    for last in _SERVICE_WORDS.finditer(before):  # noqa: B007
        pass
    if last is not None and not _OWN.search(before[last.end() :]):
        return True
    return bool(_SERVICE_WORDS.search(re.split(r"[.!?;\n]", after)[0])) and not _OWN.search(before[-25:])
