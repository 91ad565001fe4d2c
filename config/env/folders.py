"""Folders and files that only their owner may read: they hold names, addresses and secrets."""

import os
from contextlib import suppress
from pathlib import Path

from config.env.source import stop, text


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
