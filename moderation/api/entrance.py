"""What stands before every call: size and kind of the body, and problem+json for whatever goes wrong. Knows no call."""

from collections.abc import Callable
from functools import wraps
from json import JSONDecodeError
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from accounts.database import is_away
from moderation.api import problems
from moderation.api.problems import FieldProblem, Problem
from moderation.domain.refusals import Held, Missing, NotPermitted, Refused, Stale
from moderation.http import refused_by_length

log = structlog.get_logger(__name__)

View = Callable[..., HttpResponse]
Answer = Callable[[HttpRequest, Any], HttpResponse]


def guarded(view: View) -> View:
    """The view behind the entrance: no session, no CSRF token, no HTML whatever happens."""

    @wraps(view)
    def entrance(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _check_body(request)
            response = view(request, *args, **kwargs)
        except Exception as error:
            response = problem_of(error).response()
        if response.status_code == problems.WRONG_METHOD.status and "Allow" in response:
            response = _wrong_method(request, ", ".join(sorted(response["Allow"].split(", "))))
        for name, value in request.META.get("HAVEN_RATE_LIMIT", {}).items():
            response[name] = value
        return response

    entrance.csrf_exempt = True  # type: ignore[attr-defined]
    entrance.login_required = False  # type: ignore[attr-defined]
    return entrance


def _check_body(request: HttpRequest) -> None:
    """Refuse by the headers alone what must not even be read."""
    if request.method not in {"POST", "PUT", "PATCH"}:
        return
    match refused_by_length(request, problems.MOST_BYTES):
        case 411:
            raise Problem(problems.NO_LENGTH, "Send the body with a Content-Length, not in chunks.")
        case 400:
            raise Problem(problems.NO_LENGTH, "Send the body with a Content-Length that is a number.")
        case 413:
            raise _too_large()
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    has_body = int(request.headers.get("Content-Length") or 0) > 0
    if has_body and (request.content_type != "application/json" or charset not in {"utf-8", "utf8"}):
        raise Problem(problems.NOT_JSON, "Send the body as JSON in UTF-8, with “Content-Type: application/json”.")


def _too_large() -> Problem:
    detail = f"A body may have {problems.MOST_BYTES // 1024 // 1024} MiB at most: send smaller batches."
    return Problem(problems.TOO_LARGE, detail)


def _wrong_method(request: HttpRequest, allowed: str) -> HttpResponse:
    detail = f"{request.method} cannot be done here; this address takes {allowed}."
    return Problem(problems.WRONG_METHOD, detail, headers={"Allow": allowed}).response()


def problem_of(error: Exception) -> Problem:
    """The problem that an exception amounts to; what nobody foresaw is logged and says nothing of its inside."""
    match error:
        case Problem():
            return error
        case ValidationError():
            return _invalid(error)
        case HttpError(status_code=400):
            return _unreadable(error)
        case RequestDataTooBig():
            return _too_large()
        case Missing():
            return Problem(problems.MISSING, str(error))
        case Stale() | Held():
            return Problem(problems.CONFLICT, str(error))
        case NotPermitted():
            return Problem(problems.NO_SCOPE, str(error))
        case Refused():
            return Problem(problems.REFUSED, str(error))
        case Http404():
            return Problem(problems.MISSING, "There is nothing at this address.")
        case _ if is_away(error):
            log.warning("database_away", error=type(error).__name__)
            return problems.database_away()
        case _:
            log.error("call_broke", exc_info=error)
            return Problem(problems.BROKEN, "This is our fault, not yours: try again, and tell us if it stays.")


def _invalid(error: ValidationError) -> Problem:
    """The first two steps of a place are where it was looked for and the name of our own argument, or of theirs."""
    if error.errors and error.errors[0]["loc"][0] == "query":
        name = error.errors[0]["loc"][1]
        return Problem(problems.INVALID, f"“{name}” in the address is malformed: {problems.sentence(error.errors[0])}")
    fields = [
        FieldProblem(pointer=problems.pointer(found["loc"][2:]), detail=problems.sentence(found))
        for found in error.errors
    ]
    return Problem(problems.INVALID, "Some of it is missing or malformed; “errors” says what.", errors=fields)


def _unreadable(error: HttpError) -> Problem:
    match error.__cause__:
        case JSONDecodeError() as cause:
            detail = f"The body is not JSON: {cause.msg} at line {cause.lineno}, column {cause.colno}."
        case UnicodeDecodeError():
            detail = "The body is not UTF-8."
        case RecursionError():
            detail = "The body is nested too deeply."
        case RequestDataTooBig():
            return _too_large()
        case _:
            detail = "The body cannot be read as JSON."
    return Problem(problems.INVALID, detail)


def answer_problems(api: NinjaAPI) -> None:
    """Send every exception that the framework catches out through the entrance."""
    answer: Answer = lambda request, error: problem_of(error).response()  # noqa: E731
    for sort in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(sort, answer)
