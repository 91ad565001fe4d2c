"""Nobody can hand out more than he has, nor change an account that may do more."""

from typing import Any

import django_otp.plugins.otp_totp.admin  # noqa: F401 (so that its page, which shows the keys, is there to be taken away)
from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from bookings.desk.strict import StrictAdmin


def grantable(user: User | AnonymousUser) -> QuerySet[Permission]:
    """The permissions that this user has, and so may give."""
    if user.is_superuser:
        return Permission.objects.all()
    return held_by(user) if isinstance(user, User) else Permission.objects.none()


def held_by(user: User) -> QuerySet[Permission]:
    """Own and through groups, also while the account is switched off (it may be switched on again)."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user)).distinct()


class LeastPrivilegeAdmin(StrictAdmin):
    """Shows, changes and deletes only what holds no more than the person who asks."""

    def beyond(self, user: User | AnonymousUser, obj: Any) -> bool:
        """True when `obj` holds something that `user` may not give."""
        raise NotImplementedError

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or not self.beyond(request.user, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not self.beyond(request.user, obj))

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        mine = grantable(request.user)
        if db_field.name in {"permissions", "user_permissions"}:
            kwargs["queryset"] = mine.select_related("content_type")
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
        elif db_field.name == "groups":
            kwargs["widget"] = UnfoldAdminCheckboxSelectMultipleWidget
            too_much = Permission.objects.exclude(pk__in=mine.values("pk"))
            kwargs["queryset"] = Group.objects.exclude(permissions__in=too_much)
        return super().formfield_for_manytomany(db_field, request, **kwargs)
