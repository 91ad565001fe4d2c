import json
import os
import subprocess
import sys

import pytest

from notifications import dispatch

from .conftest import Published, free_port

NO_BROKER = """
import json
import django
django.setup()
from notifications import dispatch

for _number in range(2000):
    dispatch.wake("notifications.send_due_messages")
print(json.dumps(dispatch.publish("notifications.send_due_messages")))
"""


def test_publish_hands_ids_to_the_broker(published: Published) -> None:
    assert dispatch.publish("notifications.send_payment_failure_email", 7) is True
    assert published(1) == [("notifications.send_payment_failure_email", [7])]


def test_wake_publishes_in_the_order_it_was_asked(published: Published) -> None:
    for number in range(3):
        dispatch.wake("notifications.send_payment_failure_email", number)
    assert [args for _name, args in published(3)] == [[0], [1], [2]]


@pytest.mark.slow
@pytest.mark.parametrize("folder_broker", [True, False], ids=["embedded", "amqp"])
def test_a_broker_that_is_away_keeps_nobody_waiting(folder_broker: bool) -> None:
    """The process ends although none could be published; one by one, 2,000 would take many times the time allowed."""
    broker = "" if folder_broker else f"amqp://guest:guest@127.0.0.1:{free_port()}//"
    environment = os.environ | {"CELERY_BROKER_URL": broker, "DATABASE_URL": "sqlite://:memory:", "SECRET_KEY": "x"}
    run = subprocess.run(
        [sys.executable, "-c", NO_BROKER], env=environment, capture_output=True, text=True, timeout=100, check=True
    )
    assert json.loads(run.stdout) is folder_broker
