# make demo | test | test-all | lint | bench | fuzz. Everything runs in .venv, set up once from constraints.txt:
# `demo` installs only what runs, the others what tests and linters need too.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.ready-run
TEST := $(VENV)/.ready-test
SETUP := setup.cfg pyproject.toml constraints.txt
# modules are compiled when they are first imported, not all at once
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -c constraints.txt
JOBS ?= 2
# every test that starts a process would compile the package anew
unexport PYTHONDONTWRITEBYTECODE
# a worker takes tests that follow each other: those of a module share what is expensive to make
PYTEST = $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

.PHONY: demo test test-fast test-all lint bench fuzz clean help

help:
	@echo "make demo      표본 정산서를 demo/에 쓰고 판정합니다"
	@echo "make test      모든 시험을 돌립니다. 없는 프로그램이 있어야 하는 시험은 건너뛰고 셉니다 (5분쯤)"
	@echo "make test-all  make test가 남긴 시험을 돌립니다: 오래 걸리는 것, 크로미움과 tesseract가 있어야 하는 것"
	@echo "make lint      ruff, mypy"
	@echo "make bench     속도를 잽니다 (15분쯤)"
	@echo "make fuzz      hypothesis로 오래 시험합니다 (몇 분)"

define venv
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 이상이 필요합니다: make PYTHON=python3.11 demo")'
@echo "설치합니다 (처음 한 번, 1~2분)"
@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
endef

$(RUN): $(SETUP)
	$(venv)
	@$(INSTALL) -e '.[desk]'
	@$(INSTALL) --no-deps koreanize-matplotlib
	@touch $@

$(TEST): $(SETUP)
	$(venv)
	@$(INSTALL) -e '.[desk,test,lint]'
	@$(INSTALL) --no-deps koreanize-matplotlib
	@touch $(RUN) $@

demo: $(RUN)
	@$(BIN)/settle demo demo
	@echo "화면으로 열기: $(BIN)/settle open 'demo/표본 정산서.xlsx'"

test: $(TEST)
	$(PYTEST)

test-fast: $(TEST)
	$(PYTEST) -m "not slow and not slow_all"

test-all: $(TEST)
	$(PYTEST) -m "slow_all or needs"
	HYPOTHESIS_PROFILE=ci $(PYTEST) -m "not slow and not slow_all" -k "identit or fuzz"

lint: $(TEST)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(TEST)
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/headings.py
	$(BIN)/python benchmarks/reports.py
	$(BIN)/python benchmarks/matching.py
	$(BIN)/python benchmarks/batch.py
	$(BIN)/python benchmarks/evidence.py
	$(BIN)/python benchmarks/desk.py

fuzz: $(TEST)
	HYPOTHESIS_PROFILE=long $(PYTEST) -m "not slow and not slow_all" -k "hypothesis or identit or fuzz"

clean:
	rm -rf $(VENV) build dist *.egg-info demo benchmarks/data
