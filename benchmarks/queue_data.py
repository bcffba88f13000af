"""A desk's worth of cases made by SQL alone: open ones as a busy community has them, closed ones as years leave them.

Knows the tables, not the pages.
"""

from dataclasses import dataclass
from typing import Any

from benchmarks.many_rows import batches, known_to_all, many_rows

STAFF = 200  # people who work on cases; two in three hold one
CASES_AN_ACCOUNT = 6
TALK = 40  # messages in the conversations of the most urgent cases, which are those that are opened
CHAT = 4  # in those of all the others


@dataclass(frozen=True, slots=True)
class Size:
    """How many cases there are when it is done."""

    open: int
    closed: int

    @property
    def label(self) -> str:
        return f"{self.open:,} open, {self.closed:,} closed"


_STAFF = """
INSERT INTO accounts_user (username, name, role, email, password, is_active, preferences)
SELECT 'staff' || n, 'Person ' || n, CASE WHEN n %% 8 = 0 THEN 'senior' ELSE 'moderator' END, '', '!', true, '{}'
FROM generate_series(1, %(staff)s) AS n;
"""

# One person in ten has several accounts; one account in six is a teen's, every third a listener's.
_ACCOUNTS = """
INSERT INTO moderation_account (id, ext_id, username, role, age_group, status, badges, person, suspended,
    badges_held, badges_removed)
SELECT n, 'account' || n, 'name' || n,
    CASE WHEN n %% 3 = 0 THEN 'listener' ELSE 'member' END,
    CASE WHEN n %% 6 = 0 THEN 'teen' ELSE 'adult' END,
    CASE WHEN n %% 25 = 0 THEN 'self_care_break' WHEN n %% 90 = 0 THEN 'deactivation_break' ELSE 'active' END,
    CASE WHEN n %% 9 = 0 THEN ARRAY['teen_listener'] ELSE ARRAY[]::varchar[] END,
    CASE WHEN n %% 10 = 0 THEN 'person' || n / 20 ELSE '' END, false, ARRAY[]::varchar[], ARRAY[]::varchar[]
FROM generate_series(%(accounts_from)s, %(accounts)s) AS n;
"""

_CONVERSATIONS = """
INSERT INTO moderation_conversation (id, ext_id, room)
SELECT n, 'conversation' || n, CASE WHEN n %% 12 = 0 THEN 'group' WHEN n %% 30 = 0 THEN 'forum' ELSE 'one_to_one' END
FROM generate_series(%(first)s::bigint, %(last)s) AS n;
"""

