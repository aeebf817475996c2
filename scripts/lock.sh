#!/bin/sh
# Writes the lock files in requirements/ anew from setup.cfg: every release pinned, every file by its hash,
# valid for Python 3.11 and newer on Linux. Run by `make lock`; look at the diff before committing it.
set -eu

cd "$(dirname "$0")/.."

compile() {
    target=$1
    shift
    uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --custom-compile-command "make lock" --output-file "requirements/$target" "$@"
}

echo 'setuptools>=77' | compile build.txt -
compile run.txt setup.cfg
compile test.txt --extra test --constraint requirements/run.txt setup.cfg
