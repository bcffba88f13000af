"""The addresses of accounts. Of django-allauth only what staff need: nobody signs up, nobody changes an address."""

from allauth.account import views as allauth
from django.urls import path

from accounts import views

urlpatterns = [
    path("account/login/", allauth.login, name="account_login"),
    path("account/logout/", allauth.logout, name="account_logout"),
    path("account/inactive/", allauth.account_inactive, name="account_inactive"),
    path("audit/", views.audit, name="audit"),
    path("audit/export/", views.audit_export, name="audit_export"),
    path("me/", views.preferences, name="preferences"),
    path("me/reset/", views.preferences_reset, name="preferences_reset"),
    path("me/shortcuts/", views.shortcuts, name="shortcuts"),
]
