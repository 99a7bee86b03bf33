# For GNU make 3.81 and later. Uses uv where it is installed, and Python's venv and pip where not.

# A version to insist on, for example `make clean test PYTHON=3.13`.
PYTHON :=
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)

# What each environment is made from is pinned; a change makes it anew.
ENVIRONMENT := .venv/.complete
MELTANO := .venv/meltano/.complete
PLUGINS := .meltano/.complete

ifneq ($(UV),)

# $(call environment,FOLDER,REQUIREMENTS)
environment = $(UV) venv --quiet --python '$(if $(PYTHON),$(PYTHON),>=3.11,<3.15)' $(1) \
	&& $(UV) pip install --quiet --python $(1)/bin/python --require-hashes --no-deps -r $(2)
install = $(UV) pip install --quiet --python $(BIN)/python

else

environment = for python in $(if $(PYTHON),python$(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
		if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; \
		then break; fi; \
		python=; \
	done; \
	test -n "$$python" || { echo "Python $(if $(PYTHON),$(PYTHON),3.11 to 3.14) is needed" >&2; exit 1; }; \
	$$python -m venv $(1) \
	&& $(1)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps -r $(2)
install = $(BIN)/python -m pip --disable-pip-version-check install --quiet

endif

.DEFAULT_GOAL := help
.PHONY: help setup test lint benchmark demo requirements clean

help:  ## Show this list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

setup: $(ENVIRONMENT)  ## Install the tap and what its development needs into .venv.

test: $(ENVIRONMENT)  ## Run all tests.
	$(BIN)/pytest

lint: $(ENVIRONMENT)  ## Check style and types.
	$(BIN)/ruff check . plugins/target-duckdb
	$(BIN)/ruff format --check . plugins/target-duckdb
	$(BIN)/mypy
	$(BIN)/mypy --scripts-are-modules plugins/demo.py plugins/target-duckdb

benchmark: $(ENVIRONMENT)  ## Measure the tap, for a quarter of an hour; the machine should do nothing else.
	$(BIN)/python benchmarks/run.py

demo: $(ENVIRONMENT) $(MELTANO) $(PLUGINS)  ## Sync a make-believe organisation to DuckDB with Meltano.
	@$(BIN)/kustomer-sandbox run --organisation output/sandbox.json -- $(BIN)/python plugins/demo.py

requirements:  ## Bring the pinned requirements up to date; needs uv.
	$(COMPILE) --group dev pyproject.toml --output-file requirements-dev.txt
	echo 'meltano>=4.4,<5' | $(COMPILE) - --output-file requirements-demo.txt
	echo 'tap-kustomer' | $(COMPILE) - --output-file benchmarks/taps/requirements-singer-io.txt

COMPILE := uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-emit-index-url --custom-compile-command 'make requirements'

# Meltano's state and the output of other runs stay.
clean:  ## Remove what these commands have made.
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache
	rm -rf .meltano/.complete .meltano/extractors .meltano/loaders .meltano/run
	rm -f output/demo.duckdb output/sandbox.json

$(ENVIRONMENT): requirements-dev.txt pyproject.toml kustomer_sandbox/pyproject.toml
	@echo "Installing into .venv"
	@rm -rf .venv
	@$(call environment,.venv,requirements-dev.txt)
	@$(install) --no-deps --no-build-isolation -e . -e ./kustomer_sandbox
	@mkdir -p output
	@touch $@

$(MELTANO): requirements-demo.txt | $(ENVIRONMENT)
	@echo "Installing Meltano into .venv/meltano"
	@rm -rf .venv/meltano
	@$(call environment,.venv/meltano,requirements-demo.txt)
	@touch $@

$(PLUGINS): meltano.yml pyproject.toml requirements-dev.txt | $(MELTANO)
	@.venv/meltano/bin/meltano install --clean
	@touch $@
