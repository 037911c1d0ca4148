# make report   build the report (STUDY=name in data/ or path of a study file)
# make test     run every test, notebooks included
# make test-portable  re-execute the notebooks with the arithmetic of other processors
# make lab      open JupyterLab on the notebooks
# make bench    forward LR against a naive search, as ratios
# make student  write the notebooks without solutions and outputs to build/student
# make notebooks  execute the notebooks in place, to refresh their stored outputs
# make lock     pin every dependency anew;  make clean  remove what the others made

PYTHON ?= python3
STUDY ?= reconstruction
RUN := .venv/bin/python
READY := .venv/.ready
# uv where it is installed, otherwise a private copy fetched with pip.
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)

.PHONY: report test test-portable lab bench student notebooks lock clean

report: $(READY)
	@$(RUN) -m erfm report --study "$(STUDY)"

test: $(READY)
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m pytest -n auto --dist loadscope --nbval --nbval-current-env tests notebooks

test-portable: $(READY)
	$(RUN) tests/portable_notebooks.py

lab: $(READY)
	$(RUN) -m jupyterlab --notebook-dir=notebooks

bench: $(READY)
	$(RUN) tests/benchmark.py

student: $(READY)
	@$(RUN) -m erfm student

notebooks: $(READY)
	$(RUN) -m erfm notebooks

lock: $(UV)
	$(UV) pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
		--generate-hashes --no-emit-index-url --group test --group build \
		pyproject.toml --output-file requirements.lock

clean:
	rm -rf build .venv .uv .pytest_cache .hypothesis .ruff_cache erfm.egg-info

$(READY): requirements.lock pyproject.toml | $(UV)
	@echo "Setting up .venv from requirements.lock (once)"
	@$(UV) venv --quiet --allow-existing --no-python-downloads --python "$(PYTHON)" .venv
	@VIRTUAL_ENV=.venv $(UV) pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV=.venv $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

.uv/bin/uv:
	$(PYTHON) -m pip install --quiet --target .uv uv
