"""Registers the system checks. Must not hold any."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Wiring"

    def ready(self) -> None:
        from config import checks  # noqa: F401
