# Every target makes the environment it needs; only Python 3.11+ and make have to be there.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

# Set in some images; without compiled files each of the suite's thousands of processes compiles our modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test engines stores lint clean

help:
	@echo "make demo    run the whole path over the bundled sample site"
	@echo "make test    lint, types, architecture and tests"
	@echo "make setup   the environment only: $(BIN)/caixun"

$(VENV)/made: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "caixun needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@echo "making $(VENV) (a minute or two) …"
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv failed; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(PIP) install --upgrade 'pip>=25'  # the pip of Debian 12 takes many minutes to resolve what this one does in seconds
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/made-dev: $(VENV)/made
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

setup: $(VENV)/made

demo: setup
	@$(BIN)/caixun demo --data demo-data

lint: $(VENV)/made-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# More processes than processors: much of the suite waits, for sites that answer slowly and for processes to end.
test: lint
	$(BIN)/pytest -n $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) * 3 // 2)') -m "not engines and not postgres and not s3"

# The tests of engines that are large: PySpark, which needs a Java (17 or newer), Sail and ClickHouse (more than a gigabyte together).
engines: $(VENV)/made-dev
	@$(PIP) install --constraint constraints.txt 'pyspark[connect]>=4.0,<4.3' pysail chdb  # Sail 0.7 does not know the sessions of PySpark 4.3
	$(BIN)/pytest -m engines

# The tests of shared stores. They start a PostgreSQL (on Debian: apt install postgresql) and an S3-compatible server, and fetch 95 MB.
stores: $(VENV)/made-dev
	@$(PIP) install --constraint constraints.txt --editable '.[postgres]' 'moto[s3]>=5.1' flask flask-cors
	$(BIN)/pytest -m "postgres or s3"

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache demo-data
