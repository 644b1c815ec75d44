# Everything runs in .venv, made on first use and brought up to date when pyproject.toml or
# constraints.txt change. `make draw` needs the small base only, everything else installs [all].

PYTHON ?= $(shell python3.11 -c '' 2>/dev/null && echo python3.11 || echo python3)
PROMPT ?= A blue sky with white clouds and a sun in the corner.
NOTEBOOK ?=
export PROMPT

BIN := .venv/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
PYTEST := $(BIN)/python -m pytest -q

.PHONY: help draw test lint size unit gates mutations notebooks render timings book serve browser lab workbook
.NOTPARALLEL:

help: ## this list
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /	/' | expand -t 12

draw: .venv/base.stamp ## draw PROMPT="..." into picture.png
	@$(BIN)/dalle-edu draw "$$PROMPT" -o picture.png

test: lint size unit gates notebooks book browser ## everything a change has to pass
	@echo "make test: green"

lint: .venv/all.stamp ## style, in code and notebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

size: .venv/all.stamp ## how large the counted library is, and its limits
	$(BIN)/python -m tools.size

unit: .venv/all.stamp ## quick tests
	$(PYTEST) -m "not slow and not distributed and not fault and not book and not browser"

gates: .venv/all.stamp ## three mutations with their chapters, the slow tests, the smoke training
	$(BIN)/python -m tools.gates

mutations: .venv/all.stamp ## every mutation must turn its tests and its chapter red
	$(BIN)/python -m tools.gates mutations

notebooks: .venv/all.stamp ## run the notebooks, compare every stored output
	@if ls notebooks/*.ipynb >/dev/null 2>&1; then \
	  $(BIN)/python -m tools.render_notebooks --check && \
	  $(PYTEST) -o addopts= --nbval --nbval-current-env --nbval-cell-timeout=300 notebooks; \
	else echo "notebooks: there are none yet, nothing was run"; fi

render: .venv/all.stamp ## run and store notebooks; one: NOTEBOOK=notebooks/00_tour.ipynb
	$(BIN)/python -m tools.render_notebooks $(NOTEBOOK)

timings: .venv/all.stamp ## seconds and memory of each notebook, here and on a plain laptop
	$(BIN)/python -m tools.timings $(NOTEBOOK)

book: .venv/all.stamp ## build the book into book/_build/html, and check it; needs npm once
	@rm -rf book/_build # built anew each time: Sphinx's search forgets words when it builds in part
	$(BIN)/python -m tools.vendor_js
	$(BIN)/python -m book.drawing.export
	$(BIN)/python -m sphinx -W --keep-going -q -b html -d book/_build/doctrees book book/_build/html
	$(BIN)/python -m tools.site
	$(PYTEST) -m book tests/test_book.py tests/book

serve: ## read the built book, and draw in it: http://localhost:8000
	@test -f book/_build/html/index.html || { echo "The book is not built yet: run make book"; exit 1; }
	@$(PYTHON) -m http.server --bind 127.0.0.1 --directory book/_build/html 8000

browser: .venv/all.stamp ## open every page of the built book in Chromium, and draw
	$(PYTEST) -m browser tests/browser

lab: .venv/all.stamp ## open the notebooks in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=.

workbook: .venv/all.stamp ## copy the notebooks to my/, to work in; nothing there is overwritten
	@mkdir -p my
	@for each in notebooks/*.ipynb; do \
	  [ ! -e "$$each" ] || [ -e "my/$${each##*/}" ] || { cp "$$each" my/ && echo "my/$${each##*/}"; }; \
	done

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' || \
	  { echo "$(PYTHON) is not Python 3.11 to 3.13: give one, as in make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; exit 1; }

# torch first and alone: pip then takes the build for this machine that the pin names.
.venv/base.stamp: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing torch and the base into .venv: some minutes, once."
	@$(PIP) torch
	@$(PIP) -e .
	@touch $@

.venv/all.stamp: .venv/base.stamp
	@echo "Installing what tests, notebooks and training need."
	@$(PIP) -e '.[all]'
	@$(BIN)/python -m pip check
	@touch $@
