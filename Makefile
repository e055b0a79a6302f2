# Every command of the project. `make` alone lists them. A machine needs make and Python 3.11 or later, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RELAY_VENV := .venv-relay
RUN_VENV := .venv-run
RELEASE_VENV := .venv-release
SAM_VENV := .venv-sam
SCAN_VENV := .venv-scan
BENCH_VENV := .venv-bench
MUTATION_VENV := .venv-mutation
EMULATOR_VENV := .venv-emulator
DOCS_VENV := .venv-docs
SOURCES := src local tests
# The stamps are written last: an interrupted installation is begun again, a finished one costs nothing.
INSTALLED := $(VENV)/.ready
READY := $(BIN)/relay
RELAY_READY := $(RELAY_VENV)/.ready
RUN_READY := $(RUN_VENV)/.ready
RELEASE_READY := $(RELEASE_VENV)/.ready
SAM_READY := $(SAM_VENV)/.ready
SCAN_READY := $(SCAN_VENV)/.ready
BENCH_READY := $(BENCH_VENV)/.ready
MUTATION_READY := $(MUTATION_VENV)/.ready
EMULATOR_READY := $(EMULATOR_VENV)/.ready
DOCS_READY := $(DOCS_VENV)/.ready
# An independent SQS; npm writes this file last.
SQS_FOLDER := tests/integration/npm
SQS_READY := $(SQS_FOLDER)/node_modules/.package-lock.json
# The IAB's own decoders of consent.
CONSENT_FOLDER := tests/integration/npm_consent
CONSENT_READY := $(CONSENT_FOLDER)/node_modules/.package-lock.json
# A linter of OpenAPI documents and a generator of clients.
OPENAPI_FOLDER := tests/integration/npm_openapi
OPENAPI_READY := $(OPENAPI_FOLDER)/node_modules/.package-lock.json
# Segment's own destination for Rokt.
SEGMENT_FOLDER := tests/integration/npm_segment
SEGMENT_READY := $(SEGMENT_FOLDER)/node_modules/.package-lock.json
# Segment's and RudderStack's libraries.
LIBRARIES_FOLDER := tests/integration/npm_libraries
LIBRARIES_READY := $(LIBRARIES_FOLDER)/node_modules/.package-lock.json
# The benchmarks' peers that run under Node.
PEERS_FOLDER := bench/npm
PEERS_READY := $(PEERS_FOLDER)/node_modules/.package-lock.json
# The template as CloudFormation gets it.
EXPANDED := .aws-sam/expanded.json
# Lint, sam and the tests need a region to resolve names; none of them calls AWS.
export AWS_DEFAULT_REGION ?= us-east-1
export SAM_CLI_TELEMETRY := 0
# Some machines forbid Python to keep what it compiled: then each process of the tests compiles 500 files again, for 6 s.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: histories others-ready others
.PHONY: help relay venv run screenshot test lint format types imports unit thorough mutation planted simulation smoke emulator package validate scan build release docs parameters fields places size bench scale lock clean

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | awk -F@ '{ printf "%-18s %s\n", $$1, $$2 }'

relay: $(RELAY_READY) $(if $(shell command -v sam 2>/dev/null),,$(SAM_READY)) ## the command relay in .venv-relay, and the SAM CLI if you have none: all that deploying needs
	@echo 'relay is in $(RELAY_VENV)/bin. To call it by its name: . $(RELAY_VENV)/bin/activate'

venv: $(READY) ## install the locked development environment, and the command relay, into .venv

