# Each target is enough by itself on a fresh machine with Python 3.11.
BIN := .venv/bin
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt
SYSTEM := postgresql libreoffice-writer libreoffice-calc poppler-utils fonts-liberation chromium nginx-light openssl strace

.PHONY: demo test app check bench peers trust docs clean

demo: .venv/base ## build the invented sample study in demo/, with its Word and Excel grids
	@if [ -e demo/school-link.qualkit ]; then \
		echo "demo/ is there already; look at demo/grid-by-area.docx, or remove demo/ to build it anew"; \
	else $(BIN)/qualkit demo demo && echo "the program is $(BIN)/qualkit; README.md goes on from here"; fi

test: .venv/dev ## run the whole test suite, with PostgreSQL and LibreOffice really running
	@bash scripts/system.sh $(SYSTEM) || [ -z "$$CI" ]
	$(BIN)/python -m pytest -q -n 2

app: .venv/app ## open the interface on the sample study
	@[ -e demo/school-link.qualkit ] || $(BIN)/qualkit demo demo
	$(BIN)/qualkit app demo/school-link.qualkit

check: .venv/dev ## the gate: style, types, directions of imports, documentation, wheel
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python scripts/cli_docs.py --check
	bash scripts/check-wheel.sh

bench: .venv/dev ## print every figure and its ratio in one table (ARGS="import search" for some)
	@$(BIN)/python benchmarks $(ARGS)

peers: .venv-peers/ready ## install the programs that some figures are held against, apart from all else

trust: .venv/dev ## measure at length what docs/trust.md promises, and write its table (an hour)
	@bash scripts/system.sh $(SYSTEM) strace || [ -z "$$CI" ]
	$(BIN)/python -m trust

docs: .venv/dev ## write docs/cli.md anew
	$(BIN)/python scripts/cli_docs.py

clean: ## remove what the targets made
	rm -rf .venv .venv-peers build dist

.venv/base: pyproject.toml constraints.txt
	@bash scripts/venv.sh
	$(PIP) -e .
	@touch $@

.venv/app: .venv/base
	$(PIP) -e '.[app]'
	@touch $@

.venv/dev: .venv/base
	$(PIP) -e '.[dev]'
	@touch $@

.venv-peers/ready: benchmarks/peers.txt
	python3 -m venv .venv-peers
	.venv-peers/bin/python -m pip install -q --disable-pip-version-check -r benchmarks/peers.txt
	@touch $@
