"""The environment, read once: values, NAME_FILE secrets, and one clear line when something is wrong."""

import os
import re
import secrets
import sys
from collections.abc import Collection
from contextlib import suppress
from decimal import Decimal
from importlib import import_module
from io import StringIO
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, unquote, urlsplit

import environ

from config import mail_address
from notifications import numbers

SHORTEST_SECRET_KEY = 20  # characters

env = environ.Env()

# Each of these may come from the file that NAME_FILE names.
SECRETS = (
    "SECRET_KEY",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "EMAIL_URL",
    "CACHE_URL",
    "CHAPA_SECRET_KEY",
    "CHAPA_WEBHOOK_SECRET",
    "FLOWER_BASIC_AUTH",
    "SENTRY_DSN",
)


def stop(name: str, wants: str) -> NoReturn:
    """End the start with one line that names the variable and the cure."""
    sys.exit(f"Tourdesk can't start: {name} {wants}")


def load(base_dir: Path) -> None:
    """Read .env when present, then each NAME_FILE into NAME (a value that is set wins over both)."""
    if (file := base_dir / ".env").is_file():
        try:
            environ.Env.read_env(StringIO(file.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            stop(str(file), f"can't be read ({type(error).__name__}); it wants lines NAME=value in UTF-8.")
    for name in SECRETS:
        named = os.environ.get(f"{name}_FILE")
        if not named or os.environ.get(name):
            continue
        try:
            os.environ[name] = Path(named).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            stop(f"{name}_FILE", f"names a file that can't be read as text ({type(error).__name__}).")


def folder(name: str, default: Path) -> Path:
    """A folder that we may write in; it is made when it isn't there. One that somebody else named keeps its rights."""
    path = Path(text(name, str(default)))
    try:
        if path == default or not path.exists():
            private_folder(path)
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        stop(name, f"wants a folder; {path} can't be made ({error.strerror}).")
    if not os.access(path, os.W_OK):
        stop(name, f"wants a folder that we may write in; {path} is not.")
    return path


def private_folder(path: Path) -> Path:
    """A folder for its owner alone, whatever the umask says, with the files of one that was open before."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.stat().st_mode & 0o077:
        for entry in [path, *(entry for entry in path.iterdir() if entry.is_file())]:
            with suppress(FileNotFoundError, PermissionError):  # taken by a worker, or another user's
                entry.chmod(0o700 if entry == path else 0o600)
    return path


def private_file(path: Path) -> None:
    """Made empty when it isn't there, for its owner alone."""
    with suppress(OSError):  # whoever opens it says what is wrong
        path.touch(mode=0o600)
        path.chmod(0o600)


def database(var_dir: Path) -> dict[str, Any]:
    value = text("DATABASE_URL", f"sqlite:///{var_dir}/tourdesk.sqlite3")
    wants = "wants postgres://user:password@host:port/name, or sqlite:///path."
    if urlsplit(value).scheme not in {"postgres", "postgresql", "sqlite"}:
        stop("DATABASE_URL", wants)
    try:
        found: dict[str, Any] = env.db_url_config(value)
    except ValueError:
        stop("DATABASE_URL", wants)
    if not found["NAME"]:
        stop("DATABASE_URL", wants)
    if found["ENGINE"].endswith("sqlite3") and found["NAME"] != ":memory:":
        private_file(Path(found["NAME"]))  # SQLite gives the files beside it the same rights
    return found


def cache() -> dict[str, Any]:
    try:
        found: dict[str, Any] = env.cache_url_config(text("CACHE_URL", "locmemcache://"))
    except (ValueError, environ.ImproperlyConfigured):
        stop("CACHE_URL", "wants redis://host:port/1 or rediss://… (empty: each process keeps its own).")
    return found


def text(name: str, default: str = "") -> str:
    """As it stands: environ's own reading takes a secret that begins with $ for another variable's name."""
    return os.environ.get(name, "").strip() or default


def words(name: str, default: str = "") -> list[str]:
    """A list divided by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def roles(name: str, known: Collection[str]) -> list[str]:
    """Names of roles divided by commas. A wrong one would protect nobody, so it stops the start."""
    found = words(name)
    if strange := [role for role in found if role not in known]:
        stop(name, f"names {', '.join(strange)}, which is no role; the roles are {', '.join(known)}.")
    return found


def flag(name: str, default: bool = False) -> bool:
    value = text(name, str(default)).lower()
    if value not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
        stop(name, "wants true or false.")
    return value in {"true", "1", "yes", "on"}


def number(name: str, default: int, least: int = 0) -> int:
    value = text(name, str(default))
    found = numbers.whole(value)
    if found is None or found < least:
        stop(name, f"wants a whole number of at least {least}.")
    return found


def amounts(name: str, default: str) -> dict[str, Decimal]:
    """{currency: amount} of ETB:10000,USD:150."""
    found = {}
    for word in words(name, default):
        currency, _, text_of_it = word.partition(":")
        amount = numbers.amount(text_of_it)
        if not re.fullmatch(r"[A-Z]{3}", currency) or amount is None or amount >= 10**10:
            stop(name, "wants a currency and an amount each, divided by commas, such as ETB:10000,USD:150.")
        found[currency] = amount
    return found


def port(name: str, default: int) -> int:
    value = number(name, default, least=1)
    if value > 65535:
        stop(name, "wants a port, 1 to 65535.")
    return value


def url(name: str, default: str, schemes: str) -> str:
    """A URL whose scheme is one of the words in `schemes`."""
    value = text(name, default)
    parts = urlsplit(value)
    if parts.scheme not in schemes.split() or not (parts.netloc or parts.path.strip("/")) or not port_is_right(value):
        stop(name, f"wants a URL that begins with {' or '.join(s + '://' for s in schemes.split())}.")
    return value


def host_of(address: str) -> str:
    return urlsplit(address).hostname or ""


def origin_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def port_is_right(address: str) -> bool:
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False


def hosts(name: str, default: str) -> list[str]:
    found = words(name, default)
    if any("/" in host for host in found):
        stop(name, "wants names without a scheme or path, such as desk.example.com, divided by commas.")
    return found


def address(name: str, default: str) -> str:
    """A mail address, alone or as in: Name <desk@example.com>."""
    value = text(name, default)
    if wants := mail_address.why_unusable(value):
        stop(name, wants)
    return value


def bare_address(name: str, default: str) -> str:
    """As `address`, for one that stands in texts and links: the address alone."""
    return mail_address.bare(address(name, default))


def rate(name: str, default: str) -> str:
    """How many calls in what time."""
    value = text(name, default)
    if not re.fullmatch(r"[1-9][0-9]*/(s|m|h|d|sec|min|hour|day)", value):
        stop(name, "wants a number and a time, such as 600/min (s, min, hour or day).")
    return value


def choice(name: str, default: str, allowed: str) -> str:
    value = text(name, default)
    if value not in allowed.split():
        stop(name, f"wants one of: {', '.join(allowed.split())}.")
    return value


def secret_key(var_dir: Path, *, required: bool) -> str:
    """SECRET_KEY, or, for the embedded database only, one made once and kept under var/."""
    value = text("SECRET_KEY")
    if required and len(value) < SHORTEST_SECRET_KEY:
        what = "is too short" if value else "is missing"
        stop("SECRET_KEY", f"{what}; set it to 50 or more random characters (needed with this DATABASE_URL).")
    if value:
        return value
    return kept(var_dir / "secret-key", secrets.token_urlsafe(50))


def flower_log_in(var_dir: Path, *, required: bool) -> str:
    """FLOWER_BASIC_AUTH as user:password, or, in the embedded mode, one made once and kept under var/."""
    value = text("FLOWER_BASIC_AUTH")
    if not value and not required:
        value = kept(var_dir / "flower-log-in", f"ops:{secrets.token_urlsafe(12)}")
    user, colon, password = value.partition(":")
    if not (user and colon and password):
        stop("FLOWER_BASIC_AUTH", "is missing or wrong; set it to user:password (Flower never runs without).")
    return value


def kept(file: Path, new: str) -> str:
    """The text of a file that only its owner can read; `new` is written into it if it isn't there yet."""
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        private_file(file)
        return file.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(new)
    return new


def email(var_dir: Path) -> dict[str, Any]:
    """EMAIL_* settings of EMAIL_URL: files under var/mail when empty, smtp://, smtps://, or anymail+NAME://."""
    value = text("EMAIL_URL")
    if not value:
        folder = str(private_folder(var_dir / "mail"))
        return {"EMAIL_BACKEND": "notifications.mail_folder.EmailBackend", "EMAIL_FILE_PATH": folder}
    parts = urlsplit(value)
    if parts.scheme.startswith("anymail+"):
        return {"EMAIL_BACKEND": service_backend(parts.scheme.removeprefix("anymail+").replace("-", "_"))}
    try:
        port = parts.port or {"smtps": 465, "smtp+tls": 587}.get(parts.scheme, 25)
    except ValueError:
        port = 0
    if parts.scheme not in {"smtp", "smtps", "smtp+tls"} or not parts.hostname or not port:
        stop("EMAIL_URL", "wants smtp://, smtp+tls:// or smtps://user:password@host:port, or anymail+postmark://?….")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
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
        stop("EMAIL_URL", f"names an e-mail service that can't be used here: {str(error).splitlines()[0]}")
    return f"{module}.EmailBackend"


def anymail() -> dict[str, str]:
    """ANYMAIL settings from the query of EMAIL_URL: anymail+postmark://?POSTMARK_SERVER_TOKEN=…"""
    parts = urlsplit(text("EMAIL_URL"))
    return dict(parse_qsl(parts.query)) if parts.scheme.startswith("anymail+") else {}
