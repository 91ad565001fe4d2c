# One image for web, worker, beat and Flower; compose.yaml says which command each runs.
FROM python:3.11-slim AS dependencies
WORKDIR /build
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.txt

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app tourdesk \
    && install -d -o tourdesk /app /var/lib/tourdesk
COPY --from=dependencies /venv /venv
WORKDIR /app
COPY --chown=tourdesk . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/var/lib/tourdesk WEB_ADDRESS=0.0.0.0
USER tourdesk
# With the embedded database, for which no secret is needed; nothing of it stays in the image.
RUN VAR_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 && rm -rf /tmp/build
EXPOSE 8000
CMD ["gunicorn", "config.wsgi"]
