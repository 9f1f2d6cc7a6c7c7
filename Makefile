# All routine work by name. `make` alone lists the targets.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := server schema resolvers datasources auth migrations
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
# Wheels only: building from source would download build tools that no hash vouches for.
INSTALL := $(PIP) install -qq --require-hashes --only-binary :all: -r
# Shows every tenth package of pip's output, and fails if pip does. The first installation takes a minute or two.
PROGRESS = awk ' \
	/^Collecting/ && ++count % 10 == 0 { print "  " count " packages"; fflush() } \
	/^Installing/ { print "  installing them"; fflush() } \
	/^FAILED$$/ { exit 1 }'
# With CI set, a test that would be skipped fails: a part that is missing is an error there.
PYTEST := $(BIN)/python -m pytest $(if $(CI),-p tests.house.no_skips)
# The number of test processes; each has a PostgreSQL of its own.
JOBS := 2
PARALLEL := -n $(JOBS) --dist loadfile --no-loadscope-reorder
# Releases are taken a week after they appear, so that a harmful one has been noticed by then.
COOLDOWN := 7 days
# The locks must hold the public registry's hashes, whatever indexes this machine adds to it.
COMPILE := env -u UV_INDEX -u UV_DEFAULT_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	$(BIN)/uv --no-config --quiet pip compile --generate-hashes --universal --python-version 3.11 \
	--no-header --exclude-newer "$(COOLDOWN)" $(if $(UPGRADE),--upgrade)

# Playwright drives the browser that is installed; it must not fetch one of its own.
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD := 1

INSTALLED := $(VENV)/.installed
# The build writes this file last, so that a removed or interrupted build is repeated.
GRAPHIQL := server/graphiql/dist/fingerprint
# Sources of the bundle: the files that git tracks, so that build results are not among them.
GRAPHIQL_SOURCES := $(wildcard $(shell git -c 'safe.directory=*' ls-files --cached --others --exclude-standard server/graphiql 2>/dev/null))

.DEFAULT_GOAL := help
.PHONY: help setup run test test-browser check golden bench format lock clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) $(GRAPHIQL)  ## Create .venv from the hashed lock and build GraphiQL; a no-op when current

run: setup  ## Start a demo: embedded database, sample data, server
	$(BIN)/customer360 demo

test: setup  ## Run the tests, all but those that drive a browser (JOBS=1: one after the other)
	$(PYTEST) $(PARALLEL) -m "not browser"

test-browser: setup  ## Run the tests that drive /usr/bin/chromium
	$(PYTEST) -m browser

check: setup  ## Format, lint, types, layers, dependencies, printed schema, house rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(wildcard $(PACKAGES) tests bench)
	$(BIN)/lint-imports
	$(BIN)/deptry --no-ansi .
	$(BIN)/customer360 schema check
	$(PYTEST) tests/house

golden: setup  ## Write the printed schema, the golden answers and their SQL anew; then read the difference
	$(BIN)/customer360 schema print > schema/printed && mv schema/printed schema/customer360.graphql
	$(BIN)/python -m pytest -q tests/golden --update-golden

bench: setup  ## Measure the server against others and write docs/benchmarks.md (BENCH=--help tells more)
	$(BIN)/python -m bench $(BENCH)

format: setup  ## Rewrite the code in the house format
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

lock: $(INSTALLED)  ## Recompile requirements/*.txt from pyproject.toml (UPGRADE=1 takes newer releases)
	$(INSTALL) requirements/lock.txt
	$(COMPILE) pyproject.toml --all-extras --output-file requirements/run.txt
	$(COMPILE) pyproject.toml --group dev --constraints requirements/run.txt --output-file requirements/dev.txt
	$(COMPILE) --group lock --output-file requirements/lock.txt

clean:  ## Remove .venv, caches and builds; data stays
	rm -rf $(VENV) server/graphiql/dist server/graphiql/node_modules build dist *.egg-info .deptry_cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find $(wildcard $(PACKAGES) tests bench) -name __pycache__ -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Customer360 needs Python 3.11 or newer, and '$(PYTHON)' is not. Name one: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "'$(PYTHON)' cannot make an environment: it lacks ensurepip. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing Python packages into $(VENV). The first time this takes a minute or two."
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@{ $(subst -qq,,$(INSTALL)) requirements/dev.txt 2>$(VENV)/pip.log || { cat $(VENV)/pip.log >&2; echo FAILED; }; } | $(PROGRESS)
	$(PIP) install -qq --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(GRAPHIQL): $(INSTALLED) $(GRAPHIQL_SOURCES)
	@echo "Building GraphiQL."
	@$(BIN)/python -m server.graphiql.build
	@touch $@
