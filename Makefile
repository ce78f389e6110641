# Everything a person runs here. `make app` and `make test` need nothing but Python 3.11 to 3.13.
PYTHON ?= python3
BIN = .venv/bin
# a file at a time to each worker, in the order of folders: the long ones, in browsers, come first
PARALLEL = -n auto --dist loadfile --no-loadscope-reorder

.PHONY: app test check lint types imports tests fast translations samples model images benchmark benchmark-readiness mutation clean

app: .venv/app ## open the app on the sample firms at http://127.0.0.1:8501
	$(BIN)/streamlit run streamlit_app.py

test: check ## what a change must pass

check: lint types imports tests

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

imports: .venv/dev
	$(BIN)/lint-imports

tests: .venv/dev
	$(BIN)/pytest $(PARALLEL)

fast: .venv/dev ## the tests of the law and what is worked out by it, while writing
	$(BIN)/pytest $(PARALLEL) -m "not slow"

translations: .venv/dev ## collect the sentences in the code and compile their Chinese
	$(BIN)/pybabel -q extract --no-location --omit-header --sort-output -k _ -k text -k say -k msgid -k Message -k InputError -k DateNotCovered -k NotFound -k NotAllowed -k Conflict -k StoreUnavailable -k ModelRefused -k LawError -k CellTrouble -k WrongCode -o .eligibility.pot eligibility streamlit_app.py
	$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete -N -l zh_CN -D eligibility -i .eligibility.pot -d eligibility/locale
	$(BIN)/pybabel -q compile -D eligibility -d eligibility/locale
	@rm .eligibility.pot

samples: .venv/app ## make the invented firms again
	$(BIN)/python sample_data/make_samples.py
	$(BIN)/python -m eligibility simulate -n 600 --seed 2026 -o sample_data/past_applications.csv

model: .venv/app ## train the demonstration model of models/hnte again
	$(BIN)/python -m eligibility train sample_data/past_applications.csv -o models/hnte

images: .venv/dev ## take the screenshots of docs/images again (needs Chromium)
	$(BIN)/python docs/images/make_screenshots.py

benchmark: .venv/dev ## speeds as ratios; installs what it compares with into its own .venv-benchmarks
	$(PYTHON) -m venv .venv-benchmarks
	.venv-benchmarks/bin/pip install -q -r requirements.txt -r requirements-dask.txt -r benchmarks/requirements.txt
	.venv-benchmarks/bin/python benchmarks/batch.py

benchmark-readiness: .venv/dev ## the readiness estimator against stock ones and the truth
	$(BIN)/python benchmarks/readiness.py

mutation: .venv/dev ## change the law's code in every small way and see whether a test notices
	$(BIN)/pip install -q -r tests/mutation/requirements.txt
	$(BIN)/python tests/mutation/run.py

clean:
	rm -rf .venv .venv-benchmarks .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/app: requirements.txt | .venv/bin/python
	$(BIN)/pip install --disable-pip-version-check -q -r requirements.txt
	@touch $@

.venv/dev: requirements.txt requirements-pdf.txt requirements-dask.txt requirements-dev.txt | .venv/bin/python
	$(BIN)/pip install --disable-pip-version-check -q -r requirements-dev.txt
	@touch .venv/app $@
