# What people and CI call. Every target may be run on a fresh machine: it sets up what it needs, once.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV ?= .venv
BIN := $(VENV)/bin
# Workers for the tests; `make test WORKERS=0` runs everything in one process. ARGS goes to pytest: ARGS="-k line".
WORKERS ?= 2
ARGS ?=
LAB ?= long
# The first interpreter that is new enough; empty if there is none, and then `python` says so.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$name >/dev/null && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$name; break; }; done)
WEB_SOURCES := $(shell [ -f web/package.json ] && find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*')

.PHONY: help setup runtime web python chromium run test check format types bench lab simulation chaos lock clean

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

setup: $(VENV)/.dev web ## everything: .venv with the tools, the web assets built

runtime: $(VENV)/.runtime ## .venv with what serving needs and no more (the Dockerfile)

run: setup ## Frontdesk with demo data on :8080 and the channel simulator on :8081
	@$(BIN)/frontdesk demo

test: setup chromium ## every test
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: $(VENV)/.dev web/node_modules/.installed ## format, lint, import contracts, types
	@failed=""; \
	for step in "ruff format --check --quiet ." "ruff check --quiet ." "lint-imports --no-logo" "mypy"; do \
		echo "== $$step"; $(BIN)/$$step || failed="$$failed [$${step%% *}]"; \
	done; \
	echo "== the API's types"; $(BIN)/python -m gateway.api_types --check || failed="$$failed [make types]"; \
	echo "== tsc"; (cd web && npm run --silent check) || failed="$$failed [tsc]"; \
	[ -z "$$failed" ] || { echo "make check failed:$$failed" >&2; exit 1; }

format: $(VENV)/.dev ## put the sources in order (what `check` asks for)
	@$(BIN)/ruff check --quiet --fix-only .; $(BIN)/ruff format --quiet .

types: $(VENV)/.dev ## the API's types for the browser's side, from the OpenAPI document
	@$(BIN)/python -m gateway.api_types

bench: setup chromium ## the benchmarks, with ratios to their floors
	@$(MAKE) build/serving/.runtime VENV=build/serving
	@BENCH_SERVING_PYTHON=$(CURDIR)/build/serving/bin/python $(BIN)/python -m bench $(ARGS)

lab: simulation chaos ## the long laboratory, an hour; LAB=ci: some minutes of it (a short one is in `make test`)
	@[ $(LAB) = ci ] || LAB=$(LAB) $(BIN)/python -m pytest -s tests/lab/test_planted.py tests/laws $(ARGS)

simulation: setup ## the laboratory's simulated days alone; LAB=ci: four minutes
	@LAB=$(LAB) $(BIN)/python -m tests.lab

chaos: setup ## the laboratory's real processes, killed; LAB=ci: four minutes
	@LAB=$(LAB) $(BIN)/python -m tests.lab.chaos

lock: $(VENV)/.dev ## resolve the dependencies of pyproject.toml again; UPGRADE=--upgrade for the newest
	@pin="$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --quiet $(UPGRADE) pyproject.toml --extra build"; \
	$$pin --output-file requirements.lock >/dev/null; \
	$$pin --extra dev --constraint requirements.lock --output-file requirements-dev.lock >/dev/null

clean: ## remove what was built, and never the data directory
	@rm -rf $(VENV) build *.egg-info web/dist web/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# ----------------------------------------------------------------------------------------------------------- set-up
# Stamps: a file inside what was made, older than what it was made from only if it must be made again.

$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(MAKE) python
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@echo "== packages of requirements.lock"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Comes after .runtime because that brings the pinned build backend: one test tool (forbiddenfruit, pure Python)
# is published as source alone, and without isolation it is built by what the lock names.
$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	@echo "== packages of requirements-dev.lock"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation \
		-r requirements-dev.lock
	@touch $@

python:
	@[ -n "$(PYTHON)" ] && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Frontdesk needs Python 3.11 or newer as python3; found: \
	$$(python3 --version 2>/dev/null || echo none)." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		package="$(PYTHON)-venv"; \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			apt-get -qq update && apt-get -qq install -y --no-install-recommends $$package; \
		else \
			echo "Python's venv module is missing. Run: sudo apt-get install $$package" >&2; exit 1; \
		fi; }

# The tests drive a real browser. Without one they would prove less than they claim, so this installs or fails.
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "== chromium (for the browser tests)"; \
			apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium >/dev/null; \
		else \
			echo "The browser tests need Chromium. Run: sudo apt-get install chromium" >&2; exit 1; \
		fi; }

# -------------------------------------------------------------------------------------------------------------- web
ifneq ($(wildcard web/package.json),)
web: web/dist/.built ## the browser's side, built

web/node_modules/.installed: web/package.json web/package-lock.json
	@command -v node >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
		|| { echo "Frontdesk's web assets need Node 20.19 or newer; found: $$(node --version 2>/dev/null || echo none)." >&2; exit 1; }
	@echo "== packages of web/package-lock.json"
	@cd web && npm ci --no-audit --no-fund --loglevel=error
	@mkdir -p $(@D) && touch $@

web/dist/.built: web/node_modules/.installed $(WEB_SOURCES)
	@echo "== web assets"
	@cd web && npm run --silent build
	@touch $@
else
web:
	@echo "web/package.json is missing, so there are no web assets: this is not a whole copy of the sources." >&2
endif
