#!/bin/sh
# Makes an empty virtual environment with the first Python 3.11 or newer found.
#   scripts/venv.sh FOLDER        PYTHON=... names the interpreter to take
# Debian keeps pip for new environments in a package of its own (python3-venv). Where that is missing, its
# wheel is fetched with apt and used in place: no root needed, nothing is installed on the machine. Where there is no
# Python at all, root has Debian's installed; who is not root is told.
set -eu

folder=$1

say() { echo "jagaloket: $*" >&2; }

fits() { "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if fits "$python"; then
            echo "$python"
            return
        fi
    done
    return 1
}

python_from_debian() {
    if [ -z "${PYTHON:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "no Python 3.11 or newer here: installing Debian's (python3)"
        apt-get -qq update >&2 && DEBIAN_FRONTEND=noninteractive \
            apt-get -qq -y --no-install-recommends install python3 >/dev/null 2>&1 && find_python && return
    fi
    say "no Python 3.11 or newer here (looked for: ${PYTHON:-python3, python3.11 to python3.14});" \
        "install one: sudo apt install python3 python3-venv (Ubuntu 22.04: python3.11 python3.11-venv)"
    return 1
}

# A mirror's lists may be missing (a container) or old: then they are read into the folder itself.
download() {
    set -- -qq -o APT::Sandbox::User=root download "$1"
    apt-get "$@" 2>/dev/null && return
    mkdir -p state/lists/partial cache/archives/partial
    printf 'Dir::State "%s";\nDir::Cache "%s";\nDir::State::status "/var/lib/dpkg/status";\n' \
        "$PWD/state" "$PWD/cache" >apt.conf
    APT_CONFIG=$PWD/apt.conf apt-get -qq -o APT::Sandbox::User=root update && APT_CONFIG=$PWD/apt.conf apt-get "$@"
}

pip_from_debian() {
    say "this Python has no pip for new environments: fetching Debian's (python3-pip-whl)"
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    (cd "$work" && download python3-pip-whl && dpkg -x python3-pip-whl_*.deb .) || return 1
    wheel=$(echo "$work"/usr/share/python-wheels/pip-*.whl)
    "$1" -m venv --without-pip --clear "$folder"
    PYTHONPATH=$wheel "$folder/bin/python" -m pip --disable-pip-version-check -q install --no-index "$wheel"
}

python=$(find_python || python_from_debian)
say "making $folder with $("$python" --version)"
if "$python" -c 'import ensurepip' 2>/dev/null; then
    "$python" -m venv --clear "$folder"
elif ! pip_from_debian "$python"; then
    say "Python here cannot make environments; as an administrator: sudo apt install python3-venv"
    exit 1
fi
