"""The broker of the embedded mode: kombu's filesystem transport, made safe for several processes at once.

As kombu has it (5.7), a message and an exchange's table can be read between the making of their file and its
filling, which ends the reader with a JSON error, and a message travels through the system's temporary folder,
which may lie on another disk. Here each file gets its name when it is whole, and is taken by one rename.
"""

import json
import os
import time
import uuid
from collections.abc import Collection
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **_kwargs: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        name = f"{time.time_ns()}_{uuid.uuid4()}"  # so that the oldest sorts first
        publish_file(folder / f"{name}.{queue}.msg", json.dumps(payload))

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        waiting = Path(self.data_folder_in)
        for name in sorted(os.listdir(waiting)):  # noqa: PTH208 (names are enough)
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = Path(self.processed_folder) / name
            try:
                (waiting / name).rename(taken)
            except FileNotFoundError:
                continue  # another process was first
            text = taken.read_text(encoding="utf-8")
            taken.unlink()
            return json.loads(text)
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str) -> None:
        """The table is made whole and empty; from then on kombu's own lock guards it."""
        publish_file(self.control_folder / f"{exchange}.exchange", "[]")
        super()._queue_bind(exchange, routing_key or "", pattern or "", queue)


class Transport(filesystem.Transport):
    Channel = Channel


def publish_file(file: Path, text: str) -> None:
    """The file appears with its text, or stays as it is when it is there already."""
    if file.exists():
        return
    part = file.with_name(f"{uuid.uuid4()}.part")
    part.touch(mode=0o600)
    part.write_text(text, encoding="utf-8")
    try:
        os.link(part, file)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def forget_listeners(broker: Path, queues: Collection[str]) -> None:
    """Before a start, while nothing runs: what the last run's Flower and workers still listened for is never read.

    Waiting tasks stay. Tasks that a killed worker had taken are gone, and their rows bring them back.
    """
    waiting = tuple(f".{queue}.msg" for queue in queues)
    for file in [*(broker / "control").iterdir(), *(broker / "processed").iterdir()]:
        file.unlink()
    for file in (broker / "messages").iterdir():
        if not file.name.endswith(waiting):
            file.unlink()