# First what happened, then what follows of it: ground, who is there and who reported make severity and priority.
_CASES = """
WITH drawn AS MATERIALIZED (
    SELECT n, random() AS which, random() < 0.18 AS teen, random() AS source, random() AS score, random() AS age,
        random() AS tongue, random() < 0.04 AS on_break, random() < 0.06 AS seen_before, random() AS lane
    FROM generate_series(%(first)s::bigint, %(last)s) AS n
), told AS MATERIALIZED (
    SELECT *, CASE WHEN which < 0.35 THEN 'contact_shared' WHEN which < 0.75 THEN 'contact_requested'
            WHEN which < 0.87 THEN 'offsite_contact' WHEN which < 0.90 THEN 'offsite_harm' ELSE 'other' END AS ground,
        source < CASE WHEN which < 0.90 THEN 0.93 ELSE 0.10 END AS screened,
        CASE WHEN source > 0.99 THEN 4 WHEN source > 0.97 THEN 2
            WHEN source < 0.08 OR source >= CASE WHEN which < 0.90 THEN 0.93 ELSE 0.10 END THEN 1 ELSE 0 END
            AS reporters,
        now() - CASE WHEN %(closed)s THEN interval '3 years' ELSE interval '14 days' END * age * age AS opened_at
    FROM drawn
), weighed AS MATERIALIZED (
    SELECT *, CASE WHEN ground = 'offsite_harm' OR ground = 'contact_shared' AND teen AND n %% 3 > 0 THEN 3
            WHEN ground IN ('contact_shared', 'offsite_contact') OR ground = 'contact_requested' AND teen THEN 2
            WHEN ground = 'contact_requested' THEN 1 ELSE 0 END AS severity
    FROM told
)
INSERT INTO moderation_case (id, conversation_id, subject_id, state, ground, grounds, severity, priority, reasons,
    headline, snippet, score, teen, screened, reporters, on_break, seen_before, language, opened_at, due_at, closed_at,
    policy_version_id, version, lease_token, lane, waits_until, handed_to_id, late)
SELECT n, %(conversation)s, 1 + (n * 7919) %% %(accounts)s,
    CASE WHEN %(closed)s THEN 'closed' ELSE 'open' END, ground, ARRAY[ground], severity,
    severity * 300 + 40 * teen::int + 30 * (screened AND reporters > 0)::int + 10 * greatest(reporters - 1, 0)
        + 10 * on_break::int + round(10 + 10 * score)::int,
    jsonb_build_array('High: ' || replace(ground, '_', ' '), 'pre-screen ' || round((0.5 + score / 2)::numeric, 2)),
    CASE WHEN ground = 'contact_shared'
        THEN (ARRAY['Phone number shared', 'E-mail address shared', 'Messaging app contact shared', 'Link shared'])
            [1 + n %% 4]
        WHEN ground = 'contact_requested' THEN 'Asked for a contact or a way off the site'
        WHEN ground = 'offsite_contact' THEN 'Said to be in contact off the site'
        WHEN ground = 'offsite_harm' THEN 'Harm that comes of off-site contact' ELSE 'Reported by a user' END,
    'you can reach me any time at •••• •••••42, number ' || n,
    CASE WHEN screened THEN 0.5 + score / 2 ELSE 0 END, teen, screened, reporters, on_break, seen_before,
    CASE WHEN tongue < 0.70 THEN 'en' WHEN tongue < 0.78 THEN 'es' WHEN tongue < 0.84 THEN 'fr'
        WHEN tongue < 0.89 THEN 'de' WHEN tongue < 0.93 THEN 'pt' WHEN tongue < 0.95 THEN 'hi' ELSE '' END,
    opened_at, opened_at + (ARRAY[4320, 480, 60, 15])[1 + severity] * interval '1 minute',
    CASE WHEN %(closed)s THEN opened_at + interval '1 hour' END,
    %(policy)s, 1, 0,
    CASE WHEN %(closed)s THEN 'ordinary' WHEN lane < 0.005 THEN 'senior' WHEN lane < 0.008 THEN 'crisis'
        WHEN lane < 0.011 THEN 'safeguarding' ELSE 'ordinary' END,
    CASE WHEN NOT %(closed)s AND lane > 0.995 THEN now() + interval '1 day' * age END,
    CASE WHEN NOT %(closed)s AND lane BETWEEN 0.5 AND 0.501 THEN %(staff_from)s + n %% %(staff)s END,
    opened_at + (ARRAY[4320, 480, 60, 15])[1 + severity] * interval '1 minute' < now()
FROM weighed;
"""

_PARTIES = """
INSERT INTO moderation_caseparty (case_id, account_id, is_actor)
SELECT id, subject_id, true FROM moderation_case WHERE id BETWEEN %(first)s AND %(last)s;
INSERT INTO moderation_caseparty (case_id, account_id, is_actor)
SELECT id, 1 + (subject_id + 1 + id %% 97) %% %(accounts)s, false
FROM moderation_case WHERE id BETWEEN %(first)s AND %(last)s AND NOT %(closed)s
ON CONFLICT DO NOTHING;
"""

