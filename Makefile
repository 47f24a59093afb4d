PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: install demo picture test test-all lint format types bench docs validate lock clean

install: $(STAMP)

$(STAMP): requirements/main.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/main.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: install
	$(BIN)/mollisol demo -o demo-output

# The picture of the README is the demo's own.
picture: demo
	cp demo-output/figures/profile.png docs/images/demo-profile.png

test: install
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-all: install
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "slow or not slow"

lint: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check --no-cache .
	$(BIN)/lint-imports

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

types: install
	$(BIN)/mypy

$(VENV)/.benchmarks: $(STAMP) requirements/benchmarks.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/benchmarks.lock
	touch $@

bench: $(VENV)/.benchmarks
	$(BIN)/python -m benchmarks

validate: install
	$(BIN)/python -m validation

docs: install
	$(BIN)/python docs/generate.py
	$(BIN)/mkdocs build --strict --quiet --site-dir site

lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/main.lock requirements/main.in
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -o requirements/benchmarks.lock requirements/benchmarks.in

clean:
	rm -rf demo-output site benchmark-output .pytest_cache .mypy_cache .ruff_cache
