#!/usr/bin/env python
"""Django's command line. Owns which commands act as the database's owner, and sentences instead of tracebacks."""

import os
import sys

# These change tables or rights; everything else runs with the rights of the running service.
OWNER_COMMANDS = frozenset({"migrate", "grant_app_role", "flush", "sqlflush", "dbshell", "pgtrigger"})


def main(argv: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(argv) > 1 and argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("HAVEN_DATABASE_ROLE", "owner")

    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError

    try:
        execute_from_command_line(argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None):
            raise  # the database answered; this is something else, such as a statement given up
        sys.exit(
            f"The database does not answer: {str(error).strip().splitlines()[0]}\n"
            "Start the embedded one with `make run` in another terminal, or set DATABASE_URL."
        )


if __name__ == "__main__":
    main(sys.argv)
