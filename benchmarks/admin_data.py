"""Years of sanctions made by SQL alone, with the accounts of a large community around them.

Knows the tables, not the pages.
"""

from dataclasses import dataclass
from typing import Any

from benchmarks.many_rows import batches, known_to_all, many_rows

STAFF = 50
UNTOLD = 1_000  # the last so many events have not reached the platform
WAITING_ONE_IN = 2_000


@dataclass(frozen=True, slots=True)
class Size:
    """How many there are when it is done."""

    sanctions: int
    accounts: int

    @property
    def label(self) -> str:
        return f"{self.sanctions:,} sanctions, {self.accounts:,} accounts"


_STAFF = """
INSERT INTO accounts_user (username, name, role, email, password, is_active, preferences)
SELECT 'staff' || n, 'Person ' || n,
    CASE WHEN n = 1 THEN 'admin' WHEN n %% 8 = 0 THEN 'senior' ELSE 'moderator' END, '', '!', true, '{}'
FROM generate_series(1, %(staff)s) AS n;
"""

# Names as people choose them: a word and a number; one person in ten has several accounts.
_ACCOUNTS = """
INSERT INTO moderation_account (id, ext_id, username, role, age_group, status, badges, person, suspended,
    badges_held, badges_removed)
SELECT n, 'account' || n,
    (ARRAY['calm', 'river', 'quiet', 'north', 'amber', 'moss', 'late', 'blue', 'oak', 'fern'])[1 + n %% 10]
        || (ARRAY['Fox', 'Sky', 'Leaf', 'Rain', 'Star', 'Hill', 'Bird', 'Wave'])[1 + (n / 10) %% 8] || n / 80,
    CASE WHEN n %% 3 = 0 THEN 'listener' ELSE 'member' END, CASE WHEN n %% 6 = 0 THEN 'teen' ELSE 'adult' END, 'active',
    CASE WHEN n %% 9 = 0 THEN ARRAY['teen_listener'] ELSE ARRAY[]::varchar[] END,
    CASE WHEN n %% 10 = 0 THEN 'person' || n / 20 ELSE '' END, false, ARRAY[]::varchar[], ARRAY[]::varchar[]
FROM generate_series(%(first)s, %(last)s) AS n;
"""

# Every sanction has its own case and decision, six years back and denser towards today.
_CASES = """
WITH drawn AS MATERIALIZED (
    SELECT n, 1 + (n::bigint * 7919) %% %(accounts)s AS subject,
        (ARRAY['contact_shared', 'contact_requested', 'offsite_contact', 'offsite_harm', 'other'])
            [CASE WHEN n %% 100 < 40 THEN 1 WHEN n %% 100 < 75 THEN 2 WHEN n %% 100 < 90 THEN 3
                WHEN n %% 100 < 99 THEN 5 ELSE 4 END] AS ground,
        now() - interval '6 years' * power(1 - n::float / (%(sanctions)s + 1), 1.5) - interval '1 hour' AS at
    FROM generate_series(%(first)s, %(last)s) AS n
)
INSERT INTO moderation_case (id, subject_id, state, ground, grounds, severity, priority, reasons, headline, snippet,
    score, teen, screened, reporters, on_break, seen_before, language, opened_at, due_at, closed_at, policy_version_id,
    version, lease_token, lane)
SELECT n, subject, 'closed', ground, ARRAY[ground], 2, 600, '[]', 'Phone number shared', '', 0.9, false, true, 0, false,
    false, 'en', at, at + interval '1 hour', at + interval '30 minutes', %(policy)s, 1, 0, 'ordinary'
FROM drawn;
INSERT INTO moderation_caseparty (case_id, account_id, is_actor)
SELECT id, subject_id, true FROM moderation_case WHERE id BETWEEN %(first)s AND %(last)s;
INSERT INTO moderation_decision (id, case_id, key, state, outcome, grounds, cleared, reasons, note, policy_version_id,
    decided_by_id, decided_at, seen_version, answer_note, gives_back, answer_by)
SELECT id, id, gen_random_uuid(), CASE WHEN id %% %(waiting)s = 0 THEN 'proposed' ELSE 'in_force' END, 'sanctioned',
    grounds, ARRAY[]::varchar[], ARRAY[]::varchar[], '', policy_version_id, %(staff_from)s + id %% %(staff)s, closed_at,
    1, '', ARRAY[]::bigint[], CASE WHEN id %% %(waiting)s = 0 THEN closed_at + interval '1 day' END
FROM moderation_case WHERE id BETWEEN %(first)s AND %(last)s;
"""

