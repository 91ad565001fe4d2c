# `make` alone lists what there is. Everything runs in .venv, which is made again when the pins change.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL = $(PIP) install --quiet --require-hashes --no-deps
# For every Python from the lowest on, whichever runs it: with pip-compile Debian 12's 3.11.2 lacked a package.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
# What `check --deploy` looks at: the settings as they are in production.
PRODUCTION := SITE_URL=https://desk.example.com ALLOWED_HOSTS=desk.example.com \
	DATABASE_URL=postgres://lint@127.0.0.1/lint CELERY_BROKER_URL=amqp://127.0.0.1// EMAIL_URL=smtp://127.0.0.1

URL ?= http://127.0.0.1:8000
FUZZ_SECONDS ?= 300

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo ports test test-sqlite e2e bench fuzz lint types format lock up down clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.installed ## .venv with the pinned dependencies

setup-dev: .venv/.installed-dev ## the same with what tests and checks need

demo: ports setup ## everything in this terminal: web, worker, beat, Flower, demo data; Ctrl-C stops all
	@exec $(BIN)/python manage.py demo

# Before minutes of installing; what stands in .env counts, too.
ports:
	@$(PYTHON) -I config/ports.py "$${PORT:-$$(sed -n 's/^PORT=//p' .env 2>/dev/null)}" \
		"$${FLOWER_PORT:-$$(sed -n 's/^FLOWER_PORT=//p' .env 2>/dev/null)}"

test: setup-dev ## the whole suite; needs no service, uses PostgreSQL and RabbitMQ when they run (REQUIRE_SERVICES=1: must)
	@exec $(BIN)/python -m pytest -n 4 --maxschedchunk 1 $(ARGS)

test-sqlite: setup-dev ## the quick tests, on SQLite in memory
	@TEST_DATABASE=sqlite exec $(BIN)/python -m pytest -n 2 --no-migrations --ignore tests/e2e -m "not services and not e2e and not slow" $(ARGS)

e2e: setup-dev ## only the slow tests: real processes, thousands of rows
	@exec $(BIN)/python -m pytest -m e2e $(ARGS)

# Left out is the check that each body which fits the schema is accepted: no schema knows which departures exist.
fuzz: setup-dev ## schemathesis for FUZZ_SECONDS against the web at URL, which best runs with API_RATE=100000/min
	@key=$$($(BIN)/python manage.py create_api_key fuzz) && exec $(BIN)/schemathesis run $(URL)/api/schema/ \
		--header "Authorization: Api-Key $$key" --max-time $(FUZZ_SECONDS) --continue-on-failure \
		--exclude-checks positive_data_acceptance $(ARGS)

bench: setup-dev ## statements and time as rows grow, as ratios within one run
	@exec $(BIN)/python -m pytest -q -s -p tests.conftest -p tests.e2e.conftest -o python_files='bench_*.py' benchmarks

lint: setup-dev types ## ruff, mypy, import-linter, missing migrations, check --deploy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(PRODUCTION) SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

types: setup-dev ## mypy, strict
	@$(BIN)/python -m mypy .

format: setup-dev ## put the code into shape
	@$(BIN)/ruff check --fix --exit-zero . && $(BIN)/ruff format .

lock: setup-dev ## pin and hash requirements.in and requirements-dev.in again
	@$(LOCK) --upgrade --output-file requirements.txt requirements.in
	@$(LOCK) --upgrade --output-file requirements-dev.txt requirements-dev.in

up: ## the real thing in containers (needs Docker and .env; see README)
	docker compose up --build --detach

down: ## stop the containers; the data stays
	docker compose down

clean: ## remove .venv and caches; var/ stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache staticfiles

.venv/.installed: requirements.txt | $(BIN)/python
	@echo "Installing the pinned dependencies …"
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "Installing what tests and checks need …"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@

# Debian's bare python3 has no ensurepip: then another pip fills the environment, or apt-get brings what is missing.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Tourdesk needs Python 3.11 or newer; name it: make setup PYTHON=python3.11" >&2; exit 1; }
	@rm -rf .venv
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv .venv; \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then \
		$(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv .venv; \
	else echo "Python can't make virtual environments here. Cure: sudo apt-get install python3-venv" >&2; exit 1; fi
