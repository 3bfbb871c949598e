# make demo | test | lint | bench | fuzz. Everything runs in .venv, set up once from constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
JOBS ?= 2

.PHONY: demo test test-fast lint bench fuzz clean help

help:
	@echo "make demo   표본 정산서를 demo/에 쓰고 판정합니다"
	@echo "make test   모든 시험을 돌립니다"
	@echo "make lint   ruff, mypy"
	@echo "make bench  속도를 잽니다 (15분쯤)"
	@echo "make fuzz   hypothesis로 오래 시험합니다 (몇 분)"

$(READY): setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 이상이 필요합니다: make PYTHON=python3.11 demo")'
	@echo "설치합니다 (처음 한 번, 1~2분)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,lint]'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps koreanize-matplotlib
	@touch $(READY)

demo: $(READY)
	@$(BIN)/settle demo demo

test: $(READY)
	$(BIN)/python -m pytest -n $(JOBS)

test-fast: $(READY)
	$(BIN)/python -m pytest -n $(JOBS) -m "not slow"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python benchmarks/bench.py
	$(BIN)/python benchmarks/headings.py
	$(BIN)/python benchmarks/reports.py
	$(BIN)/python benchmarks/matching.py
	$(BIN)/python benchmarks/batch.py

fuzz: $(READY)
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n $(JOBS) -m "not slow" -k "hypothesis or identit or fuzz"

clean:
	rm -rf $(VENV) build dist *.egg-info demo benchmarks/data
