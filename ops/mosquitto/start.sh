#!/bin/sh
# Begins the broker's list of users with our own processes, when there is none; then the broker runs.
# Devices that were on a list that is lost are put on the new one by `civicwatt work`.
set -eu
users=/mosquitto/data/dynamic-security.json
if [ ! -s "$users" ]; then
    umask 077
    cp /run/secrets/broker_users "$users.first"
    mv "$users.first" "$users"
fi
exec mosquitto -c /mosquitto/config/mosquitto.conf
