"""The web application for any WSGI server: `granian --interface wsgi config.wsgi:application`."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

try:
    application = get_wsgi_application()
except ImproperlyConfigured as error:
    sys.exit(f"Haven cannot start. {error}")

from config.checks import start_up_errors

if errors := start_up_errors(web=True):
    sys.exit("\n".join(["Haven does not start with these settings:", *errors]))
