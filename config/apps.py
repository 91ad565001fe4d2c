from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Tourdesk"

    def ready(self) -> None:
        from config import lookups  # noqa: F401 (Django's place to register a lookup)
