#!/bin/sh
# Puts a real Request Tracker 5 on this machine, for `make test-rt`. Root on Debian or Ubuntu: through apt.
# No database and no service: each test run makes a database of its own and starts RT's own server. A mail program
# that only forwards (msmtp) stands in for the mail server that RT would bring along.
set -eu

packages="request-tracker5 rt5-standalone rt5-db-sqlite dbconfig-no-thanks msmtp-mta"

say() { echo "jagaloket: $*" >&2; }

missing=
for package in $packages; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    say "the tests with a real Request Tracker are skipped; to run them: sudo apt install$missing"
    exit 0
fi
say "installing for test-rt:$missing"
# systemctl ignores "start" when it believes that the system is offline, invoke-rc.d starts nothing in runlevel 1.
# shellcheck disable=SC2086  # a list of names
install() {
    DEBIAN_FRONTEND=noninteractive SYSTEMD_OFFLINE=1 RUNLEVEL=1 PREVLEVEL=1 \
        apt-get -qq install -y --no-install-recommends -o Dpkg::Use-Pty=0 $missing
}
if ! install >/dev/null 2>&1; then
    { apt-get -qq update && install >/dev/null; } || {
        say "Request Tracker could not be installed here: its tests are skipped"
        exit 0
    }
fi
if command -v systemctl >/dev/null; then
    systemctl --quiet disable request-tracker5.service 2>/dev/null || true
fi
