# Everything a newcomer runs. Needs Python 3.11 or newer, git and make.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile --require-hashes --only-binary :all:
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --upgrade --python-version 3.11

# Bytecode is written once, by the first start that imports a module; without it each start is slow.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run test lint types imports unit test-clients lock wheel screenshot clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/.run-ready ## Start the calendar on http://127.0.0.1:8000 (Ctrl-C stops it)
	@exec $(BIN)/calendar-service up

test: $(VENV)/.test-ready ## Run the tests, ruff, mypy --strict and the import contracts
	@$(MAKE) --no-print-directory --output-sync=target --jobs=3 --keep-going lint types imports unit

lint: $(VENV)/.test-ready
	@echo "== ruff" && $(BIN)/ruff check --quiet . && $(BIN)/ruff format --check --quiet .

types: $(VENV)/.test-ready
	@echo "== mypy --strict" && $(BIN)/mypy

imports: $(VENV)/.test-ready
	@echo "== import contracts" && $(BIN)/lint-imports --no-logo

unit: $(VENV)/.test-ready
	@echo "== pytest" && $(BIN)/python -m pytest --quiet --numprocesses 2 --dist worksteal

test-clients: $(VENV)/.test-ready ## Read the feeds with other people's calendar apps (installs them)
	@$(MAKE) --no-print-directory -C tests/clients ready PYTHON=$(PYTHON)
	@$(BIN)/python -m pytest --quiet -m clients tests/clients

lock: $(VENV)/.lock-ready ## Pin the newest dependencies, with hashes
	@$(LOCK) --output-file requirements.txt pyproject.toml
	@$(LOCK) --output-file requirements-dev.txt --constraint requirements.txt --group dev pyproject.toml

wheel: $(VENV)/.test-ready ## Build the wheel into dist/
	@$(BIN)/python -m build --wheel --no-isolation

clean: ## Remove all that is made here; var/ with its data stays
	rm -rf $(VENV) .clients dist build .mypy_cache .pytest_cache .ruff_cache

# The checkout itself is put on the environment's path, so that editing needs no installing.
$(BIN)/calendar-service:
	@echo "Making the virtual environment"
	@$(PYTHON) -m venv $(VENV)
	@echo "$(CURDIR)" > "$$($(BIN)/python -c 'import site; print(site.getsitepackages()[0])')/checkout.pth"
	@printf '#!/bin/sh\nexec "%s/$(BIN)/python" -m calendar_service "$$@"\n' "$(CURDIR)" > $@
	@chmod +x $@

$(VENV)/.run-ready: requirements.txt | $(BIN)/calendar-service
	@echo "Installing what it needs (once)"
	@$(PIP) --requirement requirements.txt
	@touch $@

$(VENV)/.test-ready: requirements-dev.txt | $(BIN)/calendar-service
	@echo "Installing what it and its tests need (once)"
	@$(PIP) --requirement requirements-dev.txt
	@touch $@ $(VENV)/.run-ready

$(VENV)/.lock-ready: | $(BIN)/calendar-service
	@$(BIN)/python -m pip install --quiet uv && touch $@
