# Needs Python 3.11 or later, make and a package index; everything else goes into .venv.
#   make appendix    install, run the suite, publish data/processed/latest/beslutsbilaga.xlsx
#   make lab         JupyterLab, in an environment of its own; what it adds to a notebook stays out of git
#   make year        a run for each week from 2024-11-19 to 2025-11-11, in data/processed/weekly
#   make test        the tests
#   make soak        runs killed, starved and hindered at length; writes docs/soak.md
#   make bench       how fast and how lean, as ratios (docs/benchmarks.md); half an hour
#   make check       lint, layout, types, import direction, spelling, notebooks without outputs
#   make lock        refresh requirements.lock (needs uv)
#   make clean       remove environments and caches; published runs stay

PYTHON ?= python3
ARGS ?=
BIN = .venv/bin

.PHONY: appendix year lab filter test soak bench check lock clean
.DEFAULT_GOAL := appendix

appendix: .venv/.installed
	$(BIN)/fvmanalys run $(ARGS)

year: .venv/.installed
	$(BIN)/fvmanalys run --weekly 2024-11-19..2025-11-11 --out data/processed/weekly $(ARGS)

test: .venv/.installed
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(ARGS)

soak: .venv/.installed .venv-lab/.installed
	$(BIN)/python -m tests.soak $(ARGS)
	FVM_REQUIRE_ALL=1 FVM_EVERY_NOTEBOOK=1 $(BIN)/python -m pytest tests/test_lab.py

bench: .venv/.installed
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.whole $(ARGS)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.benchmarks.scale

check: .venv/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet fvmanalys
	$(BIN)/mypy fvmanalys
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell fvmanalys README.md
	$(BIN)/python -m pytest --quiet tests/test_architecture.py tests/test_words.py
	$(BIN)/python -m pytest --quiet tests/test_notebooks.py -k stored

.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# Same versions as the nightly run wherever the two share a package.
.venv-lab/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv-lab
	sed -e '/--hash/d' -e 's/ *\\$$//' requirements.lock > .venv-lab/constraints.txt
	.venv-lab/bin/python -m pip install --quiet --disable-pip-version-check -c .venv-lab/constraints.txt hatchling editables
	.venv-lab/bin/python -m pip install --quiet --disable-pip-version-check -c .venv-lab/constraints.txt --no-build-isolation -e '.[lab]'
	@echo '{"ContentsManager": {"post_save_hook": "fvmanalys.run.lab.show_git"}}' > .venv-lab/etc/jupyter/jupyter_server_config.json
	@touch $@

lab: .venv-lab/.installed filter
	.venv-lab/bin/jupyter lab --LabApp.default_url=/lab/tree/notebooks/index.ipynb $(ARGS)

# Git takes notebooks in as they are stored: no outputs, and nothing that JupyterLab writes by itself. Other worktrees of
# this clone use the same filter; without the environment, or without git, everything is as if there were none.
LANGUAGE = $(addprefix metadata.language_info.,codemirror_mode file_extension mimetype nbconvert_exporter pygments_lexer version)
STRIP = for python in .venv-lab/bin/python '$(CURDIR)/.venv-lab/bin/python'; do \
	[ -x "$$python" ] && exec "$$python" -m nbstripout --extra-keys '$(LANGUAGE)'; done; exec cat
export STRIP

filter:
	@[ ! -e .git ] || git config filter.nbstripout.clean "$$STRIP" || true

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev --upgrade \
		--no-header --no-emit-index-url --no-emit-find-links pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv .venv-lab .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks .import_linter_cache dist build
	find fvmanalys tests -name __pycache__ -type d -prune -exec rm -rf {} +
