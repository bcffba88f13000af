"""The addresses of the product's pages, one list a page."""

from django.urls import include, path

from moderation.views import health, queue

QUEUE = [
    path("", queue.queue, name="queue"),
    path("queue/news/", queue.queue_news, name="queue_news"),
]
HEALTH = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
MACHINES = [path("api/v1/", include("moderation.api.urls"))]

urlpatterns = [
    *QUEUE,
    *HEALTH,
    *MACHINES,
]
