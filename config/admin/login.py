"""The log-in form: whoever guesses passwords waits longer and longer; the account's owner is not locked out."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils import timezone
from unfold.forms import AuthenticationForm

from config.account import limit_rules, limits


class LoginForm(AuthenticationForm):
    def clean(self) -> dict[str, Any]:
        tries = limits.tries(self.request, "password", limit_rules.PASSWORD, self.cleaned_data.get("username", ""))
        if seconds := tries.count(now=timezone.now()):
            raise ValidationError(limits.in_words(seconds), code="throttled")
        cleaned: dict[str, Any] = super().clean()  # raises for a wrong password
        tries.succeeded()
        return cleaned


# Not in UNFOLD["LOGIN"]: the site imports that before there are admin pages.
admin.site.login_form = LoginForm
