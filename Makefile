# For GNU make 3.81 and later. Uses uv where it is installed, and Python's venv and pip where not.

# A version to insist on, for example `make clean test PYTHON=3.13`.
PYTHON :=
BIN := .venv/bin
# Images for containers tend to set it; each process would then compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE
UV := $(shell command -v uv 2>/dev/null)

# Each environment is made from pinned requirements. A change to them makes it again.
ENVIRONMENT := .venv/.complete
MELTANO := .venv/meltano/.complete
SITE := .venv/site/.complete
SINGER_IO := .venv/singer-io/.complete
TARGET_JSONL := .venv/target-jsonl/.complete
DBT := .venv/dbt/.complete
DAGSTER := .venv/dagster/.complete
CHART := .venv/chart/.complete

# $(call environment,FOLDER,FILE) makes an environment in FOLDER with exactly what FILE pins. The file
# is complete: with --no-deps, pip does not look for newer releases of requirements with an extra.
ifneq ($(UV),)

environment = rm -rf $(1) && $(UV) venv --quiet --python '$(if $(PYTHON),$(PYTHON),>=3.11,<3.15)' $(1) \
	&& $(call install,$(1)) --no-deps --require-hashes -r $(2) && $(call check,$(1),$(2))
install = $(UV) pip install --quiet --python $(1)/bin/python
checked = $(UV) pip check --python $(1)/bin/python

else

