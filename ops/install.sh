#!/usr/bin/env bash
# Installs Civicwatt, editable, into .venv from ops/requirements/NAME.lock.
#
#   ops/install.sh demo|dev      PYTHON=python3.12 ops/install.sh demo
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-python3}
lock=ops/requirements/$1.lock

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "Civicwatt needs Python >= 3.11; $python is $("$python" --version 2>&1 || true)." \
        "Name another: make PYTHON=python3.12 .." >&2
    exit 1
}
[[ -x .venv/bin/pip ]] || "$python" -m venv .venv >/dev/null || {
    rm -rf .venv
    echo "$python cannot make a virtual environment (on Debian: apt install python3-venv)" >&2
    exit 1
}

export PIP_DISABLE_PIP_VERSION_CHECK=1
by_pip=(.venv/bin/pip --quiet install)
by_uv=(.venv/bin/uv pip install --quiet --python .venv/bin/python)
# uv is four times as fast as pip; where it cannot be had, or reach its index, pip does the same
[[ -x .venv/bin/uv ]] || "${by_pip[@]}" --require-hashes -r ops/requirements/uv.lock || true
ours=(--no-deps --no-build-isolation --editable .)
"${by_uv[@]}" --require-hashes -r "$lock" || "${by_pip[@]}" --require-hashes -r "$lock"
"${by_uv[@]}" "${ours[@]}" || "${by_pip[@]}" "${ours[@]}"
