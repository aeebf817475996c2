# JagaLoket: `make run` watches this PC, `make test` runs every test, `make help` lists the rest.
VENV := .venv
TOOLS := .tools
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ROOMS := agent alerts probes

export PATH := $(CURDIR)/$(BIN):$(PATH):$(CURDIR)/$(TOOLS)/usr/bin

.DEFAULT_GOAL := help
.PHONY: help run install test lint check bench simulate demo fuzz lock clean deb deb-test test-rt vm-test

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 18

run: $(VENV)/.run ## watch this PC: board at http://127.0.0.1:9776/ (ARGS="-c FILE" for a configuration)
	@exec $(BIN)/jagaloket $(ARGS) run

install: $(VENV)/.run ## only make .venv with the command .venv/bin/jagaloket

test: $(VENV)/.test $(TOOLS)/.test ## install missing test tools, run every test (ARGS="tests/probes -x")
	$(BIN)/python -m pytest --timeout=120 --durations=10 $(ARGS)

lint: $(VENV)/.test ## ruff, mypy, import-linter
	@failed=0; for linter in "ruff check ." "ruff format --check ." mypy lint-imports; do \
		echo "$$linter"; $(BIN)/$$linter || failed=1; done; exit $$failed

check: lint test ## everything a change must pass

bench: $(VENV)/.test $(TOOLS)/.test ## print the figures: start, scrape, memory, CPU, alarm
	@sh scripts/rivals.sh $(CURDIR)/$(TOOLS)/rivals
	$(BIN)/python -m tests.bench $(ARGS)

deb: $(VENV)/.run ## build dist/jagaloket_*.deb (an environment of its own in /opt/jagaloket)
	@sh packaging/build-deb.sh $(BIN)/python dist

deb-test: $(VENV)/.run ## as root: build twice, install, run, upgrade and purge in a clean Debian (ARGS=trixie)
	@sh packaging/test-deb.sh $(BIN)/python dist $(ARGS)

test-rt: $(VENV)/.test ## as root: install a real Request Tracker 5 from Debian and run the desks' tests against it
	@sh scripts/rt-tools.sh
	$(BIN)/python -m pytest --timeout=120 --durations=5 tests/alerts/desks/test_real_rt.py $(ARGS)

vm-test: $(VENV)/.test $(TOOLS)/.test ## as root: the .deb in a guest with real systemd and USB, unplugged and powered off (QEMU, minutes)
	@sh tests/vm/tools.sh
	JAGALOKET_VM_TEST=1 $(BIN)/python -m pytest --durations=5 tests/vm $(ARGS)

fuzz: $(VENV)/.test ## 200,000 damaged answers for every wire format (ARGS="--guided snmp" with atheris)
	$(BIN)/python -m tests.fuzz $(ARGS)

demo: $(VENV)/.test $(TOOLS)/.test ## a simulated office, live: four counters, faults that come and go, letters (ARGS="--counters 2")
	@exec $(BIN)/python -m tests.demo $(ARGS)

simulate: $(VENV)/.test ## play a month of an office against the truth: one ticket per fault? (ARGS="--seed 7")
	$(BIN)/python -m tests.simulate $(ARGS)

soak: $(VENV)/.test $(TOOLS)/.test ## the proofs of reliability, long: kills, power cuts, full disks, seven days (ARGS="kill")
	$(BIN)/python -m tests.reliability $(ARGS)

lock: $(VENV)/.run ## resolve the dependencies in setup.cfg anew into requirements/
	$(PIP) install uv
	sh scripts/lock.sh

clean: ## remove what make made
	rm -rf $(VENV) $(TOOLS) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# An environment is made once, and anew where its Python is gone (a Debian upgrade). What stands in it follows
# the lock files. Every file is hash-pinned, the project itself is linked, and the byte code is written now, not
# at the first start.
$(shell $(BIN)/python -c "" 2>/dev/null || rm -rf $(VENV))

$(VENV)/.made:
	@sh scripts/venv.sh $(VENV)
	@touch $@

$(VENV)/.run: requirements/run.txt requirements/build.txt setup.cfg pyproject.toml | $(VENV)/.made
	@echo "jagaloket: installing into $(VENV)" >&2
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/run.txt -r requirements/build.txt
	@$(PIP) install --no-deps --no-index --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q $(ROOMS)
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements/test.txt
	@echo "jagaloket: installing the test tools into $(VENV)" >&2
	@$(PIP) install --require-hashes --only-binary :all: -r requirements/test.txt
	@touch $@

$(TOOLS)/.test: scripts/test-tools.sh
	@sh scripts/test-tools.sh "$(CURDIR)/$(TOOLS)"
	@mkdir -p $(TOOLS) && touch $@
