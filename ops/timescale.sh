#!/usr/bin/env bash
# The TimescaleDB and the Mosquitto of the tests, from Debian's own packages, under .local/.
#
#   ops/timescale.sh start [on|off]   set up once, start, write .local/timescale.env; fsync on or off
#   ops/timescale.sh stop             stop what start has started
#
# TimescaleDB is not in Debian 12, so PostgreSQL 17 with TimescaleDB 2.19 (Apache edition) is put
# into a small Debian 13 root and run from there with chroot: nothing of it reaches the machine, and
# nothing has to be mounted. Both servers listen on loopback only, on ports that were free.
set -euo pipefail

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=$repository/.local
root=$state/trixie
addresses=$state/timescale.env
broker=$state/mosquitto
bin=/usr/lib/postgresql/17/bin
data=/var/lib/postgresql/civicwatt # inside the root

refuse() {
    cat >&2 <<EOF
make timescale: $1.
It needs root on Debian (it installs the packages debootstrap and mosquitto). Elsewhere, start a
PostgreSQL >= 15 with TimescaleDB and a Mosquitto yourself and name them to the tests:
  CIVICWATT_TEST_DATABASE_URL=postgresql://user:password@host:5432/postgres  (may create databases)
  CIVICWATT_TEST_MQTT_URL=mqtt://host:1883
EOF
    exit 1
}

quietly() { # run a long step, show its output only when it fails
    local log=$state/setup.log
    echo "make timescale: $1"
    shift
    "$@" >"$log" 2>&1 || { tail -n 20 "$log" >&2 && exit 1; }
}

in_root() { # environment of the caller left out: its locale and paths mean nothing in there
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        chroot "$@"
}

as_postgres() { in_root --userspec=postgres:postgres "$root" "$@"; }

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

install_debian_packages() {
    local missing=()
    [[ -x /usr/sbin/debootstrap ]] || missing+=(debootstrap)
    [[ -x /usr/sbin/mosquitto ]] || missing+=(mosquitto)
    [[ ${#missing[@]} -eq 0 ]] && return
    "$repository/ops/debian_packages.sh" "${missing[@]}"
}

build_root() {
    [[ -e $root/.complete ]] && return
    rm -rf "$root" # what a broken-off run has left
    quietly "building a Debian 13 root in .local/trixie (40 s, once)" \
        debootstrap --variant=minbase trixie "$root"
    # Debian's package would make and start a cluster of its own
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    mkdir -p "$root/etc/postgresql-common"
    echo 'create_main_cluster = false' >"$root/etc/postgresql-common/createcluster.conf"
    quietly "installing PostgreSQL 17 and TimescaleDB into it (20 s, once)" \
        in_root "$root" sh -c 'apt-get update && apt-get install -y --no-install-recommends \
            postgresql-17 postgresql-17-timescaledb && apt-get clean'
    # Loopback only and nothing but test data behind it: no password.
    as_postgres $bin/initdb -D $data -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
        >"$state/setup.log"
    cp "$repository/ops/timescale.conf" "$root$data/civicwatt.conf"
    echo "include 'civicwatt.conf'" >>"$root$data/postgresql.conf"
    touch "$root/.complete"
}

database_runs() { [[ -e $root/.complete ]] && as_postgres $bin/pg_ctl -D $data status >/dev/null; }

broker_runs() { # the number may have gone to another process since, so its name is looked at
    local pid
    pid=$(cat "$broker/pid" 2>/dev/null) && [[ $(cat "/proc/$pid/comm" 2>/dev/null) == mosquitto ]]
}

start_database() {
    database_runs ||
        as_postgres $bin/pg_ctl -D $data -w -t 60 -s -l $data/log -o "-p $1" start ||
        { tail -n 20 "$root$data/log" >&2 && exit 1; }
}

start_broker() {
    broker_runs && return
    mkdir -p "$broker"
    cat >"$broker/mosquitto.conf" <<EOF
include_dir $repository/civicwatt/mosquitto
listener $1 127.0.0.1
allow_anonymous true
user $(id -un)
persistence_location $broker/
pid_file $broker/pid
log_dest file $broker/log
EOF
    quietly "starting Mosquitto" /usr/sbin/mosquitto -d -c "$broker/mosquitto.conf"
    for _ in {1..100}; do
        (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        sleep 0.1
    done
    tail -n 20 "$broker/log" >&2
    exit 1
}

start() {
    [[ -e /etc/debian_version ]] || refuse "this is not Debian"
    [[ $(id -u) -eq 0 ]] || refuse "you are not root"
    mkdir -p "$state"
    install_debian_packages
    build_root
    if ! database_runs || ! broker_runs; then
        stop
        local database_port broker_port
        database_port=$(free_port)
        broker_port=$(free_port)
        start_database "$database_port"
        start_broker "$broker_port"
        cat >"$addresses" <<EOF
CIVICWATT_TEST_DATABASE_URL=postgresql://postgres@127.0.0.1:$database_port/postgres
CIVICWATT_TEST_MQTT_URL=mqtt://127.0.0.1:$broker_port
EOF
    fi
    echo "fsync = $1" >"$root$data/fsync.conf"
    as_postgres $bin/pg_ctl -D $data -s reload
    echo "make timescale: running with fsync $1; .local/timescale.env says"
    cat "$addresses"
}

stop() {
    rm -f "$addresses"
    database_runs && as_postgres $bin/pg_ctl -D $data -w -t 60 -s -m fast stop
    if broker_runs; then
        local pid
        pid=$(cat "$broker/pid")
        kill "$pid"
        while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    fi
}

case "${1:-} ${2:-off}" in
"start on" | "start off") start "${2:-off}" ;;
"stop off") stop ;;
*) echo "usage: ops/timescale.sh start [on|off] | stop" >&2 && exit 2 ;;
esac
