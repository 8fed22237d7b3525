#!/usr/bin/env bash
# Installs the Debian packages named, those that are missing, when that is possible here.
#
#   ops/debian_packages.sh PACKAGE..      exit 1 when one is missing and cannot be installed
set -euo pipefail

missing=()
for package in "$@"; do
    dpkg-query -W -f='${Status}\n' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

if [[ ! -e /etc/debian_version || $(id -u) -ne 0 ]]; then
    echo "missing, and only root on Debian can have them installed here: ${missing[*]}" >&2
    exit 1
fi

# apt waits for nobody when its lists are locked, so our own runs wait for each other
exec 9>/run/lock/civicwatt-apt
flock 9

echo "installing Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -o DPkg::Lock::Timeout=300 -qq)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# One source that does not answer need not be the one that is needed.
"${apt[@]}" update >"$log" 2>&1 || cat "$log" >&2
"${apt[@]}" install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2 && exit 1; }
