# Everything a developer does, in one place. `make help` lists it.
#
# With DATABASE_URL set, `dev` and `test` use that PostgreSQL server; without it they bring their
# own. `dev` needs nothing but Rust beforehand, and npm for the web app; `test` needs both.
# scripts/prerequisites, scripts/get-chain, scripts/get-nats and scripts/build-ui see to the rest.

.DEFAULT_GOAL := help
.PHONY: dev test faults check fmt lint docs deny sqlx bench try-restore check-deploy help prerequisites browser chain nats ui check-ui screenshots

CARGO ?= cargo

dev: prerequisites ui ## Build, start a PostgreSQL of our own, migrate, show the admin key, serve
	@$(CARGO) run --locked -- dev

test: browser chain nats ui ## Run every test against a real PostgreSQL, a real chain and a real browser (FILTER=… for some)
	@if $(CARGO) nextest --version > /dev/null 2>&1; \
	then $(CARGO) nextest run --locked --workspace $(FILTER); \
	else $(CARGO) test --locked --workspace $(FILTER); fi

faults: prerequisites ## Three nodes while everything goes wrong (SECONDS=600 SEED=…)
	@FAULTS_SECONDS=$(or $(SECONDS),600) FAULTS_SEED=$(SEED) $(CARGO) test --locked --workspace --test it -- \
	  --exact --nocapture faults::three_nodes::what_was_promised_is_kept_by_three_nodes_through_everything_that_goes_wrong

check: ## All that a change must pass before it lands: what CI runs
	@.ci/run

fmt: ## Format the code
	@$(CARGO) fmt --all

lint: ## Clippy, every warning an error
	@$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

docs: ## Build the code's documentation; rewrite the generated pages in docs/
	@UPDATE=1 $(CARGO) test --locked --test it --quiet contracts
	@RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --workspace --no-deps

deny: ## Licences, sources and duplicates of what we depend on
	@$(CARGO) deny --workspace check bans licenses sources

sqlx: prerequisites ## Refresh .sqlx, the data that queries are checked against
	@scripts/refresh-queries

ui: ## Build the web app into ui/dist, where it changed; the program carries it
	@scripts/build-ui

bench: prerequisites ## Measure runs, streams, rebuilds and replays
	@$(CARGO) run --locked --release --quiet -- bench

check-ui: ui ## The web app: types, lint, its tests, its size
	@npm --prefix ui run --silent check

screenshots: browser ui ## Take the pictures of the web app in docs/screenshots anew
	@scripts/screenshots

try-restore: prerequisites ## Back up and restore on real servers, and hold it against what was signed
	@scripts/try-restore

check-deploy: ## Check what is in deploy/, by the tools of its own that are installed
	@scripts/check-deploy

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

prerequisites:
	@scripts/prerequisites

browser:
	@scripts/prerequisites browser

chain:
	@scripts/get-chain

nats:
	@scripts/get-nats
