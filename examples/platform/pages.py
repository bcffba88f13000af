"""The one page that a person looks at: accounts with their standing, and the events as they arrived.

Every word that came from outside goes through `escape`. Without JavaScript the page reloads itself; with it, only
what has changed is replaced.
"""

import json
from datetime import UTC, datetime
from html import escape
from urllib.parse import quote

from examples.platform.receiver import Event, Receiver
from examples.platform.standing import Account, accounts

MOST_SHOWN = 200

_WORDS = {
    "sanction.applied": "Sanction applied",
    "sanction.lifted": "Sanction lifted",
    "badge.held": "Badge held",
    "badge.removed": "Badge removed",
    "badge.restored": "Badge restored",
    "notice.sent": "Notice sent",
    "report.closed": "Report closed",
    "appeal.decided": "Appeal decided",
    "check_in.due": "Check-in due",
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Example chat platform</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
{refresh}
</head>
<body>
<header>
<h1>Example chat platform</h1>
<p>This page plays the chat platform: what moderators decide in Haven arrives here as signed webhooks.</p>
<p class="updates">{switch}</p>
<p class="updates" role="status" id="news"></p>
</header>
<main id="main">
<section aria-labelledby="accounts">
<h2 id="accounts">Accounts</h2>
{accounts}
</section>
<section aria-labelledby="events">
<h2 id="events">Events, newest first</h2>
{events}
</section>
</main>
</body>
</html>
"""
_REFRESH = (
    '<noscript><meta http-equiv="refresh" content="5"></noscript>\n<script type="module" src="/page.js"></script>'
)
_NOTHING = '<p class="empty">{}</p>'


def page(receiver: Receiver, now: datetime, *, paused: bool) -> str:
    events = receiver.events
    return _PAGE.format(
        refresh="" if paused else _REFRESH,
        switch=_switch(paused),
        accounts=_accounts(accounts(events, now)),
        events=_events(events, receiver),
    )


def _switch(paused: bool) -> str:
    if paused:
        return 'Updates are paused. <a href="/">Resume updates</a>'
    return 'This page keeps itself up to date. <a href="/?paused">Pause updates</a>'


def _accounts(known: list[Account]) -> str:
    if not known:
        return _NOTHING.format("No account has been mentioned yet.")
    return f'<ul class="accounts">{"".join(_account(account) for account in known)}</ul>'


def _account(account: Account) -> str:
    standing = "".join(f'<li class="{kind}">{escape(words)}</li>' for kind, words in _standing(account))
    return f'<li class="card"><h3>{escape(account.id)}</h3><ul class="standing">{standing}</ul>{_notices(account)}</li>'


def _standing(account: Account) -> list[tuple[str, str]]:
    """What is to be said of an account, each with the class that colours it; the words alone must do, too."""
    said = []
    if account.suspensions:
        until = account.suspended_until
        said.append(("bad", f"Suspended until {_day(until)}" if until else "Suspended without end"))
    said += [("warn", f"{_badge(badge)} held") for badge in account.badges_that_are("held")]
    said += [("bad", f"{_badge(badge)} removed") for badge in account.badges_that_are("removed")]
    said = said or [("good", "In good standing")]
    if account.check_in_due:
        said.append(("info", f"Check-in due {_day(account.check_in_due)}"))
    return said


def _notices(account: Account) -> str:
    if not account.notices:
        return ""
    count = len(account.notices)
    texts = "".join(f"<li>{_time(notice.at)}<p>{escape(notice.text)}</p></li>" for notice in reversed(account.notices))
    words = "1 notice received" if count == 1 else f"{count} notices received"
    key = f"notices-{quote(account.id)}"
    return f'<details id="{key}"><summary>{words}</summary><ol>{texts}</ol></details>'


def _events(events: list[Event], receiver: Receiver) -> str:
    if not events:
        return _NOTHING.format(
            "No event has arrived yet. Approve a suspension in Haven; it arrives here when it can no longer be undone."
        )
    shown = "".join(_event(event, receiver.repeats(event.id)) for event in reversed(events[-MOST_SHOWN:]))
    more = len(events) - MOST_SHOWN
    older = f'<p class="empty">{more} older ones are in <a href="/events.json">events.json</a>.</p>' if more > 0 else ""
    return f'<ol class="events" data-count="{len(events)}">{shown}</ol>{older}'


def _event(event: Event, repeats: int) -> str:
    whom = event.account
    again = f" · came {repeats + 1} times, acted on once" if repeats else ""
    late = " · came after a younger one, which still holds" if event.is_late else ""
    raw = json.dumps(
        {"type": event.type, "timestamp": event.timestamp, "data": event.data}, indent=2, ensure_ascii=False
    )
    return (
        f'<li class="card"><h3>{escape(_title(event))}'
        f"{f' <span>for {escape(whom)}</span>' if whom else ''}</h3>"
        f'<p class="when">{_time(event.received_at)}{again}{late}</p>'
        f'<details id="{quote(event.id)}"><summary>As it arrived</summary>'
        f'<p class="when">webhook-id {escape(event.id)}</p><pre>{escape(raw)}</pre></details></li>'
    )


def _title(event: Event) -> str:
    kind = event.says("kind").replace("_", " ").capitalize()
    if kind and event.type.startswith("sanction."):
        return f"{kind} {event.type.removeprefix('sanction.')}"
    return _WORDS.get(event.type, event.type)


def _badge(name: str) -> str:
    return f"{name.replace('_', ' ').capitalize()} badge" if name else "Badge"


def _day(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return text
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def _time(text: str) -> str:
    """To the second: one who has just decided something looks for it here."""
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return f'<time datetime="{escape(text)}">{moment.day} {moment:%B %Y, %H:%M:%S} UTC</time>'
