#!/usr/bin/env bash
# Fuzzes every target for its share of SECONDS: run.sh SECONDS [TARGET…]. Crashes are kept in target/fuzz/crashes.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:?usage: run.sh SECONDS [TARGET…]}
shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    mapfile -t targets < <(sed -n 's/^    ("\([a-z-]*\)", .*/\1/p' tests/fuzz/src/main.rs)
fi
share=$((seconds / ${#targets[@]}))
[ "$share" -ge 1 ] || share=1

# Coverage as libFuzzer wants it, by options that the stable compiler takes. Naming the target keeps build scripts and
# macros, which no fuzzer is linked to, without it.
host=$(rustc -vV | sed -n 's/^host: //p')
fuzzer=target/fuzz/$host/fuzz/kontor-fuzz
export RUSTFLAGS='--cfg fuzzing --cfg curve25519_dalek_backend="avx512"
 -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
 -Cllvm-args=-sanitizer-coverage-trace-compares'
export RUSTFLAGS="${RUSTFLAGS//$'\n'/}"
cargo build --profile fuzz --locked -p kontor-fuzz --target "$host" --target-dir target/fuzz

mkdir -p target/fuzz/crashes
failed=0
for target in "${targets[@]}"; do
    corpus=target/fuzz/corpus/$target
    mkdir -p "$corpus"
    case $target in
    trade-*) seeds=(api-spec/examples) ;;
    ledger-receipt) seeds=(shared/ledger/testdata) ;;
    *) seeds=() ;;
    esac
    [ ! -d "tests/fuzz/seeds/$target" ] || seeds+=("tests/fuzz/seeds/$target")
    echo "fuzz: $target for $share s"
    if ! KONTOR_FUZZ_TARGET=$target "$fuzzer" "$corpus" "${seeds[@]}" \
        -max_total_time="$share" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -verbosity=0 -print_final_stats=0 \
        -artifact_prefix="target/fuzz/crashes/$target-" >"target/fuzz/$target.log" 2>&1; then
        failed=$((failed + 1))
        tail -n 30 "target/fuzz/$target.log"
        file=$(sed -n 's/.*Test unit written to //p' "target/fuzz/$target.log" | tail -n 1)
        echo "fuzz: $target failed; reproduce with KONTOR_FUZZ_TARGET=$target $fuzzer ${file:-FILE}"
    fi
done
echo "$((${#targets[@]} - failed)) passed, $failed failed"
[ "$failed" -eq 0 ]
