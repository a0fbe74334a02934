# Muster: set up, solve, test. `make` alone says what there is.
#
# Every path below is relative, so the folder may lie anywhere, blanks in its path included.
# The environment is left as it is: pip's own settings (mirror, proxy, certificates) hold.

PYTHON ?= python3
CASE = data
RESULT = out/base
TEST_JOBS = auto

VENV = .venv
PY = $(VENV)/bin/python
PIP = $(PY) -m pip --disable-pip-version-check --quiet
UV = uv==0.13.9

.DEFAULT_GOAL = help
.PHONY: help plan test bench lock clean python setup setup-dev setup-bench new-venv

help:
	@echo 'make plan    sets up .venv where needed, solves the case in data/, writes out/base'
	@echo 'make test    the same set-up, then format, lint, types and tests'
	@echo 'make bench   runs the benchmarks: about an hour, three at most'
	@echo 'make lock    remakes requirements*.lock from pyproject.toml (UPGRADE=1: newest versions)'
	@echo 'make clean   removes .venv, caches and out/'
	@echo
	@echo 'Another Python (3.11 or newer): make clean, then make PYTHON=python3.12 plan'
	@echo 'Another case:                   make plan CASE=folder RESULT=out/name'
	@echo 'After a set-up:                 .venv/bin/muster --help'

plan: setup
	@$(PY) solve.py plan --fresh --case "$(CASE)" --out "$(RESULT)"

# All checks run, whatever the ones before them found; the last lines name those that failed.
test: setup-dev
	@failed=; \
	check() { \
	  printf '\n== %s\n' "$$1"; \
	  $(PY) -m $$1 || failed="$$failed$${failed:+, }$$2"; \
	}; \
	check 'ruff format --check .' 'format (mend with: $(VENV)/bin/ruff format)'; \
	check 'ruff check .' lint; \
	check mypy types; \
	check 'pytest -n $(TEST_JOBS) --maxprocesses 8' tests; \
	if [ -n "$$failed" ]; then printf '\nFAILED: %s\n' "$$failed" >&2; exit 1; fi

bench: setup-bench
	@$(PY) -m benchmarks

lock: python
	@[ -x .tools/bin/python ] || "$(PYTHON)" -m venv --clear .tools
	@.tools/bin/python -m pip --disable-pip-version-check --quiet install $(UV)
	@# The larger set first: whatever it settles on, the smaller one can have too.
	@$(COMPILE) --group dev --output-file requirements-dev.lock
	@$(COMPILE) --constraints requirements-dev.lock --output-file requirements.lock
	@$(COMPILE) --group bench --constraints requirements-dev.lock \
	  --output-file requirements-bench.lock
	@! grep -nE '://|^-' requirements.lock requirements-dev.lock requirements-bench.lock \
	  || { echo 'A lock names an index, a folder or an address: take it out.' >&2; exit 1; }

COMPILE = .tools/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
  --generate-hashes --no-annotate --custom-compile-command 'make lock' \
  $(if $(UPGRADE),--upgrade)

clean:
	rm -rf .venv .tools out .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -type d -name __pycache__ -prune -exec rm -rf {} +

# The set-up. A stamp is a copy of the lock that was installed, written last: an interrupted
# set-up leaves none, and only a lock with other content makes a new .venv.

python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Muster needs Python 3.11 or newer; $(PYTHON) is" \
	    "$$("$(PYTHON)" -c 'import platform; print(platform.python_version())' 2>/dev/null \
	    || echo missing). Name another one: make PYTHON=python3.12 plan" >&2; \
	  exit 1; }

# Compiling ahead pays where Python is told to write no bytecode: a third of a plan's time.
setup:
	@[ -x $(PY) ] && cmp -s requirements.lock $(VENV)/lock.stamp || $(MAKE) -s new-venv
	@$(PY) -m compileall -qq model commands reports web || true

# A changed lock of the tools begins anew too, so that nothing it dropped stays behind.
setup-dev: setup
	@[ ! -e $(VENV)/dev-lock.stamp ] || cmp -s requirements-dev.lock $(VENV)/dev-lock.stamp \
	  || $(MAKE) -s new-venv
	@cmp -s requirements-dev.lock $(VENV)/dev-lock.stamp || { \
	  echo 'Installing what the tests need' \
	  && $(PIP) install --require-hashes -r requirements-dev.lock \
	  && cp requirements-dev.lock $(VENV)/dev-lock.stamp; }

# Solvers to compare with. Where there are none for this system, the benchmarks do without.
setup-bench: setup
	@cmp -s requirements-bench.lock $(VENV)/bench-lock.stamp || { \
	  echo 'Installing the solvers to compare with' \
	  && $(PIP) install --require-hashes -r requirements-bench.lock \
	  && cp requirements-bench.lock $(VENV)/bench-lock.stamp; } \
	  || echo 'They cannot be installed here: the benchmarks go on without them' >&2

new-venv: python
	@echo 'Setting up .venv (once, about a minute)'
	@rm -f $(VENV)/*.stamp
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(PIP) install --require-hashes -r requirements.lock
	@printf '%s\n' "$$LAUNCHER" > $(VENV)/bin/muster
	@chmod +x $(VENV)/bin/muster
	@cp requirements.lock $(VENV)/lock.stamp

define LAUNCHER
#!/bin/sh
# Runs the solve.py beside this .venv, from any folder and through any link.
self=$$0
while [ -L "$$self" ]; do
  link=$$(readlink "$$self")
  case $$link in
    /*) self=$$link ;;
    *) self=$$(dirname "$$self")/$$link ;;
  esac
done
root=$$(CDPATH="" cd -- "$$(dirname -- "$$self")/../.." && pwd) || exit 1
exec "$$root/.venv/bin/python" "$$root/solve.py" "$$@"
endef
export LAUNCHER
