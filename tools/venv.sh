#!/bin/sh
# Make .venv with the pinned packages. `venv.sh run` has what Seakeep needs to run, `venv.sh dev` also what its
# tests and checks need. Quick when nothing has changed.
set -eu
cd "$(dirname "$0")/.."
kind=${1:-run}

# PYTHON may name another interpreter.
python=
for candidate in "${PYTHON:-python3}" python3 python3.14 python3.13 python3.12 python3.11; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer is needed; PYTHON=/path/to/python3.11 names one" >&2
    exit 2
fi

if [ -e .venv ] && ! .venv/bin/python -c '' 2>/dev/null; then
    echo "making .venv again: its Python is gone"
    rm -rf .venv
fi
if ! [ -x .venv/bin/pip ]; then
    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        version=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
            echo "installing $version"
            apt-get update -qq
            DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$version" >/dev/null
        else
            echo "Python's venv module is not complete; install it: apt-get install $version" >&2
            exit 2
        fi
    fi
    "$python" -m venv .venv
fi

stamp=.venv/.installed-$kind
wanted=$(cat pyproject.toml constraints.txt tools/venv.sh | cksum)
if [ "$(cat "$stamp" 2>/dev/null || true)" = "$wanted" ]; then
    exit 0
fi
pip=".venv/bin/python -m pip --disable-pip-version-check --quiet --no-input"
if [ "$kind" = dev ]; then
    echo "installing Seakeep and its developers' tools into .venv"
    $pip install --constraint constraints.txt 'pip>=25.1'  # the first that knows --group
    $pip install --constraint constraints.txt --editable . --group dev
else
    echo "installing Seakeep into .venv"
    $pip install --constraint constraints.txt --editable .
fi
.venv/bin/python -m compileall -q src  # four hundred small modules: compiling them at each start takes 0.1 s
echo "$wanted" >"$stamp"
