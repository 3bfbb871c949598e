#!/usr/bin/env bash
# Renew the locks from setup.cfg and constraints.txt: what runs, what tests and linters need too, what writes the SBOM.
# Every file has a hash for each package; no address of a registry stands in them. Needs uv.
set -euo pipefail
cd "$(dirname "$0")/.."
uv="${UV:-uv}"
compile() { "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --no-annotate --no-header -c constraints.txt "$@"; }
head="# Written by \`make lock\` from setup.cfg and constraints.txt. Installed with: pip install --require-hashes --no-deps -r"
lock() {  # file, arguments of the compiler
    local file="$1"; shift
    # setuptools builds settle itself, without isolation; the package of the font comes alone, without matplotlib
    { echo "$head $file"
      { compile setup.cfg - "$@" <<<"setuptools>=77"; compile --no-deps - <<<"koreanize-matplotlib"; } ; } >"$file.new"
    mv "$file.new" "$file"
}
lock requirements.lock --extra desk --extra batch
lock requirements-test.lock --extra desk --extra batch --extra test --extra lint --extra dask
{ echo "$head requirements-sbom.lock"; "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --no-annotate --no-header - <<<"cyclonedx-bom>=7,<8"; } >requirements-sbom.lock.new
mv requirements-sbom.lock.new requirements-sbom.lock
