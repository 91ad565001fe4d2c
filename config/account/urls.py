"""Below /admin/, before the admin's own; the names of the reset pages are those that Django and the admin look for."""

from django.contrib import admin
from django.urls import path

from config.account import passkeys, passwords, second_factor_views, views

own = admin.site.admin_view
urlpatterns = [
    path("account/", own(views.account), name="account"),
    path("account/code/", views.code, name="account_code"),
    path("account/leave/", views.leave, name="account_leave"),
    path("account/second-factor/", second_factor_views.set_up, name="account_set_up"),
    path("account/second-factor/remove/", own(second_factor_views.remove), name="account_remove"),
    path("account/recovery-codes/", own(second_factor_views.recovery_codes), name="account_recovery_codes"),
    path("account/passkeys/", own(passkeys.add), name="account_passkeys"),
    path("account/passkeys/remove/", own(passkeys.remove), name="account_passkey_remove"),
    path("account/passkeys/begin/", own(passkeys.Begin.as_view()), name="account_passkey_begin"),
    path("account/passkeys/complete/", own(passkeys.Complete.as_view()), name="account_passkey_complete"),
    path("account/code/passkey/begin/", passkeys.BeginToShow.as_view(), name="account_show_begin"),
    path("account/code/passkey/complete/", passkeys.Show.as_view(), name="account_show_complete"),
    path("account/sessions/end/", own(views.end_session), name="account_end_session"),
    path("password_change/", own(passwords.PasswordChange.as_view())),
    path("password_reset/", passwords.Forgotten.as_view(), name="admin_password_reset"),
    path("password_reset/done/", passwords.Asked.as_view(), name="password_reset_done"),
    path("reset/<uidb64>.<token>/", passwords.Choose.as_view(), name="password_reset_confirm"),
    path("reset/done/", passwords.Chosen.as_view(), name="password_reset_complete"),
]
