"""What is never a finding: published help lines and the site's own places. Clears single spans, never messages."""

import re
from dataclasses import dataclass
from functools import cache

from moderation.prescreen import hosts
from moderation.prescreen.contract import Options
from moderation.prescreen.lexicon import table

# Free for the caller and sold to companies only. (0300, 0345, 13 xx xx and 900 are services in one country and
# people's telephones in another: there the name beside the number decides.)
_FREEPHONE = re.compile(r"0800\d{3,8}|0808\d{6,7}|1?8(?:00|33|44|55|66|77|88)\d{7}|1[38]00\d{6}|00800\d{8}|116\d{3}")
_ABROAD = re.compile(r"(?:\+|00|011)")
_BEFORE, _AFTER = 70, 45
_LONGEST_TRUNK = 4
_NOT_DIGITS = re.compile(r"\D")
_APART = re.compile(r"[.!?;\n](?:\s|$)|\d\s?\d\s?\d")  # another sentence or another number
_WORD = re.compile(r"[^\W\d_]+")
_FAR_BEFORE, _FAR_AFTER = 7, 4  # words


@dataclass(frozen=True, slots=True)
class Allowed:
    """The allow-list of one deployment, ready for look-ups."""

    digits: frozenset[str]
    domains: frozenset[str]
    own: frozenset[str]
    addresses: frozenset[str] = frozenset()

    def number(self, digits: str) -> bool:
        """A published service number, in national or international form, with or without + or 00 before it."""
        bare = _NOT_DIGITS.sub("", digits)
        if bare in self.digits or _FREEPHONE.fullmatch(bare):
            return True
        national = _ABROAD.sub("", bare, count=1) if _ABROAD.match(bare) else ""
        return national in self.digits

    def host(self, host: str) -> bool:
        """The site itself or a published resource; `7cups.com.evil.net` is neither."""
        name = hosts.registrable(host)
        return name in self.own or name in self.domains or host.lower().removeprefix("www.") in self.domains

    def address(self, text: str) -> bool:
        """An e-mail or postal address that the deployment publishes."""
        return bool(self.addresses) and _words(text) in self.addresses

    def own_host(self, host: str) -> bool:
        return hosts.registrable(host) in self.own


def allowed(options: Options) -> Allowed:
    return _allowed(options.own_domains, options.allowed)


@cache
def _allowed(own: tuple[str, ...], more: tuple[str, ...]) -> Allowed:
    numbers, domains, addresses = set(_shipped()), set(hosts.resources()), set()
    for entry in more:
        if _is_number(entry):
            numbers |= _ways_to_dial(entry, "")
        elif re.fullmatch(r"(?:[\w-]+\.)+[^\W\d_]{2,}", entry.strip()):
            domains.add(entry.strip().lower().removeprefix("www."))
        else:
            addresses.add(_words(entry))
    return Allowed(frozenset(numbers), frozenset(domains), frozenset(map(str.lower, own)), frozenset(addresses))


def _is_number(entry: str) -> bool:
    return not re.sub(r"[\d\s+().*#/-]", "", entry)


def _words(text: str) -> str:
    """An address as it compares: its words, whatever stands between them."""
    return " ".join(re.findall(r"[\w@]+", text.lower()))


@cache
def _shipped() -> frozenset[str]:
    return frozenset(
        digits for line in table("services")["line"] for digits in _ways_to_dial(line["number"], line["country"])
    )


def _ways_to_dial(number: str, country: str) -> set[str]:
    """A number as people dial it at home and from abroad, in digits only."""
    digits = _NOT_DIGITS.sub("", number)
    ways = {digits}
    code = _country_code(country)
    if number.strip().startswith(("+", "00")):
        national = _without_code(digits.removeprefix("00"))
        ways |= {digits.removeprefix("00"), national, "0" + national}
    elif code and not digits.startswith("00"):
        trunk = "1" if code == "1" else "0"
        ways |= {code + digits, code + digits.removeprefix(trunk)}
        if len(digits) > _LONGEST_TRUNK + 2:
            ways |= {digits.removeprefix(trunk)} if code == "1" else {digits, code + "0" + digits.removeprefix("0")}
    return {way for way in ways if way}


def _country_code(country: str) -> str:
    return _codes().get(country, "")


@cache
def _codes() -> dict[str, str]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    return {region: str(code) for code, regions in COUNTRY_CODE_TO_REGION_CODE.items() for region in regions}


def _without_code(digits: str) -> str:
    known = set(_codes().values())
    return next((digits[size:] for size in (1, 2, 3) if digits[:size] in known), digits)


# ---- lines that no list can hold: the service is named beside its number


@cache
def _naming() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = table("services")["naming"]
    services = [word for group in words["services"].values() for word in group]
    return _any_word(services), _any_word(words["own"] + words["turns"])


def _any_word(words: list[str]) -> re.Pattern[str]:
    longest_first = "|".join(sorted(words, key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{longest_first})(?![^\W_])", re.IGNORECASE)


def names_a_service(text: str, start: int, end: int) -> bool:
    """The words right beside the span say that it belongs to a service, and not to the writer."""
    return _named_before(text[max(0, start - _BEFORE) : start]) or _named_after(text, start, end)


def _named_before(before: str) -> bool:
    """ "the surgery's number is …": the last service named, with nothing between that starts something else."""
    service, _ = _naming()
    last = None
    for last in service.finditer(before):  # noqa: B007
        pass
    return last is not None and _leads_over(before[last.end() :], _FAR_BEFORE)


def _named_after(text: str, start: int, end: int) -> bool:
    """ "… is the crisis team": only close by, and not after "my number is"."""
    service, turn = _naming()
    after = text[end : end + _AFTER]
    found = service.search(after)
    if found is None or turn.search(text[max(0, start - 25) : start]):
        return False
    return _leads_over(after[: found.start()], _FAR_AFTER)


def _leads_over(between: str, words: int) -> bool:
    _, turn = _naming()
    return not _APART.search(between) and not turn.search(between) and len(_WORD.findall(between)) <= words
