# Sourced by the scripts beside it: makes the Python environment that uv.lock describes.
# `environment run` or `environment test` sets $root and $bin (the directory of its programs);
# a second call finds its stamp and does nothing. Everything it says goes to stderr.

UV_RANGE='uv>=0.13,<0.14'
root=$(dirname "$(dirname "$(readlink -f "$0")")")
cache=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}

say() {
    printf 'driftkoll: %s\n' "$*" >&2
}

stop() {
    say "$@"
    exit 2
}

# True where $env holds what the lock says, for this place and stage (`test` contains `run`).
up_to_date() {
    [ -x "$env/bin/python" ] && [ -r "$env/stamp" ] || return 1
    read -r stamp <"$env/stamp"
    [ "$stamp" = "$wanted test" ] || [ "$stamp" = "$wanted $stage" ]
}

writable() {
    [ -w "$1" ] || { [ ! -e "$1" ] && [ -w "$(dirname "$1")" ]; }
}

# The first Python that is new enough and, while uv is missing, can make a virtual environment.
find_python() {
    too_bare=
    for candidate in ${DRIFTKOLL_PYTHON:+"$DRIFTKOLL_PYTHON"} \
        python3 python3.14 python3.13 python3.12 python3.11 python; do
        python=$(command -v "$candidate") || continue
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        [ -x "$uv" ] && return
        "$python" -c 'import ensurepip, venv' 2>/dev/null && return
        too_bare=${too_bare:-$python}
    done
    [ -z "$too_bare" ] || stop "$too_bare cannot make virtual environments;" \
        "on Debian and Ubuntu: apt-get install python3-venv"
    stop "found no Python 3.11 or newer; install one, or name it in DRIFTKOLL_PYTHON"
}

# uv has an environment of its own, since `uv sync` removes what is not in the lock.
install_uv() {
    "$uv" --version >/dev/null 2>&1 && return
    # An older pip trusts only the certificates that it brings.
    if [ -z "${PIP_CERT:-}" ] && [ -r /etc/ssl/certs/ca-certificates.crt ]; then
        export PIP_CERT=/etc/ssl/certs/ca-certificates.crt
    fi
    "$python" -m venv --clear "$tools/venv" &&
        "$tools/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$UV_RANGE" ||
        stop "uv could not be installed (see above); behind a proxy, set HTTPS_PROXY"
}

sync_environment() {
    say "setting up $env (takes a minute the first time)"
    install_uv
    if [ -r "$env/stamp" ]; then
        # The programs of an environment that was moved or copied still point to where it was.
        [ "$(sed -n 2p "$env/stamp")" = "$root" ] || rm -rf "$env"
        rm -f "$env/stamp"
    fi
    mkdir -p "$cache/uv" 2>/dev/null && [ -w "$cache/uv" ] || export UV_CACHE_DIR="$tools/cache"
    case $stage in
    # PostgreSQL's driver too, 10 MB: `db copy` needs it before the configuration can name one.
    run) set -- --no-dev --extra postgres ;;
    test) set -- --all-extras ;;
    esac
    # UV_SYSTEM_CERTS: there may be a proxy that looks into TLS.
    UV_SYSTEM_CERTS=true UV_PYTHON=$python UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=$env \
        "$uv" sync --quiet --project "$root" --frozen "$@" ||
        stop "the packages of uv.lock could not be installed (see above)"
    printf '%s\n' "$wanted $stage" "$root" >"$env/stamp"
}

environment() {
    stage=$1
    wanted=$(printf '%s\n' "$root" | cat - "$root/uv.lock" "$root/pyproject.toml" | cksum)
    env=$root/.venv tools=$root/.uv
    if ! up_to_date && ! { writable "$env" && writable "$tools"; }; then
        # Somebody else's checkout: the environment lies among the user's own files.
        tools=$cache/driftkoll/$(printf '%s' "$root" | cksum | cut -d' ' -f1) env=$tools/environment
    fi
    uv=$tools/venv/bin/uv bin=$env/bin
    up_to_date && return
    mkdir -p "$tools" 2>/dev/null ||
        stop "can write neither to $root nor to $cache; name a directory in XDG_CACHE_HOME"
    find_python
    {
        # Of two at once the second waits. flock(2) by way of Python, which is there: the lock is
        # that of the open file, and stays when the process that took it has gone.
        exec 9>"$tools/lock"
        "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
        up_to_date || sync_environment
        exec 9>&-
    } </dev/null >&2
}
