"""Long lists: no count of all rows."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than LIMIT rows: on a million rows a full count costs more than the page."""

    LIMIT = 5000
    template_name = "admin/bounded_pagination.html"
    object_list: QuerySet[Any]

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by().values("pk")[: self.LIMIT].count()
