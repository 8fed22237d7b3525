# Everything a developer or operator of Civicwatt runs; `make help` lists it.

PYTHON ?= python3
export PYTHON
PYTEST = .venv/bin/pytest
CONSOLE = ui/dist/index.html
CONSOLE_SOURCES := $(shell find ui -type f -not -path 'ui/node_modules/*' -not -path 'ui/dist/*' 2>/dev/null)
# What lays out PDF
PDF_PACKAGES = libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
# What make may do at the same time: Python's and the console's packages, the Debian root
TOGETHER = $(MAKE) --no-print-directory --silent --jobs=3

.PHONY: help demo test test-quick test-faults test-community bench bench-full district-case screenshots timescale stop lint types ui lock
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18

demo: ## start everything with simulated institutions and a year of history (ARGS="--port 8001")
	@$(TOGETHER) .venv/.demo $(CONSOLE)
	@exec .venv/bin/civicwatt demo $(ARGS)

test: ## everything on TimescaleDB, Mosquitto and Chromium
	@$(TOGETHER) .venv/.dev $(CONSOLE) test-packages test-servers
	@$(MAKE) --no-print-directory lint test-console
	$(PYTEST) --numprocesses=auto

test-quick: .venv/.dev lint ## lint, types and unit tests, under a minute
	$(PYTEST) tests/unit

test-faults: .venv/.dev test-servers ## the slow campaigns: crashes, floods, broken input
	ops/pytest_some.sh -m fault

test-community: .venv/.dev ## tests of TimescaleDB's Community licence on CIVICWATT_TEST_COMMUNITY_URL
	ops/pytest_some.sh -m community

bench: .venv/.dev bench-servers ## the benchmarks at reduced size, within 20 minutes; one JSON line each
	.venv/bin/python -m bench

bench-full: .venv/.dev bench-servers ## the benchmarks at full size
	.venv/bin/python -m bench --full

district-case: .venv/.dev bench-servers ## the published fleet year, from terminals over MQTT to the report's paragraph
	.venv/bin/python -m bench.district_case --full

screenshots: .venv/.dev test-packages ## pictures of all pages of a running demo, into docs/screens (ARGS="--password ...")
	.venv/bin/python ops/screenshots.py $(ARGS)

timescale: ## set up and start the tests' TimescaleDB and Mosquitto under .local/
	@ops/timescale.sh start off

stop: ## stop what `make timescale` has started
	@ops/timescale.sh stop

lint: .venv/.dev ## ruff, mypy, import contracts
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

ui: $(CONSOLE) ## build the console

types: .venv/.dev ## write the console's types of the API anew (ui/src/api/schema.ts)
	.venv/bin/python ops/console_types.py

lock: .venv/.dev ## write ops/requirements/*.lock anew from pyproject.toml
	ops/lock.sh

# --- what the targets above stand on ---

.PHONY: test-packages test-servers bench-servers test-console

# Without them some tests do not run, and say so; in CI that is a failure
test-packages:
	@ops/debian_packages.sh mosquitto chromium fonts-noto-cjk $(PDF_PACKAGES) || [ -z "$$CI" ]

test-servers:
	@[ -n "$$CIVICWATT_TEST_DATABASE_URL" ] || ops/timescale.sh start off || [ -z "$$CI" ]

# A figure is worth something only with fsync on
bench-servers:
	@[ -n "$$CIVICWATT_TEST_DATABASE_URL" ] || ops/timescale.sh start on || [ -z "$$CI" ]

test-console: ui/node_modules/.installed
	cd ui && ../ops/with_node.sh npm run check
	cd ui && ../ops/with_node.sh npm test

.venv/.demo: ops/requirements/demo.lock pyproject.toml
	@echo "installing Civicwatt into .venv"
	@ops/install.sh demo
	@touch $@

.venv/.dev: ops/requirements/dev.lock pyproject.toml
	@echo "installing Civicwatt and its tools into .venv"
	@ops/install.sh dev
	@touch $@

ui/node_modules/.installed: ui/package-lock.json
	@echo "installing the console's packages"
	@cd ui && ../ops/with_node.sh npm ci --silent --no-fund --no-audit
	@touch $@

$(CONSOLE): ui/node_modules/.installed $(CONSOLE_SOURCES)
	@echo "building the console"
	@cd ui && ../ops/with_node.sh npm run --silent build -- --logLevel error
	@touch $@
