#!/bin/sh
# Copyright the Forestall authors. Licensed under MIT OR Apache-2.0.

# Builds the example plug-ins into a folder: sh build.sh rust FOLDER, sh build.sh c FOLDER. The compiler for Rust is the program that RUSTC
# names, `rustc` where it names none: it needs a core library for wasm32-unknown-unknown, as Debian's package libstd-rust-dev-wasm32 has.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
into=$(cd "$2" && pwd)
cd "$here"
case "$1" in
rust)
    "${RUSTC:-rustc}" --edition 2021 --crate-type cdylib --target wasm32-unknown-unknown -C opt-level=3 -C panic=abort -C strip=symbols \
        -C link-arg=-zstack-size=16384 -o "$into/vidro.wasm" vidro.rs
    ;;
c)
    clang --target=wasm32 -std=c11 -Wall -Wextra -Werror -O2 -mbulk-memory -ffreestanding -nostdlib -Wl,--no-entry -Wl,--strip-all \
        -Wl,-z,stack-size=16384 -o "$into/chinad.wasm" chinad.c
    ;;
*)
    echo "expected rust or c, found $1" >&2
    exit 2
    ;;
esac
