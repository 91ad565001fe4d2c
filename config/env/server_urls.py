"""URLs of the servers behind us: database, broker, cache."""

import re
from pathlib import Path
from typing import Any

import environ

from config.env.folders import private_file
from config.env.hosts import is_local
from config.env.source import stop, text
from config.env.urls import server


def database(embedded: Path) -> dict[str, Any]:
    """The embedded file's path never goes through a URL: a folder's name may hold + or %."""
    name, value = "DATABASE_URL", text("DATABASE_URL")
    if not value:
        private_file(embedded)  # SQLite gives the files beside it the same rights
        return {"ENGINE": environ.Env.DB_SCHEMES["sqlite"], "NAME": str(embedded)}
    wants = "wants postgres://user:password@host:port/name, or sqlite:////path."
    if value.startswith("sqlite://"):
        file: dict[str, Any] = environ.Env.db_url_config(value)
        if file["NAME"] != ":memory:":
            private_file(Path(file["NAME"]))
        return file
    if server(name, value, wants).scheme not in {"postgres", "postgresql"}:
        stop(name, wants)
    try:
        found: dict[str, Any] = environ.Env.db_url_config(value)
    except ValueError:
        stop(name, wants)
    if not found["NAME"] or "/" in found["NAME"]:
        stop(name, wants)
    return found


def brokers(value: str) -> list[str]:
    """The addresses in CELERY_BROKER_URL: one, or a cluster's nodes divided by semicolons."""
    name, wants = (
        "CELERY_BROKER_URL",
        "wants amqp://user:password@host:port/vhost or amqps:// (empty: files under var/).",
    )
    found = [node.strip() for node in value.split(";")]
    for number, node in enumerate(found, start=1):
        place = f" Look at address {number} of {len(found)}; a ; in a password is %3B." if len(found) > 1 else ""
        if not node.startswith(("amqp://", "amqps://")):
            stop(name, wants + place)
        server(name, node, wants + place)
    return found


def cache() -> dict[str, Any]:
    name, value = "CACHE_URL", text("CACHE_URL", "locmemcache://")
    wants = "wants redis://host:port/1 or rediss://… (empty: each process keeps its own)."
    if value.startswith(("redis://", "rediss://")) and not re.fullmatch("/?[0-9]*", server(name, value, wants).path):
        stop(name, wants)
    try:
        found: dict[str, Any] = environ.Env.cache_url_config(value)
    except (ValueError, environ.ImproperlyConfigured):
        stop(name, wants)
    return found


def check_servers(site: str, *, embedded: bool, key: str) -> None:
    """An office that others open runs on no stand-in, and a real database needs a key of its own."""
    lacking = ["DATABASE_URL"] if embedded else []
    lacking += [] if text("CELERY_BROKER_URL") else ["CELERY_BROKER_URL"]
    if lacking and not (is_local(site) and site.startswith("http://")):
        cure = "in .env take the # before it away and fill it in; for a trial SITE_URL=http://127.0.0.1:8000"
        stop(" and ".join(lacking), f"must name a server, because SITE_URL is https or not this machine: {cure}.")
    if not key:
        stop("SECRET_KEY", "is missing; set it to 50 or more random characters (needed with this DATABASE_URL).")
