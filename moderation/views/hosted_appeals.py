"""The page behind the link of a notice: what was decided, appealing against it, and what came of that.

Needs no account and no script: whoever holds the link is taken for the person it was sent to.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import SYSTEM
from moderation import hosted_limits
from moderation.domain.appeals import LONGEST_APPEAL
from moderation.domain.refusals import Missing, Refused
from moderation.forms.appeals import HostedAppealForm
from moderation.forms.sentences import sentences
from moderation.hosted_limits import TooOften
from moderation.hosted_links import Purpose, read_token
from moderation.http import SeeOther
from moderation.models import clock
from moderation.operations.appeals import ToldAppeal, link_id, take_appeal
from moderation.queries import appeals
from moderation.queries.hosted_appeals import hosted_appeal as page_of

PAGE = "moderation/hosted_appeal.html"
REFUSED = "hosted_refused.html"


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def hosted_appeal(request: HttpRequest, token: str) -> HttpResponse:
    try:
        hosted_limits.count(hosted_limits.LOOKS, hosted_limits.address_of(request))
        now = clock.now()
        sanction_id = read_token(token, Purpose.APPEAL, now=now)
        if request.method == "POST":
            hosted_limits.count(hosted_limits.WORDS, f"appeal:{sanction_id}")
            return _take(request, sanction_id)
        return _show(request, sanction_id)
    except Missing as missing:
        return render(request, REFUSED, {"title": "This page is not here", "text": str(missing)}, status=404)
    except TooOften as often:
        minutes = -(-often.wait_s // 60)
        text = f"Please wait {minutes} minute{'s' if minutes > 1 else ''} and try again. Nothing was lost."
        context = {"title": "That was very often", "text": text}
        response = render(request, REFUSED, context, status=429)
        response["Retry-After"] = str(often.wait_s)
        return response


def _take(request: HttpRequest, sanction_id: int) -> HttpResponse:
    """Sending it twice is harmless; when one came by the platform meanwhile, the page shows that one."""
    form = HostedAppealForm(request.POST)
    if not form.is_valid():
        return _show(request, sanction_id, why=sentences(form), status=422)
    told = ToldAppeal(link_id(sanction_id), sanction_id, form.cleaned_data["text"], clock.now(), by_link=True)
    try:
        take_appeal(told, actor=SYSTEM)
    except Missing:
        raise
    except Refused as refused:
        return _show(request, sanction_id, why=str(refused), status=422)
    appeals.forget()
    return SeeOther(request.path)


def _show(request: HttpRequest, sanction_id: int, *, why: str = "", status: int = 200) -> HttpResponse:
    context = {
        "page": page_of(sanction_id),
        "why": why,
        "typed": request.POST.get("text", "")[: 2 * LONGEST_APPEAL],
        "longest": LONGEST_APPEAL,
    }
    return render(request, PAGE, context, status=status)
