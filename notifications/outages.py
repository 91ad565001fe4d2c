"""A server that is away is one line in the log when it begins, one a minute while it lasts, and one at its end."""

import logging
import threading
import time

EVERY = 60.0  # seconds


class Outage:
    """Of one server, as this process sees it. `what` begins a sentence: "The broker"."""

    def __init__(self, what: str, logger: logging.Logger) -> None:
        self.what, self.logger = what, logger
        self.lock = threading.Lock()
        self.failures = 0
        self.told_at = 0.0  # time.monotonic()

    def failed(self, error: BaseException, note: str = "") -> None:
        """Only for errors of drivers, whose first line names servers and ports, and no person."""
        with self.lock:
            self.failures += 1
            if self.failures > 1 and time.monotonic() - self.told_at < EVERY:
                return
            self.told_at = time.monotonic()
            self.logger.warning("%s is away (failure %s): %s %s", self.what, self.failures, one_line(error), note)

    def over(self) -> None:
        if not self.failures:
            return
        with self.lock:
            failures, self.failures = self.failures, 0
        if failures:
            self.logger.info("%s is back, after %s failures.", self.what, failures)


def one_line(error: BaseException) -> str:
    first = next(iter(str(error).splitlines()), "")
    return f"{type(error).__name__}: {first[:200]}" if first else type(error).__name__
