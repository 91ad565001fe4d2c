"""Groups in the admin."""

from typing import Any

import django.contrib.auth.admin as stock
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, Group, User
from django.http import HttpRequest

from config.admin.least_privilege import LeastPrivilegeAdmin, grantable

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(LeastPrivilegeAdmin, stock.GroupAdmin):  # type: ignore[misc]  # a looser signature in unfold
    list_display = ("name",)
    filter_horizontal = ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name",) if self.is_named(obj) else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not self.is_named(obj)

    def is_named(self, obj: Any) -> bool:
        """In TWO_FACTOR_ROLES: under another name it would no longer ask for a second factor."""
        return isinstance(obj, Group) and obj.name in settings.TWO_FACTOR_ROLES

    def beyond(self, user: User | AnonymousUser, obj: Any) -> bool:
        return bool(obj.permissions.exclude(pk__in=grantable(user).values("pk")).exists())
