"""What `gunicorn config.wsgi` reads by itself."""

import os

bind = f"{os.environ.get('WEB_ADDRESS', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60  # seconds; an import of a large file is the longest request
graceful_timeout = 30
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
