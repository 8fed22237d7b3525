#!/usr/bin/env bash
# Runs pytest on a kind of tests of which there may be none yet; that is no failure then.
#
#   ops/pytest_some.sh -m fault
set -uo pipefail
.venv/bin/pytest --collect-only --quiet "$@" >/dev/null 2>&1
if [[ $? -eq 5 ]]; then
    echo "no tests here for: pytest $*"
    exit 0
fi
exec .venv/bin/pytest "$@"
