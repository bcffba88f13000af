"""The pages about signing in: second factors, sessions, one's password, and showing a factor once more.

django-allauth does what is cryptographic; the pages are ours.
"""

from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import factors, second_factor, sessions
from accounts.access import before_second_factor, requires
from accounts.factor_forms import ChangePasswordForm, CodeAgainForm, PasskeyAgainForm, PasswordAgainForm
from accounts.models import User
from accounts.roles import Capability
from accounts.views import SignedIn

own = requires(Capability.SET_PREFERENCES)
READ_OR_POST = ["GET", "HEAD", "POST"]


@require_safe
@before_second_factor
@own
def security(request: SignedIn) -> HttpResponse:
    """Before the second factor is set up, this is the only page there is."""
    known = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    codes = next((one.wrap() for one in known if one.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "factors": [one for one in known if one.type != Authenticator.Type.RECOVERY_CODES],
        "has_app": any(one.type == Authenticator.Type.TOTP for one in known),
        "codes_left": len(codes.get_unused_codes()) if codes else None,
        "is_due": second_factor.is_due(request),
        "has_password": request.user.has_usable_password(),
        "sessions": sessions.open_sessions(request.user, current=request.session.session_key),
        "limits": {"hours": settings.SESSION_COOKIE_AGE // 3600, "idle": settings.SESSION_IDLE_S // 60},
    }
    return render(request, "accounts/security.html", context)


@require_http_methods(READ_OR_POST)
@before_second_factor
@own
def step_up(request: SignedIn) -> HttpResponse:
    """Show the second factor once more, and go back to where it was asked for."""
    forms = _step_up_forms(request)
    sent = _sent(request, forms)
    if sent is not None and sent.is_valid():
        if isinstance(sent, PasswordAgainForm):
            second_factor.password_again(request)
        else:
            sent.save()
        messages.success(request, "Confirmed. Go on with what you wanted to do.")
        return HttpResponseRedirect(_next(request), status=303)
    context: dict[str, Any] = {"forms": forms, "sent": sent, "next": _next(request)}
    if "credential" in forms:
        context["request_options"] = webauthn.begin_authentication(request.user)
    return render(request, "account/step_up.html", context, status=422 if sent is not None else 200)


def _step_up_forms(request: SignedIn) -> dict[str, Any]:
    """By the name of the field that is sent. Without any factor, the password will do."""
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    sorts: dict[str, Any] = {}
    if kinds - {Authenticator.Type.WEBAUTHN}:
        sorts["code"] = CodeAgainForm
    if Authenticator.Type.WEBAUTHN in kinds:
        sorts["credential"] = PasskeyAgainForm
    if not kinds and request.user.has_usable_password():
        sorts["password"] = PasswordAgainForm
    return {name: sort(user=request.user, data=_data(request, name)) for name, sort in sorts.items()}


def _data(request: HttpRequest, name: str) -> Any:
    return request.POST if request.method == "POST" and name in request.POST else None


def _sent(request: HttpRequest, forms: dict[str, Any]) -> Any:
    return next((form for form in forms.values() if form.is_bound), None)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else resolve_url("security")


@require_POST
@own
def factor_remove(request: SignedIn, factor_id: int) -> HttpResponse:
    factors.remove_factor(factor_id, actor=request.user)
    return _done(request, "It is removed: nobody can sign in with it any more.")


@require_http_methods(READ_OR_POST)
@own
def password(request: SignedIn) -> HttpResponse:
    form = ChangePasswordForm(request.POST or None, user=request.user)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)
    person = factors.change_password(
        form.cleaned_data["password"], actor=request.user, current=request.session.session_key
    )
    update_session_auth_hash(request, person)
    return _done(request, "Your password is changed. All your other sessions have ended.")


@require_POST
@own
def session_end(request: SignedIn, session_id: int) -> HttpResponse:
    sessions.end_session(session_id, actor=request.user)
    return _done(request, "That session has ended.")


@require_POST
@own
def sessions_end(request: SignedIn) -> HttpResponse:
    sessions.end_others(actor=request.user, current=request.session.session_key)
    return _done(request, "All your other sessions have ended.")


def _done(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(resolve_url("security"), status=303)


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"sso": settings.OIDC_NAME if settings.OIDC_ISSUER else ""}


class AddApp(ActivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _added(self.request, Authenticator.Type.TOTP)
        return response


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        _added(self.request, Authenticator.Type.WEBAUTHN)
        return response


def _added(request: HttpRequest, kind: str) -> None:
    assert isinstance(request.user, User)
    second_factor.set_up(request, kind)
    factors.note_added(actor=request.user, kind=kind, current=request.session.session_key)


@require_safe
@before_second_factor
@own
def to_security(request: HttpRequest) -> HttpResponse:
    """Where django-allauth has pages that are one here."""
    return HttpResponseRedirect(reverse("security"))


def not_this_way(request: HttpRequest) -> HttpResponse:
    """Whoever has broken off at the provider."""
    context = {"title": "You are not signed in", "text": "Signing in was broken off. Nothing has happened."}
    return render(request, "account/not_this_way.html", context, status=403)


sign_in = SignIn.as_view()
authenticate = AuthenticateView.as_view()
add_app = before_second_factor(own(AddApp.as_view()))
add_passkey = before_second_factor(own(AddPasskey.as_view()))
recovery_codes = before_second_factor(own(ViewRecoveryCodesView.as_view()))
recovery_codes_anew = own(GenerateRecoveryCodesView.as_view())
