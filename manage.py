#!/usr/bin/env python
"""Run a Probanda command: `manage.py help` lists them."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "compliance.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A wrong setting is the operator's to mend, and its sentence says how: a traceback would only bury it.
        sys.exit(str(error))


if __name__ == "__main__":
    main()
