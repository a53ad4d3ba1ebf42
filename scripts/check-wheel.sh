#!/usr/bin/env bash
# Builds the wheel, installs it into a clean environment elsewhere, and builds the sample study with it.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
.venv/bin/python -m build --wheel --outdir "$place/dist" . >/dev/null
python3 -m venv "$place/venv"
"$place/venv/bin/python" -m pip install -q -c constraints.txt "$place"/dist/*.whl
cd "$place"
venv/bin/qualkit --version
venv/bin/qualkit demo demo
venv/bin/qualkit project check demo/school-link.qualkit
test -s demo/grid-by-area.docx
