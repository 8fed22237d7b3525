#!/usr/bin/env bash
# Runs pytest on a selection that may still be empty: "no tests collected" is then no failure.
set -uo pipefail
.venv/bin/pytest "$@"
code=$?
[[ $code -eq 5 ]] && exit 0
exit $code
