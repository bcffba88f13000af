"""The addresses of accounts. Of django-allauth only what staff need: nobody signs up, nobody changes an address."""

from allauth.account import views as allauth
from allauth.mfa.webauthn.views import login_webauthn
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from accounts import api_keys, join_views, security_views, views

SIGN_IN = [
    path("account/login/", security_views.sign_in, name="account_login"),
    path("account/login/factor/", security_views.authenticate, name="mfa_authenticate"),
    path("account/login/passkey/", login_not_required(login_webauthn), name="mfa_login_webauthn"),
    path("account/login/sso/<slug:provider_id>/", oidc.login, name="openid_connect_login"),
    path("account/login/sso/<slug:provider_id>/back/", oidc.callback, name="openid_connect_callback"),
    path(
        "account/login/sso-left/",
        login_not_required(security_views.not_this_way),
        name="socialaccount_login_cancelled",
    ),
    path("account/logout/", allauth.logout, name="account_logout"),
    path("account/inactive/", allauth.account_inactive, name="account_inactive"),
    path("join/", join_views.join, name="join"),
    path("join/<str:token>/", join_views.join_link, name="join_link"),
]

SECURITY = [
    path("me/security/", security_views.security, name="security"),
    path("me/security/confirm/", security_views.step_up, name="step_up"),
    path("me/security/app/", security_views.add_app, name="mfa_activate_totp"),
    path("me/security/passkey/", security_views.add_passkey, name="mfa_add_webauthn"),
    path("me/security/codes/", security_views.recovery_codes, name="mfa_view_recovery_codes"),
    path("me/security/codes/new/", security_views.recovery_codes_anew, name="mfa_generate_recovery_codes"),
    path("me/security/factors/<int:factor_id>/remove/", security_views.factor_remove, name="factor_remove"),
    path("me/security/password/", security_views.password, name="password"),
    path("me/security/sessions/end/", security_views.sessions_end, name="sessions_end"),
    path("me/security/sessions/<int:session_id>/end/", security_views.session_end, name="session_end"),
    # Names by which django-allauth leads on.
    path("me/security/factors/", security_views.to_security, name="mfa_index"),
    path("me/security/app/on/", security_views.to_security, name="mfa_deactivate_totp"),
]

urlpatterns = [
    *SIGN_IN,
    *SECURITY,
    path("audit/", views.audit, name="audit"),
    path("keys/", api_keys.keys, name="api_keys"),
    path("keys/make/", api_keys.key_create, name="api_key_create"),
    path("keys/<int:key_id>/revoke/", api_keys.key_revoke, name="api_key_revoke"),
    path("audit/export/", views.audit_export, name="audit_export"),
    path("me/", views.preferences, name="preferences"),
    path("me/reset/", views.preferences_reset, name="preferences_reset"),
    path("me/shortcuts/", views.shortcuts, name="shortcuts"),
]
