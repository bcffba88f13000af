"""No operation leaves the record out by mistake: each reaches `audit.record`, or says here why it need not."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = [*sorted((ROOT / "moderation/operations").glob("*.py")), *sorted((ROOT / "accounts").glob("*.py"))]

# Operations that write nothing for the record, each for a reason.
SILENT = {
    "_delete_messages": "a stretch of an erasure, which is on record when it is done",
    "_note_broken": "a try that failed and stands in a table of its own",
    "_publish": "the places in the feed of standings; each change is on record",
    "count_year": "figures worked out anew from what is there",
    "gather_changes": "the queue's own counters",
    "recount": "the queue's own counters; what differed is in the log",
    "turn_cases": "the queue's own counters",
    "keep_place": "how far a file was read; what was taken of it is on record",
    "renew_lease": "that the page is still open; taking the case is on record",
    "seal_batch": "the seals of the record itself",
    "save_check_in": "a draft of the person's own; handing it in is on record",
}


def _names(node: ast.AST) -> set[str]:
    """What is called, or handed on to be called, anywhere below."""
    return {
        found.attr if isinstance(found, ast.Attribute) else found.id
        for found in ast.walk(node)
        if isinstance(found, ast.Attribute | ast.Name)
    }


def _is_operation(function: ast.FunctionDef) -> bool:
    return any(ast.unparse(decorator) == "whole" for decorator in function.decorator_list)


def _functions() -> dict[str, tuple[ast.FunctionDef, str]]:
    found = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                found[node.name] = (node, path.stem)
    return found


FUNCTIONS = _functions()
RECORDING = {name for name, (node, _) in FUNCTIONS.items() if "audit.record(" in ast.unparse(node)}
OPERATIONS = sorted(name for name, (node, _) in FUNCTIONS.items() if _is_operation(node))


def _reaches_the_record(name: str, seen: frozenset[str] = frozenset()) -> bool:
    if name in RECORDING:
        return True
    inside = (_names(FUNCTIONS[name][0]) & FUNCTIONS.keys()) - seen - {name}
    return any(_reaches_the_record(other, seen | {name} | inside) for other in sorted(inside))


def test_there_are_operations_to_look_at() -> None:
    assert {"decide_case", "take_messages", "create_staff"} <= set(OPERATIONS)


def test_every_operation_is_on_record() -> None:
    silent = [name for name in OPERATIONS if name not in SILENT and not _reaches_the_record(name)]

    assert [f"{FUNCTIONS[name][1]}.{name} changes something and records nothing" for name in silent] == []


def test_every_exception_is_still_needed() -> None:
    assert set(SILENT) <= set(OPERATIONS)
    assert [name for name in sorted(SILENT) if _reaches_the_record(name)] == []
