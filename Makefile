# Everything a person runs here. `make app` and `make test` need nothing but Python 3.11 to 3.13.
# What is installed is what the locks name, file by file; the requirements beside them are what a person edits.
PYTHON ?= python3
BIN = .venv/bin
INSTALL = pip install --disable-pip-version-check -q --require-hashes
# a file at a time to each worker, the long ones, in browsers, come first
PARALLEL = -n auto --dist loadfile --no-loadscope-reorder

.PHONY: app test check lint types imports tests fast translations samples schemas model images docs benchmark benchmark-readiness fuzz mutation lock sbom audit clean

app: .venv/app ## open the app on the sample firms at http://127.0.0.1:8501
	$(BIN)/streamlit run streamlit_app.py

test: check ## what a change must pass

check: lint types imports tests

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

types: .venv/dev
	$(BIN)/mypy

imports: .venv/dev
	$(BIN)/lint-imports

tests: .venv/dev
	$(BIN)/pytest $(PARALLEL)

fast: .venv/dev ## the tests of the law and what is worked out by it, while writing
	$(BIN)/pytest $(PARALLEL) -m "not slow"

translations: .venv/dev ## collect the sentences in the code and compile their Chinese
	$(BIN)/pybabel -q extract --no-location --omit-header --sort-output -k _ -k text -k say -k msgid -k Message -k InputError -k FileInUse -k DateNotCovered -k NotFound -k NotAllowed -k SignedOut -k Conflict -k StoreUnavailable -k ModelRefused -k LawError -k CellTrouble -k WrongCode -o .eligibility.pot eligibility streamlit_app.py
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete -N -l zh_CN -D eligibility -i .eligibility.pot -d eligibility/locale
	$(BIN)/pybabel -q compile -D eligibility -d eligibility/locale
	@rm .eligibility.pot

samples: .venv/dev ## make the invented firms again
	$(BIN)/python sample_data/make_samples.py
	$(BIN)/python sample_data/make_papers.py
	$(BIN)/python -m eligibility simulate -n 600 --seed 2026 -o sample_data/past_applications.csv

schemas: .venv/dev ## publish the schemas of inputs and records again, in docs/schemas
	$(BIN)/python docs/schemas/make_schemas.py

model: .venv/app ## train the demonstration model of models/hnte again
	$(BIN)/python -m eligibility train sample_data/past_applications.csv -o models/hnte

images: .venv/dev ## take the screenshots of docs/images again (needs Chromium)
	$(BIN)/python docs/images/make_screenshots.py

docs: .venv/docs ## the site of the documentation, zh and en, in build/site; it loads nothing from elsewhere
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -f docs/site/zh.yml
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -f docs/site/en.yml

benchmark: .venv/dev ## speeds as ratios; installs what it compares with into its own .venv-benchmarks
	$(PYTHON) -m venv .venv-benchmarks
	.venv-benchmarks/bin/pip install -q -r requirements.txt -r requirements-dask.txt -r benchmarks/requirements.txt
	.venv-benchmarks/bin/python benchmarks/batch.py

benchmark-readiness: ## the readiness estimator against its peers and the truth; PARTS="--cases experts --sizes 60"
	$(PYTHON) -m venv .venv-benchmarks
	.venv-benchmarks/bin/pip install -q -r requirements.txt -r benchmarks/requirements.txt
	.venv-benchmarks/bin/python benchmarks/readiness.py $(PARTS)

fuzz: .venv/dev ## give the readers whatever chance makes, for an hour or for MINUTES
	$(BIN)/python tests/fuzz.py $(or $(MINUTES),60)

mutation: .venv/dev ## change the law's code in every small way and see whether a test notices
	$(BIN)/pip install -q -r tests/mutation/requirements.txt
	$(BIN)/python tests/mutation/run.py

lock: .venv-audit/tools ## lock what the requirements need; versions stay as they are, except those that a requirement moves
	for name in "" -pdf -dask -api -dev -docs -audit; do \
	  .venv-audit/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --custom-compile-command "make lock" $${name:+-c requirements.lock} \
	    requirements$$name.txt -o requirements$$name.lock || exit; \
	done

sbom: .venv-audit/tools ## name every package of the program, with its hashes, in sbom.json (CycloneDX)
	.venv-audit/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o sbom.json requirements.lock

audit: .venv-audit/tools ## ask PyPI whether a weakness is known in any package of the locks (needs the net)
	for lock in requirements*.lock; do .venv-audit/bin/pip-audit --strict --progress-spinner off --disable-pip -r $$lock || exit; done

clean:
	rm -rf .venv .venv-benchmarks .venv-audit .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/app: requirements.lock | .venv/bin/python
	$(BIN)/$(INSTALL) -r requirements.lock
	@touch $@

.venv/dev: requirements-dev.lock | .venv/bin/python
	$(BIN)/$(INSTALL) -r requirements-dev.lock
	@touch .venv/app $@

.venv/docs: requirements-docs.lock | .venv/bin/python
	$(BIN)/$(INSTALL) -r requirements-docs.lock
	@touch .venv/app .venv/dev $@

.venv-audit/tools: requirements-audit.lock
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/$(INSTALL) -r requirements-audit.lock
	@touch $@
