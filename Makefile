# A few aliases; each is one command that also works without make.
.PHONY: help demo test lint bench harden versions fuzz figures api notebooks lock audit

help: ## Say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: ## Replay the example under the documented tiers and show the numbers
	python3 -m paretocode.bootstrap sim

test: ## Run the whole test suite on all cores
	python3 -m paretocode.bootstrap test

VENV := $(or $(PARETOCODE_VENV),.venv)

lint: ## Check style and types
	python3 -m paretocode.bootstrap setup test
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/python -m mypy

bench: ## Time the fast paths; the numbers belong to this machine
	python3 -m paretocode.bootstrap setup test
	$(VENV)/bin/python tests/benchmarks/run.py

harden: ## Fuzz readers and verbs, kill commands, change worlds, feed bombs: about an hour; FIGURES=file.md keeps them
	python3 -m paretocode.bootstrap setup test
	PYTHONPATH=.:tests $(VENV)/bin/python tests/hardening/run.py $(if $(FIGURES),--figures $(FIGURES))

versions: ## Run the tests with the oldest and newest libraries and each Python (needs uv): about an hour
	PYTHONPATH=.:tests python3 tests/hardening/versions.py

fuzz: ## Fuzz the readers with coverage guidance, SECONDS=300 (needs atheris in .venv)
	PYTHONPATH=.:tests $(VENV)/bin/python tests/hardening/coverage_guided.py --seconds $(or $(SECONDS),300)

figures: ## Draw the figures of docs/figures.md anew
	python3 -m paretocode.bootstrap setup test
	PYTHONPATH=.:tests $(VENV)/bin/python -m report.contact_sheet

api: ## Write docs/api.md anew from the docstrings
	python3 -m paretocode.bootstrap setup test
	PYTHONPATH=.:tests $(VENV)/bin/python -m pages.api_page > docs/api.md

notebooks: ## Open copies of the notebooks in JupyterLab
	python3 -m paretocode.bootstrap lab

lock: ## Add to the locks what is new; UPGRADE="NAME..." or UPGRADE=all also moves those versions (needs uv)
	python3 requirements/lock.py $(if $(filter all,$(UPGRADE)),--upgrade,$(UPGRADE:%=--upgrade-package %))

audit: ## Ask whether a locked version has a known flaw that a newer one mends
	python3 -m paretocode.bootstrap setup audit
	$(VENV)-audit/bin/python requirements/audit.py
