"""The pages behind an invitation. The link is read once and kept in the session: its token leaves the address."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.views.decorators.http import require_http_methods, require_safe

from accounts.factor_forms import ChangePasswordForm, JoinForm, NewPasswordForm
from accounts.invitations import accept, invitation_of
from accounts.models import Invitation
from accounts.refusals import Missing, Refused

_TOKEN = "haven_invitation"  # noqa: S105 - the name of a key in the session


@login_not_required
@require_safe
def join_link(request: HttpRequest, token: str) -> HttpResponse:
    try:
        invitation_of(token)
    except Missing as missing:
        return _gone(request, missing)
    request.session[_TOKEN] = token
    return HttpResponseRedirect(resolve_url("join"))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    token = request.session.get(_TOKEN, "")
    try:
        invitation = invitation_of(token)
        form = _form(request, invitation)
        if request.method == "POST" and form.is_valid():
            said = form.cleaned_data
            accept(token, username=said.get("username", ""), password=said["password"])
            request.session.flush()
            return HttpResponseRedirect(f"{resolve_url('account_login')}?joined=1", status=303)
    except Missing as missing:
        return _gone(request, missing)
    except Refused as refusal:
        form.add_error("username", str(refusal))
    context = {"invitation": invitation, "form": form}
    return render(request, "account/join.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, invitation: Invitation) -> NewPasswordForm:
    given = request.POST if request.method == "POST" else None
    return ChangePasswordForm(given, user=invitation.person) if invitation.person else JoinForm(given)


def _gone(request: HttpRequest, missing: Missing) -> HttpResponse:
    context = {"title": "This link does not work", "text": str(missing)}
    return render(request, "account/not_this_way.html", context, status=404)
