"""How many open cases there are of each sort, counted at most every few seconds for everybody.

Must not know which counts a page shows: it keeps one cube from which every one of them can be added up.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Min

from accounts import Actor
from accounts.models import User
from accounts.roles import Age
from moderation.domain.vocabulary import DecisionState
from moderation.models import Case, Decision
from moderation.models.clock import now
from moderation.models.sorts import COLUMNS, READ_OFF
from moderation.permissions import is_narrowed
from moderation.queries.cube import Cube, digits_of, masks_of

KEEP_FOR = timedelta(seconds=5)
COUNT_AGAIN_AFTER = timedelta(seconds=4)  # by one request, while the others still use what is kept: beat is away
MOST_COUNTED = 1000  # beyond this the answer is «more than 1000», which no page needs more precisely
_FLAGS = ("teen", "screened", "on_break", "seen_before", "late", "put_off")
_VALUES = ("ground", "severity", "lane", "people", "language", "holder", "handed_to")
_NONE = {"holder": 0, "people": 0, "language": "", "handed_to": 0}
_KEY = "queue-tally"
_TURN = "queue-tally-turn"

# The moment of a case may have passed without its columns saying so yet: it is then taken out of the sort that they
# say and put into the one that it is of. Of these there are only as many as came due since the last `turn_cases`. The
# limit is for the planner, which believes that most cases are of this kind and would rather read them all.
_MOST_PASSED = 5_000
_TURNED = READ_OFF | {
    "late": "due_at < statement_timestamp()",
    "put_off": "coalesce(waits_until > statement_timestamp(), false)",
}
_KEPT_AND_SINCE = f"""
WITH passed AS MATERIALIZED (
    SELECT * FROM moderation_case WHERE id IN ((
        SELECT id FROM moderation_case WHERE state = 'open' AND NOT late AND due_at < statement_timestamp()
        ORDER BY due_at LIMIT {_MOST_PASSED}
    ) UNION ALL (
        SELECT id FROM moderation_case WHERE state = 'open' AND waits_until <= statement_timestamp()
        ORDER BY waits_until LIMIT {_MOST_PASSED}
    ))
)
SELECT {COLUMNS}, sum(cases) AS cases FROM (
    SELECT {COLUMNS}, cases FROM moderation_casesort
    UNION ALL SELECT {COLUMNS}, cases FROM moderation_casesortchange
    UNION ALL SELECT {", ".join(READ_OFF.values())}, -1 FROM passed
    UNION ALL SELECT {", ".join(_TURNED.values())}, 1 FROM passed
) AS told ({COLUMNS}, cases)
GROUP BY {COLUMNS} HAVING sum(cases) > 0
"""  # noqa: S608 - constants alone


@dataclass(frozen=True, slots=True)
class Tally:
    cube: Cube
    oldest: datetime | None
    approvals: int  # decisions that wait for a second signature, at most MOST_COUNTED + 1
    as_of: datetime
    stamp: str  # equal as long as all counts are

    def count(self, *traits: str) -> int:
        """The cases of the queue that have all of these traits: those that are put off are not in it."""
        sorts = self.cube.any_of(["ready"])
        for trait in traits:
            sorts &= self.cube.any_of([trait])
        return self.cube.count(sorts)


_read: dict[str, Tally] = {}  # what this process read last, so that it reads each cube once


def tally() -> Tally:
    """The counts, up to KEEP_FOR old. Four queries when they are to be made anew, otherwise none."""
    kept = _kept()
    if kept is None or (_is_old(kept) and cache.add(_TURN, "taken", (KEEP_FOR - COUNT_AGAIN_AFTER).total_seconds())):
        return _count()
    return kept


def tally_for(viewer: Actor) -> Tally:
    """The counts of what this person may see. Whose access is narrowed sees neither what waits for approval in all nor
    how long the oldest of all has waited: those are asked for anew."""
    counted = tally()
    if not is_narrowed(viewer):
        return counted
    assert isinstance(viewer, User)
    cube = counted.cube
    seen = cube.any_of(f"ground:{rule}" for rule in viewer.rules) if viewer.rules else cube.everything
    if viewer.ages:
        teen = cube.any_of(["teen"])
        seen &= teen if viewer.ages == [Age.TEEN] else cube.everything ^ teen
    visible = Case.objects.visible_to(viewer)
    waiting = Decision.objects.filter(state=DecisionState.PROPOSED, case__in=visible)
    return replace(
        counted,
        cube=cube.within(seen),
        oldest=visible.open().aggregate(oldest=Min("opened_at"))["oldest"],
        approvals=_capped(waiting),
    )


def renew() -> None:
    """Count anew now, so that no request has to: beat says so every two seconds."""
    _count()


def forget() -> None:
    """Count anew at the next call: for whoever has just changed a great deal at once."""
    cache.delete(_KEY)


def _is_old(kept: Tally) -> bool:
    return datetime.now(kept.as_of.tzinfo) - kept.as_of > COUNT_AGAIN_AFTER


def _kept() -> Tally | None:
    """The small key names the large one, which only those read who have not read it yet."""
    name = cache.get(_KEY)
    if name is None:
        return None
    if (read := _read.get(name)) is None and (kept := cache.get(name)) is not None:
        read = _remember(name, _from_json(kept))
    return read


def _remember(name: str, counted: Tally) -> Tally:
    _read.clear()
    _read[name] = counted
    return counted


def _count() -> Tally:
    moment = now()
    cube = _cube(_sorts())
    fresh = Tally(
        cube=cube,
        oldest=Case.objects.open().aggregate(oldest=Min("opened_at"))["oldest"],
        approvals=_capped(Decision.objects.filter(state=DecisionState.PROPOSED)),
        as_of=moment,
        stamp=blake2b(json.dumps(cube.as_json()).encode(), digest_size=12).hexdigest(),
    )
    name = f"{_KEY}:{moment.isoformat()}"
    cache.set(name, _as_json(fresh), 2 * KEEP_FOR.total_seconds())
    cache.set(_KEY, name, KEEP_FOR.total_seconds())
    return _remember(name, fresh)


def _sorts() -> list[tuple[Any, ...]]:
    """What is kept, with what was noted since and what time has changed since: the columns of a sort, then how many.

    In one order, so that equal counts look equal; what names somebody comes first, which makes short masks of names.
    """
    with connection.cursor() as cursor:
        cursor.execute(_KEPT_AND_SINCE)
        return sorted(cursor.fetchall(), reverse=True)


def _cube(sorts: list[tuple[Any, ...]]) -> Cube:
    """What the cases of a sort have in common, in the words that queue_filters asks for."""
    *columns, counts = zip(*sorts, strict=True) if sorts else [()] * (len(READ_OFF) + 1)
    has = {name: masks_of(column) for name, column in zip(READ_OFF, columns, strict=True)}
    everything = (1 << len(sorts)) - 1
    free, unreported, *_ = (has[name].pop(none, 0) for name, none in _NONE.items())
    traits = {flag: has[flag].get(True, 0) for flag in _FLAGS}
    traits |= {"ready": everything ^ traits["put_off"], "reported": everything ^ unreported}
    traits |= {"free": free, "held": everything ^ free}
    for name in _VALUES:
        traits |= {f"{name}:{value}": mask for value, mask in has[name].items()}
    return Cube(everything, traits, digits_of(counts))


def _capped(rows: Any) -> int:
    found: int = rows.order_by()[: MOST_COUNTED + 1].count()
    return found


def _as_json(fresh: Tally) -> dict[str, Any]:
    return {
        "cube": fresh.cube.as_json(),
        "oldest": fresh.oldest.isoformat() if fresh.oldest else None,
        "approvals": fresh.approvals,
        "as_of": fresh.as_of.isoformat(),
        "stamp": fresh.stamp,
    }


def _from_json(kept: dict[str, Any]) -> Tally:
    return Tally(
        cube=Cube.from_json(kept["cube"]),
        oldest=datetime.fromisoformat(kept["oldest"]) if kept["oldest"] else None,
        approvals=kept["approvals"],
        as_of=datetime.fromisoformat(kept["as_of"]),
        stamp=kept["stamp"],
    )
