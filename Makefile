# Two commands for a fresh machine: `make dashboard` and `make test`.

PYTHON ?= python3
PORT   ?= 8501
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
BENCH_STAMP := $(VENV)/.installed-bench
BENCH     :=
UPGRADE   := --upgrade

.DEFAULT_GOAL := help
.PHONY: help install dashboard test bench lint format lock docs clean

help: ## show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(RUN_STAMP) ## create .venv and install the locked dependencies

dashboard: $(RUN_STAMP) ## build when something changed, then serve the app on PORT (default 8501)
	@exec $(BIN)/dashboard --port $(PORT)

test: $(DEV_STAMP) ## run the whole test suite
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto

bench: $(BENCH_STAMP) ## measure costs at full size (BENCH="--models 200000 --only day" for less)
	@$(BIN)/python -m benchmarks $(BENCH)

lint: $(DEV_STAMP) ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(DEV_STAMP) ## mend style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: $(DEV_STAMP) ## write data/sql/README.md and the generated parts of README.md and seeds/README.md
	@$(BIN)/python -m data.codebook

lock: $(DEV_STAMP) ## lock the newest allowed versions, with hashes (UPGRADE= keeps those it can)
	@$(PIP) install 'uv>=0.9'
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  $(UPGRADE) pyproject.toml --group build -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  $(UPGRADE) pyproject.toml --extra images --group build --group dev -c requirements.lock -o requirements-dev.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	  $(UPGRADE) pyproject.toml --group build --group bench -c requirements.lock -o requirements-bench.lock

clean: ## remove .venv and caches; snapshots, history and builds stay
	rm -rf $(VENV) .ruff_cache .mypy_cache .pytest_cache .hypothesis

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else f"error: Python 3.11 or newer is needed, found {v.major}.{v.minor}; name one with PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)

# The project itself goes in without isolation: its build tool is locked like everything else.
$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked dependencies into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	@echo "Installing the test tools into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(BENCH_STAMP): requirements-bench.lock $(RUN_STAMP)
	@echo "Installing what the benchmarks compare with into $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements-bench.lock
	@touch $@
