#!/bin/sh
# Gives the process its secrets the way it reads its settings: /run/secrets/CIVICWATT_X becomes the
# variable CIVICWATT_X. Secrets in the compose file itself would be in `docker inspect`.
set -eu
for secret in /run/secrets/CIVICWATT_*; do
    [ -f "$secret" ] && export "$(basename "$secret")=$(cat "$secret")"
done
exec civicwatt "$@"
