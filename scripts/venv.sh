#!/usr/bin/env bash
# Makes .venv with Python 3.11 or newer, and installs what Debian leaves out of Python where it can.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "qualkit needs Python 3.11 or newer; name it: make PYTHON=python3.12 ..." >&2
  exit 1
}
[ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 && exit 0
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  bash scripts/system.sh python3-venv
fi
rm -rf .venv
"$python" -m venv .venv
