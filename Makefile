# Kota Cerdas. `make` alone shows what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON := .venv/bin/python
export PYTHONPATH := .
export MODE
export PORT
export GATEWAY_PROCESSES

.PHONY: help up down servers restart clean status logs demo test compose-test chaos bench lint types style format docs lock baseline sbom

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  \033[1mmake %-12s\033[0m %s\n", $$1, $$2}' Makefile

up: ## Start everything, wait until it is ready (MODE=compose|native PORT=8080 GATEWAY_PROCESSES=2)
	@python3 -m infra up

down: ## Stop everything; data stays
	@python3 -m infra down

restart: ## Restart services and gateway one after the other, after a change of code
	@python3 -m infra restart

servers: ## Run PostgreSQL and RabbitMQ alone, for restoring a backup
	@python3 -m infra servers

clean: ## Stop everything and forget all data, secrets and logins
	@python3 -m infra clean

status: ## What runs, and whether all is well; exit 1 if something is not
	@python3 -m infra status

logs: ## Follow the logs (SERVICE=reports for one)
	@python3 -m infra logs $(SERVICE)

demo: ## The whole life of a report in under a minute, on a stack of its own with a moving clock
	@python3 infra/local/bootstrap.py
	@$(PYTHON) -m infra.local.demo

# processes that run tests side by side, each on servers of its own
WORKERS ?= 2

test: ## Check style and types, run all tests on servers of their own (WORKERS=2)
	@python3 infra/local/bootstrap.py --dev
	@$(MAKE) --no-print-directory -j2 -O lint
	$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

compose-test: ## The end-to-end tests, and those of the deployment, on containers of their own
	@python3 infra/local/bootstrap.py --dev
	KOTA_TEST_MODE=compose $(PYTHON) -m pytest tests/e2e tests/compose

chaos: ## Break the city in every way, and hold every promise against what is left (ONLY=8,9 BREAK=no-inbox AFRESH=1 REPORT=1)
	@python3 infra/local/bootstrap.py --dev
	@$(PYTHON) -W ignore -m tests.reliability.chaos $(if $(ONLY),--only $(ONLY)) $(if $(AFRESH),--afresh) \
		$(if $(QUICK),--quick) $(if $(BREAK),--break $(BREAK)) $(if $(RATE),--rate $(RATE)) $(if $(REPORT),--report)

bench: ## Measure how fast and light it is, beside peers (ROWS=a,b ARGS=--quick or --full)
	@python3 infra/local/bootstrap.py --dev
	@$(PYTHON) -W ignore -m tests.benchmarks --rows "$(ROWS)" $(ARGS)

lint: types style ## ruff, mypy (strict), import-linter; gates: Dockerfiles, shell, compose file, licences, secrets

types:
	.venv/bin/mypy

style:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	@$(PYTHON) -W ignore -m infra.gates

format: ## Put the code into its form
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

baseline: ## Look at what seems to be a secret and say that it is none
	.venv/bin/detect-secrets scan --baseline .secrets.baseline
	.venv/bin/detect-secrets audit .secrets.baseline

sbom: ## What we build on, with versions and hashes: .local/sbom.cdx.json (CycloneDX)
	@$(PYTHON) -m infra.gates.sbom .local/sbom.cdx.json

docs: ## Write what is generated into the documents (settings, metrics, rights, dashboards)
	@./kota settings --into infra/README.md
	@$(PYTHON) -W ignore -m infra.prometheus.table
	@$(PYTHON) -W ignore -m infra.rabbitmq.table
	@$(PYTHON) -W ignore -m infra.grafana.dashboards

lock: ## Make the lock files anew from requirements*.in
	PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= .venv/bin/pip-compile -q -U $(LOCK) -o requirements-dev.lock requirements-dev.in
	PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= .venv/bin/pip-compile -q $(LOCK) -c requirements-dev.lock -o requirements.lock requirements.in
	PIP_CONFIG_FILE=/dev/null PIP_FIND_LINKS= .venv/bin/pip-compile -q $(LOCK) -o $(PEERS).lock $(PEERS).in
PEERS := tests/benchmarks/peers/requirements
LOCK := --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host
