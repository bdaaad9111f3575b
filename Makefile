# Everything a newcomer runs. Needs Python 3.11 or newer, git and make.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
# The lock files name every package with its hashes, so that nothing is left to resolve.
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-compile --no-deps --require-hashes --only-binary :all:
# What verifies DKIM in the tests comes as source alone; it is of plain Python.
INSTALL_DEV := $(INSTALL) --no-binary dkimpy
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --upgrade --python-version 3.11

# Bytecode is written once, by the first start that imports a module; without it each start is slow.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run ready test lint types imports unit test-clients test-browser test-thorough test-faults lock wheel clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run-ready ## Start the calendar on http://127.0.0.1:8000 (Ctrl-C stops it)
	@exec $(BIN)/calendar-service up

test: ## Run the tests, ruff, mypy --strict and the import contracts
	@$(MAKE) --no-print-directory --jobs=2 ready
	@$(MAKE) --no-print-directory --output-sync=target --jobs=3 --keep-going lint types imports unit

lint: ready
	@echo "== ruff" && $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .

types: ready
	@echo "== mypy --strict" && $(BIN)/mypy

imports: ready
	@echo "== import contracts" && $(BIN)/lint-imports --no-logo

unit: ready
	@echo "== pytest" && \
		$(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadscope --no-loadscope-reorder

test-clients: ready ## Read the feeds with other people's calendar apps (installs them)
	@$(MAKE) --no-print-directory -C tests/clients ready PYTHON=$(PYTHON)
	@$(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadscope -m clients tests/clients

test-browser: ready ## Open every page in a real browser (installs Chromium and axe-core)
	@$(MAKE) --no-print-directory -C tests/browser ready
	@rm -rf .browser/screenshots
	@$(BIN)/python -m pytest --quiet --numprocesses 2 -m browser tests/browser

test-thorough: ready ## Run what takes long: much drawn at random, and all on PostgreSQL too
	@$(BIN)/python -m pytest --quiet -m thorough --numprocesses 2 --dist worksteal

# Each waits more than it works, so that more run at once than there are cores.
test-faults: ready ## Kill senders, fill disks, move clocks: no reminder is lost (LONG=yes: the longest too)
	@$(BIN)/python -m pytest --quiet -m "faults$(if $(LONG),, and not long)" \
		-rs --numprocesses 4 --dist worksteal tests/faults

lock: $(VENV)/.lock-ready ## Pin the newest dependencies, with hashes
	@$(LOCK) --output-file requirements.txt pyproject.toml
	@$(LOCK) --output-file requirements-dev.txt --constraint requirements.txt \
		--group dev pyproject.toml \
		$$(sed -n 's/^\([A-Za-z0-9._-]*\)==.*/--no-emit-package \1/p' requirements.txt)

wheel: ready ## Build the wheel into dist/
	@$(BIN)/python -m build --wheel --no-isolation

clean: ## Remove all that is made here; var/ with its data stays
	rm -rf $(VENV) .bench .browser .clients dist build .mypy_cache .pytest_cache .ruff_cache

# The checkout itself is put on the environment's path, so that editing needs no installing.
$(BIN)/calendar-service:
	@echo "Making the virtual environment"
	@$(PYTHON) -m venv $(VENV)
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')/checkout.pth"
	@printf '#!/bin/sh\nexec "%s/$(BIN)/python" -m calendar_service "$$@"\n' "$(CURDIR)" > $@
	@chmod +x $@

$(VENV)/.run-ready: requirements.txt | $(BIN)/calendar-service
	@echo "Installing what it needs (once)"
	@$(INSTALL) --requirement requirements.txt
	@touch $@

$(VENV)/.dev-ready: requirements-dev.txt | $(BIN)/calendar-service
	@echo "Installing what its tests need besides (once)"
	@$(INSTALL_DEV) --requirement requirements-dev.txt
	@touch $@

ready: $(VENV)/.run-ready $(VENV)/.dev-ready

$(VENV)/.lock-ready: | $(BIN)/calendar-service
	@$(PIP) install --quiet uv && touch $@
