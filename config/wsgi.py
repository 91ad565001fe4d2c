"""gunicorn config.wsgi"""

import os
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

from config.statement_limits import limit_statements

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Request(WSGIRequest):
    """All we speak is UTF-8. A Content-Type with a charset that can't decode text would be a 500 in Django."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            meta["CONTENT_TYPE"] = self.content_type = "application/octet-stream"
            self.content_params = {}


application = get_wsgi_application()
limit_statements()
application.request_class = Request
