"""Forms for a new password: one's own, and the one of a mail's link."""

from typing import Any

from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import AdminOwnPasswordChangeForm, AdminPasswordChangeForm
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from config.account import limit_rules, limits, mails, sessions


class TellsItsOwner:
    """For Django's forms that set a password: its owner gets a mail, whoever set it."""

    user: User

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit)  # type: ignore[misc]
        mails.tell(user, "password_changed", now=timezone.now())
        return user


class OwnPasswordForm(TellsItsOwner, AdminOwnPasswordChangeForm):  # type: ignore[misc]
    """Ends the other sessions; this one goes on (Django's view sees to it)."""

    request: HttpRequest

    def clean_old_password(self) -> str:
        counters = limits.tries(self.request, "password", limit_rules.PASSWORD, self.user.get_username())
        if seconds := counters.count(now=timezone.now()):
            raise ValidationError(limits.in_words(seconds), code="throttled")
        password: str = super().clean_old_password()
        counters.succeeded()
        return password

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        sessions.end(self.user, keep=self.request.session.session_key)
        return super().save(commit)


class StaffPasswordForm(TellsItsOwner, AdminPasswordChangeForm):  # type: ignore[misc]
    """A superuser sets somebody's password."""


class NewPasswordForm(TellsItsOwner, SetPasswordForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """After the link of a mail. Ends all sessions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("new_password1", "new_password2"):
            self.fields[name].widget = UnfoldAdminPasswordWidget({"autocomplete": "new-password"})

    @transaction.atomic
    def save(self, commit: bool = True) -> User:
        sessions.end(self.user)
        return super().save(commit)


class ForgottenForm(PasswordResetForm):
    """Writes down who wants a link; the same work, and the same answer, for an address that nobody has."""

    request: HttpRequest

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget_attrs = {"autocomplete": "email", "autofocus": True}
        self.fields["email"].widget = UnfoldAdminTextInputWidget(widget_attrs)
        self.fields["email"].widget.input_type = "email"
        self.fields["email"].label = "E-mail address of your account"

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if seconds := limits.tries(self.request, "reset", limit_rules.RESET, email).count(now=timezone.now()):
            raise ValidationError(limits.in_words(seconds), code="throttled")
        return email

    @transaction.atomic
    def save(self, **_options: Any) -> None:  # type: ignore[override]
        users: list[Any] = [user for user in self.get_users(self.cleaned_data["email"]) if user.is_staff]
        for user in users or [None]:
            mails.tell(user, "password_reset", now=timezone.now())
