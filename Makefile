# Every target does all of its own set-up, from nothing, in .venv; when that is done it is quick.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP    := $(BIN)/python -m pip install --quiet --disable-pip-version-check
INSTALL = $(PIP) --require-hashes --no-deps -r requirements/build.txt -r requirements/$(1).txt \
  && $(PIP) --no-deps --no-build-isolation --editable .
# More workers than cores: most tests of whole processes wait for something.
WORKERS ?= 7
PYTEST := $(BIN)/python -m pytest
UNIT := $(addprefix tests/,core gallery golden ops pictures sandbox service store ui upstream \
  test_deploy.py test_documents.py test_house.py test_publish.py test_settings.py)

# Containers often set it. Every worker and process would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo run check pictures golden unit quick test coverage soak bench lint types format lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.demo ## the bot in a simulated Discord, in your browser; needs no account and no key
	@$(BIN)/mjbot demo $(ARGS)

run: $(VENV)/.run ## the bot on Discord, with the settings in .env
	@$(BIN)/mjbot run

check: $(VENV)/.run ## try the settings in .env, and say what is wrong with them
	@$(BIN)/mjbot check $(ARGS)

pictures: $(VENV)/.dev ## redraw the pictures in docs: every card, and the demo; needs Chromium
	$(BIN)/python -m tests.gallery
	$(BIN)/python -m tests.gallery.demo

golden: $(VENV)/.dev ## write what people read because of each recorded response into tests/golden
	$(BIN)/python -m tests.golden

unit: $(VENV)/.dev ## the tests without Discord and without processes: seconds
	$(PYTEST) -n 2 $(UNIT) $(ARGS)

quick: $(VENV)/.dev ## unit, and the bot in a simulated Discord: about two minutes
	$(PYTEST) -n $(WORKERS) $(UNIT) tests/bot $(ARGS)

test: lint types ## everything that must pass before a change lands: about six minutes
	$(PYTEST) -n $(WORKERS) $(ARGS)

coverage: $(VENV)/.dev ## all tests, with the coverage of the bot and of the processes they start
	$(PYTEST) -n $(WORKERS) --cov --cov-report=term $(ARGS)

soak: $(VENV)/.soak ## the long versions of the kill and fuzz tests: fifty kills, 1,200,000 mutated responses
	$(BIN)/python -m tests.soak -atheris_runs=1000000
	$(BIN)/python -m tests.soak.delivery
	$(PYTEST) -n $(WORKERS) --kills 50 --fuzz 200000 --pictures 10 --hypothesis-profile soak \
	  tests/system/test_kills.py tests/system/test_exactly_once.py tests/browser tests/upstream tests/core tests/pictures $(ARGS)

bench: $(VENV)/.dev ## measure cost and freshness against other bots' policies, into docs/benchmarks.md
	$(BIN)/python -m tests.benchmarks $(ARGS)

lint: $(VENV)/.dev ## format and lint check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev ## mypy --strict
	$(BIN)/mypy

format: $(VENV)/.dev ## rewrite the code in the house format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-emit-package pip --custom-compile-command 'make lock'
DEV  := requirements/dev.txt

lock: $(BIN)/python ## resolve the dependencies into requirements/; ARGS=--upgrade takes newer versions
	$(PIP) uv==0.13.9
	$(LOCK) pyproject.toml --extra demo --extra dev -o $(DEV) $(ARGS)
	$(LOCK) pyproject.toml --extra demo -c $(DEV) -o requirements/demo.txt
	$(LOCK) pyproject.toml -c $(DEV) -o requirements/run.txt
	$(LOCK) --group build -c $(DEV) -o requirements/build.txt $(ARGS)
	$(LOCK) --group soak -c $(DEV) -o requirements/soak.txt $(ARGS)

clean: ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "mjbot needs Python 3.11 or newer:  sudo apt install python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "Python's venv module is missing:  sudo apt install python3-venv"; exit 1; }
	@echo "Setting up $(VENV), once ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml requirements/build.txt requirements/run.txt
	@echo "Installing the packages, once ..."
	@$(call INSTALL,run)
	@touch $@

$(VENV)/.demo: $(BIN)/python pyproject.toml requirements/build.txt requirements/demo.txt
	@echo "Installing the packages of the demo, once ..."
	@$(call INSTALL,demo)
	@touch $@

$(VENV)/.soak: $(VENV)/.dev requirements/soak.txt
	@$(PIP) --require-hashes --no-deps -r requirements/soak.txt
	@touch $@

$(VENV)/.dev: $(BIN)/python pyproject.toml requirements/build.txt requirements/dev.txt
	@echo "Installing the packages for development, once ..."
	@$(call INSTALL,dev)
	@touch $@
