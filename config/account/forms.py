"""The forms around log-in and a person's own account. What can be guessed in them is slowed down (limits.py)."""

import re
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextInputWidget

from config.account import limit_rules, limits, second_factor

WRONG_CODE = "This code is not right. Codes change every 30 seconds and work once: type the one that the app shows now."


class Slowed(forms.Form):
    """A form of this person, whose `password` or `code` is checked a limited number of times."""

    def __init__(self, *args: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user, self.now = request, user, timezone.now()

    def counted(self, what: str, asked: limit_rules.Limits) -> limits.Tries:
        counters = limits.tries(self.request, what, asked, self.user.get_username())
        if seconds := counters.count(now=self.now):
            raise ValidationError(limits.in_words(seconds), code="throttled")
        return counters

    def check_password(self, password: str) -> None:
        counters = self.counted("password", limit_rules.PASSWORD)
        if not self.user.check_password(password):
            raise ValidationError("This is not your password.", code="password")
        counters.succeeded()


class OnceInput(UnfoldAdminTextInputWidget):  # type: ignore[misc]
    """What was wrong once is not worth correcting: the field comes back empty."""

    def format_value(self, value: Any) -> None:
        return None


class CodeField(forms.CharField):
    """Six digits, however an app or a person divides them."""

    def __init__(self) -> None:
        attrs = {"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "autofocus": True}
        super().__init__(
            label="Code from your app",
            max_length=20,
            widget=OnceInput(attrs),
            error_messages={"required": "Type the six digits that your app shows."},
        )

    def clean(self, value: Any) -> str:
        code = re.sub(r"[\s-]", "", super().clean(value))
        if not re.fullmatch(r"[0-9]{6}", code):
            raise ValidationError("A code has six digits, such as 123 456.", code="digits")
        return code


class PasswordField(forms.CharField):
    def __init__(self) -> None:
        widget = UnfoldAdminPasswordWidget({"autocomplete": "current-password"})
        super().__init__(label="Your password", strip=False, max_length=4096, widget=widget)


class CodeForm(Slowed):
    """Log-in, second step. After it is valid, `device` is what showed the code."""

    code = CodeField()

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        counters = self.counted("code", limit_rules.CODE)
        self.device = self.found(code)
        if self.device is None:
            raise ValidationError(self.wrong, code="code")
        counters.succeeded()
        return code

    wrong = WRONG_CODE

    def found(self, code: str) -> Any:
        return second_factor.check_code(self.user, code)


class RecoveryForm(CodeForm):
    code = forms.CharField(  # type: ignore[assignment]
        label="Recovery code",
        max_length=40,
        widget=OnceInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "autofocus": True}),
        help_text="One of the ten that you kept when you set the second factor up, such as abcd-2345-wxyz.",
        error_messages={"required": "Type one of your recovery codes."},
    )
    wrong = "This recovery code is not right, or was used before. Each works once: try another."

    def found(self, code: str) -> Any:
        return second_factor.use_recovery_code(self.user, code, now=self.now)


class PasswordForm(Slowed):
    password = PasswordField()

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        self.check_password(password)
        return password


class SetUpForm(PasswordForm):
    """The code first: whoever comes with the wrong phone hears of that before the password."""

    code = CodeField()
    field_order = ("code", "password")
