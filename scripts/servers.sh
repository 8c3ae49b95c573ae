# Sourced by scripts/test: `servers` installs the Debian packages of the servers that the tests
# talk to, where it may. None is started, now or at the next boot; what fails is a warning, since
# a test without its server is skipped with the reason.

SERVERS='snmpd snmp prometheus prometheus-alertmanager postgresql iproute2 iputils-ping'
# A servicedesk; by itself, since some Debians lack it.
DESK='request-tracker5 rt5-standalone rt5-db-sqlite'
POLICY=/usr/sbin/policy-rc.d

missing() {
    for package in "$@"; do
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

# What the packages would ask. The tests give Request Tracker a database of their own.
answer() {
    debconf-set-selections <<'END'
request-tracker5 request-tracker5/dbconfig-install boolean false
request-tracker5 request-tracker5/install-cronjobs boolean false
request-tracker5 request-tracker5/handle-siteconfig-permissions boolean true
END
}

install() {
    [ $# -gt 0 ] || return 0
    timeout 400 apt-get install -qq --no-install-recommends --no-remove \
        -o DPkg::Lock::Timeout=60 -o Dpkg::Use-Pty=0 "$@" </dev/null >/dev/null ||
        say "could not install all of $*; tests that need them will be skipped"
}

servers() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
    # shellcheck disable=SC2086 # lists of words, here and below
    servers=$(missing $SERVERS) desk=$(missing $DESK)
    [ -n "$servers$desk" ] || return 0
    # It wants a mail server; this one runs nothing.
    [ -z "$desk" ] || command -v sendmail >/dev/null || desk="$desk msmtp-mta"
    say "installing $servers$desk"
    before=$(dpkg-query -W -f '${Package} ')
    export DEBIAN_FRONTEND=noninteractive
    forbid_starting
    timeout 120 apt-get update -qq </dev/null >/dev/null || say "could not update apt's lists"
    # shellcheck disable=SC2086
    install $servers
    case " $desk " in *' request-tracker5 '*) answer || say 'could not preseed Request Tracker' ;; esac
    # shellcheck disable=SC2086
    install $desk
    restore_policy
    for package in $(dpkg-query -W -f '${Package} '); do
        case " $before " in *" $package "*) ;; *) disable "$package" >/dev/null 2>&1 ;; esac
    done
}
