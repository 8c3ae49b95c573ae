# Sourced by scripts/test: `servers` installs the Debian packages of the servers that the tests
# talk to, where it may. None is started, now or at the next boot; what fails is a warning, since
# a test without its server is skipped with the reason.

SERVERS='snmpd snmp prometheus prometheus-alertmanager postgresql iproute2 iputils-ping'
POLICY=/usr/sbin/policy-rc.d

missing() {
    for package in $SERVERS; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            printf '%s ' "$package"
    done
}

restore_policy() {
    rm -f "$POLICY"
    [ ! -e "$POLICY.driftkoll" ] || mv "$POLICY.driftkoll" "$POLICY"
    trap - EXIT INT TERM
}

# Debian starts a daemon as it installs it, unless this file says no (policy-rc.d, exit 101).
forbid_starting() {
    [ ! -e "$POLICY" ] || mv "$POLICY" "$POLICY.driftkoll"
    trap restore_policy EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$POLICY"
    chmod +x "$POLICY"
}

# Not at the next boot either: all units and init scripts that a package brought.
disable() {
    for unit in $(dpkg -L "$1" | sed -n 's,.*/systemd/system/\([^/]*\.[a-z]*\)$,\1,p'); do
        systemctl disable "$unit" || true
    done
    for script in $(dpkg -L "$1" | sed -n 's,^/etc/init.d/,,p'); do
        update-rc.d "$script" disable || true
    done
}

install() {
    export DEBIAN_FRONTEND=noninteractive
    timeout 120 apt-get update -qq &&
        timeout 400 apt-get install -qq --no-install-recommends \
            -o DPkg::Lock::Timeout=60 -o Dpkg::Use-Pty=0 "$@"
}

servers() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
    packages=$(missing)
    [ -n "$packages" ] || return 0
    say "installing $packages"
    before=$(dpkg-query -W -f '${Package} ')
    forbid_starting
    # shellcheck disable=SC2086 # a list of words
    install $packages </dev/null >/dev/null ||
        say "could not install all of them; tests that need them will be skipped"
    restore_policy
    for package in $(dpkg-query -W -f '${Package} '); do
        case " $before " in *" $package "*) ;; *) disable "$package" >/dev/null 2>&1 ;; esac
    done
}
