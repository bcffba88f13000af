"""Everything that has a key of its own: what it is called, and its key until a person chooses another.

Knows neither pages nor people; the words are those of the buttons. A new shortcut is one line here and `{% key %}` on
its button.
"""

from collections.abc import Mapping
from dataclasses import dataclass

OFF = ""


@dataclass(frozen=True, slots=True)
class Action:
    code: str
    label: str
    key: str  # a character, or the name of a key that types none
    group: str


_EVERYWHERE, _LISTS, _CASE, _DECISION = "Everywhere", "Lists", "Case", "Decision"

ACTIONS: tuple[Action, ...] = (
    Action("keys", "Show the keys of the page", "?", _EVERYWHERE),
    Action("undo", "Undo the last decision", "z", _EVERYWHERE),
    Action("uncover", "Show or hide private text", "b", _EVERYWHERE),
    Action("leave", "Release the case and leave the page", "Escape", _EVERYWHERE),
    Action("review_next", "Review next", "n", _LISTS),
    Action("row_down", "Next row", "j", _LISTS),
    Action("row_up", "Row before", "k", _LISTS),
    Action("show_news", "Show what is new", "u", _LISTS),
    Action("next_page", "Next page", "]", _LISTS),
    Action("approve", "Approve the first proposal", "a", _LISTS),
    Action("search", "Search", "/", _LISTS),
    Action("preview", "Preview what is chosen", "v", _LISTS),
    Action("answer", "Answer the first escalation", "w", _LISTS),
    Action("decide_together", "Decide a group together", "=", _LISTS),
    Action("hear", "Hear the first appeal", "i", _LISTS),
    Action("take", "Take the case", "t", _CASE),
    Action("stay", "Stay on the case", "e", _CASE),
    Action("skip", "Skip the case", "s", _CASE),
    Action("put_off", "Put the case off", "p", _CASE),
    Action("hand_over", "Hand the case over", "h", _CASE),
    Action("raise", "Raise the case", "g", _CASE),
    Action("confirm_hold", "Confirm the hold", "o", _CASE),
    Action("lift_hold", "Lift the hold", "l", _CASE),
    Action("reveal", "Show or hide contacts", "r", _CASE),
    Action("next_finding", "Next finding", "f", _CASE),
    Action("finding_before", "Finding before", "Shift+f", _CASE),
    Action("ask_reporter", "Ask the reporter for more", "q", _CASE),
    Action("mark_missed", "Mark what was missed", "m", _CASE),
    Action("choose_suggested", "As suggested", "1", _DECISION),
    Action("choose_badge", "Remove the badge", "2", _DECISION),
    Action("choose_suspend", "Suspend", "3", _DECISION),
    Action("choose_educate", "Education notice", "4", _DECISION),
    Action("choose_no_violation", "No violation", "0", _DECISION),
    Action("choose_each", "Each on its own", "5", _DECISION),
    Action("dismiss", "Dismiss", "d", _DECISION),
    *(Action(f"reason_{n}", f"Reason {n}", f"Shift+{n}", _DECISION) for n in range(1, 10)),
    Action("confirm", "Confirm and next", "c", _DECISION),
)
BY_CODE: Mapping[str, Action] = {action.code: action for action in ACTIONS}


def folded(key: str) -> str:
    """Keys are told apart without regard to case: a letter is the same with Caps Lock on."""
    return key if len(key) > 1 else key.lower()


def is_possible(key: str, action: Action) -> bool:
    """One visible character, or nothing, or the key that the action has anyway."""
    return key in (OFF, action.key) or (len(folded(key)) == len(key) == 1 and key.isprintable() and not key.isspace())


def wrong_keys(keys: Mapping[str, str]) -> dict[str, str]:
    """A sentence for every action whose key cannot be used: no single character, or another action has it already."""
    wrong: dict[str, str] = {}
    taken: dict[str, Action] = {}
    for action in ACTIONS:
        key = folded(keys.get(action.code, OFF))
        if not is_possible(key, action):
            wrong[action.code] = f"“{key}” is no single character: choose one key, or none to switch it off."
        elif key and key in taken:
            wrong[action.code] = f"“{key}” is the key of “{taken[key].label}” already: choose another."
        elif key:
            taken[key] = action
    return wrong


def all_keys(chosen: Mapping[str, str]) -> dict[str, str]:
    """The key of every action: as chosen, else its own. What was chosen wins over what comes by default, so that an
    action that is new does nothing rather than what its key does already."""
    keys, taken = {}, set()
    for action in sorted(ACTIONS, key=lambda action: action.code not in chosen):
        key = folded(chosen.get(action.code, action.key))
        if not is_possible(key, action):
            key = action.key
        if key in taken:
            key = OFF
        keys[action.code] = key
        taken |= {key} - {OFF}
    return keys
