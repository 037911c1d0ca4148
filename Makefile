# make report   build the report (STUDY=name in data/ or path of a study file)
# make book     print the report to one PDF, with a Chromium that is found (STUDY= as above)
# make test     run every test, notebooks included
# make quick    run the tests that are not slow, without the notebooks
# make test-portable  re-execute the notebooks with the arithmetic of other processors
# make test-oldest  run every test with the lowest versions that pyproject.toml allows, then with
#                   the pinned ones on every Python at hand, each in a copy of the project
# make test-engines  measure customers on Spark and PostgreSQL, too: equal to DuckDB
# make lab      open JupyterLab on the notebooks
# make bench    forward LR against other searches, and what works beyond memory, as ratios
# make student  write the notebooks without solutions and outputs to build/student
# make notebooks  execute the notebooks in place, to refresh their stored outputs
# make lock     pin every dependency anew;  make clean  remove what the others made

PYTHON ?= python3
STUDY ?= reconstruction
# As it was typed, whatever is in it; the shell below reads it from the environment.
override STUDY := $(value STUDY)
export STUDY
# Paths with any character in any locale, in what is set up and in what runs.
export PYTHONUTF8 := 1
# Containers often forbid compiled modules; each of the many processes would compile all anew.
export PYTHONDONTWRITEBYTECODE :=
RUN := .venv/bin/python
TYPES := $(RUN) -m mypy
# In the order of the files: xdist would start those of few tests last, which are long ones.
SHARED := -n auto --dist loadscope --no-loadscope-reorder
READY := .venv/.ready
PYTHONS := 3.11 3.12 3.13 3.14
ON_PYTHONS := $(PYTHONS:%=test-on-%)
# uv where it is installed, otherwise a private copy fetched with pip.
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)

.PHONY: report book test quick test-portable test-oldest test-lowest $(ON_PYTHONS) test-engines lab \
	bench student notebooks lock clean

report: $(READY)
	@$(RUN) -m erfm report --study "$$STUDY"

book: $(READY)
	@$(RUN) -m erfm book --study "$$STUDY"

test: $(READY)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(TYPES)
	$(RUN) -m pytest $(SHARED) --nbval --nbval-current-env notebooks tests

quick: $(READY)
	$(RUN) -m pytest $(SHARED) -m "not slow" tests

test-portable: $(READY)
	$(RUN) tests/portable_notebooks.py

test-oldest: test-lowest $(ON_PYTHONS)

# uv knows its own Pythons and those on PATH, pyenv those that its shims there refuse to run.
at-hand = { $(UV) python find --system --no-project --no-python-downloads $(1) || \
	pyenv prefix $(1); } 2>/dev/null
# A Python, or a lock, of its own for each: so an environment of its own, beside a project's copy.
copy = rm -rf $(1) && mkdir -p $(1) && \
	tar --exclude ./build --exclude ./.oldest --exclude ./.engines --exclude ./.venv -cf - . | tar -xf - -C $(1)

# Types are checked against the annotations of the pinned versions only: older ones say other things.
test-lowest: .oldest/lowest.lock
	@$(call copy,.oldest/lowest)
	@cp $< .oldest/lowest/requirements.lock
	@python=$$(for version in $(PYTHONS); do $(call at-hand,$$version) && break; done); \
	echo "The lowest versions, $$python" && \
	$(MAKE) --no-print-directory -C .oldest/lowest test PYTHON="$$python" TYPES=

$(ON_PYTHONS): test-on-%: | $(UV)
	@if python=$$($(call at-hand,$*)); then \
		echo "The pinned versions, $$python" && $(call copy,.oldest/$*) && \
		$(MAKE) --no-print-directory -C .oldest/$* test PYTHON="$$python"; \
	else echo "Python $* is not at hand: not tested"; fi

test-engines: $(READY) .engines/.ready
	PYTHONPATH=.engines $(RUN) -m pytest -rs tests/test_engines.py

# Beside the environment, which has what the lock pins and no more.
.engines/.ready: pyproject.toml | $(READY) $(UV)
	@$(UV) pip install --quiet --python $(RUN) --target .engines "pyspark>=4.0,<4.1" "psycopg[binary]>=3.2"
	@touch $@

lab: $(READY)
	$(RUN) -m jupyterlab --notebook-dir=notebooks

bench: $(READY)
	$(RUN) tests/benchmark.py
	$(RUN) tests/benchmark_large.py

student: $(READY)
	@$(RUN) -m erfm student

notebooks: $(READY)
	$(RUN) -m erfm notebooks

lock: $(UV)
	$(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
		--generate-hashes --no-emit-index-url --extra report --group test --group build \
		pyproject.toml --output-file requirements.lock

.oldest/lowest.lock: pyproject.toml | $(UV)
	@mkdir -p .oldest
	@$(UV) pip compile --quiet --upgrade --resolution lowest-direct --python-version 3.11 \
		--generate-hashes --no-emit-index-url --extra report --group test --group build \
		pyproject.toml --output-file $@

clean:
	rm -rf build .venv .oldest .engines .uv .pytest_cache .hypothesis .ruff_cache .mypy_cache erfm.egg-info

$(READY): requirements.lock pyproject.toml | $(UV)
	@echo "Setting up .venv from requirements.lock (once)"
	@$(UV) venv --quiet --allow-existing --no-python-downloads --python "$(PYTHON)" .venv
	@VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

.uv/bin/uv:
	$(PYTHON) -m pip install --quiet --target .uv uv
