"""How mail leaves: what EMAIL_URL says."""

from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from config.env.folders import private_folder
from config.env.source import stop, text
from config.env.urls import server


def email(var_dir: Path) -> dict[str, Any]:
    """EMAIL_* settings of EMAIL_URL: files under var/mail when empty, smtp://, smtps://, or anymail+NAME://."""
    value = text("EMAIL_URL")
    if not value:
        folder = str(private_folder(var_dir / "mail"))
        return {"EMAIL_BACKEND": "notifications.mail_folder.EmailBackend", "EMAIL_FILE_PATH": folder}
    if value.startswith("anymail+"):
        service = urlsplit(value).scheme.removeprefix("anymail+").replace("-", "_")
        return {"EMAIL_BACKEND": service_backend(service)}
    wants = "wants smtp://, smtp+tls:// or smtps://user:password@host:port, or anymail+postmark://?…."
    parts = server("EMAIL_URL", value, wants)
    if parts.scheme not in {"smtp", "smtps", "smtp+tls"} or not parts.hostname or parts.path.strip("/") or parts.query:
        stop("EMAIL_URL", wants)
    if bool(parts.username) != bool(parts.password):
        stop("EMAIL_URL", f"has a user without a password, or a password without a user; it {wants}")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def service_backend(name: str) -> str:
    """The backend of an e-mail service; a mistyped name ends the start, not every mail."""
    module = f"anymail.backends.{name}"
    try:
        import_module(module)
    except ImportError as error:
        stop("EMAIL_URL", f"names an e-mail service that can't be used here: {str(error).splitlines()[0]}.")
    return f"{module}.EmailBackend"


def anymail() -> dict[str, str]:
    """ANYMAIL settings from the query of EMAIL_URL: anymail+postmark://?POSTMARK_SERVER_TOKEN=…"""
    parts = urlsplit(text("EMAIL_URL"))
    return dict(parse_qsl(parts.query)) if parts.scheme.startswith("anymail+") else {}
