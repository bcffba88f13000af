"""The pages behind a link for a user of the platform: the six questions, and the check-in. No account, no script."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from moderation.domain.questions_asked import SIX_QUESTIONS
from moderation.domain.refusals import Missing, Refused
from moderation.hosted_links import HOLDER, Purpose, read_token
from moderation.http import SeeOther
from moderation.models import clock
from moderation.operations.check_ins import answer_check_in, save_check_in
from moderation.operations.questions_asked import answer_questions
from moderation.queries.hosted import HostedPage, hosted_check_in_page, hosted_questions_page

PAGE, OVER = "hosted/questions.html", "hosted/over.html"
HAND_IN = "hand_in"  # the button that was pressed
View = Callable[[HttpRequest, str], HttpResponse]


def hosted(view: View) -> View:
    """Open to whoever has the link; one that is not valid any more says so on a page of the same kind."""

    @login_not_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def shown(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, token)
        except Missing as missing:
            return render(request, OVER, {"text": str(missing)}, status=404)

    return shown


@hosted
def hosted_questions(request: HttpRequest, token: str) -> HttpResponse:
    """The six questions of an education notice."""
    sanction_id = read_token(token, Purpose.QUESTIONS, now=clock.now())

    def keep() -> None:
        answer_questions(sanction_id, actor=HOLDER, texts=_texts(request), hand_in=_is_handed_in(request))

    return _page(request, keep, lambda: hosted_questions_page(sanction_id))


@hosted
def hosted_check_in(request: HttpRequest, token: str) -> HttpResponse:
    """A short text, the six questions, and a confirmation."""
    check_in_id = read_token(token, Purpose.CHECK_IN, now=clock.now())

    def keep() -> None:
        texts = _texts(request)
        if _is_handed_in(request):
            answer_check_in(check_in_id, actor=HOLDER, texts=texts, is_confirmed=_is_confirmed(request))
        else:
            save_check_in(check_in_id, actor=HOLDER, texts=texts)

    return _page(request, keep, lambda: hosted_check_in_page(check_in_id))


def _page(request: HttpRequest, keep: Callable[[], None], read: Callable[[], HostedPage]) -> HttpResponse:
    """The page; or what came of sending it. Whatever is refused leaves all that was written where it is."""
    if request.method != "POST":
        return render(request, PAGE, {"page": read(), "is_saved": "saved" in request.GET})
    try:
        keep()
    except Missing:
        raise
    except Refused as refused:
        page = read().with_texts(_texts(request))
        context = {"page": page, "refused": str(refused), "is_confirmed": _is_confirmed(request)}
        return render(request, PAGE, context, status=422)
    return SeeOther(request.path if _is_handed_in(request) else f"{request.path}?saved")


def _texts(request: HttpRequest) -> list[str]:
    return [request.POST.get(f"answer_{number}", "") for number in range(1, len(SIX_QUESTIONS) + 1)]


def _is_handed_in(request: HttpRequest) -> bool:
    return HAND_IN in request.POST


def _is_confirmed(request: HttpRequest) -> bool:
    return "confirmed" in request.POST
