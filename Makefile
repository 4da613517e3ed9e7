# Everything runs from a clean clone: the first target that needs it makes .venv and installs what is missing.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install -q --disable-pip-version-check

.PHONY: demo serve test check lint types imports docs bench chaos soak engines lock sbom clean

demo: $(VENV)/.run  ## fake engines, the router, a few dozen requests, and what became of them
	@$(BIN)/wrp demo

serve: $(VENV)/.run  ## run the router: make serve CONFIG=configs/minimal.yaml
	$(BIN)/wrp serve -c $(or $(CONFIG),configs/minimal.yaml)

test: $(VENV)/.dev  ## all tests, with coverage; some of them: make test ARGS="tests/cli --no-cov"
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered $(ARGS)

check: lint types imports test  ## everything that must hold before a commit; what .ci/run runs

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python scripts/ratchets.py

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

docs: $(VENV)/.dev  ## write what the documentation has from the code (tests hold it to that)
	$(BIN)/wrp config schema > configs/wrp.schema.json
	$(BIN)/python scripts/docs.py

bench: $(VENV)/.dev  ## the cost of the gateway beside other routers (needs wrk), and of an installation
	$(BIN)/python bench/overhead.py
	$(BIN)/python bench/install.py

soak: $(VENV)/.dev  ## a million mixed requests: does memory grow, does anything break? make soak ARGS="--minutes 10"
	$(BIN)/python -m bench.soak $(ARGS)

engines: $(VENV)/.dev  ## engines that are not ours, and the tests before them (minutes, gigabytes, a compiler)
	$(BIN)/python scripts/engine_venvs.py
	$(BIN)/python -m pytest tests/engines $(ARGS)

lock: $(VENV)/bin/python  ## locks/: what is installed, by hashes
	$(BIN)/python scripts/locks.py

sbom: $(VENV)/bin/python  ## dist/*.cdx.json: the same in CycloneDX
	$(BIN)/python scripts/locks.py sbom

chaos: $(VENV)/.dev  ## every fault of docs/faults.md, long forms included: what held; some: make chaos ARGS="R1 C2 --json"
	@$(BIN)/python scripts/chaos.py $(ARGS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(PIP) -e '.[model,hnsw]'
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	$(PIP) -e '.[dev]'
	-@$(BIN)/python scripts/openai1_venv.py
	@touch $@

clean:
	rm -rf $(VENV) .venv-openai1 .venv-locks .venv-engine-* .coverage .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
