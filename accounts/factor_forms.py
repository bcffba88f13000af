"""Reading what somebody shows of a second factor: a code, a recovery code, or a passkey.

Wrong codes count by browser or session; from browsers that nobody knows they count together, because six digits can be
guessed from many addresses. A passkey cannot be guessed, so that nobody can be kept from using theirs.
"""

from collections.abc import Callable
from typing import Any

from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

from accounts import devices
from accounts.models import User
from accounts.sign_ins import factor_failed, held_up

TOO_MANY = "Too many wrong attempts. Wait five minutes, or use a passkey."
WRONG = "This code is wrong, or it has been used already. Wait for the next one."


def attempt(request: HttpRequest, person: User) -> Callable[[], None]:
    """Count one attempt; call what comes back when it was right. Raises ValidationError when there were too many."""
    device = devices.device_of(request, person.username)
    if device:
        action, source = "login_failed_known", f"device:{device}"
    elif request.user.is_authenticated:
        action, source = "login_failed_known", f"session:{request.session.session_key}"
    else:
        action, source = "code_failed", "unknown"
    given = {"app": "allauth.account", "action": action, "key": f"code:{person.pk}:{source}"}
    if not ratelimit.consume(request, **given):
        held_up(person, ratelimit.get_ip(request), "code")
        raise forms.ValidationError(TOO_MANY)
    return lambda: ratelimit.clear(request, **given)


class CodeForm(AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    """A code of the app or a recovery code. `save()` puts it into the session."""

    again = False

    def clean_code(self) -> str:
        was_right = attempt(context.request, self.user)
        code: str = self.cleaned_data["code"].replace(" ", "")
        for known in Authenticator.objects.filter(user=self.user).exclude(type=Authenticator.Type.WEBAUTHN):
            if known.wrap().validate_code(code):
                was_right()
                self.authenticator = known
                return code
        factor_failed(self.user, "code")
        raise forms.ValidationError(WRONG)

    def save(self) -> None:
        post_authentication(context.request, self.authenticator, reauthenticated=self.again)


class PasskeyForm(AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey of one person. `save()` puts it into the session."""

    def clean_credential(self) -> Authenticator:
        credential = self.cleaned_data["credential"]
        try:
            auth.parse_authentication_response(credential)
            return auth.complete_authentication(self.user, credential)
        except forms.ValidationError:
            factor_failed(self.user, "passkey")
            raise


class CodeAgainForm(CodeForm):
    again = True


class PasskeyAgainForm(PasskeyForm):
    reauthenticated = True


class PasswordAgainForm(forms.Form):
    """The password once more, for whoever has no second factor yet."""

    password = forms.CharField(strip=False, max_length=1000)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        was_right = attempt(context.request, self.user)
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            factor_failed(self.user, "password")
            raise forms.ValidationError("This is not your password.")
        was_right()
        return password


class NewPasswordForm(forms.Form):
    """A new password, twice. `person` is whoever it is for, so that it is not made of their name."""

    password = forms.CharField(
        label="New password",
        strip=False,
        max_length=1000,
        help_text=" ".join(password_validation.password_validators_help_texts()),
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Once more",
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": "new-password"}),
    )

    def person(self) -> User | None:
        return None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "password" in cleaned and "again" in cleaned:
            if cleaned["password"] != cleaned["again"]:
                self.add_error("again", "The two passwords differ.")
            try:
                validate_password(cleaned["password"], self.person())
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class ChangePasswordForm(NewPasswordForm):
    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user

    def person(self) -> User:
        return self._user


class JoinForm(NewPasswordForm):
    """Who was invited chooses how to sign in."""

    username = forms.RegexField(
        r"^[\w.@+-]+$",
        label="User name",
        max_length=150,
        help_text="Letters, digits and . @ + - _",
        error_messages={"invalid": "Use letters, digits and . @ + - _ only."},
        widget=forms.TextInput(
            attrs={"class": "input", "autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    field_order = ["username", "password", "again"]

    def person(self) -> User:
        return User(username=self.cleaned_data.get("username", ""))
