# Everything a newcomer types. Nothing here needs root, a database or Redis: see config/embedded.py.

PORT ?= 8000
PYTHON ?=
ARGS ?=

PY := .venv/bin/python
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-input --require-hashes
ANY_KEY = $$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))')
.DEFAULT_GOAL := help
.PHONY: help run test test-faults check inspect bench bench-ingest bench-prescreen bench-queue bench-admin bench-audit screens permissions sbom licences audit lock lint format types contracts migrations-check deploy-check clean

help:
	@echo "make run     run Haven on this machine (make run PORT=8123 for another port)"
	@echo "make test    run the tests (make test ARGS='tests/config -k url' for some)"
	@echo "make test-faults   kill everything at random and see that nothing is lost (make test-faults SEED=7)"
	@echo "make check   everything that must pass before a change is shared"
	@echo "make bench   measure (make bench-prescreen: the pre-screen beside its rivals)"
	@echo "make sbom    list what Haven is made of; make audit: known weaknesses in it"
	@echo "make clean   remove what these commands made, the demo's data too"

run: .venv/.installed
	@exec $(PY) -m config.run --port $(PORT)

test: .venv/.installed-dev
	@$(PY) -m pytest -n 4 --dist worksteal $(ARGS)

# Real processes and servers are killed while messages stream in; ten minutes at most. The seed is printed at the top.
SEED ?=
test-faults: .venv/.installed-dev
	@$(PY) -m pytest tests/faults -s $(if $(SEED),--seed $(SEED)) $(ARGS)

check: inspect test

# The parts of `make check` that are not tests.
inspect: lint types contracts migrations-check deploy-check

lint: .venv/.installed-dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check --quiet . || { echo "Run: make format"; exit 1; }

format: .venv/.installed-dev
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format .

types: .venv/.installed-dev
	@$(PY) -m mypy

contracts: .venv/.installed-dev
	@.venv/bin/lint-imports

# No server is needed to compare models with migrations; Django would warn that it found none. Then there and back, in a
# database of their own: it takes a minute, and only changes of tables can change what comes out.
migrations-check: .venv/.installed-dev
	@SECRET_KEY=$(ANY_KEY) PYTHONWARNINGS="ignore:Got an error checking a consistent migration history" \
	    $(PY) manage.py makemigrations --check --dry-run
	@$(PY) -m pytest -q tests/migrations

# Production settings as the settings page tells them, with values of no use to anybody.
deploy-check: .venv/.installed-dev
	@env -u HAVEN_LOCAL -u DEBUG DATABASE_URL=postgresql://haven_app@database.example/haven \
	    REDIS_URL=redis://redis.example:6379/0 ALLOWED_HOSTS=haven.example.org TRUSTED_PROXY_COUNT=1 \
	    WEBHOOK_URL=https://chat.example.org/haven WEBHOOK_SECRET=whsec_$$(printf '%032d' 0 | base64) \
	    SECRET_KEY=$(ANY_KEY) TEXT_KEYS=k1:$(ANY_KEY) \
	    $(PY) manage.py check --deploy --fail-level WARNING

bench: .venv/.installed-dev
	@$(PY) -m benchmarks $(ARGS)

# The pre-screen beside its rivals, which are installed into a throw-away environment.
bench-prescreen: .venv/.installed-dev
	@$(PY) benchmarks/bench_prescreen.py --rivals $(ARGS)

# The whole way from HTTP to cases; ARGS='--seconds 5 --stored 1000000' for other lengths and stocks.
bench-ingest: .venv/.installed-dev
	@$(PY) -m benchmarks.bench_ingest $(ARGS)

# The desk with a million open and ten million closed cases; ARGS='--small 1000 --open 10000 --closed 100000' for a quick look.
bench-queue: .venv/.installed-dev
	@$(PY) -m benchmarks.bench_queue $(ARGS)

# The admins' pages with a million sanctions; ARGS='--sanctions 2000 --accounts 10000 --rounds 5' for a quick look.
bench-admin: .venv/.installed-dev
	@$(PY) -m benchmarks.bench_admin $(ARGS)

# The audit trail with a million rows; ARGS='--rows 20000 --operations 200' for a quick look.
bench-audit: .venv/.installed-dev
	@$(PY) -m benchmarks.bench_audit $(ARGS)

# Writes the tables of docs/permissions.md from what every address really answers.
permissions: .venv/.installed-dev
	@HAVEN_WRITE_PERMISSIONS=1 $(PY) -m pytest -q tests/guards/test_permissions.py -k as_the_table_says

# Photographs every page and state of a demo of its own.
screens: .venv/.installed-dev
	@$(PY) docs/take_screens.py

# Pins anew what pyproject.toml asks for; needs uv (https://docs.astral.sh/uv/).
LOCK = uv pip compile --quiet --universal --generate-hashes --no-header --python-version 3.11 --no-emit-index-url
lock:
	@$(LOCK) pyproject.toml -o requirements.txt
	@$(LOCK) --group embedded -c requirements.txt -o requirements-embedded.txt
	@$(LOCK) --group dev -c requirements.txt -o requirements-dev.txt

# What Haven is made of (CycloneDX), from the pinned requirements, without a network; and its licences, for people.
SBOM ?= sbom.json
sbom: .venv/.installed
	@$(PY) -m deploy.bill_of_materials sbom $(SBOM)

licences: .venv/.installed
	@$(PY) -m deploy.bill_of_materials licences docs/licences.md

# Known weaknesses in the pinned packages. pip-audit gets an environment of its own; without a network this says that
# it was skipped, and only then. AUDIT_STRICT=1 makes a skip a failure, as where a release is made.
audit: .venv/.installed
	@$(PY) deploy/audit.py

clean:
	@rm -rf .venv var staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The virtual environment. Python 3.11 to 3.13 come first: for them there is a Redis among the packages.
.venv/bin/python:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python3.14; do \
	    command -v $$python >/dev/null 2>&1 || continue; \
	    $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || continue; \
	    found=$$python; break; \
	done; \
	if [ -z "$$found" ]; then \
	    for python in $(PYTHON) python3 python; do \
	        $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && found=$$python && break; \
	    done; \
	fi; \
	if [ -z "$$found" ]; then \
	    echo "Haven needs Python 3.11 or newer, and none is on the PATH; name one with: make run PYTHON=/path/to/python3" >&2; \
	    exit 2; \
	fi; \
	if ! $$found -m venv .venv >.venv.log 2>&1; then \
	    cat .venv.log >&2; rm -rf .venv .venv.log; \
	    echo "$$found cannot make a virtual environment; on Debian and Ubuntu the package python3-venv is missing." >&2; \
	    exit 2; \
	fi; \
	rm -f .venv.log

.venv/.installed: requirements.txt requirements-embedded.txt | .venv/bin/python
	@echo "Installing Haven's packages into .venv (only when they change) …"
	@$(PIP_INSTALL) -r requirements.txt -r requirements-embedded.txt || { \
	    echo "The packages could not be installed: is the network reachable, is there room on the disk?" >&2; exit 2; }
	@touch $@

.venv/.installed-dev: requirements-dev.txt .venv/.installed
	@echo "Installing the packages for tests and checks into .venv (only when they change) …"
	@$(PIP_INSTALL) -r requirements-dev.txt || { \
	    echo "The packages could not be installed: is the network reachable, is there room on the disk?" >&2; exit 2; }
	@touch $@
