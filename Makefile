# Two commands do all the set-up: `make serve` and `make test`. `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help serve test quick check turtle docs lock wheel clean

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

serve: $(VENV)/serve.stamp ## load and check the graph, then serve it on http://127.0.0.1:8000 (PORT=)
	$(BIN)/partnergraph serve --port $(PORT)

test: $(VENV)/test.stamp check ## the whole test suite
	$(BIN)/python -m pytest -n auto

quick: $(VENV)/test.stamp check ## the same without the slow tests
	$(BIN)/python -m pytest -n auto -m "not slow"

check: $(VENV)/test.stamp ## formatting, linting and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

turtle: $(VENV)/test.stamp ## put ontology, rules and examples into the one order
	$(BIN)/python -m partnergraph.turtle ontology/*.ttl ontology/schemes/*.ttl ontology/checks/*.ttl shapes/*.ttl shapes/remedies/*.ttl data/examples/*.ttl data/examples/*/*.ttl

docs: $(VENV)/test.stamp ## make the pages that come from ontology, rules and data anew
	$(BIN)/python -m partnergraph.glossary
	$(BIN)/python -m partnergraph.modules > docs/modules.md
	$(BIN)/python -m partnergraph.rule_list
	$(BIN)/python -m partnergraph.judged

lock: ## write the lock files anew
	$(PYTHON) -m uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/serve.txt
	$(PYTHON) -m uv pip compile pyproject.toml --group test --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -q -o requirements/test.txt

wheel: $(VENV)/test.stamp ## build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

clean: ## remove the environment and what was built
	rm -rf $(VENV) dist

$(VENV)/made.stamp:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "partnergraph needs Python 3.11 or newer; say which with PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	@touch $@

# hatchling builds the editable install without an isolated build, so that every
# package comes from a lock file; it is in both of them.
$(VENV)/serve.stamp: $(VENV)/made.stamp requirements/serve.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/serve.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/test.stamp: $(VENV)/serve.stamp requirements/test.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@
