"""Celery's settings for both brokers. The reasons are measured facts, see docs/decisions/0003-celery.md."""

from pathlib import Path
from typing import Any

from kombu import Connection, Exchange, Queue

from config import env

QUEUES = ("mail", "default", "periodic")
ROUTES = {
    "notifications.send_due_messages": {"queue": "periodic"},
    "notifications.*": {"queue": "mail"},
    "config.send_account_mails": {"queue": "mail"},
    "config.*": {"queue": "periodic"},
    "bookings.*": {"queue": "periodic"},
    "payments.process_provider_event": {"queue": "default"},
    "payments.settle_payment": {"queue": "default"},
    "payments.send_*": {"queue": "default"},
    "payments.*": {"queue": "periodic"},
}
EXCHANGE = Exchange("tourdesk", type="topic")
DIRECT_QUEUES = [Queue(name, Exchange("tourdesk.direct"), routing_key=name) for name in QUEUES]
# What a worker refuses for good, or was lost with 20 times. Nobody consumes it: people look, then move or purge.
DEAD_LETTERS = Queue(
    "tourdesk.dead",
    Exchange("tourdesk.dead", type="fanout"),
    queue_arguments={"x-queue-type": "quorum"},
)
QUORUM = {
    "x-queue-type": "quorum",
    "x-delivery-limit": 20,  # RabbitMQ 4's own default; before, a task that kills its worker went round for ever
    "x-dead-letter-exchange": "tourdesk.dead",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}

TASKS: dict[str, Any] = {
    "CELERY_TASK_SERIALIZER": "json",
    "CELERY_ACCEPT_CONTENT": ["json"],
    "CELERY_RESULT_BACKEND": "django-db",
    "CELERY_RESULT_EXTENDED": True,
    "CELERY_RESULT_EXPIRES": 7 * 24 * 3600,
    "CELERY_TASK_TRACK_STARTED": True,
    "CELERY_TASK_STORE_ERRORS_EVEN_IF_IGNORED": True,
    "CELERY_TASK_ACKS_LATE": True,
    "CELERY_TASK_REJECT_ON_WORKER_LOST": True,
    "CELERY_TASK_TIME_LIMIT": 300,
    "CELERY_TASK_CREATE_MISSING_QUEUES": False,
    "CELERY_TASK_DEFAULT_QUEUE": "default",
    "CELERY_TASK_ROUTES": ROUTES,
    "CELERY_TASK_SEND_SENT_EVENT": True,
    # Keeps a child's database connection over 1,000 tasks; config/celery.py drops a broken one.
    "CELERY_DB_REUSE_MAX": 1000,
}
WORKER: dict[str, Any] = {
    "CELERY_WORKER_PREFETCH_MULTIPLIER": 1,
    "CELERY_WORKER_MAX_TASKS_PER_CHILD": 2000,
    "CELERY_WORKER_MAX_MEMORY_PER_CHILD": 300_000,  # KiB
    "CELERY_WORKER_SEND_TASK_EVENTS": True,
    "CELERY_WORKER_HIJACK_ROOT_LOGGER": False,
    "CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS": False,
}
BEAT: dict[str, Any] = {
    "CELERY_BEAT_SCHEDULER": "config.clock:Scheduler",
    "CELERY_BEAT_ENABLE_REMOTE_CONTROL": True,
    "CELERY_BEAT_CRON_STARTING_DEADLINE": 3600,
    "CELERY_BEAT_SYNC_EVERY": 1,  # last_run_at is beat's heartbeat (config/health.py), so it's written at once
}
# Bounds how long a publisher can hang on a broker that is down or silent: some 4 s at the worst, with confirms.
BROKER: dict[str, Any] = {
    "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP": True,
    "CELERY_BROKER_CONNECTION_MAX_RETRIES": None,
    "CELERY_BROKER_CONNECTION_TIMEOUT": 1,
    "CELERY_BROKER_POOL_ACQUIRE_TIMEOUT": 3,
}
PUBLISH_RETRIES = {"interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}


def settings(broker_url: str, var_dir: Path, time_zone: str) -> dict[str, Any]:
    """Django settings (CELERY_ prefix) for RabbitMQ, or for the filesystem when no broker is named."""
    nodes = env.brokers(broker_url) if broker_url and not broker_url.startswith("memory://") else []
    common = {
        **TASKS,
        **WORKER,
        **BEAT,
        **BROKER,
        # A publisher tries each node once before it gives up.
        "CELERY_TASK_PUBLISH_RETRY_POLICY": {**PUBLISH_RETRIES, "max_retries": max(1, len(nodes))},
        "CELERY_TIMEZONE": time_zone,
        "CELERY_WORKER_CONCURRENCY": env.number("WORKER_CONCURRENCY", 2, least=1),
        "CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT": env.number("WORKER_SHUTDOWN_SECONDS", 65, least=1),
    }
    if not broker_url:
        return common | _filesystem(var_dir)
    if broker_url.startswith("memory://"):  # unit tests: published, never consumed
        return common | {"CELERY_BROKER_URL": broker_url, "CELERY_TASK_QUEUES": DIRECT_QUEUES}
    return common | _rabbitmq(nodes)


def _rabbitmq(nodes: list[str]) -> dict[str, Any]:
    return {
        "CELERY_BROKER_URL": ";".join(nodes),
        "CELERY_BROKER_HEARTBEAT": 10,
        "CELERY_BROKER_TRANSPORT_OPTIONS": {"confirm_publish": True},
        # A worker cut off half-way meets its own exclusive queue (405) until the broker misses two heartbeats.
        "CELERY_BROKER_CHANNEL_ERROR_RETRY": True,
        "CELERY_TASK_DEFAULT_EXCHANGE": EXCHANGE.name,
        "CELERY_TASK_DEFAULT_EXCHANGE_TYPE": EXCHANGE.type,
        "CELERY_TASK_DEFAULT_ROUTING_KEY": "default",
        "CELERY_TASK_QUEUES": [Queue(name, EXCHANGE, routing_key=name, queue_arguments=QUORUM) for name in QUEUES],
    }


def _filesystem(var_dir: Path) -> dict[str, Any]:
    broker = env.private_folder(var_dir / "broker")
    folders = {key: env.private_folder(broker / key) for key in ("messages", "control", "processed")}
    return {
        "CELERY_BROKER_URL": "filesystem://localhost",
        "CELERY_BROKER_TRANSPORT": "config.embedded_broker:Transport",
        "CELERY_BROKER_TRANSPORT_OPTIONS": {
            "data_folder_in": str(folders["messages"]),
            "data_folder_out": str(folders["messages"]),
            "control_folder": str(folders["control"]),
            "processed_folder": str(folders["processed"]),
            "polling_interval": 0.1,
        },
        "CELERY_TASK_QUEUES": DIRECT_QUEUES,
    }


def declare_dead_letters(connection: Connection) -> None:
    """Without this queue nothing is ever dropped, but at-least-once dead-lettering would stand still."""
    if connection.transport.driver_type == "amqp":
        DEAD_LETTERS(connection.default_channel).declare()
