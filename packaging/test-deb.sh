#!/bin/sh
# Proves the .deb in a clean Debian: install, configure, examine, run, upgrade, remove, purge. Needs root.
#   packaging/test-deb.sh PYTHON FOLDER [SUITE]     SUITE: bookworm (default), trixie, ...
# Everything happens in a folder of its own, which is removed at the end.
set -eu

python=$1
folder=$2
suite=${3:-bookworm}
here=$(dirname "$0")

say() { echo "deb-test: $*"; }
fail() { say "FAILED: $*"; exit 1; }

if [ "$(id -u)" != 0 ]; then say "skipped: needs root"; exit 0; fi
if ! command -v mmdebstrap >/dev/null; then say "skipped: mmdebstrap is missing (apt install mmdebstrap)"; exit 0; fi

work=$(mktemp -d)
root=$work/root
agent=
cleanup() {
    if [ -n "$agent" ]; then kill "$agent" 2>/dev/null || true; fi
    umount "$root/proc" "$root/sys" "$root/dev/shm" 2>/dev/null || true
    rm -rf --one-file-system "$work"
}
trap cleanup EXIT

# One date for all builds, whatever is committed meanwhile.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

say "two builds are the same, byte by byte"
# From a copy, so that an editor at work changes nothing between the builds.
python=$(realpath -s "$python")
folder=$(mkdir -p "$folder" && realpath "$folder")
mkdir "$work/tree"
(cd "$here/.." && cp -a agent alerts dashboards docs packaging probes requirements systemd setup.cfg pyproject.toml LICENSE ./*.md "$work/tree")
build=$work/tree/packaging/build-deb.sh
sh "$build" "$python" "$folder"
sh "$build" "$python" "$work/again" >/dev/null
deb=$(ls "$work"/again/*.deb)
cmp "$deb" "$folder/$(basename "$deb")" || fail "the builds differ"
VERSION=99.0 sh "$build" "$python" "$work/newer" >/dev/null

say "a clean $suite"
mmdebstrap --quiet --variant=minbase --include=python3,libusb-1.0-0,acl,tzdata,ca-certificates "$suite" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
cp "$deb" "$work"/newer/*.deb "$root/tmp"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "$@"; }
# As the service would: the user, its folder, no more. No systemd here: see make vm-test for that.
as_agent() { inside setpriv --reuid=jagaloket --regid=jagaloket --clear-groups --no-new-privs "$@"; }

say "install"
inside sh -c 'dpkg -i /tmp/jagaloket_0*.deb' >"$work/log" 2>&1 || { cat "$work/log"; fail "dpkg -i"; }
[ -L "$root/etc/systemd/system/multi-user.target.wants/jagaloket.service" ] || fail "the service is not enabled"
[ ! -e "$root/etc/systemd/system/multi-user.target.wants/jagaloket-bridge.service" ] || fail "the bridge is enabled"
[ "$(stat -c %a "$root/var/lib/jagaloket")" = 700 ] || fail "others can read the tickets"
inside jagaloket --version
inside sh -c 'cd /opt/jagaloket && ! find . -user root -perm -o+w ! -type l | grep .' || fail "others can write into /opt"

say "configure"
cat >"$root/tmp/answers.toml" <<'ANSWERS'
[office]
name = "Kantor Camat"
counter = "Loket 1"
[device.pc]
kind = "host"
label = "PC"
ANSWERS
inside jagaloket setup --answers /tmp/answers.toml >"$work/log" 2>&1 || { cat "$work/log"; fail "setup"; }
[ "$(inside stat -c '%a %U %G' /etc/jagaloket/jagaloket.toml)" = "640 root jagaloket" ] || fail "rights of the configuration"
as_agent jagaloket check-config
as_agent jagaloket --state /var/lib/jagaloket doctor >"$work/doctor" || true
cat "$work/doctor"
[ "$(grep -c '^MEND' "$work/doctor")" -le 2 ] || fail "more to mend than ping and the service, which a chroot lacks"

start() {
    say "start"
    # One exec after the other, so that $! is the agent itself.
    (exec chroot "$root" env -i PATH=/usr/bin STATE_DIRECTORY=/var/lib/jagaloket \
        setpriv --reuid=jagaloket --regid=jagaloket --clear-groups --no-new-privs jagaloket run) >>"$work/run" 2>&1 &
    agent=$!
    for _ in $(seq 100); do
        if inside python3 -c 'import urllib.request as r; r.urlopen("http://127.0.0.1:9776/health")' 2>/dev/null; then
            return
        fi
        sleep 0.1
    done
    cat "$work/run"
    fail "no answer at /health"
}
stop() {
    kill "$agent"
    wait "$agent" || fail "the agent did not stop in order"
    agent=
}

touch "$work/installed"
start
stop
find "$root/opt/jagaloket" -newer "$work/installed" | grep . && fail "something was written into /opt at run time"

say "upgrade keeps configuration and tickets"
cp "$root/etc/jagaloket/jagaloket.toml" "$work/before.toml"
inside sh -c 'dpkg -i /tmp/jagaloket_99*.deb' >"$work/log" 2>&1 || { cat "$work/log"; fail "upgrade"; }
cmp "$work/before.toml" "$root/etc/jagaloket/jagaloket.toml" || fail "the configuration changed"
[ -s "$root/var/lib/jagaloket/store.db" ] || fail "the tickets are gone"
start
stop

say "the optional units are there, and off"
for unit in jagaloket-bridge jagaloket-push; do
    [ -f "$root/lib/systemd/system/$unit.service" ] || fail "$unit is missing"
    [ ! -e "$root/etc/systemd/system/multi-user.target.wants/$unit.service" ] || fail "$unit is on"
done
# As an administrator and systemd leave it: both switched on, each with its folder.
wants=$root/etc/systemd/system/multi-user.target.wants
ln -s /lib/systemd/system/jagaloket-bridge.service /lib/systemd/system/jagaloket-push.service "$wants"
mkdir -p "$root/var/lib/jagaloket-bridge" "$root/var/lib/private/jagaloket-push"
ln -s private/jagaloket-push "$root/var/lib/jagaloket-push"

say "remove keeps both, purge removes all"
inside dpkg -r jagaloket >"$work/log" 2>&1 || { cat "$work/log"; fail "remove"; }
for kept in etc/jagaloket/jagaloket.toml var/lib/jagaloket/store.db; do
    [ -s "$root/$kept" ] || fail "remove took /$kept"
done
inside dpkg -P jagaloket >"$work/log" 2>&1 || { cat "$work/log"; fail "purge"; }
left=$(find "$root/etc" "$root/opt" "$root/usr" "$root/var/lib" "$root/lib/" -iname '*jagaloket*' ! -path "*/dpkg/*" 2>/dev/null | head)
[ -z "$left" ] || fail "left behind: $left"
inside getent passwd jagaloket && fail "the user is left"
say "well"
