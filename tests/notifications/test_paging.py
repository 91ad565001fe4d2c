"""Lists are counted each by itself."""

import threading
from typing import Any

from bookings.desk.paging import BoundedPaginator


class Rows:
    """Rows whose count may take long."""

    def __init__(self, gate: threading.Event | None = None) -> None:
        self.gate = gate

    def order_by(self) -> "Rows":
        return self

    def values(self, *_names: str) -> "Rows":
        return self

    def __getitem__(self, _part: Any) -> "Rows":
        return self

    def count(self) -> int:
        if self.gate is not None:
            assert self.gate.wait(20)
        return 7


def test_a_slow_count_holds_up_no_other_list() -> None:
    gate, answers = threading.Event(), []
    waiting: Any = Rows(gate)
    ready: Any = Rows()
    slow, quick = BoundedPaginator(waiting, 50), BoundedPaginator(ready, 50)
    threads = [
        threading.Thread(target=lambda: answers.append(("slow", slow.count))),
        threading.Thread(target=lambda: answers.append(("quick", quick.count))),
    ]
    threads[0].start()
    threads[1].start()
    threads[1].join(10)
    gate.set()
    threads[0].join()
    assert answers == [("quick", 7), ("slow", 7)]
