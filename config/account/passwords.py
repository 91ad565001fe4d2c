"""Changing one's password, and a new one by mail. Django's views in the admin's look."""

from typing import Any

from django.contrib import admin
from django.contrib.auth import views
from django.urls import reverse_lazy

from config.account.password_forms import ForgottenForm, NewPasswordForm, OwnPasswordForm


class InTheAdmin:
    """Puts the page into the admin's frame, and gives the form the request."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        return admin.site.each_context(self.request) | context  # type: ignore[attr-defined]

    def get_form(self, *args: Any) -> Any:
        form = super().get_form(*args)  # type: ignore[misc]
        form.request = self.request  # type: ignore[attr-defined]
        return form


class PasswordChange(InTheAdmin, views.PasswordChangeView):
    form_class = OwnPasswordForm
    template_name = "registration/password_change_form.html"
    success_url = reverse_lazy("admin:password_change_done")


class Forgotten(InTheAdmin, views.PasswordResetView):
    """Nothing is mailed here: the form writes down who asked, and a worker sends the link."""

    form_class = ForgottenForm
    template_name = "admin/account/forgotten.html"
    title = "Forgotten your password?"


class Asked(InTheAdmin, views.PasswordResetDoneView):
    template_name = "admin/account/said.html"
    title = "Look into your inbox"
    extra_context = {
        "text": "If an account has this e-mail address, a link to choose a new password is on its way. Nothing after"
        " some minutes? Look into the spam folder, or ask whoever keeps the accounts: yours may have another address."
    }


class Choose(InTheAdmin, views.PasswordResetConfirmView):
    form_class = NewPasswordForm
    template_name = "admin/account/choose.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"title": "Choose a new password" if self.validlink else "This link is over"}


class Chosen(InTheAdmin, views.PasswordResetCompleteView):
    template_name = "admin/account/said.html"
    title = "Your password is changed"
    extra_context = {"text": "Log in with the new one. Sessions that were open elsewhere have ended."}
