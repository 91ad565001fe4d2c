"""Where an uploaded file waits between the page that shows what it would do and the press that does it."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from import_export.tmp_storages import BaseStorage

KEEP_SECONDS = 24 * 3600


class UploadStorage(BaseStorage):
    """Uploads wait under VAR_DIR for their confirmation, at most a day: they hold names and addresses.

    The figures of a finished import are kept as long, for whoever presses the button again.
    """

    def save(self, data: bytes) -> None:
        folder = self.folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in folder.iterdir():
            if old.stat().st_mtime < time.time() - KEEP_SECONDS:
                old.unlink(missing_ok=True)
        self.name = uuid4().hex
        self._file().touch(mode=0o600)
        self._file().write_bytes(data)

    def read(self) -> bytes:
        return self._file().read_bytes()

    def remove(self) -> None:
        self._file().unlink(missing_ok=True)

    @contextmanager
    def taken(self) -> Iterator[bytes]:
        """The content, for one request at a time; the system frees it when a process is killed.

        Raises FileNotFoundError when it isn't kept (any more), BlockingIOError while another request imports it.
        """
        with self._file().open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not self._file().exists():  # finished between our open and our lock
                raise FileNotFoundError(self.name)
            yield file.read()

    def finish(self, figures: str) -> None:
        """Keep what came of it in place of the file."""
        self._result().touch(mode=0o600)
        self._result().write_text(figures, encoding="utf-8")
        self.remove()

    def result(self) -> str | None:
        return self._result().read_text(encoding="utf-8") if self._result().exists() else None

    def _file(self) -> Path:
        return self.folder() / self.name

    def _result(self) -> Path:
        return self.folder() / f"{self.name}.result"

    @staticmethod
    def folder() -> Path:
        return Path(settings.VAR_DIR) / "imports"
