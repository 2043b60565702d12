# Two commands matter: `make run` and `make test`. Python 3.11 or newer, pip and make are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check bench lock phrases clean help
.DEFAULT_GOAL := help

help: ## list these commands
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/ready ## set everything up and start it on this machine
	@exec $(BIN)/python -m bot run

test: $(VENV)/ready-dev ## every test, types, lint and the check of flows and translations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m bot check
	@$(BIN)/python -m bot phrases --check
	@$(BIN)/python -m pytest -n 2 $(PYTEST)

bench: $(VENV)/ready-dev ## measure, each figure beside a floor or a peer of the same run
	@$(BIN)/python -m bench

lock: ## resolve the pinned packages anew; needs uv
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate --python-version 3.11 --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

phrases: $(VENV)/ready ## bring the translators' files up to date
	@$(BIN)/python -m bot phrases

clean: ## remove the virtual environment; reports and keys in var/ stay
	rm -rf $(VENV)

$(VENV)/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=python3.11, say")'
	@$(PYTHON) -m venv $(VENV) || $(PYTHON) -m virtualenv $(VENV) || { echo "Python's venv is missing: on Debian, apt install python3-venv"; exit 1; }
	@touch $@

$(VENV)/ready: requirements.lock | $(VENV)/made
	@echo "Installing pinned packages (once, about half a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements.lock
	@touch $@

$(VENV)/ready-dev: requirements-dev.lock | $(VENV)/ready
	@echo "Installing what the tests need (once, about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements-dev.lock
	@touch $@
