"""Secrets that the embedded mode makes for itself, once, under var/."""

import os
import secrets
from pathlib import Path
from typing import Final

from config.env.folders import private_file
from config.env.source import stop, text

SHORTEST_SECRET_KEY: Final = 20  # characters
LEAST_LETTERS: Final = 5  # different ones, as Django's check --deploy has it


def secret_key(var_dir: Path, *, required: bool) -> str:
    """SECRET_KEY, or, for the embedded database only, one made once and kept under var/."""
    value = text("SECRET_KEY")
    if required and value and (len(value) < SHORTEST_SECRET_KEY or len(set(value)) < LEAST_LETTERS):
        stop("SECRET_KEY", "is too easy to guess; set it to 50 or more random characters.")
    if value or required:
        return value  # that it is missing is told when the mistyped names were
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
