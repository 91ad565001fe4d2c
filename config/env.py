"""The environment, read once: values, NAME_FILE secrets, and one clear line when something is wrong."""

import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

import environ

env = environ.Env()


def stop(name: str, wants: str) -> NoReturn:
    """End the start with one line that names the variable and the cure."""
    sys.exit(f"Tourdesk can't start: {name} {wants}")


def load(base_dir: Path) -> None:
    """Read .env when present, then each NAME_FILE into NAME (the process environment wins over .env)."""
    environ.Env.read_env(base_dir / ".env")
    for name in [n for n in os.environ if n.endswith("_FILE") and os.environ[n]]:
        target = name.removesuffix("_FILE")
        if target not in KNOWN or os.environ.get(target):
            continue
        try:
            os.environ[target] = Path(os.environ[name]).read_text(encoding="utf-8").strip()
        except OSError as error:
            stop(name, f"names a file that can't be read ({error.strerror}).")


KNOWN = frozenset(
    """SECRET_KEY DEBUG COMPANY_NAME ALLOWED_HOSTS CSRF_TRUSTED_ORIGINS SITE_URL DATABASE_URL CELERY_BROKER_URL EMAIL_URL
    DEFAULT_FROM_EMAIL SUPPORT_EMAIL TIME_ZONE CHAPA_SECRET_KEY CHAPA_WEBHOOK_SECRET CHAPA_BASE_URL
    CHAPA_CHECKOUT_HOSTS FLOWER_URL FLOWER_BASIC_AUTH CACHE_URL SENTRY_DSN LOG_FORMAT TRUST_PROXY""".split()
)


def read(reader: Callable[..., Any], name: str, default: Any, wants: str) -> Any:
    """One value through a django-environ reader; a value it can't take stops the start."""
    try:
        return reader(name, default=default)
    except (ValueError, environ.ImproperlyConfigured):
        stop(name, wants)


def text(name: str, default: str = "") -> str:
    return env.str(name, default="").strip() or default


def flag(name: str, default: bool = False) -> bool:
    value = text(name, str(default)).lower()
    if value not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
        stop(name, "wants true or false.")
    return value in {"true", "1", "yes", "on"}


def number(name: str, default: int, least: int = 0) -> int:
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < least:
        stop(name, f"wants a whole number of at least {least}.")
    return int(value)


def url(name: str, default: str, schemes: str) -> str:
    """A URL whose scheme is one of the words in `schemes`."""
    value = text(name, default)
    parts = urlsplit(value)
    if parts.scheme not in schemes.split() or not (parts.netloc or parts.path.strip("/")):
        stop(name, f"wants a URL that begins with {' or '.join(s + '://' for s in schemes.split())}.")
    return value


def choice(name: str, default: str, allowed: str) -> str:
    value = text(name, default)
    if value not in allowed.split():
        stop(name, f"wants one of: {', '.join(allowed.split())}.")
    return value


def secret_key(var_dir: Path, *, required: bool) -> str:
    """SECRET_KEY, or, for the embedded database only, one made once and kept under var/."""
    if value := text("SECRET_KEY"):
        return value
    if required:
        stop("SECRET_KEY", "is missing; set it to 50 or more random characters (needed with this DATABASE_URL).")
    file = var_dir / "secret-key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return file.read_text(encoding="utf-8").strip()


def email(var_dir: Path) -> dict[str, Any]:
    """EMAIL_* settings of EMAIL_URL: files under var/mail when empty, smtp://, smtps://, or anymail+NAME://."""
    value = text("EMAIL_URL")
    if not value:
        folder = str(var_dir / "mail")
        return {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": folder}
    parts = urlsplit(value)
    if parts.scheme.startswith("anymail+"):
        return {"EMAIL_BACKEND": f"anymail.backends.{parts.scheme.removeprefix('anymail+')}.EmailBackend"}
    if parts.scheme not in {"smtp", "smtps", "smtp+tls"} or not parts.hostname:
        stop("EMAIL_URL", "wants smtp://, smtp+tls:// or smtps://user:password@host:port, or anymail+postmark://?….")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def anymail() -> dict[str, str]:
    """ANYMAIL settings from the query of EMAIL_URL: anymail+postmark://?POSTMARK_SERVER_TOKEN=…"""
    parts = urlsplit(text("EMAIL_URL"))
    return dict(parse_qsl(parts.query)) if parts.scheme.startswith("anymail+") else {}
