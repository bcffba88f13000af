"""Log lines carry the request id and never private text, whoever writes them and however it fails."""

import json
import logging
import logging.config
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import psycopg
import pytest
import structlog
from django.conf import settings
from django.core import signing
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.handlers.exception import response_for_exception
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory

from config import logs
from tests import hostile
from tests.hostile import Sort

PRIVATE = "my number is 555 0100"


@pytest.fixture(params=["readable", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """What the process writes, in each of the two forms."""
    with _writing(readable=request.param == "readable") as stream:
        yield stream


@contextmanager
def _writing(*, readable: bool) -> Iterator[StringIO]:
    stream = StringIO()
    configuration = logs.logging_settings(readable=readable, level="INFO")
    configuration["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(configuration)
    yield stream
    logging.config.dictConfig(settings.LOGGING)


@pytest.mark.parametrize("field", ["text", "body", "password", "token", "authorization", "cookie"])
def test_private_field_is_withheld(written: StringIO, field: str) -> None:
    structlog.get_logger("test").info("stored", **{field: PRIVATE})

    line = written.getvalue()
    assert PRIVATE not in line
    assert logs.WITHHELD in line


@pytest.mark.parametrize("cut", [0, 10])
def test_what_was_signed_for_one_person_is_withheld(written: StringIO, cut: int) -> None:
    token = signing.dumps({"p": "appeal", "i": 12})
    token = token[: len(token) - cut]
    logging.getLogger("django.request").warning("Not Found: %s", f"/appeal/{token}/")
    structlog.get_logger("test").info("request", path=f"/appeal/{token}/")
    assert token not in written.getvalue()
    assert written.getvalue().count("/appeal/[withheld]/") == 2


@pytest.mark.django_db
def test_row_that_a_constraint_refused_is_withheld(written: StringIO) -> None:
    """PostgreSQL shows the whole refused row in the error, which then stands in the traceback."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE said (words text, number integer NOT NULL)")
        try:
            with transaction.atomic():
                cursor.execute("INSERT INTO said VALUES (%s)", [f"{PRIVATE}\nand {PRIVATE}"])
        except IntegrityError:
            logging.getLogger("test").exception("it failed")

    line = written.getvalue()
    assert "NotNullViolation" in line
    assert "violates not-null constraint" in line
    assert "django.db.utils.IntegrityError" in line
    assert PRIVATE not in line


def test_row_inside_the_spelling_of_an_error_is_withheld(written: StringIO) -> None:
    """As Celery reports a failed task."""
    error = IntegrityError(f"no\nDETAIL:  Failing row contains ({PRIVATE}).\nHINT: {PRIVATE}")

    logging.getLogger("celery.app.trace").error("Task %s raised unexpected: %r", "screen_messages", error)

    assert "screen_messages raised unexpected: IntegrityError(" in written.getvalue()
    assert PRIVATE not in written.getvalue()


def test_local_variables_are_not_shown(written: StringIO) -> None:
    words = PRIVATE
    try:
        psycopg.connect("host=/nowhere", application_name=words[:0])
    except psycopg.OperationalError:
        structlog.get_logger("test").exception("it failed")

    line = written.getvalue()
    assert "Traceback" in line
    assert PRIVATE not in line


def test_lines_of_other_libraries_carry_the_request_id(written: StringIO) -> None:
    structlog.contextvars.bind_contextvars(request_id="r-12345678")

    logging.getLogger("some.library").warning("careful with %s", "this")

    line = written.getvalue()
    assert "careful with this" in line
    assert "r-12345678" in line


def test_json_line_is_one_object_with_a_time() -> None:
    with _writing(readable=False) as written:
        structlog.get_logger("test").info("stored", count=3)

    line = json.loads(written.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "stored", "count": 3, "level": "info", "logger": "test"}


@pytest.mark.parametrize("payload", hostile.of(Sort.TERMINAL, Sort.BIDI), ids=lambda payload: payload.name)
def test_no_line_obeys_what_a_stranger_sent(written: StringIO, payload: hostile.Payload) -> None:
    """A path, a name, an argument: no cursor moves, and no line begins that we did not begin."""
    structlog.get_logger("test").info("request", path=payload.text, **{"user agent": payload.text})
    logging.getLogger("django.request").warning("Not Found: %s", payload.text)

    lines = written.getvalue().splitlines(keepends=True)
    assert len(lines) == 2
    assert all(line[:-1].isprintable() for line in lines)


def test_a_traceback_keeps_its_lines_and_nothing_else(written: StringIO) -> None:
    try:
        int("\x1b[2J\u202e")
    except ValueError:
        structlog.get_logger("test").exception("it failed")

    assert "Traceback" in written.getvalue()
    assert {"\x1b", "\u202e"}.isdisjoint(written.getvalue())


@pytest.mark.parametrize(("error", "status"), [(PermissionDenied, 403), (BadRequest, 400), (RuntimeError, 500)])
def test_only_failures_say_where_they_come_from(written: StringIO, error: type[Exception], status: int) -> None:
    request = RequestFactory().get("/somewhere/")
    try:
        raise error("it is so")  # noqa: TRY301 - as a view does
    except error as raised:
        response_for_exception(request, raised)

    assert "/somewhere/" in written.getvalue()
    assert ("Traceback" in written.getvalue()) is (status == 500)
