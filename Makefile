# Needs python3.11, git and make. Everything else goes into virtual environments here.
PYTHON ?= python3.11
VENV ?= .venv
VENV_OPTIMUM ?= .venv-optimum
VENV_PROTO ?= .venv-proto
AUDIT := tests/server/report/page_audit
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check

.PHONY: help setup demo test check unit nightly test-optimum audit proto benchmark image clean

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

setup: $(VENV)/.ready ## Make the virtual environment with server, exporter and tools

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP_INSTALL) --upgrade 'pip>=25.1'
	@echo "Installing server, exporter and tools; the downloads take a few minutes the first time."
	$(BIN)/python $(PIP_INSTALL) --editable '.[server,cpu,exporter,arrow]' --group dev
	@touch $@

demo: setup ## Export, serve, evaluate over gRPC, decide, and write .demo/report.html
	$(BIN)/bakeoff demo

test: setup check unit ## Run every check and every test, the fast ones first

check: setup ## Format, lint, import boundaries, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

unit: setup ## Run the tests with branch coverage, two at a time
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder --cov --cov-report=term:skip-covered $(PYTEST_ARGS)

nightly: setup ## Run the long simulations: coverage of intervals, rates of errors
	$(BIN)/pytest -m nightly --numprocesses=2 $(PYTEST_ARGS)

audit: setup ## Look at the report page in headless Chromium, and with PAGE=FILE at that one
	@browser=$$(command -v chromium || command -v google-chrome); \
	if [ -z "$$browser" ] || ! command -v node > /dev/null || ! command -v npm > /dev/null; then \
		echo "Skipped: the audit needs Chromium, Node.js 20 or later, and npm."; exit 0; \
	fi; \
	npm ci --prefix $(AUDIT) --no-audit --no-fund --loglevel=error && \
	$(BIN)/pytest -q tests/server/report/test_page_audit.py $(PYTEST_ARGS) && \
	{ [ -z "$(PAGE)" ] || node $(AUDIT)/audit.mjs "$$browser" "$(PAGE)" > /dev/null; }

test-optimum: setup $(VENV_OPTIMUM)/.ready ## Test the second export back end, in its own environment
	$(VENV_OPTIMUM)/bin/pytest -m optimum tests/exporter $(PYTEST_ARGS)

$(VENV_OPTIMUM)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV_OPTIMUM)
	$(VENV_OPTIMUM)/bin/python $(PIP_INSTALL) --upgrade 'pip>=25.1'
	$(VENV_OPTIMUM)/bin/python $(PIP_INSTALL) --editable '.[exporter-optimum]' --group test
	@touch $@

proto: ## Write the Python stubs of the contract anew
	test -d $(VENV_PROTO) || $(PYTHON) -m venv $(VENV_PROTO)
	$(VENV_PROTO)/bin/python $(PIP_INSTALL) --upgrade 'pip>=25.1'
	$(VENV_PROTO)/bin/python $(PIP_INSTALL) --group proto
	PATH="$(CURDIR)/$(VENV_PROTO)/bin:$$PATH" $(VENV_PROTO)/bin/python proto/generate.py

benchmark: setup $(VENV_OPTIMUM)/.ready ## Time Bakeoff beside other ways, and its load beside LoadGen
	$(BIN)/python benchmarks/offline_throughput.py --optimum-python $(VENV_OPTIMUM)/bin/python
	$(BIN)/python benchmarks/loadgen_agreement.py

image: ## Build the container image of the server for the processor
	buildah bud --format docker --target cpu --tag bakeoff:cpu .

clean: ## Remove what was made, but not the environments
	rm -rf .demo .bench dist build .coverage .mypy_cache .ruff_cache .pytest_cache
