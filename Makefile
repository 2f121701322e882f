# One menu. People, hooks and CI call the same commands.
SHELL := /bin/bash
UV := .venv/bin/uv
PY := .venv/bin/python
DEMO_PEOPLE ?= 20000
PORT ?= 8000
export UV_PROJECT_ENVIRONMENT := .venv
# because offices often stand behind a proxy whose certificate only the system knows
export UV_SYSTEM_CERTS := true
.DEFAULT_GOAL := help

.PHONY: help run test unit postgres browser web check lint format bench docs wheel clean system

help: ## This menu
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

.venv/bin/uv:
	@command -v python3.11 >/dev/null || command -v python3 >/dev/null || { echo "Python 3.11 or newer is needed: apt install python3-venv"; exit 1; }
	@$$(command -v python3.11 || command -v python3) -m venv .venv && .venv/bin/pip -q install uv

.venv/.synced: .venv/bin/uv uv.lock pyproject.toml
	@$(UV) sync -q --frozen --no-group bench --inexact --compile-bytecode && touch $@

web: .venv/.synced ## Build the browser parts
	@scripts/build-web

run: .venv/.synced ## Prepare the demo county if needed and serve it
	@scripts/build-web --if-needed
	@.venv/bin/lianfang demo --people $(DEMO_PEOPLE) --port $(PORT)

system:
	@scripts/system-packages

test: .venv/.synced system ## Everything: lint, types, architecture, unit on SQLite and PostgreSQL, contracts, web, browser
	@scripts/test

unit: .venv/.synced ## Unit and integration tests on SQLite only
	@.venv/bin/pytest -q -n 2 -m "not browser"

postgres: .venv/.synced ## The same tests on a PostgreSQL of their own
	@scripts/with-postgres .venv/bin/pytest -q -n 2 -m "not browser"

browser: .venv/.synced ## The journeys in Chromium
	@.venv/bin/pytest -q -m browser

check: .venv/.synced ## Lint, types, architecture
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy lianfang bench && PYTHONPATH=tests/architecture .venv/bin/lint-imports

format: .venv/.synced ## Format the Python code
	@.venv/bin/ruff check --fix -q . ; .venv/bin/ruff format .

docs: .venv/.synced ## Write the reference and the API description anew
	@.venv/bin/lianfang reference docs/reference && .venv/bin/lianfang openapi > contracts/openapi.json

bench: .venv/bin/uv ## Measure against the goals; prints JSON lines
	@$(UV) sync -q --frozen --all-groups && scripts/with-postgres $(PY) -m bench

wheel: .venv/.synced web ## One wheel with the web parts inside
	@$(UV) build --wheel -q -o dist && ls dist

clean: ## Remove what was made, keep the data in var/
	@rm -rf .venv dist web/node_modules web/packages/*/node_modules lianfang/web_dist