# Half are education notices, most others suspensions; what has run out is ended, and a few run until today's end.
_SANCTIONS = """
WITH told AS MATERIALIZED (
    SELECT c.id, c.subject_id, c.ground, c.closed_at AS at, c.policy_version_id, c.id %% %(waiting)s = 0 AS waits,
        CASE WHEN c.id %% 20 < 8 THEN 'education_notice' WHEN c.id %% 20 < 19 THEN 'suspension'
            WHEN c.id %% 200 = 199 THEN 'teen_badge_hold' ELSE 'teen_badge_removal' END AS kind,
        (ARRAY[7, 30, NULL, 1, 90])[1 + c.id %% 5] AS days, c.id %% 7 = 0 AS lifted
    FROM moderation_case AS c WHERE c.id BETWEEN %(first)s AND %(last)s
), timed AS MATERIALIZED (
    SELECT *, CASE WHEN kind = 'education_notice' THEN at + interval '365 days'
        WHEN kind = 'suspension' AND days IS NOT NULL THEN at + days * interval '1 day' END AS ends
    FROM told
)
INSERT INTO moderation_sanction (id, account_id, case_id, decision_id, kind, state, ground, days, permanent, starts_at,
    ends_at, policy_version_id, clause, reason, notice, needs_approval, needs_check_in, proposer_id, ended_at,
    ended_how, end_reason)
SELECT id, subject_id, id, id, kind,
    CASE WHEN waits THEN 'proposed' WHEN ends < now() OR lifted THEN 'ended' ELSE 'in_force' END, ground,
    CASE WHEN kind = 'suspension' THEN days END, false, CASE WHEN NOT waits THEN at END,
    CASE WHEN NOT waits THEN ends END, policy_version_id, 'sharing', 'for the record', 'for the person', false,
    false, %(staff_from)s + id %% %(staff)s,
    CASE WHEN waits THEN NULL WHEN lifted THEN least(ends, at + interval '10 hours') WHEN ends < now() THEN ends END,
    CASE WHEN waits THEN '' WHEN lifted THEN 'lifting' WHEN ends < now() THEN 'expiry' ELSE '' END, ''
FROM timed;
INSERT INTO moderation_outboxevent (public_id, topic, account_id, sanction_id, payload, key, cause, state, not_before,
    attempts, delivered_at, last_error)
SELECT gen_random_uuid(), 'sanction.applied', account_id, id, '{"notice": "for the person"}', 'applied:' || id, '',
    CASE WHEN id <= %(sanctions)s - %(untold)s THEN 'delivered' WHEN id %% 3 = 0 THEN 'dead' ELSE 'pending' END,
    starts_at, CASE WHEN id <= %(sanctions)s - %(untold)s THEN 1 ELSE 4 END,
    CASE WHEN id <= %(sanctions)s - %(untold)s THEN starts_at END, ''
FROM moderation_sanction WHERE id BETWEEN %(first)s AND %(last)s AND starts_at IS NOT NULL;
"""

_STANDING = """
UPDATE moderation_account AS a SET suspended = true, suspended_until = CASE WHEN s.open THEN NULL ELSE s.until END
FROM (
    SELECT account_id, max(ends_at) AS until, bool_or(ends_at IS NULL) AS open
    FROM moderation_sanction WHERE state = 'in_force' AND kind = 'suspension' GROUP BY account_id
) AS s WHERE s.account_id = a.id;
"""

_NUMBERED = ("account", "case", "decision", "sanction")


def build(size: Size) -> None:
    """Fill a database that holds nothing else, and have it analysed."""
    with many_rows(numbered=_NUMBERED) as cursor:
        cursor.execute(_STAFF, {"staff": STAFF})
        known = known_to_all(cursor) | {
            "staff": STAFF,
            "accounts": size.accounts,
            "sanctions": size.sanctions,
            "waiting": WAITING_ONE_IN,
            "untold": min(UNTOLD, size.sanctions // 10),
        }
        _add(cursor, [_ACCOUNTS], known, size.accounts)
        _add(cursor, [_CASES, _SANCTIONS], known, size.sanctions)
        cursor.execute(_STANDING)


def _add(cursor: Any, steps: list[str], known: dict[str, Any], rows: int) -> None:
    for batch in batches(range(1, rows + 1)):
        for step in steps:
            cursor.execute(step, known | batch)
