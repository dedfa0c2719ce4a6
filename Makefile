# Everything a developer or CI runs. `make run` and `make test` are all that a newcomer needs.

.PHONY: run test test-slow simulate fuzz lint install

FUZZ_SECONDS ?= 300
SEEDS ?= 240

run:
	@deploy/install.sh run
	cargo build --release --locked -p kontor
	target/release/kontor up $(ARGS)

test:
	@deploy/install.sh test
	cargo test --workspace --locked

test-slow:
	@deploy/install.sh test
	cargo build --workspace --locked
	cargo test --workspace --locked --test it -- --ignored --test-threads 2
	$(MAKE) simulate
	$(MAKE) fuzz

# Schedules with a validator that lies, each decided by its seed; SEEDS=17..18 plays one again.
simulate:
	KONTOR_SEEDS=$(SEEDS) cargo test --workspace --locked --lib simulation -- --ignored --nocapture

# All targets together take FUZZ_SECONDS; `make fuzz FUZZ_SECONDS=36000` for a long night.
fuzz:
	tests/fuzz/run.sh $(FUZZ_SECONDS)

lint:
	@deploy/install.sh lint
	cargo fmt --all $(if $(CI),--check)
	cargo clippy --workspace --all-targets --locked -- -D warnings
	target/tools/bin/cargo-deny --log-level error check licenses bans sources
	target/tools/venv/bin/openapi-spec-validator $(wildcard api-spec/*.json)
