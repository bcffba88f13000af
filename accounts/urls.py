"""The addresses of accounts. Of django-allauth only what staff need: nobody signs up, nobody changes an address."""

from allauth.account import views as allauth
from django.urls import path

from accounts import api_keys, views

urlpatterns = [
    path("account/login/", allauth.login, name="account_login"),
    path("account/logout/", allauth.logout, name="account_logout"),
    path("account/inactive/", allauth.account_inactive, name="account_inactive"),
    path("audit/", views.audit, name="audit"),
    path("keys/", api_keys.keys, name="api_keys"),
    path("keys/make/", api_keys.key_create, name="api_key_create"),
    path("keys/<int:key_id>/revoke/", api_keys.key_revoke, name="api_key_revoke"),
    path("audit/export/", views.audit_export, name="audit_export"),
    path("me/", views.preferences, name="preferences"),
    path("me/reset/", views.preferences_reset, name="preferences_reset"),
    path("me/shortcuts/", views.shortcuts, name="shortcuts"),
]
