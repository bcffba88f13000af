"""How log lines look: one JSON object a line, or readable columns on a developer's own machine.

Owns the last gate before a line leaves the process: fields that may hold private text, what was signed for one person,
and the row contents that PostgreSQL adds to its errors are withheld here. Must not know who logs what.
"""

import re
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from moderation.domain.plainly import plainly

WITHHELD = "[withheld]"
_PRIVATE_FIELDS = frozenset(
    {"text", "body", "content", "message_text", "notice", "note", "payload", "evidence"}
    | {"password", "secret", "token", "key", "authorization", "cookie", "cookies", "session", "sessionid"}
)
_OF_SEVERAL_LINES = frozenset({"exception", "stack"})
# PostgreSQL's DETAIL shows the offending row; psycopg puts it into str(error), and so into every traceback. The row
# may hold anything, so everything is withheld up to the end of that error.
_ROW_CONTENTS = re.compile(r"DETAIL: .*?(?=\n\n(?:The above exception was|During handling of)|\Z)", re.DOTALL)
# What Django's signing makes, whole or cut short: a link that was sent to one person, and whoever reads it may open it.
_SIGNED = re.compile(r"[\w.-]{6,}:[A-Za-z0-9]{5,8}:[\w-]{20,}")


def withhold_private(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for name in _PRIVATE_FIELDS & event.keys():
        event[name] = WITHHELD
    for name in ("exception", "error", "event"):
        value = event.get(name)
        if isinstance(value, str) and "DETAIL:" in value:
            event[name] = _ROW_CONTENTS.sub(f"DETAIL: {WITHHELD}", value)
    for name, value in event.items():
        if isinstance(value, str) and ":" in value:
            event[name] = _SIGNED.sub(WITHHELD, value)
    return event


def tell_no_origin_of_refusals(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """That something is not found or not permitted is an answer: where it was raised, as Django adds, is no news."""
    if 400 <= getattr(event.get("_record"), "status_code", 0) < 500:
        event.pop("exc_info", None)
    return event


# Before Python's own logging takes over: what is known only where the line is written.
_CONTEXT: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.StackInfoRenderer(),
]


def on_one_line(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """What strangers sent (a path, a name) moves no cursor, colours nothing and begins no line of its own.

    Only tracebacks keep their lines.
    """
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = plainly(value, keep="\n\t" if name in _OF_SEVERAL_LINES else "")
    return event


def configure_structlog() -> None:
    structlog.configure(
        processors=[*_CONTEXT, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _last_steps(*, readable: bool) -> list[Processor]:
    """Tracebacks stay plain: the prettier kinds print local variables, and those hold messages."""
    steps: list[Processor] = [
        tell_no_origin_of_refusals,
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        withhold_private,
        on_one_line,
    ]
    if readable:  # the supervisor of `make run` writes the time before each line
        plain = structlog.dev.plain_traceback
        return [*steps, structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, exception_formatter=plain)]
    return [*steps, structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.JSONRenderer()]


def logging_settings(*, readable: bool, level: str) -> dict[str, Any]:
    """The LOGGING dictionary; `readable` for people, otherwise JSON for machines."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _CONTEXT,
                "processors": _last_steps(readable=readable),
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
            "django.db.backends": {"level": "WARNING"},  # its DEBUG shows statements with their parameters
            "celery.app.trace": {"level": "WARNING"},  # the sweepers alone would write a line a second
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},  # its INFO shows whole addresses
            "httpcore": {"level": "WARNING"},
        },
    }
