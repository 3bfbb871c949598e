# make demo | test | test-all | lint | bench | fuzz | lock | sbom. Everything runs in .venv, set up once from the locks, by hash:
# `demo` installs only what runs, the others what tests and linters need too.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN := $(VENV)/.ready-run
TEST := $(VENV)/.ready-test
SETUP := setup.cfg pyproject.toml
# modules are compiled when they are first imported, not all at once
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps
LOCKED := $(INSTALL) --require-hashes -r
SECONDS_OF_FUZZ ?= 300
JOBS ?= 2
# every test that starts a process would compile the package anew
unexport PYTHONDONTWRITEBYTECODE
# a worker takes tests that follow each other: those of a module share what is expensive to make
PYTEST = $(BIN)/python -m pytest -n $(JOBS) --dist worksteal

.PHONY: demo test test-all lint bench fuzz lock sbom clean help

help:
	@echo "make demo      표본 정산서를 demo/에 쓰고 판정합니다"
	@echo "make test      규칙마다 있는 사례와, 프로그램을 따로 띄우지 않는 시험을 돌립니다 (코어 둘로 5분쯤)"
	@echo "make test-all  make test가 남긴 시험을 돌립니다: 파일에서 문서까지 온전한 실행, 크로미움과 tesseract가 있어야 하는 것 (22분쯤)"
	@echo "make lint      ruff, mypy"
	@echo "make bench     속도를 잽니다 (20분쯤)"
	@echo "make fuzz      hypothesis로 오래 시험합니다 (몇 분; SECONDS_OF_FUZZ=초)"
	@echo "make lock      requirements*.lock을 다시 씁니다 (uv가 있어야 합니다)"
	@echo "make sbom      설치하는 것의 목록(CycloneDX)을 sbom.cdx.json에 씁니다"

define venv
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 이상이 필요합니다: make PYTHON=python3.11 demo")'
@echo "설치합니다 (처음 한 번, 1~2분)"
@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
endef

$(RUN): $(SETUP) requirements.lock
	$(venv)
	@$(LOCKED) requirements.lock
	@$(INSTALL) --no-build-isolation -e .
	@touch $@

$(TEST): $(SETUP) requirements-test.lock
	$(venv)
	@$(LOCKED) requirements-test.lock
	@$(INSTALL) --no-build-isolation -e .
	@touch $(RUN) $@

demo: $(RUN)
	@$(BIN)/settle demo demo
	@echo "화면으로 열기: $(BIN)/settle open 'demo/표본 정산서.xlsx'"

test: $(TEST)
	$(PYTEST)

test-all: $(TEST)
	$(PYTEST) -m "slow_all or needs"
	HYPOTHESIS_PROFILE=ci $(PYTEST) -m "not slow_all" -k "identit or fuzz"

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
	$(BIN)/python benchmarks/scale.py

# a part of the time for each loader; what it finds belongs into tests/kit/hostile.py, where make test replays it
fuzz: $(TEST)
	SETTLE_FUZZ_SECONDS=$(SECONDS_OF_FUZZ) $(PYTEST) -m "not slow_all" tests/test_fuzz.py
	HYPOTHESIS_PROFILE=long $(PYTEST) -m "not slow_all" -k "hypothesis or identit or fuzz"

# needs uv; constraints.txt says which versions
lock: $(TEST)
	docs/lock.sh
	$(LOCKED) requirements-test.lock
	$(BIN)/python docs/licences.py

sbom:
	@test -x .venv-sbom/bin/python || $(PYTHON) -m venv .venv-sbom
	@.venv-sbom/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-sbom.lock
	.venv-sbom/bin/cyclonedx-py requirements requirements.lock --short-PURLs --output-reproducible -o sbom.cdx.json

clean:
	rm -rf $(VENV) .venv-sbom sbom.cdx.json build dist *.egg-info demo benchmarks/data
