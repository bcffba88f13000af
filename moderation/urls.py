"""The addresses of the product's pages, one list a page."""

from django.urls import path

from moderation.views import queue

QUEUE = [
    path("", queue.queue, name="queue"),
    path("queue/news/", queue.queue_news, name="queue_news"),
]

urlpatterns = [
    *QUEUE,
]
