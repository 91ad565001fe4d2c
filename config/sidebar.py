"""The admin's look and its sidebar (django-unfold)."""

from typing import Any

UNFOLD: dict[str, Any] = {"SITE_TITLE": "Tourdesk", "SITE_HEADER": "Tourdesk"}
