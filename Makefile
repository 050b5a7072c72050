# make help lists what there is. Set PYTHON= to choose an interpreter, VENV= to put the environment elsewhere.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.ONESHELL:
.DEFAULT_GOAL := venv
.PHONY: venv help demo test soak lint docs bench lock clean

VENV ?= .venv
BIN := $(VENV)/bin
ready := $(VENV)/.ready

venv: $(ready) ## The environment .venv, from the lock files; what make alone does

help: ## This list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: $(ready) ## A synthetic register of Göteborgsregionen, and its statistics as layers, maps and tables in demo/
	$(BIN)/gisintegration demo --folder demo

test: $(ready) ## Every test; those with QGIS and Chromium where these are installed
	scripts/system_packages.sh
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest $(PYTEST_ARGS)

soak: $(ready) ## The tests that take minutes
	$(BIN)/python -m pytest -m soak $(PYTEST_ARGS)

lint: $(ready) ## ruff, mypy and the contracts between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(ready) ## Pages that are generated from the code
	for file in scripts/*_page.py; do $(BIN)/python "$$file"; done

bench: $(ready) ## The benchmarks, one after the other
	for name in synthetic indicators locate compare crosswalk recalculate recalculate_speed store exports; do echo "$$name"; $(BIN)/python "benchmarks/$$name.py"; done

lock: $(ready) ## Write the lock files anew (needs uv)
	@command -v uv >/dev/null || { echo "uv is needed to write the lock files:  pip install uv" >&2; exit 1; }
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url \
		--no-emit-find-links --upgrade --all-extras --group build --group test --group lint pyproject.toml -o requirements.lock
	echo "gdal-utils" | uv pip compile -q --no-deps --universal --python-version 3.11 --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --no-emit-find-links --upgrade - -o requirements-nodeps.lock

clean: ## Remove the environment, the demo and every cache
	rm -rf $(VENV) demo build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment is made anew when a lock changes. gdal-utils wants GDAL's own source package, which its one script
# used here does not: it is installed without what it asks for.
$(ready): requirements.lock requirements-nodeps.lock pyproject.toml scripts/find_python.sh
	@command -v git >/dev/null || { echo "git is missing. Install it:  apt install git" >&2; exit 1; }
	python=$$(scripts/find_python.sh)
	"$$python" -m venv --clear $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes --no-deps -r requirements-nodeps.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	# The kernels that place points are compiled once, here.
	$(BIN)/python -c 'from gisintegration import locate, testing; locate([[0.0, 0.0]], testing.grid_areas(1, 1))'
	touch $@
