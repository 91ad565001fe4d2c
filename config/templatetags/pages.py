"""The heading of an admin page, what stands above it, and the browser's title, in the sidebar's own words."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib.admin.views.main import ChangeList
from django.db.models.options import Options
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils.text import capfirst
from unfold.paginator import InfinitePaginator

from config.sidebar import GROUPS

register = template.Library()
BARE = ("Delete", "Import", "Export")  # titles of the libraries that don't say of what


@dataclass(frozen=True)
class Heading:
    """`group` and `rows` (a list's title and address) lead to the page; `found` says what a narrowed list holds.

    Each of them may be empty.
    """

    text: str
    group: str = ""
    rows: str = ""
    rows_url: str = ""
    found: str = ""

    @property
    def title(self) -> str:
        """For tabs and bookmarks: no two pages have the same."""
        return f"{self.text} | {self.rows}" if self.rows else self.text


@register.simple_tag(takes_context=True)
def page_heading(context: Context) -> Heading:
    title, opts = str(context.get("title") or ""), _opts(context)
    if opts is None:
        return Heading(title)
    group, rows = place_of(opts)
    if changelist := context.get("cl"):
        query = changelist.query
        return Heading(f"{rows}: “{query}”" if query else rows, group, found=_found(changelist))
    text = _text(context, title, str(opts.verbose_name_plural))
    return Heading(text, group, rows, _list_url(opts))


def place_of(opts: "Options[Any]") -> tuple[str, str]:
    """The group and the title that the sidebar gives the model's list, else its app's and its own names."""
    for group, pages in GROUPS.items():
        for page in pages:
            if page.model == opts.label:
                return group, page.title
    return str(opts.app_config.verbose_name), capfirst(str(opts.verbose_name_plural))


def _found(changelist: ChangeList) -> str:
    """Empty for a list that isn't narrowed, or whose rows nobody counts."""
    paginator: Any = changelist.paginator
    narrowed = changelist.query or changelist.has_active_filters
    if not narrowed or isinstance(paginator, InfinitePaginator):
        return ""
    bounded = changelist.result_count >= getattr(paginator, "LIMIT", float("inf"))
    return f"{'more than ' if bounded else ''}{changelist.result_count} found"


def _opts(context: Context) -> "Options[Any] | None":
    found = context.get("opts")
    if found is None and (model_admin := context.get("model_admin")):
        found = model_admin.opts
    return found if isinstance(found, Options) else None


def _text(context: Context, title: str, plural: str) -> str:
    original = context.get("original")
    if original is not None and not isinstance(original, str):
        return str(original)
    if title in BARE or title.startswith("Cannot delete"):
        return f"{title} {context.get('object') or plural}"
    return title


def _list_url(opts: "Options[Any]") -> str:
    try:
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    except NoReverseMatch:
        return ""
