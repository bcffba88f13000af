"""Which app answers which address. Must not know any page."""

from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("moderation.urls")),
]
