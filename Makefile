# Everything a developer or an operator types. The first two need nothing but Python 3.11–3.13 and make.

PORT ?= 8000
DATA ?= data
VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
# The newest supported Python that is here; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)

.PHONY: demo test check format bench setup browser revision clean help

demo: setup ## Start the product with the sample knowledge base: make demo PORT=8099 DATA=dir
	@$(BIN)/zerolevel demo --port $(PORT) --data $(DATA)

test: setup browser ## Run the tests
	@$(BIN)/pytest -n 2 --dist loadgroup

check: setup browser ## Format, lint, import contracts, types, tests: what CI runs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadgroup

format: setup ## Format the code and sort its imports
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup ## Measure what BENCHMARKS.md shows
	$(BIN)/zerolevel evaluate
	$(BIN)/python -m tests.bench.latency
	$(BIN)/python -m tests.bench.throughput

setup: $(VENV)/.ready ## Create the environment in .venv from the lock file

$(VENV)/.ready: pyproject.toml uv.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and was not found. Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up the environment in $(VENV) (once, a minute or so) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(BIN)/uv sync --quiet --frozen --python $(BIN)/python
	@touch $@

browser: setup ## See that there is a Chromium for the browser tests
	@$(BIN)/python tests/browser/install.py

revision: setup ## Write a migration from the tables in the code: make revision MESSAGE="what changes"
	@$(BIN)/python -m bot.migrate "$(MESSAGE)"

clean: ## Remove the environment and caches; data stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

help: ## Show this list
	@grep -hE '^[a-z0-9]+:.*##' Makefile | sed -E 's/^([a-z0-9]+):.*## /  make \1\t/' | expand -t 18
