#!/bin/sh
# Installs what `make run`, `make test` or `make lint` needs and the machine lacks (Debian and Ubuntu).
set -eu
purpose=${1:?usage: install.sh run|test|lint}
cd "$(dirname "$0")/.."

packages=
need() { packages="$packages $1"; }

command -v cargo >/dev/null || { echo "install: a Rust toolchain is needed: see https://rustup.rs" >&2; exit 1; }
command -v cc >/dev/null || need build-essential
command -v pg_config >/dev/null && [ -e "$(pg_config --includedir)/libpq-fe.h" ] || need libpq-dev

postgres_found() {
    for bin in $(echo "$PATH" | tr : ' ') "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin; do
        [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] && return
    done
    return 1
}

case $purpose in
test)
    postgres_found || need postgresql
    command -v xmllint >/dev/null || need libxml2-utils
    command -v c++ >/dev/null || need g++
    python3 -c 'import ensurepip' 2>/dev/null || need python3-venv
    ;;
lint)
    python3 -c 'import ensurepip' 2>/dev/null || need python3-venv
    ;;
esac

if [ -n "$packages" ]; then
    install="apt-get install -y --no-install-recommends$packages"
    if [ "$(id -u)" -eq 0 ]; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -q >/dev/null
        $install
    else
        echo "install: run this once, then try again:" >&2
        echo "  sudo sh -c 'apt-get update && $install'" >&2
        exit 1
    fi
fi

# python PACKAGE==VERSION… puts packages into the tools' own environment.
python() {
    [ -x target/tools/venv/bin/pip ] || python3 -m venv target/tools/venv
    target/tools/venv/bin/pip install --quiet --disable-pip-version-check "$@"
}

if [ "$purpose" = test ]; then
    [ -e target/tools/verifier ] || { python cbor2==6.2.1 cryptography==50.0.2 gmssl==3.2.2; touch target/tools/verifier; }
fi

if [ "$purpose" = lint ]; then
    [ -x target/tools/bin/cargo-deny ] ||
        cargo install cargo-deny --version 0.20.2 --locked --no-default-features --root target/tools \
            --target-dir target/tools/build
    [ -x target/tools/venv/bin/openapi-spec-validator ] || python openapi-spec-validator==0.9.0
fi
