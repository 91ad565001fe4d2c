"""Each stand-in that is in use is said in one line, wherever Tourdesk starts."""

from pytest_django import Settings

from config.stand_ins import in_use

LOCAL = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": ""}}
REDIS = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1"}}


def test_an_embedded_office_names_all_of_them_in_one_line(settings: Settings) -> None:
    settings.EMBEDDED, settings.CELERY_BROKER_URL, settings.EMAIL_FILE_PATH = True, "filesystem://localhost", "mail"
    settings.CHAPA_SECRET_KEY, settings.CACHES = "", LOCAL

    assert in_use() == (
        "Stand-ins in use: SQLite (DATABASE_URL), files as the broker (CELERY_BROKER_URL), mails to files (EMAIL_URL), "
        "no payment provider (CHAPA_SECRET_KEY), a cache for each process (CACHE_URL)."
    )


def test_a_real_office_says_nothing(settings: Settings) -> None:
    settings.EMBEDDED, settings.CELERY_BROKER_URL, settings.CACHES = False, "amqps://127.0.0.1", REDIS
    settings.CHAPA_SECRET_KEY = settings.CHAPA_WEBHOOK_SECRET = "key"
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL, settings.SUPPORT_EMAIL = (
        "https://desk.test",
        "a@desk.test",
        "b@desk.test",
    )
    if hasattr(settings, "EMAIL_FILE_PATH"):
        del settings.EMAIL_FILE_PATH

    assert in_use() == ""
    settings.SITE_URL = "https://desk.example.com"
    assert in_use() == "Stand-ins in use: the example's addresses (SITE_URL)."
