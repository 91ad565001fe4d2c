#!/usr/bin/env python3
"""Django's command line for Tourdesk."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config import probes

    with probes.explained(sys.argv[1] if sys.argv[1:] else ""):
        execute_from_command_line(sys.argv)
