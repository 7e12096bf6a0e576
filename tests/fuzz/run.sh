#!/bin/bash
# Builds every fuzzer with clang, AddressSanitizer and UBSan, and runs each for SECONDS_EACH from its small corpus.
# What it found is left in BUILD/found; the last line is a summary, the exit code 1 if anything was found.
#
#   SECONDS_EACH=60 tests/fuzz/run.sh [fuzz_recur …]
set -eu
cd "$(dirname "$0")/../.."
BUILD=${BUILD:-build/fuzz}
SECONDS_EACH=${SECONDS_EACH:-60}
INPUT_BYTES_MAX=4096

command -v clang >/dev/null || { echo "The fuzzers need clang: apt-get install clang" >&2; exit 1; }
make -s BUILD="$BUILD" CC=clang OPTIMISE=-O1 SANITIZE=address,undefined CFLAGS=-fsanitize=fuzzer-no-link \
    "$BUILD/libkepu.a"

if [ $# = 0 ]; then
    set -- $(basename -s .c tests/fuzz/fuzz_*.c)
fi
mkdir -p "$BUILD/found"
libraries="-luv -lsqlite3 -lpq -lmicrohttpd -lcurl -lical -ljansson -lsodium -lqrencode -lz -licuuc -lm"
ran=0 found=0
for name in "$@"; do
    clang -std=c17 -D_GNU_SOURCE -Idaemon -g -O1 -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined \
        -o "$BUILD/$name" "tests/fuzz/$name.c" "$BUILD/libkepu.a" $libraries
    fresh="$BUILD/corpus/$name" kept="tests/fuzz/corpus/${name#fuzz_}"
    mkdir -p "$fresh" "$kept"
    dictionary="tests/fuzz/${name#fuzz_}.dict"
    ran=$((ran + 1))
    if "$BUILD/$name" -max_total_time="$SECONDS_EACH" -max_len=$INPUT_BYTES_MAX -timeout=10 -rss_limit_mb=1024 \
        -artifact_prefix="$BUILD/found/$name-" -print_final_stats=1 -verbosity=0 \
        $([ -e "$dictionary" ] && echo "-dict=$dictionary") "$fresh" "$kept" >"$BUILD/$name.log" 2>&1
    then
        echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$BUILD/$name.log") inputs, nothing found"
    else
        found=$((found + 1))
        echo "$name: FOUND something; $BUILD/$name.log"
        tail -n 40 "$BUILD/$name.log"
    fi
done
echo "$ran fuzzers, ${SECONDS_EACH} s each: $found with findings"
[ "$found" = 0 ]
