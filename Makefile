# Everything runs in a virtual environment of its own. `make demo` needs Python 3.11+ and nothing else; `make test` also
# RabbitMQ, of which the tests start a node of their own, and Chromium, and installs them where it may.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PRESIDIO ?= $(VENV)-peer
ALONE := tests/fault tests/queue  # they have bounds of a second or less, or on what the machine can do
# In order of files; what fails is tried once more, and both tries are told: processes that wait for others on a busy
# machine may be late.
DEAL := --no-loadscope-reorder --reruns 1 -rR
PROSE ?= examples/documents/prose
# A folder of marked sentences (benchmarks/marked.py): accuracy is measured on it, and the peer trained.
MARKED ?=

.PHONY: demo test lint bench faults docs pictures clean rabbitmq chromium

demo: $(VENV)/.nerproc  ## Scan the example documents and show the report.
	$(BIN)/nerproc scan examples/documents --group 'people with numbers=COUNT(ID_NUMBER) > 0 OR COUNT(SSN) > 0'

test: $(VENV)/.test rabbitmq chromium  ## Run every test, file by file; last, on less loaded processors, what measures time.
	$(BIN)/python -m pytest $(ALONE:%=--ignore=%) --numprocesses 3 $(DEAL)
	$(BIN)/python -m pytest $(ALONE) --numprocesses 2 $(DEAL)

lint: $(VENV)/.lint  ## Format, rules, types, and the direction of imports.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.bench rabbitmq  ## Measure; each line is one JSON object. Peers run in an environment of their own.
	$(BIN)/python -m benchmarks.patterns --prose $(PROSE) --peer-python $(PRESIDIO)/bin/python
	$(BIN)/python -m benchmarks.encoder --prose $(PROSE) --peer-python $(PRESIDIO)/bin/python
	$(BIN)/python -m benchmarks.scan --prose $(PROSE)
	$(BIN)/python -m benchmarks.memory --prose $(PROSE)
	$(BIN)/python -m benchmarks.results
	$(BIN)/python -m benchmarks.s3
	$(BIN)/python -m benchmarks.start
	$(BIN)/python -m benchmarks.observe --prose $(PROSE)
	$(BIN)/python -m benchmarks.redaction
	$(BIN)/python -m benchmarks.queues --peer-python $(PRESIDIO)/bin/python
	$(BIN)/python -m benchmarks.hosts --prose $(PROSE)
	$(BIN)/python -m benchmarks.models --prose $(PROSE) $(if $(MARKED),--data $(MARKED))

faults: $(VENV)/.test rabbitmq  ## Cause every fault many times, with the settings of production, and print what was measured.
	NERPROC_FAULT_ROUNDS=200 $(BIN)/python -m pytest tests/fault

docs: $(VENV)/.nerproc  ## Write docs/api.md anew.
	$(BIN)/python -m nerproc.api.docs > docs/api.md

rabbitmq:  # RUNLEVEL=1: it is installed, but not started
	@PATH="$$PATH:/usr/lib/rabbitmq/bin:/usr/sbin"; command -v rabbitmq-server > /dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && apt-get update --quiet --quiet && \
	    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes rabbitmq-server; } || \
	  { echo "RabbitMQ 3.10 or newer is missing. On Debian: sudo apt-get install rabbitmq-server" >&2; exit 1; }

pictures: $(VENV)/.test chromium  ## Take the pictures of docs/page.md anew.
	PICTURES=build/pictures $(BIN)/python -m pytest tests/web -k 'fit or tried'
	mkdir -p docs/pictures
	cd build/pictures && cp $$(grep -o '[a-z-]*\.png' ../../docs/page.md) ../../docs/pictures

chromium:  # the tests look at the page in it
	@command -v chromium > /dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && apt-get update --quiet --quiet && \
	    DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes chromium; } || \
	  { echo "Chromium is missing. On Debian: sudo apt-get install chromium" >&2; exit 1; }

clean:
	rm -rf $(VENV) $(PRESIDIO) build dist benchmarks/work

$(VENV)/bin/python:
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing. On Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'

$(VENV)/.nerproc: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.test: $(VENV)/.nerproc
	$(BIN)/python -m pip install --quiet --group test
	touch $@

$(VENV)/.lint: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --group lint
	touch $@

$(VENV)/.bench: pyproject.toml $(VENV)/.test
	$(PYTHON) -m venv $(PRESIDIO)
	$(PRESIDIO)/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(PRESIDIO)/bin/python -m pip install --quiet --group bench
	touch $@