# $(call make-venv,DIRECTORY,REQUIREMENTS): a fresh environment holding exactly the locked packages, each checked by its hash.
define make-venv
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	|| { echo "Python 3.11 or later is needed; '$(PYTHON)' is not. Name another: make PYTHON=python3.13 ..." >&2; exit 1; }
@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	|| { echo "'$(PYTHON)' lacks its venv module (on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
@echo "installing $(2) into $(1), once"
@$(PYTHON) -m venv --clear $(1)
@bash .ci/install $(1) $(2)
@touch $(1)/.ready
endef

$(INSTALLED): requirements/dev.txt
	$(call make-venv,$(VENV),$<)

# The command `relay`, as this folder is: a change of the code needs no new installation.
$(READY): $(INSTALLED)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Small, for whoever only deploys and operates.
$(RELAY_READY): requirements/relay.txt
	$(call make-venv,$(RELAY_VENV),$<)
	@$(RELAY_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Small, for whoever only wants to see it run. It holds the command `relay` too.
$(RUN_READY): requirements/run.txt
	$(call make-venv,$(RUN_VENV),$<)
	@$(RUN_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(RELEASE_READY): requirements/release.txt
	$(call make-venv,$(RELEASE_VENV),$<)

$(SAM_READY): requirements/sam.txt
	$(call make-venv,$(SAM_VENV),$<)

$(SCAN_READY): requirements/scan.txt
	$(call make-venv,$(SCAN_VENV),$<)

$(SQS_READY): $(SQS_FOLDER)/package-lock.json
	@if command -v node >/dev/null && command -v npm >/dev/null; then cd $(SQS_FOLDER) && npm ci --ignore-scripts --silent; \
	else echo "no Node.js with npm on this machine: the tests against an independent SQS will be skipped"; fi

$(CONSENT_READY): $(CONSENT_FOLDER)/package-lock.json
	@if command -v node >/dev/null && command -v npm >/dev/null; then cd $(CONSENT_FOLDER) && npm ci --ignore-scripts --silent; \
	else echo "no Node.js with npm on this machine: the tests against the IAB's decoders will be skipped"; fi

$(OPENAPI_READY): $(OPENAPI_FOLDER)/package-lock.json
	@if command -v node >/dev/null && command -v npm >/dev/null; then cd $(OPENAPI_FOLDER) && npm ci --ignore-scripts --silent; \
	else echo "no Node.js with npm on this machine: the linter of docs/openapi.yaml and a generated client will be skipped"; fi

$(SEGMENT_READY): $(SEGMENT_FOLDER)/package-lock.json
	@if command -v node >/dev/null && command -v npm >/dev/null; then cd $(SEGMENT_FOLDER) && npm ci --ignore-scripts --silent; \
	else echo "no Node.js with npm on this machine: the tests against Segment's destination will be skipped"; fi

$(LIBRARIES_READY): $(LIBRARIES_FOLDER)/package-lock.json
	@if command -v node >/dev/null && command -v npm >/dev/null; then cd $(LIBRARIES_FOLDER) && npm ci --ignore-scripts --silent; \
	else echo "no Node.js with npm on this machine: the tests with Segment's libraries will be skipped"; fi

$(MUTATION_READY): requirements/mutation.txt
	$(call make-venv,$(MUTATION_VENV),$<)

$(DOCS_READY): requirements/docs.txt
	$(call make-venv,$(DOCS_VENV),$<)

# It runs the bundle, so it is of the Python that Lambda runs.
$(EMULATOR_READY): PYTHON = $(shell bash .ci/find-python 3.13)/python3.13
$(EMULATOR_READY): requirements/emulator.txt
	$(call make-venv,$(EMULATOR_VENV),$<)

# With the Python that Lambda runs, if this machine has it.
$(BENCH_READY): PYTHON = $(shell folder=$$(bash .ci/find-python 3.13 2>/dev/null) && echo "$$folder/python3.13" || echo python3)
$(BENCH_READY): requirements/bench.txt
	$(call make-venv,$(BENCH_VENV),$<)

$(PEERS_READY): $(PEERS_FOLDER)/package-lock.json
	@if command -v node >/dev/null && command -v npm >/dev/null; then cd $(PEERS_FOLDER) && npm ci --ignore-scripts --silent; \
	else echo "no Node.js with npm on this machine: the peers that need it will be left out"; fi

run: $(RUN_READY) ## the whole system on this machine, with a table of what became of each sample (ARGS=--once, ARGS=--serve)
	@$(RUN_VENV)/bin/python -m local $(ARGS)

screenshot: $(READY) ## the console in a telling state: writes docs/console.png (needs Chromium)
	@$(BIN)/python -m local.console.screenshot

# What is quick to tell comes first; the types take one processor for 20 s, and the tests begin beside them.
test: $(READY) ## everything that must hold: lint, strict types, import rules, the tests
	@$(MAKE) --no-print-directory lint imports
	@$(MAKE) --no-print-directory -j2 types unit

lint: $(READY) ## style, formatting, small files and functions, linear regular expressions, plain words
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python .ci/linear.py src relay local
	$(BIN)/python .ci/reading_limits.py
	$(BIN)/python .ci/words.py

format: $(READY) ## fix what lint can fix
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: $(READY) ## strict types
	$(BIN)/mypy

imports: $(READY) ## who may import whom
	$(BIN)/python .ci/imports.py

unit: $(READY) ## the tests (ARGS="-k name" chooses)
	@bash .ci/find-chromium >/dev/null || true
	$(BIN)/pytest -n auto --dist loadfile $(ARGS)

thorough: histories others ## what needs programs that others wrote, or minutes: their SQS, decoders and destination, the SAM CLI, schemathesis, many histories

histories: $(READY)
	@PYTHONPATH=src:. $(BIN)/python -m tests.simulation --histories 300

# What they need that others wrote.
others-ready: $(SQS_READY) $(CONSENT_READY) $(OPENAPI_READY) $(SEGMENT_READY) $(LIBRARIES_READY) $(SAM_READY)

others: $(READY) others-ready
	$(BIN)/pytest -n auto --dist worksteal -m thorough $(ARGS)

mutation: $(MUTATION_READY) ## faults put into the core's code: the unit tests must notice 9 of 10 (ARGS='"pipeline.aws.sqs*"' chooses, ARGS=--rest goes on after an interruption; minutes)
	@$(MUTATION_VENV)/bin/python .ci/mutation.py $(ARGS)

package: validate scan build ## what is deployed: the template is valid and safe, the bundle builds and is complete

$(EXPANDED): template.yaml local/template.py .ci/expand.py $(READY)
	@PYTHONPATH=src:. $(BIN)/python .ci/expand.py $@

validate: $(SAM_READY) $(EXPANDED) ## sam's and CloudFormation's checks of the template; needs no account
	$(SAM_VENV)/bin/sam validate --lint
	$(BIN)/cfn-lint template.yaml
	@# cfn-lint sees wrong batch sizes, windows and visibility only once SAM's short forms are written out.
	$(BIN)/cfn-lint $(EXPANDED)

scan: $(SCAN_READY) $(EXPANDED) ## what of the template is unsafe; each exception has its reason in .checkov.yaml
	@$(SCAN_VENV)/bin/checkov --config-file .checkov.yaml >.aws-sam/scan.txt; found=$$?; cat .aws-sam/scan.txt; exit $$found
	@# checkov is content with a file that it cannot read.
	@grep -q 'Passed checks: [1-9]' .aws-sam/scan.txt && ! grep -q 'Parsing errors' .aws-sam/scan.txt \
		|| { echo "checkov has checked nothing" >&2; exit 1; }

build: $(READY) $(SAM_READY) ## the bundle in .aws-sam/build, for Lambda's processor and Python; needs no Docker
	PATH="$$(bash .ci/find-python 3.13):$$PATH" $(SAM_VENV)/bin/sam build
	$(BIN)/python .ci/check_bundle.py .aws-sam/build

# Built twice, in folders of different names: what differs depends on when or where it was built.
release: $(READY) $(SAM_READY) $(RELEASE_READY) ## what a version consists of, in .release/out: bundle, template, wheel, SBOM, checksums
	@rm -rf .release && mkdir -p .release
	@for build in first second-build; do \
		PATH="$$(bash .ci/find-python 3.13):$$PATH" $(SAM_VENV)/bin/sam build --build-dir .release/$$build >/dev/null || exit 1; \
	done
	@$(BIN)/python .ci/check_bundle.py .release/first
	@$(RELEASE_VENV)/bin/cyclonedx-py requirements --output-reproducible --output-file .release/sbom.json src/requirements.txt
	@PYTHONPATH=src $(BIN)/python .ci/release.py .release/first .release/second-build .release/sbom.json .release/out "$$TAG"

docs: $(DOCS_READY) ## the docs as a site with search, in .site/html; a broken link fails
	@$(DOCS_VENV)/bin/python .ci/site.py

parameters: $(READY) ## the page that explains each parameter of the template: writes docs/parameters.md
	@$(BIN)/python .ci/parameters.py docs/parameters.md

fields: $(READY) ## what a conversion may hold: writes docs/fields.md, fields and examples in docs/openapi.yaml, and docs/api.md
	@PYTHONPATH=src $(BIN)/python .ci/fields.py docs/fields.md docs/openapi.yaml
	@$(BIN)/python .ci/examples.py docs/openapi.yaml
	@$(BIN)/python .ci/api_page.py docs/api.md

places: $(READY) ## countries and states of ISO 3166: writes their tables in src/pipeline/values
	@PYTHONPATH=src $(BIN)/python .ci/places.py src/pipeline/values

size: $(READY) ## lines of each part and folder beside what was aimed at, and what is written twice
	@PYTHONPATH=src:. $(BIN)/python .ci/size.py

smoke: build ## in your own AWS account: deploys a throw-away stack, tries all of it, deletes it (STACK=name; a few cents)
	@test -n "$(STACK)" || { echo "Name the throw-away stack: make smoke STACK=relay-smoke" >&2; exit 1; }
	@PYTHONPATH=src:. $(BIN)/python -m tests.smoke --stack "$(STACK)" $(ARGS)

emulator: build $(EMULATOR_READY) ## the same in an emulator of AWS that others wrote, and an operator's whole walk; needs no account
	$(BIN)/pytest -n 2 -m emulator -rP tests/emulator $(ARGS)

bench: $(BENCH_READY) $(PEERS_READY) ## this relay beside floors and peers, in ratios (ARGS="--only core --turns 5"); writes bench/results.json
	@PYTHONPATH=src:. $(BENCH_VENV)/bin/python -m bench $(ARGS)

scale: $(BENCH_READY) ## how cost, delay and limits grow: writes docs/scale.md and its plots
	@PYTHONPATH=src:. $(BENCH_VENV)/bin/python -m bench.scale $(ARGS)

lock: ## choose versions again where pyproject.toml asks for it (ARGS=--upgrade: all of them)
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.8
	@# The bundle's first: what is shipped is held back by no tool. The tests then run with the very same versions.
	$(COMPILE) --group runtime --output-file src/requirements.txt
	$(COMPILE) --group dev --constraint src/requirements.txt --output-file requirements/dev.txt
	$(COMPILE) --group relay --constraint requirements/dev.txt --output-file requirements/relay.txt
	$(COMPILE) --group run --constraint requirements/dev.txt --output-file requirements/run.txt
	$(COMPILE) --group release --output-file requirements/release.txt
	$(COMPILE) --group sam --output-file requirements/sam.txt
	$(COMPILE) --group scan --output-file requirements/scan.txt
	$(COMPILE) --group bench --constraint src/requirements.txt --output-file requirements/bench.txt
	$(COMPILE) --group docs --output-file requirements/docs.txt
	$(COMPILE) --group emulator --output-file requirements/emulator.txt
	$(COMPILE) --group mutation --constraint requirements/dev.txt --output-file requirements/mutation.txt

# One file for every platform and Python from 3.11 on; it names neither an index nor a path of this machine.
# Groups alone are compiled: the dependencies of the command `relay` are no part of the bundle, and all are in dev.
COMPILE = .venv-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(ARGS)

planted: $(READY) ## each fault that the simulation plants, and the test that finds it without the simulation (ARGS="http:" chooses)
	@PYTHONPATH=src:. $(BIN)/python .ci/planted.py $(ARGS)

simulation: $(READY) ## histories with faults (ARGS="--histories 100000"; --faults shows that each deliberate fault is found)
	@PYTHONPATH=src:. $(BIN)/python -m tests.simulation $(ARGS)

clean: ## remove what the commands made
	rm -rf $(VENV) $(RELAY_VENV) $(RUN_VENV) $(RELEASE_VENV) .release $(SAM_VENV) $(SCAN_VENV) $(BENCH_VENV) $(MUTATION_VENV) $(EMULATOR_VENV) $(DOCS_VENV) .site mutants $(SQS_FOLDER)/node_modules $(OPENAPI_FOLDER)/node_modules $(SEGMENT_FOLDER)/node_modules $(LIBRARIES_FOLDER)/node_modules $(PEERS_FOLDER)/node_modules .venv-lock .aws-sam .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
