#!/bin/sh
# Installs JagaLoket on many PCs over ssh, one after the other. The list comes on standard input, a PC a line:
#   root@ADDRESS COUNTER NAME
#   packaging/many.sh PACKAGE.deb ANSWERS.toml <LIST
# Needs ssh keys for root on each PC. May be run again: a PC that has it is upgraded and set up anew, its old
# configuration is kept beside the new one. Exit status 1 when a PC could not be done.
set -u

deb=$1
answers=$2
ssh=${SSH:-ssh -o BatchMode=yes -o ConnectTimeout=10}
scp=${SCP:-scp -q -o BatchMode=yes -o ConnectTimeout=10}
failed=

# The counter's name is a person's text: it goes through the remote shell in single quotes.
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/'\\\\''/g")"; }

one() {
    folder=$($ssh "$1" 'umask 077; mktemp -d' </dev/null) || return 1
    # shellcheck disable=SC2086  # options in one word
    $scp "$deb" "$1:$folder/jagaloket.deb" </dev/null && $scp "$answers" "$1:$folder/answers.toml" </dev/null &&
        $ssh "$1" "apt-get -qq install -y $folder/jagaloket.deb >/dev/null &&
            jagaloket setup --answers $folder/answers.toml --counter $(quoted "$2") >/dev/null" </dev/null
    status=$?
    $ssh "$1" "rm -rf $folder; jagaloket doctor | grep -A1 ^MEND" </dev/null
    return $status
}

while read -r host counter; do
    case $host in "" | \#*) continue ;; esac
    echo "== $host ($counter)"
    one "$host" "$counter" || { echo "   could not be done"; failed="$failed $host"; }
done
[ -z "$failed" ] || { echo "not done:$failed" >&2; exit 1; }
