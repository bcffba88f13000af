"""What must be true of the database when the dust has settled. Every question is asked in SQL, past Haven's code."""

from tests.faults.receiver import Receiver
from tests.faults.stream import Told
from tests.faults.system import System

WEBHOOK_ID = "'msg_' || replace(public_id::text, '-', '')"

# Counts in the transaction of each screening itself how often a message became screened.
WATCH = """
CREATE TABLE watched_screening (message_id bigint, engine text, at timestamptz DEFAULT clock_timestamp());
GRANT INSERT ON watched_screening TO PUBLIC;
CREATE FUNCTION watch_screening() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO watched_screening (message_id, engine) VALUES (NEW.id, NEW.engine); RETURN NULL; END $$;
CREATE TRIGGER watch_screening AFTER UPDATE ON moderation_message FOR EACH ROW
    WHEN (NEW.screened_at IS DISTINCT FROM OLD.screened_at OR NEW.engine <> OLD.engine)
    EXECUTE FUNCTION watch_screening();
"""

# Each answers what is wrong; a sound ledger answers nothing.
NEVER = {
    "a message stored twice": "SELECT ext_id FROM moderation_message GROUP BY 1 HAVING count(*) > 1",
    "a message not screened": "SELECT ext_id FROM moderation_message WHERE screened_at IS NULL",
    "a message screened more than once by an engine": (
        "SELECT message_id FROM watched_screening GROUP BY message_id, engine HAVING count(*) <> 1"
    ),
    "a screening of which nobody knows": (
        "SELECT id FROM moderation_message m"
        " WHERE NOT EXISTS (SELECT FROM watched_screening w WHERE w.message_id = m.id)"
    ),
    "two open cases of a conversation": (
        "SELECT conversation_id FROM moderation_case WHERE state <> 'closed' AND conversation_id IS NOT NULL"
        " GROUP BY 1 HAVING count(*) > 1"
    ),
    "a case opened before the one before it was closed": (
        "SELECT later.id FROM moderation_case later JOIN moderation_case earlier"
        " ON earlier.conversation_id = later.conversation_id AND earlier.id < later.id"
        " WHERE earlier.closed_at IS NULL OR earlier.closed_at > later.opened_at"
    ),
    "a finding told twice": "SELECT key FROM moderation_finding GROUP BY key HAVING count(*) > 1",
    "a report without a case": "SELECT ext_id FROM moderation_report WHERE case_id IS NULL",
    "a report that was not recorded exactly once": (
        "SELECT r.id FROM moderation_report r LEFT JOIN accounts_auditentry a"
        " ON a.verb = 'report.taken' AND a.target_id = r.id::text GROUP BY r.id HAVING count(a.id) <> 1"
    ),
    "two decisions of a case": (
        "SELECT case_id FROM moderation_decision WHERE state NOT IN ('undone', 'refused')"
        " GROUP BY 1 HAVING count(*) > 1"
    ),
    "a decision whose case is still open": (
        "SELECT d.id FROM moderation_decision d JOIN moderation_case c ON c.id = d.case_id"
        " WHERE d.state = 'in_force' AND c.state <> 'closed'"
    ),
    "a case closed without a decision": (
        "SELECT id FROM moderation_case c WHERE state = 'closed'"
        " AND NOT EXISTS (SELECT FROM moderation_decision d WHERE d.case_id = c.id)"
    ),
    "a decision that was not recorded exactly once": (
        "SELECT d.id FROM moderation_decision d LEFT JOIN accounts_auditentry a"
        " ON a.verb = 'case.decided' AND (a.target_id = d.id::text AND a.target_type = 'decision'"
        " OR a.target_id = d.case_id::text AND a.target_type = 'case') GROUP BY d.id HAVING count(a.id) <> 1"
    ),
    "a decision with sanctions and without any": (
        "SELECT id FROM moderation_decision d WHERE outcome = 'sanctioned'"
        " AND NOT EXISTS (SELECT FROM moderation_sanction s WHERE s.decision_id = d.id)"
    ),
    "the same sanction twice in a decision": (
        "SELECT decision_id FROM moderation_sanction WHERE decision_id IS NOT NULL"
        " GROUP BY decision_id, account_id, kind HAVING count(*) > 1"
    ),
    "a sanction in force that nobody is told of exactly once": (
        "SELECT s.id FROM moderation_sanction s LEFT JOIN moderation_outboxevent e"
        " ON e.key LIKE '%:' || s.id || ':in_force' WHERE s.state = 'in_force' GROUP BY s.id HAVING count(e.id) <> 1"
    ),
    "a suspension in force that the account's standing lacks": (
        "SELECT s.id FROM moderation_sanction s JOIN moderation_account a ON a.id = s.account_id"
        " WHERE s.state = 'in_force' AND s.kind = 'suspension' AND NOT a.suspended"
    ),
    "an event that did not arrive": "SELECT public_id FROM moderation_outboxevent WHERE state <> 'delivered'",
}


def watch(system: System) -> None:
    system.ask(WATCH)


def faults(system: System, told: Told) -> dict[str, list[object]]:
    """By what is wrong, where it is. Empty when everything is as it must be."""
    wrong = {what: [row[0] for row in system.ask(question)] for what, question in NEVER.items()}
    wrong["a message lost, or from nowhere"] = list(
        set(told.message_ids) ^ {ext_id for (ext_id,) in system.ask("SELECT ext_id FROM moderation_message")}
    )
    wrong["a report lost, or from nowhere"] = list(
        {report["id"] for report in told.reports}
        ^ {ext_id for (ext_id,) in system.ask("SELECT ext_id FROM moderation_report")}
    )
    found = "SELECT m.ext_id FROM moderation_finding f JOIN moderation_message m ON m.id = ANY (f.message_ids)"
    wrong["a contact that opened no case"] = list(told.giving - {ext_id for (ext_id,) in system.ask(found)})
    return {what: where[:10] for what, where in wrong.items() if where}


def recorded_messages(system: System) -> int:
    """How many messages the audit trail says were taken, all in all."""
    accepted = "coalesce(sum((details->>'accepted')::int), 0)"
    return int(system.ask(f"SELECT {accepted} FROM accounts_auditentry WHERE verb = 'messages.taken'")[0][0])


def deliveries_out_of_order(system: System, receiver: Receiver) -> list[str]:
    """Events that the platform acted upon for the first time before an earlier one of the same account."""
    rows = system.ask(f"SELECT {WEBHOOK_ID}, account_id, id FROM moderation_outboxevent")
    events = {public_id: (account, number) for public_id, account, number in rows}
    last: dict[int, int] = {}
    wrong = []
    for webhook_id in dict.fromkeys(receiver.taken):
        account, number = events[webhook_id]
        if number < last.get(account, 0):
            wrong.append(webhook_id)
        last[account] = max(number, last.get(account, 0))
    return wrong


def never_arrived(system: System, receiver: Receiver) -> set[str]:
    rows = system.ask(f"SELECT {WEBHOOK_ID} FROM moderation_outboxevent WHERE state = 'delivered'")
    return {public_id for (public_id,) in rows} - set(receiver.taken)
