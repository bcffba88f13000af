"""Which app answers which address. Must not know any page."""

from django.urls import URLPattern, URLResolver, include, path

# The database can go away under any page, in the middleware too, where nothing but this is asked.
handler500 = "moderation.http.broken"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("moderation.urls")),
]
