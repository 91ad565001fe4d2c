"""The admin's look (django-unfold reads UNFOLD; names are called with the request)."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static

# A deep teal: 600 carries white text with 5.5 : 1, 500 stands on the dark background with 5.6 : 1.
TEAL: Final = {
    "50": "#f0f9f8",
    "100": "#d8efec",
    "200": "#b3ded9",
    "300": "#82c6bf",
    "400": "#4fb0a8",
    "500": "#35a29b",
    "600": "#0f766e",
    "700": "#115e59",
    "800": "#134e4a",
    "900": "#123f3c",
    "950": "#082624",
}
UNFOLD: Final[dict[str, Any]] = {
    "SITE_TITLE": "Tourdesk",
    "SITE_HEADER": "Tourdesk",
    "SITE_SUBHEADER": "config.look.company",
    "SITE_SYMBOL": "explore",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("brand/favicon.svg")}],
    "SITE_URL": None,
    "STYLES": [lambda _request: static("brand/desk.css")],
    "SCRIPTS": ["config.look.kept_script"],
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {"primary": TEAL},
    "BORDER_RADIUS": "6px",
    "ENVIRONMENT": "config.look.environment",
    "DASHBOARD_CALLBACK": "config.dashboard.dashboard",
    "ACCOUNT": {"navigation": "config.sidebar.account_links"},
    "COMMAND": {"search_callback": "config.search_box.find"},
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "config.sidebar.navigation"},
}


def kept_script(request: HttpRequest) -> str:
    """The fragment, which stays in the browser, says whose page it is."""
    return static("tourdesk/kept.js") + (f"#{request.user.pk}" if request.user.is_authenticated else "")


def company(_request: HttpRequest) -> str:
    return str(settings.COMPANY_NAME)


def environment(_request: HttpRequest) -> list[str] | None:
    """The label in the corner: the embedded database is never a real office."""
    return ["Demo", "info"] if settings.EMBEDDED else None