environment = rm -rf $(1); \
	for python in $(if $(PYTHON),python$(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
		if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; \
		then break; fi; \
		python=; \
	done; \
	test -n "$$python" || { echo "Python $(if $(PYTHON),$(PYTHON),3.11 to 3.14) is needed" >&2; exit 1; }; \
	$$python -m venv $(1) \
	&& $(call install,$(1)) --no-deps --require-hashes -r $(2) && $(call check,$(1),$(2))
install = $(1)/bin/python -m pip --disable-pip-version-check install --quiet
checked = $(1)/bin/python -m pip --disable-pip-version-check check

endif

# $(call check,FOLDER,FILE) fails if the environment in FOLDER lacks a requirement.
check = { found=$$($(call checked,$(1)) 2>&1) \
	|| { echo "$(2) is incomplete, see \`make requirements\`:" $$found >&2; exit 1; }; }

# $(call nested_environment,NAME) makes the environment of a target such as .venv/dbt/.complete.
define nested_environment
@echo "Installing $(1) into $(@D)"
@$(call environment,$(@D),$<)
@touch $@
endef

.DEFAULT_GOAL := help
.PHONY: help setup test lint benchmark demo answers site dist release-check requirements clean

help:  ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

setup: $(ENVIRONMENT)  ## Install the tap and what its development needs into .venv.

test: $(ENVIRONMENT) $(MELTANO) $(DBT)  ## Run the tests, except those of the nightly run.
	$(BIN)/pytest --numprocesses auto --dist worksteal

lint: $(ENVIRONMENT) $(DAGSTER)  ## Check style and types.
	$(BIN)/ruff check . examples/meltano/plugins/target-duckdb
	$(BIN)/ruff format --check . examples/meltano/plugins/target-duckdb
	$(BIN)/mypy
	$(BIN)/mypy --scripts-are-modules plugins/demo.py examples/meltano/plugins/target-duckdb
	$(BIN)/mypy --python-executable .venv/dagster/bin/python --cache-dir .mypy_cache/dagster examples/dagster

benchmark: $(ENVIRONMENT) $(SINGER_IO)  ## Measure the tap for a quarter of an hour, on an idle machine.
	$(BIN)/python benchmarks/run.py

demo: $(ENVIRONMENT) $(MELTANO) $(DBT)  ## Sync a made-up organisation to DuckDB with Meltano.
	@mkdir -p output
	@$(BIN)/kustomer-sandbox run --organisation output/sandbox.json -- $(BIN)/python plugins/demo.py
	@[ ! -x .venv/dbt/bin/dbt ] || $(PAGE)

answers: $(DBT)  ## Compute the demo's figures again, and show them in output/answers.html.
	@mkdir -p output
	@$(DBT_COMMAND) --quiet run --project-dir dbt --profiles-dir dbt
	@$(PAGE)

PAGE := .venv/dbt/bin/python answers/page.py output/demo.duckdb output/answers.html \
	--organization "Sandbox shop"

DBT_COMMAND := DBT_SEND_ANONYMOUS_USAGE_STATS=false .venv/dbt/bin/dbt --no-version-check

site: $(SITE)  ## Build the documentation site into output/site.
	.venv/site/bin/python docs/build_site.py

dist: $(ENVIRONMENT)  ## Build the source distribution and the wheel into dist.
	rm -rf dist
	$(BIN)/hatchling build

release-check: $(ENVIRONMENT)  ## Try both distributions as users install them. Takes 3 minutes.
	$(BIN)/python .ci/release_check.py

requirements: $(ENVIRONMENT)  ## Bring the pinned requirements up to date.
	$(COMPILE) --group dev pyproject.toml --output-file requirements-dev.txt
	$(COMPILE) --constraint requirements-dev.txt pyproject.toml --output-file requirements.txt
	echo 'meltano>=4.4,<5' | $(COMPILE) - --output-file requirements-demo.txt
	echo 'zensical<0.1' | $(COMPILE) - --output-file requirements-docs.txt
	echo 'target-jsonl' | $(COMPILE) - --output-file benchmarks/targets/requirements-target-jsonl.txt
	echo 'tap-kustomer' | $(COMPILE) - --output-file benchmarks/taps/requirements-singer-io.txt
	printf '%s\n' dagster dagster-celery dagster-k8s dagster-postgres dagster-webserver \
		'sqlalchemy<2.1' | $(COMPILE) - --output-file requirements-dagster.txt
	{ cat dbt/requirements.in; grep -o '^duckdb==[0-9.]*' requirements-dev.txt; } \
		| $(COMPILE) - --output-file requirements-dbt.txt

COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--generate-hashes --no-annotate --no-emit-index-url --custom-compile-command 'make requirements'

# Meltano's state and the output of other runs are kept.
clean:  ## Remove what these commands made.
	rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache .cache .meltano/run dist
	rm -rf dbt/target dbt/logs output/site output/site-pages
	rm -f output/demo.duckdb output/sandbox.json output/answers.html

$(ENVIRONMENT): requirements-dev.txt pyproject.toml kustomer_sandbox/pyproject.toml
	@echo "Installing into .venv"
	@$(call environment,.venv,requirements-dev.txt)
	@$(call install,.venv) --no-deps --no-build-isolation -e . -e ./kustomer_sandbox
	@$(call check,.venv,requirements-dev.txt)
	@mkdir -p output
	@touch $@

$(MELTANO): requirements-demo.txt | $(ENVIRONMENT)
	$(call nested_environment,Meltano)

$(DBT): requirements-dbt.txt | $(ENVIRONMENT)
	$(call nested_environment,dbt)
	@.venv/dbt/bin/dbt --version >/dev/null 2>&1 || { rm -f .venv/dbt/bin/dbt; \
		echo "dbt does not run on this Python: the metrics are left out. Use Python 3.11 to 3.13"; }

$(DAGSTER): requirements-dagster.txt | $(ENVIRONMENT)
	$(call nested_environment,Dagster)

# Needs Helm. The chart's version is that of Dagster.
$(CHART): requirements-dagster.txt | $(ENVIRONMENT)
	rm -rf .venv/chart
	helm pull dagster --repo https://dagster-io.github.io/helm --untar --untardir .venv/chart \
		--version $$(sed -n 's/^dagster==\([0-9.]*\).*/\1/p' $<)
	@touch $@

$(SITE): requirements-docs.txt | $(ENVIRONMENT)
	$(call nested_environment,the site generator)

$(TARGET_JSONL): benchmarks/targets/requirements-target-jsonl.txt | $(ENVIRONMENT)
	$(call nested_environment,target-jsonl)

$(SINGER_IO): benchmarks/taps/requirements-singer-io.txt | $(ENVIRONMENT)
	$(call nested_environment,Singer.io's tap)
