"""Where a value comes from: the process environment, else .env, else the file that NAME_FILE names."""

import os
import re
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Final, NoReturn

from config.env import dotenv

# Each of these may come from the file that NAME_FILE names.
SECRETS: Final = (
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
MOST_SECRET_BYTES: Final = 64 * 1024
PLACEHOLDER: Final = re.compile(r"change.?(me|this|it)\b|\buser:password\b|<[a-z][a-z _-]*>|…", re.IGNORECASE)
OTHERS: Final = ("COMPOSE_", "DOCKER_", "POSTGRES_", "RABBITMQ_")  # only compose reads these, and says what it lacks
# Names that a reader has asked for, so that a mistyped one can be told.
asked: Final[set[str]] = {f"{name}_FILE" for name in SECRETS}
in_file: Final[dict[str, dotenv.EnvLine]] = {}


def stop(name: str, wants: str) -> NoReturn:
    """End the start with one line that names the variable and the cure."""
    sys.exit(f"Tourdesk can't start: {name} {wants}")


def load(base_dir: Path) -> None:
    """Read .env when there is one, then each NAME_FILE into NAME. What the process environment has wins."""
    file = base_dir / ".env"
    if file.is_symlink() or file.exists():
        read_file(file)
    for name in SECRETS:
        if named := os.environ.pop(f"{name}_FILE", ""):  # our own children inherit one of the two, not both
            if os.environ.get(name):
                stop(f"{name}_FILE", f"and {name} are both set; keep one of them.")
            os.environ[name] = secret_in(f"{name}_FILE", Path(named))


def read_file(file: Path) -> None:
    try:
        in_file.update(dotenv.read(file))
    except OSError as error:
        stop(str(file), f"can't be read ({error.strerror}); it wants to be a file of lines NAME=value.")
    except dotenv.UnreadableError as error:
        stop(str(file), str(error))
    decided = {name for name in SECRETS if {name, f"{name}_FILE"} & os.environ.keys()}
    for name, line in in_file.items():
        if name.removesuffix("_FILE") not in decided:
            os.environ.setdefault(name, line.value)


def secret_in(name: str, file: Path) -> str:
    try:
        with file.open("rb") as stream:
            value = stream.read(MOST_SECRET_BYTES + 1).decode("utf-8-sig").strip()
    except OSError as error:
        stop(name, f"names a file that can't be read as text ({error.strerror}); this process must be able to read it.")
    except UnicodeDecodeError:
        stop(name, "names a file that can't be read as text; save it as UTF-8.")
    if not value or not value.isprintable():
        stop(name, "names a file that is empty or has more than one line; it wants the secret alone.")
    return value


def text(name: str, default: str = "") -> str:
    """As it stands: environ's own reading takes a secret that begins with $ for another variable's name."""
    asked.add(name)
    value = os.environ.get(name, "").strip()
    if name in SECRETS and not value.isprintable():
        stop(name, "has a line break or an invisible character in it; write it again on one line.")
    if name in SECRETS and PLACEHOLDER.search(value):
        stop(name, "still has a placeholder in it; put the real value there.")
    return value or default


def check_names() -> None:
    """After everything was asked for: what .env sets and nobody reads, and what is nearly a name, is told."""
    unread = []
    for name, line in in_file.items():
        if name in asked or name.startswith(OTHERS):
            continue
        if name.removesuffix("_FILE") in asked:
            stop(name, f"(line {line.number} of .env) is not read; only secrets may come from a file.")
        if near := get_close_matches(name.upper(), asked, 1, cutoff=0.8):
            stop(name, f"(line {line.number} of .env) is not known; did you mean {near[0]}?")
        unread.append(str(line.number))
    if unread:
        warn(f".env sets what Tourdesk doesn't read, in line {', '.join(unread)}.")
    for name in os.environ.keys() - asked - in_file.keys():
        if near := get_close_matches(name, asked, 1, cutoff=0.9):
            warn(f"{name} is not known and not used; did you mean {near[0]}?")


def warn(sentence: str) -> None:
    sys.stderr.write(f"Tourdesk: {sentence}\n")
