# Every target does its own set-up from a bare clone. `make help` lists them.
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PY := .venv/bin/python
PYTEST := $(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal
OUT ?= # make demo OUT=folder
SPARK ?=
ARGS ?= # make test ARGS="-k ratio"

# Where bytecode is never kept, every process compiles Django and WeasyPrint anew, and the tests start hundreds.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test thorough serve verifier check messages journeys pictures bench load services services-stop clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Make a signed audit dossier from the official worked example, and verify it
	@scripts/bootstrap runtime -- print
	@$(PY) manage.py demo $(if $(strip $(OUT)),--out "$(strip $(OUT))")

serve: ## Run the application on this machine; Ctrl-C stops it
	@scripts/bootstrap runtime services -- print
	@exec $(PY) manage.py serve $(ARGS)

test: ## Run the tests (the browser's are under journeys)
	@scripts/bootstrap dev -- print pdf hsm
	@$(PYTEST) -m "not journey and not thorough" $(ARGS)

journeys: ## Walk the application in a real browser
	@scripts/bootstrap dev -- print pdf hsm browser
	@$(PYTEST) -m "journey and not thorough" tests/journeys $(ARGS)

pictures: ## Make the pictures of the manual anew, from the demo organisation
	@scripts/bootstrap dev -- print pdf browser
	@$(PY) -m tests.journeys.pictures

thorough: ## Run the tests that take long: every link, a worker killed again and again, the longer journeys
	@scripts/bootstrap dev -- print pdf hsm browser
	@$(PYTEST) -m "thorough and not journey" $(ARGS) # apart, since a browser's loop bars its process from the database
	@$(PYTEST) -m "thorough and journey" $(ARGS)

check: ## Check style, types, imports, templates, documents, translations, lock and migrations
	@scripts/bootstrap dev -- print messages
	@$(PY) scripts/check.py $(ARGS)

messages: ## Take up new words for users in locale/, for whoever translates
	@scripts/bootstrap runtime -- messages
	@$(PY) scripts/messages.py extract

bench: ## Measure: pages on SQLite and PostgreSQL, counting beside Fairlearn and Aequitas, printing beside WeasyPrint
	@scripts/bootstrap dev bench -- print postgres redis
	@eval "$$($(PY) scripts/services.py start)" && $(PY) scripts/bench.py

load: ## Let 50 people work at once for ten minutes on PostgreSQL (ARGS="--people 12 --seconds 60")
	@scripts/bootstrap dev -- print postgres redis
	@eval "$$($(PY) scripts/services.py start)" && $(PY) -m bench.working_day $(ARGS)

verifier: ## Build the verifier that needs no server: a wheel and a zipapp under build/verifier
	@scripts/bootstrap dev -- print
	@$(PY) scripts/build_verifier.py

services: ## Start PostgreSQL and Redis on loopback, and print their addresses (SPARK=1: a Spark cluster too)
	@scripts/bootstrap runtime services -- postgres redis $(if $(SPARK),java)
	@$(PY) scripts/services.py start
	@$(if $(SPARK),$(PY) scripts/spark_cluster.py start)

services-stop: ## Stop them
	@$(PY) scripts/services.py stop
	@$(PY) scripts/spark_cluster.py stop

clean: ## Remove what was built; var/ (your data) stays
	rm -rf .venv build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