# What an open case holds: its conversation, the message that was found, the finding, its contact, its reports.
_HELD = """
WITH urgent AS MATERIALIZED (
    SELECT id FROM moderation_case WHERE state = 'open' AND id BETWEEN %(first)s AND %(last)s
    ORDER BY rank, opened_at, id LIMIT %(talks)s
)
INSERT INTO moderation_message (ext_id, conversation_id, sender_id, sent_at, text, screened_at, engine)
SELECT c.id || '.' || place, c.conversation_id,
    CASE WHEN place %% 2 = 0 THEN c.subject_id ELSE 1 + (c.subject_id + 1 + c.id %% 97) %% %(accounts)s END,
    c.opened_at - interval '1 minute' * (%(talk)s - place),
    CASE WHEN place = 2 THEN 'you can reach me any time at 07700 900142, number ' || c.id
        ELSE 'I think it got worse after the move, because nobody here knows me and the evenings are so long ' || place
    END, c.opened_at, 'bench'
FROM moderation_case AS c LEFT JOIN urgent USING (id)
CROSS JOIN LATERAL generate_series(1, CASE WHEN urgent.id IS NULL THEN %(chat)s ELSE %(talk)s END) AS place
WHERE c.state = 'open' AND c.id BETWEEN %(first)s AND %(last)s;

INSERT INTO moderation_evidence (case_id, message_id, sender_id, sent_at, text, digest)
SELECT c.id, m.id, m.sender_id, m.sent_at, m.text, encode(sha256(m.text::bytea), 'hex')
FROM moderation_case AS c JOIN moderation_message AS m ON m.ext_id = c.id || '.2'
WHERE c.state = 'open' AND c.id BETWEEN %(first)s AND %(last)s;

INSERT INTO moderation_finding (case_id, actor_id, rule, kind, score, explanation, detector, engine, message_ids,
    spans, key)
SELECT c.id, c.subject_id, c.ground, 'phone', c.score, 'valid UK mobile, given to another person', 'phone', 'bench',
    ARRAY[e.message_id],
    jsonb_build_array(jsonb_build_object('message', e.message_id, 'start', 29, 'end', 41, 'kind', 'phone')),
    'finding' || c.id
FROM moderation_case AS c JOIN moderation_evidence AS e ON e.case_id = c.id
WHERE c.state = 'open' AND c.screened AND c.ground <> 'other' AND c.id BETWEEN %(first)s AND %(last)s;

INSERT INTO moderation_contact (case_id, actor_id, kind, fingerprint)
SELECT id, subject_id, 'phone', encode(sha256((CASE WHEN seen_before THEN id %% 997 ELSE id END)::text::bytea), 'hex')
FROM moderation_case
WHERE state = 'open' AND ground = 'contact_shared' AND id BETWEEN %(first)s AND %(last)s;

INSERT INTO moderation_report (ext_id, reporter_id, reported_id, conversation_id, reason, text, channel, created_at,
    case_id, state)
SELECT 'report' || c.id || '.' || place, 1 + (c.id * 31 + place) %% %(accounts)s, c.subject_id, c.conversation_id,
    c.ground, 'they keep asking me to write elsewhere', 'chat', c.opened_at, c.id, 'open'
FROM moderation_case AS c CROSS JOIN LATERAL generate_series(1, c.reporters) AS place
WHERE c.state = 'open' AND c.id BETWEEN %(first)s AND %(last)s;
"""

# One closed case in eight ended with a suspension that is over: what the ladder and the record of a person read.
_SANCTIONS = """
INSERT INTO moderation_decision (id, case_id, key, state, outcome, grounds, cleared, reasons, note, policy_version_id,
    decided_by_id, decided_at, seen_version, answer_note, gives_back)
SELECT id, id, gen_random_uuid(), 'in_force', 'sanctioned', grounds, ARRAY[]::varchar[], ARRAY[]::varchar[], '',
    policy_version_id, %(staff_from)s + id %% %(staff)s, closed_at, 1, '', ARRAY[]::bigint[]
FROM moderation_case WHERE id BETWEEN %(first)s AND %(last)s AND id %% 8 = 0;
INSERT INTO moderation_sanction (account_id, case_id, decision_id, kind, state, ground, days, permanent, starts_at,
    ends_at, policy_version_id, clause, reason, notice, needs_approval, needs_check_in, proposer_id, ended_at,
    ended_how, end_reason)
SELECT subject_id, id, id, 'suspension', 'ended', ground, 7, false, closed_at, closed_at + interval '7 days',
    policy_version_id, 'sharing', 'for the record', 'for the person', false, false, %(staff_from)s + id %% %(staff)s,
    closed_at + interval '7 days', 'expiry', ''
FROM moderation_case WHERE id BETWEEN %(first)s AND %(last)s AND id %% 8 = 0;
"""

