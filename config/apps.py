from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Tourdesk"

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from config import checks, lookups  # noqa: F401 (registers them)
        from config.account.middleware import note_log_in

        # Django's own word that somebody logged in, by whichever page: no call of ours takes this way.
        user_logged_in.connect(note_log_in, dispatch_uid="note_log_in")
