"""Users in the admin."""

from typing import Any

import django.contrib.auth.admin as stock
import django_otp.plugins.otp_totp.admin  # noqa: F401 (so that its page, which shows the keys, is there to be taken away)
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Exists, OuterRef, QuerySet
from django.forms import Form, ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import UserChangeForm, UserCreationForm

from config.account import second_factor, sessions
from config.account.password_forms import StaffPasswordForm
from config.admin.least_privilege import LeastPrivilegeAdmin, grantable, held_by

admin.site.unregister(TOTPDevice)
admin.site.unregister(User)


@admin.register(User)
class UserAdmin(LeastPrivilegeAdmin, stock.UserAdmin):  # type: ignore[type-arg, misc]  # not subscriptable at run time
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = StaffPasswordForm
    list_display = ("username", "name", "roles", "second_factor", "is_active", "is_superuser", "last_login")
    list_filter = ("groups", "is_active", "is_superuser")
    list_per_page = 50
    search_fields = ("username", "first_name", "last_name", "email")
    filter_horizontal = ()
    actions_detail = ("reset_second_factor",)
    add_fieldsets = (
        (
            None,
            {
                "fields": ("username", ("first_name", "last_name"), "email", "groups", "password1", "password2"),
                "description": "The groups say what this person may do. Single permissions can be added afterwards.",
            },
        ),
    )

    def beyond(self, user: User | AnonymousUser, obj: Any) -> bool:
        if user.is_superuser:
            return False
        return bool(obj.is_superuser or held_by(obj).exclude(pk__in=grantable(user).values("pk")).exists())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (
            ("last_login", "date_joined")
            if request.user.is_superuser
            else ("is_superuser", "last_login", "date_joined")
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        users: QuerySet[User] = super().get_queryset(request).annotate(has_factor=Exists(devices))
        return users.prefetch_related("groups")

    def save_model(self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool) -> None:
        if not change:
            obj.is_staff = True  # there is nothing here for anybody else
        super().save_model(request, obj, form, change)

    @display(description="Name", ordering="first_name")
    def name(self, user: User) -> str:
        return user.get_full_name() or "–"

    @action(
        description="Reset second factor",
        permissions=["reset_second_factor"],
        icon="phonelink_erase",
        variant=ActionVariant.DANGER,
        dialog={
            "title": "Reset the second factor?",
            "description": "For a lost phone, when the recovery codes are lost too. Be sure who asks you. Their"
            " password alone logs them in afterwards, all their sessions end, and they get a mail.",
            "form_class": None,
            "form_submit_text": "Reset it",
        },
    )
    def reset_second_factor(self, request: HttpRequest, form: Form, object_id: str) -> HttpResponse:
        user: Any = self.get_object(request, unquote(object_id))  # there: the permission has looked
        if second_factor.remove(user, now=timezone.now()):
            sessions.end(user)
            self.log_change(request, user, "Reset the second factor.")
            self.message_user(request, f"The second factor of {user} is reset, and all sessions of {user} are ended.")
        else:
            self.message_user(request, f"{user} has no second factor.", messages.WARNING)
        return HttpResponse(headers={"HX-Redirect": reverse("admin:auth_user_change", args=[object_id])})

    def has_reset_second_factor_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """For the button too: there is one to reset, and it isn't one's own, which wants the password."""
        user = self.get_object(request, unquote(object_id or ""))
        if user is None or user == request.user or not self.has_change_permission(request, user):
            return False
        return request.method == "POST" or bool(user.has_factor)

    @display(description="Second factor", boolean=True)
    def second_factor(self, user: User) -> bool:
        return bool(user.has_factor)  # type: ignore[attr-defined]

    @display(description="Groups")
    def roles(self, user: User) -> str:
        return ", ".join(group.name for group in user.groups.all()) or "–"
