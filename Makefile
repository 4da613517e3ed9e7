# Everything runs from a clean clone: the first target that needs it makes .venv and installs what is missing.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo serve test check lint types imports bench clean

demo: $(VENV)/.run  ## fake engines, the router, a few dozen requests, and what became of them
	@$(BIN)/wrp demo

serve: $(VENV)/.run  ## run the router: make serve CONFIG=configs/minimal.yaml
	$(BIN)/wrp serve -c $(or $(CONFIG),configs/minimal.yaml)

test: $(VENV)/.dev  ## all tests, with coverage
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered $(ARGS)

check: lint types imports test  ## everything that must hold before a commit

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python scripts/ratchets.py

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

bench: $(VENV)/.dev  ## the cost of the gateway beside other routers (needs wrk)
	$(BIN)/python bench/overhead.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/pip install -q -e '.[model]'
	@$(BIN)/pip install -q -e '.[hnsw]' 2>/dev/null || echo "no C++ compiler: exact search instead of HNSW (slower above 1,000 entries)"
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(BIN)/pip install -q -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
