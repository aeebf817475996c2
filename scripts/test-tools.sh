#!/bin/sh
# Puts the test tools on this machine that pip cannot bring; only those that are missing.
#   scripts/test-tools.sh FOLDER  FOLDER/usr/bin is to stand in PATH while the tests run
# Root on Debian or Ubuntu: through apt. Anybody else is told what is missing; the tests that need it are skipped.
set -eu

folder=$1
# umockdev with its Python binding plays USB devices; the CUPS programs and snmpd play printers and a print queue;
# iproute2 and nftables make the networks that fail; fping is what our echoes are measured against; NUT's server and
# its dummy-ups are a UPS; libfaketime sets the agent's clock and leaves the machine's alone; strace records what the
# store writes, for the power cuts; pdftotext reads the report.
packages="umockdev gir1.2-umockdev-1.0 python3-gi libusb-1.0-0 udev cups-daemon cups-client cups-ipp-utils dbus
    snmpd iproute2 nftables fping nut-server libfaketime strace poppler-utils"

say() { echo "jagaloket: $*" >&2; }

missing() {
    for package in $packages; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
            installed) ;;
            *) printf '%s ' "$package" ;;
        esac
    done
}

# The first try works with the lists as they are; where they are missing or old, they are read anew.
apt_try() { "$@" >/dev/null 2>&1 || { apt-get -qq update && "$@" >/dev/null; }; }

# A test run starts no service on somebody's machine: systemctl ignores "start" when it believes that the
# system is offline, and invoke-rc.d starts nothing in runlevel 1.
install_packages() {
    say "installing for the tests: $*"
    apt_try env DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1 RUNLEVEL=1 PREVLEVEL=1 \
        apt-get -qq install -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@"
    # Nor do the services that came along start at the next boot.
    for package in "$@"; do
        case $package in
            cups-daemon) disable cups.service cups.socket cups.path ;;
            snmpd) disable snmpd.service ;;
            nut-server)
                disable nut-server.service nut-monitor.service nut.target nut-driver.target \
                    nut-driver-enumerator.path nut-driver-enumerator.service ;;
        esac
    done
}

disable() {
    if command -v systemctl >/dev/null; then
        systemctl --quiet disable "$@" 2>/dev/null || true
    fi
}

# These servers are played with, not installed: their packages would start them. Only the program is taken out.
#   fetch PROGRAM PACKAGE...      the first package that there is
#   beside: patterns of files that are taken along
beside=
fetch() {
    program=$1
    shift
    command -v "$program" >/dev/null && return
    say "fetching $program for the tests"
    work=$(mktemp -d)
    # shellcheck disable=SC2030,SC2031,SC2086  # the folder changes inside only; beside is a list
    (cd "$work" && apt_try download_first "$@") && mkdir -p "$folder" &&
        dpkg --fsys-tarfile "$work"/*.deb | tar -x -C "$folder" --wildcards "./usr/bin/$program" $beside
    status=$?
    rm -rf "$work"
    [ $status = 0 ] || say "$program could not be fetched: the tests that need it are skipped"
}

download_first() {
    for package in "$@"; do
        apt-get -qq -o APT::Sandbox::User=root download "$package" 2>/dev/null && return
    done
    return 1
}

PATH=$PATH:$folder/usr/bin
if ! command -v apt-get >/dev/null; then
    say "no apt-get here: tests that need umockdev, CUPS or Prometheus are skipped where these are missing"
    exit 0
fi
wanted=$(missing)
if [ -n "$wanted" ] && [ "$(id -u)" = 0 ]; then
    # shellcheck disable=SC2086  # a list of names
    install_packages $wanted
elif [ -n "$wanted" ]; then
    say "tests that need these packages are skipped; to run them too: sudo apt install $wanted"
fi
fetch promtool promtool prometheus # Debian 13 has a package of its own
fetch prometheus prometheus
fetch amtool prometheus-alertmanager
beside="./usr/share/prometheus/alertmanager/*.tmpl" # without them it does not start
fetch prometheus-alertmanager prometheus-alertmanager
beside=
fetch vmagent victoria-metrics
