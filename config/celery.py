"""The Celery application, and what every worker process needs around a task."""

import logging
import os
from pathlib import Path
from typing import Any

from celery import Celery, Task
from celery.bootsteps import StartStopStep
from celery.signals import after_setup_logger, celeryd_init, task_failure, task_prerun, worker_ready

from config import servers
from config.queues import declare_dead_letters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# So that a plain `celery -A config flower` asks for a password.
os.environ.setdefault("FLOWER_CONF", str(Path(__file__).with_name("flower.py")))
servers.flower(embedded=False)  # Flower takes FLOWER_* for itself before it reads that file, and ends in a traceback

CONFIRM_SECONDS = 5


class TourdeskTask(Task):  # type: ignore[type-arg]
    """A message that reaches no queue is an error of the sender, not a silent loss (with confirms)."""

    mandatory = True

    def apply_async(self, *args: Any, **options: Any) -> Any:
        """Beat's way too: a broker that takes nothing (a full disk, a freeze) would hold the publisher for ever."""
        options.setdefault("confirm_timeout", CONFIRM_SECONDS)
        return super().apply_async(*args, **options)


class DeadLetters(StartStopStep):
    """Each time a worker connects, what it may reject has a place to go."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def start(self, parent: Any) -> None:
        declare_dead_letters(parent.connection)


app = Celery("tourdesk", task_cls=TourdeskTask, amqp="config.broker:Amqp")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["consumer"].add(DeadLetters)


@after_setup_logger.connect
def log_the_pool_as_all_else(logger: logging.Logger, **_kwargs: Any) -> None:
    """The pool's logger passes nothing on, and Celery gives it a handler of its own."""
    logging.getLogger("multiprocessing").handlers = list(logger.handlers)


@task_prerun.connect
def drop_stale_connections(**_kwargs: Any) -> None:
    """CELERY_DB_REUSE_MAX keeps connections; after a database restart the next task gets a new one."""
    from django.db import close_old_connections

    close_old_connections()


@task_failure.connect
def drop_connections_of_failed_task(**_kwargs: Any) -> None:
    from django.db import connections

    connections.close_all()


@celeryd_init.connect
def probe_servers(**_kwargs: Any) -> None:
    from config import probes

    probes.before_serving(logging.getLogger(__name__).warning)


@worker_ready.connect
def take_tasks(sender: Any, **_kwargs: Any) -> None:
    """Each time it has connected to the broker."""
    from config import workers

    workers.stop_when_idle(sender.controller, app.conf.worker_soft_shutdown_timeout)
    workers.tell_systemd()


@worker_ready.connect
def tell_stand_ins(**_kwargs: Any) -> None:
    from config.stand_ins import in_use

    if sentence := in_use():
        logging.getLogger(__name__).warning(sentence)
