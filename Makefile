# `make train` and `make test` set up everything themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Without a GPU, the exact version keeps pip from downloading gigabytes of CUDA packages.
TORCH := $(shell command -v nvidia-smi >/dev/null 2>&1 && echo "torch>=2.11,<2.15" || echo "torch==2.13.0")

# For installing Slurm as a user other than root.
SUDO := $(shell test "$$(id -u)" = 0 || command -v sudo)

# Unsloth with its CPU backend, for tests without a GPU. Its own dependencies are for GPUs and conflict
# with packages that the others require, so the ones that it imports are listed here.
UNSLOTH_VENV := .venv-unsloth
UNSLOTH := unsloth==2026.10.9 unsloth_zoo==2026.10.9
UNSLOTH_NEEDS := trl==1.15.0 tyro hf_transfer msgspec torchao cut-cross-entropy einops typer \
  json5 nest-asyncio structlog diffusers triton sentencepiece

.PHONY: help train train-quick dry-run test test-slow test-unsloth test-slurm bench check format setup clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## create .venv and install MathPal in it

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "MathPal needs Python 3.11 or newer; name one with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check "$(TORCH)"
	$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $(READY)

train: $(READY) ## the default run: fine-tune the shipped model, evaluate, report (minutes on two cores)
	$(BIN)/python train.py $(ARGS)

train-quick: $(READY) ## the same with 20 steps
	$(BIN)/python train.py name=quick trainer=quick evaluation=quick $(ARGS)

dry-run: $(READY) ## everything except the training
	$(BIN)/python train.py dry_run=true $(ARGS)

test: $(READY) ## the test suite (minutes, on two cores)
	$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

test-slow: $(READY) ## the tests that take minutes
	$(BIN)/python -m pytest -m slow --timeout=3600 $(ARGS)

test-unsloth: $(UNSLOTH_VENV)/.ready ## the tests with Unsloth on a CPU, in .venv-unsloth
	$(UNSLOTH_VENV)/bin/python -m pytest -m unsloth --timeout=900 tests/unsloth $(ARGS)

test-slurm: $(READY) ## test sweeps on a one-machine Slurm cluster; installs Slurm (Debian, Ubuntu)
	PATH="$$PATH:/usr/sbin"; command -v slurmctld >/dev/null && command -v munged >/dev/null || \
	  { $(SUDO) apt-get update -qq && \
	    $(SUDO) apt-get install -qq -y --no-install-recommends slurm-wlm munge; }
	$(BIN)/python -m pytest -m slurm --timeout=900 tests/slurm $(ARGS)

$(UNSLOTH_VENV)/.ready: pyproject.toml constraints.txt Makefile
	test -x $(UNSLOTH_VENV)/bin/python || $(PYTHON) -m venv $(UNSLOTH_VENV)
	$(UNSLOTH_VENV)/bin/python -m pip install -q --disable-pip-version-check torch==2.13.0
	$(UNSLOTH_VENV)/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[dev]"
	$(UNSLOTH_VENV)/bin/python -m pip install -q --disable-pip-version-check --no-deps $(UNSLOTH)
	$(UNSLOTH_VENV)/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt $(UNSLOTH_NEEDS)
	@touch $@

bench: $(READY) ## compare speed and memory with Transformers, PEFT and others; minutes, on idle cores
	$(BIN)/python benchmarks/train_cpu.py $(ARGS)
	$(BIN)/python benchmarks/train_cpu.py --shape wide-vocab $(ARGS)
	$(BIN)/python benchmarks/generate_cpu.py
	$(BIN)/python benchmarks/loss_memory.py
	$(BIN)/python benchmarks/plan_memory.py
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/contention.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/sweep.py
	$(BIN)/python benchmarks/sweep.py --trials 1000

check: $(READY) ## ruff, mypy, import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy tests
	$(BIN)/lint-imports

format: $(READY) ## let ruff format the code and fix what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean: ## remove the environments and caches, keep the runs
	rm -rf $(VENV) $(UNSLOTH_VENV) .venv-peer .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis
