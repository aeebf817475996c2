#!/bin/sh
# Builds the .deb with nothing but pip and dpkg-deb: an environment of the agent's own in /opt/jagaloket.
#   packaging/build-deb.sh PYTHON FOLDER     PYTHON: an environment with pip and the packages of requirements/build.txt
#                                            FOLDER: where the .deb goes
# VERSION=... overrides the version (the test builds two). Two builds of one commit are the same, byte by byte.
#
# The environment works with every Python of Debian and Ubuntu from 3.11 to 3.14: what is compiled in the wheels
# uses the stable ABI (checked below), and lib/python3.XX are links to one folder. An upgrade of Debian keeps it.
set -eu

python=$(realpath -s "$1")
folder=$(mkdir -p "$2" && realpath "$2")
cd "$(dirname "$0")/.."

umask 022
export LC_ALL=C TZ=UTC PYTHONHASHSEED=0 DPKG_DEB_THREADS_MAX=1
# The date of everything in the package: of the last commit, or of the change log where there is no git.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
export SOURCE_DATE_EPOCH

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
opt=$root/opt/jagaloket
lib=$opt/lib/python3
site=$lib/site-packages

version=${VERSION:-$(sed -n 's/^__version__ = "\(.*\)"/\1/p' agent/__init__.py | sed 's/\.dev/~dev/')}
arch=$(dpkg --print-architecture)

pip() { "$python" -m pip --disable-pip-version-check --quiet "$@"; }

install_python() {
    mkdir -p "$site" "$opt/bin"
    pip install --target "$site" --no-compile --require-hashes --only-binary :all: -r requirements/run.txt
    # The project from a copy: building in place would leave files here, and take stray ones along.
    mkdir "$work/source"
    cp -a agent alerts probes setup.cfg pyproject.toml README.md LICENSE "$work/source"
    mkdir "$work/wheel"
    find "$work/source" -name __pycache__ -prune -exec rm -rf {} +
    pip wheel --no-deps --no-index --no-build-isolation --wheel-dir "$work/wheel" "$work/source"
    pip install --target "$site" --no-compile --no-deps --no-index --upgrade "$work/wheel"/*.whl
    rm -rf "${site:?}/bin" "$site"/*.dist-info/RECORD "$site"/*.dist-info/INSTALLER \
        "$site"/*.dist-info/REQUESTED "$site"/*.dist-info/direct_url.json
    # Where a module is there compiled and as Python, Python is enough: compiled, it is bound to one release.
    # shellcheck disable=SC2016  # the inner shell's own
    find "$site" -name '*.cpython-*.so' -exec sh -c 'test ! -f "${1%%.cpython-*}.py" || rm "$1"' sh {} \;
    bound=$(find "$site" -name '*.so' ! -name '*.abi3.so')
    if [ -n "$bound" ]; then
        echo "jagaloket: bound to one Python, take releases with a stable ABI: $bound" >&2
        exit 1
    fi
    for minor in 11 12 13 14; do ln -s python3 "$opt/lib/python3.$minor"; done
    ln -s /usr/bin/python3 "$opt/bin/python3"
    printf 'home = /usr/bin\ninclude-system-site-packages = false\nversion = 3.11\n' >"$opt/pyvenv.cfg"
    install -m 755 packaging/deb/jagaloket "$opt/bin/jagaloket"
    # Byte code without time stamps, checked by nobody: only dpkg changes these files.
    /usr/bin/python3 -m compileall -q --invalidation-mode unchecked-hash -s "$root" -p / "$site"
}

install_files() {
    share=$root/usr/share/jagaloket
    doc=$root/usr/share/doc/jagaloket
    install -D -m 644 systemd/jagaloket.service "$root/lib/systemd/system/jagaloket.service"
    install -D -m 644 systemd/jagaloket-bridge.service "$root/lib/systemd/system/jagaloket-bridge.service"
    # Not enabled: for counters that the centre cannot reach (docs/fleet.md).
    install -D -m 644 systemd/jagaloket-push.service "$root/lib/systemd/system/jagaloket-push.service"
    # For each disk, started by udev.
    install -m 644 systemd/jagaloket-smart@.service systemd/jagaloket-smart@.timer "$root/lib/systemd/system"
    install -D -m 644 systemd/jagaloket.sysusers "$root/usr/lib/sysusers.d/jagaloket.conf"
    install -D -m 644 systemd/jagaloket.tmpfiles "$root/usr/lib/tmpfiles.d/jagaloket.conf"
    install -D -m 644 systemd/60-jagaloket.rules "$root/lib/udev/rules.d/60-jagaloket.rules"
    install -m 644 systemd/61-jagaloket-smart.rules "$root/lib/udev/rules.d"
    install -D -m 644 systemd/jagaloket-ping.conf "$root/usr/lib/sysctl.d/50-jagaloket-ping.conf"
    install -D -m 644 systemd/jagaloket.polkit "$root/usr/share/polkit-1/rules.d/60-jagaloket.rules"
    install -D -m 644 -t "$share" systemd/serial-printer.conf systemd/time-service.conf systemd/push.env \
        systemd/push-relabel.yml
    install -D -m 644 -t "$share/rules" alerts/rules/*.rules.yml
    install -D -m 644 -t "$share/alertmanager" alerts/rules/alertmanager/*
    for folder_of_boards in grafana/id grafana/en provisioning/datasources provisioning/dashboards prometheus; do
        install -D -m 644 -t "$share/dashboards/$folder_of_boards" "dashboards/$folder_of_boards"/*
    done
    install -D -m 644 -t "$doc" README.md README.id.md docs/*.md
    install -D -m 644 LICENSE "$doc/copyright"
    mkdir -p "$root/usr/bin"
    ln -s ../../opt/jagaloket/bin/jagaloket "$root/usr/bin/jagaloket"
    _JAGALOKET_COMPLETE=bash_source "$python" -c 'from agent.cli import main; main()' >"$work/completion" || true
    install -D -m 644 "$work/completion" "$root/usr/share/bash-completion/completions/jagaloket"
}

control() {
    mkdir "$root/DEBIAN"
    size=$(du -sk --apparent-size "$root" | cut -f1)
    sed "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$size/" packaging/deb/control.in >"$root/DEBIAN/control"
    install -m 755 packaging/deb/postinst packaging/deb/prerm packaging/deb/postrm "$root/DEBIAN"
    install -m 644 packaging/deb/triggers "$root/DEBIAN"
    (cd "$root" && find opt usr lib -type f | sort | xargs -d '\n' md5sum) >"$work/md5sums"
    install -m 644 "$work/md5sums" "$root/DEBIAN/md5sums"
    find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

install_python
install_files
control
# The limit of issue 9: 60 MiB without Python itself.
[ "$size" -le 61440 ] || { echo "jagaloket: $size KiB installed, more than 60 MiB" >&2; exit 1; }
file=$folder/jagaloket_${version}_$arch.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$file" >/dev/null
echo "$file: $(du -k --apparent-size "$file" | cut -f1) KiB, installed $size KiB"