# Two in three people hold a case; the first of them a few more, so that «mine» is a list.
_HOLDERS = """
UPDATE moderation_case SET holder_id = NULL, lease_expires_at = NULL WHERE holder_id IS NOT NULL;
WITH lot AS (
    SELECT id, row_number() OVER () AS nth FROM (
        SELECT id FROM moderation_case WHERE state = 'open' ORDER BY (id * 7919) %% 100003, id
        LIMIT %(staff)s * 2 / 3 + 10
    ) AS drawn
)
UPDATE moderation_case AS c SET lease_token = lease_token + 1, lease_expires_at = now() + interval '1 day',
    holder_id = %(staff_from)s + CASE WHEN nth <= 10 THEN 0 ELSE nth - 10 END
FROM lot WHERE lot.id = c.id;
"""

# As the migration does it: the triggers that would have counted were not asked.
_SORTS = """
TRUNCATE moderation_casesort, moderation_casesortchange;
INSERT INTO moderation_casesort ({columns}, cases)
SELECT {read_off}, count(*) FROM moderation_case WHERE state = 'open' GROUP BY {places};
"""

# An index is made faster from all the rows than row by row. Those of open cases are made before the closed ones come.
_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid), indpred IS NOT NULL FROM pg_index
WHERE indrelid IN ('moderation_case'::regclass, 'moderation_caseparty'::regclass) AND NOT indisunique
"""

_NUMBERED = ("account", "conversation", "case", "decision")


def grow(was: Size, size: Size, *, talks: int) -> None:
    """Add what is missing from one size to the next, in a database that holds nothing else, and have it analysed.

    `talks` of the new open cases, the most urgent, get a whole conversation.
    """
    begin = was.open + was.closed + 1
    opened = range(begin, begin + size.open - was.open)
    closed = range(opened.stop, opened.stop + size.closed - was.closed)
    with many_rows(numbered=_NUMBERED) as cursor:
        if not was.open:
            cursor.execute(_STAFF, {"staff": STAFF})
        known = known_to_all(cursor) | {
            "staff": STAFF,
            "accounts_from": _accounts(was) + 1 if was.open else 1,
            "accounts": _accounts(size),
            "talk": TALK,
            "chat": CHAT,
            "talks": talks,
            "open_from": opened.start,  # closed cases lie in the conversations of the open ones
            "open_count": max(1, len(opened)),
        }
        cursor.execute(_ACCOUNTS, known)
        cursor.execute(_INDEXES)
        indexes = cursor.fetchall()
        for name, *_ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        for is_closed, ids in ((False, opened), (True, closed)):
            _add(cursor, known, ids, closed=is_closed)
            for _, definition, is_partial in indexes:
                if is_partial is not is_closed:
                    cursor.execute(definition)
        cursor.execute(_HOLDERS, known)
        cursor.execute(_sorts())


def _add(cursor: Any, known: dict[str, Any], ids: range, *, closed: bool) -> None:
    conversation = "%(open_from)s + n %% %(open_count)s" if closed else "n"
    steps = [_CASES, _PARTIES, _SANCTIONS] if closed else [_CONVERSATIONS, _CASES, _PARTIES]
    for batch in batches(ids):
        values = known | batch | {"closed": closed}
        for step in steps:
            cursor.execute(step.replace("%(conversation)s", conversation), values)
    if ids and not closed:
        cursor.execute(_HELD, known | {"first": ids.start, "last": ids.stop - 1})


def _sorts() -> str:
    from moderation.models.sorts import COLUMNS, READ_OFF

    places = ", ".join(str(place + 1) for place in range(len(READ_OFF)))
    return _SORTS.format(columns=COLUMNS, read_off=", ".join(READ_OFF.values()), places=places)


def _accounts(size: Size) -> int:
    return max(1_000, (size.open + size.closed) // CASES_AN_ACCOUNT)
