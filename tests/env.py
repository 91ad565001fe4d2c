"""Starts with chosen variables, and the settings that they make."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

from config import env
from config.env import source

ROOT = Path(__file__).resolve().parents[1]
PRODUCTION = {
    "SECRET_KEY": "production" * 6,
    "DATABASE_URL": "postgres://desk:word@127.0.0.1:1/desk",
    "CELERY_BROKER_URL": "amqp://desk:word@127.0.0.1:1/desk",
    "SITE_URL": "https://desk.example.com",
}


def start(tmp_path: Path, code: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """A process of its own that reads the settings with these variables, and then runs the code."""
    return subprocess.run(
        [sys.executable, "-c", f"from django.conf import settings; settings.DEBUG; {code}"],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": str(tmp_path),
            **variables,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def read(tmp_path: Path, **variables: str) -> dict[str, Any]:
    """What the settings make of these variables, in this process: a start of its own takes a second.

    A developer's own .env decides nothing.
    """
    variables = {"VAR_DIR": str(tmp_path), **variables}
    with patch.dict(os.environ, variables, clear=True), patch.object(source, "read_file"):
        return runpy.run_path(str(ROOT / "config/settings.py"))


def load(tmp_path: Path, text: str, **variables: str) -> dict[str, str]:
    """What the environment holds once this .env was read."""
    (tmp_path / ".env").write_text(text)
    with patch.dict(os.environ, variables, clear=True), patch.dict(source.in_file, clear=True):
        env.load(tmp_path)
        env.check_names()
        return dict(os.environ)
