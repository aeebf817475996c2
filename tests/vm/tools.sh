#!/bin/sh
# Puts on this machine what builds and runs the guest of tests/vm. Root on Debian or Ubuntu: through apt.
set -eu

packages="qemu-system-x86 qemu-utils mmdebstrap busybox-static e2fsprogs kmod cpio"

say() { echo "jagaloket: $*" >&2; }

missing=
for package in $packages; do
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) missing="$missing $package" ;;
    esac
done
[ "$(id -u)" = 0 ] || { say "make vm-test needs root: the guest's files belong to root"; exit 1; }
[ -n "$missing" ] || exit 0
say "installing for vm-test:$missing"
# Quickly with the lists as they are; where they are missing or old, they are read anew.
# shellcheck disable=SC2086  # a list of names
install() { DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends -o Dpkg::Use-Pty=0 $missing; }
install >/dev/null 2>&1 || { apt-get -qq update && install >/dev/null; }
