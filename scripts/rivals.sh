#!/bin/sh
# Fetches the programs that JagaLoket is compared with in `make bench`, without installing or starting them.
#   scripts/rivals.sh FOLDER      FOLDER/usr/bin then holds them; nothing is fetched twice
# Where they cannot be fetched (no apt, no mirror) the bench says so and prints our own figures alone.
set -eu

folder=$1
packages="prometheus prometheus-node-exporter prometheus-blackbox-exporter prometheus-snmp-exporter prometheus-alertmanager"

[ -x "$folder/usr/bin/prometheus-alertmanager" ] && exit 0
command -v apt-get >/dev/null || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder"
cd "$work"
fetch() {
    # shellcheck disable=SC2086  # a list of names
    apt-get -qq -o APT::Sandbox::User=root download $packages
}
fetch 2>/dev/null || { apt-get -qq update && fetch; } || { echo "jagaloket: the rivals could not be fetched" >&2; exit 0; }
for package in ./*.deb; do
    dpkg -x "$package" "$folder"
done
