# A Debian 13 machine in systemd-nspawn, for packaging/test-system: its disk, its power switch, and commands in it.
# shellcheck shell=bash
# shellcheck disable=SC2154 # keep and checkout are the caller's

cache=/var/cache/lantern-migrate-system   # in the toolbox's root, which is a cache itself
run=$cache/run                            # one run at a time
disk=$run/disk
cgroup=lantern-migrate-system
nspawn=
leader=

say() { printf '\n== %s\n' "$1"; }
fail() { printf 'packaging/test-system: %s\n' "$1" >&2; exit 1; }

# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for() {
    local seconds=$1 what=$2 end
    shift 2
    end=$((SECONDS + seconds))
    until "$@" >"$run/waiting" 2>&1; do
        if [ "$SECONDS" -ge "$end" ]; then
            cat "$run/waiting" >&2
            fail "not within $seconds s: $what"
        fi
        sleep 0.2
    done
}

# The hierarchies that systemd in the machine needs: the unified one, and where the host still has the old ones, systemd's own.
hierarchies() { awk '$3 == "cgroup2" || ($3 == "cgroup" && $4 ~ /name=systemd/) { print $2 }' /proc/self/mounts; }

remove_cgroups() {
    local place
    for place in $(hierarchies); do
        [ ! -d "$place/$cgroup" ] || find "$place/$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
}

take_place() {
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock --wait 1800 9 || fail 'another packaging/test-system is running'
    remove_cgroups
    rm -rf --one-file-system "$run"
    mkdir -p "$run" "$disk"
    # Mounts are seen by this run alone and end with it; the toolbox has a namespace of its own.
    mkdir -p /run/systemd/nspawn
    mount -t tmpfs tmpfs /run/systemd/nspawn
}

clean_up() {
    local status=$?
    trap - EXIT
    [ "$status" = 0 ] || [ -z "$leader" ] || show_trouble >&2 || true
    power_off 2>/dev/null || true
    umount "$disk" 2>/dev/null || true
    remove_cgroups
    if [ "$keep" = --keep ]; then echo "the machine's files: $run/upper, in the toolbox"; else rm -rf --one-file-system "$run"; fi
    exit "$status"
}

show_trouble() {
    local commands=('systemctl --no-pager --failed' 'systemctl --no-pager status lantern-migrated' 'journalctl --no-pager -n 60 -u lantern-migrated'
        'lantern-migrate list' 'tail -n 15 /var/log/postgresql/*.log' 'journalctl --no-pager -n 20')
    local command
    printf '\n-- the machine, when it failed\n'
    for command in "${commands[@]}"; do
        printf '$ %s\n' "$command"
        timeout 20 nsenter --target "$leader" --all --root --wd -- sh -c "$command" 2>&1 || true
    done
    tail -n 20 "$run/console.log"
}

# --- the disk

recipe_hash() { declare -f make_base_in | sha256sum | cut -c1-16; }

make_base_in() {  # what a fresh installation has, and PostgreSQL with pgvector
    local root=$1 mirror
    mirror=$(awk '$1 == "deb" { print $2; exit }' /etc/apt/sources.list)
    debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,ca-certificates trixie "$root" "$mirror"
    cp /etc/apt/sources.list "$root/etc/apt/sources.list"
    [ ! -e /etc/apt/apt.conf.d/30proxy ] || cp /etc/apt/apt.conf.d/30proxy "$root/etc/apt/apt.conf.d/"
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    in_base "$root" apt-get update
    in_base "$root" apt-get install -y postgresql-17 postgresql-17-pgvector
    rm "$root/usr/sbin/policy-rc.d"
}

in_base() {  # with the network of this machine, before the disk is anybody's
    local root=$1
    shift
    cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"
}

make_base() {
    base=$cache/base-$(recipe_hash)
    if [ ! -d "$base" ]; then
        say 'a root of Debian 13 with systemd, PostgreSQL and pgvector (once; a few minutes)'
        find "$cache" -maxdepth 1 \( -name 'base-*' -o -name 'partial' \) -exec rm -rf --one-file-system {} +
        make_base_in "$cache/partial" >"$run/base.log" 2>&1 || { tail -n 20 "$run/base.log" >&2; fail 'could not make it'; }
        umount "$cache/partial/proc"
        mv "$cache/partial" "$base"
    fi
    # The machine has no network: what apt will ask for lies in its cache. Which packages these are is apt's own decision.
    cp "$(package)" "$base/root/"
    local download=(apt-get install --download-only -y "/root/$(basename "$(package)")")
    in_base "$base" "${download[@]}" >"$run/download.log" 2>&1 \
        || { in_base "$base" apt-get update && in_base "$base" "${download[@]}"; } >>"$run/download.log" 2>&1 \
        || { tail -n 20 "$run/download.log" >&2; fail 'could not fetch what the package depends on'; }
    umount "$base/proc"
    rm "$base/root/$(basename "$(package)")" "$base/etc/resolv.conf"
}

package() { printf '%s\n' "$checkout"/build/deb/lantern-migrate_*_"$(dpkg --print-architecture)".deb; }

make_disk() {
    mkdir -p "$run/upper" "$run/work" "$disk"
    mount -t overlay overlay -o "lowerdir=$base,upperdir=$run/upper,workdir=$run/work" "$disk"
    cp "$(package)" "$disk/root/"
    echo machine >"$disk/etc/hostname"
    printf '127.0.0.1 localhost machine old.example\n127.0.0.2 db.lantern.example\n' >"$disk/etc/hosts"
    chroot "$disk" useradd --create-home --shell /bin/bash alice
    chroot "$disk" useradd --create-home --shell /bin/bash mallory
    # For the target's server alone; see tests/lantern-stub/README.md.
    cmake --preset dev >"$run/stub.log" && cmake --build --preset dev --target lantern_stub >>"$run/stub.log" \
        || { cat "$run/stub.log" >&2; fail 'could not build the stand-in for lantern'; }
    install -m 644 build/dev/lantern-stub/lantern.so "$disk/usr/lib/postgresql/17/lib/"
    install -m 644 build/dev/lantern-stub/lantern.control build/dev/lantern-stub/lantern--0.5.0.sql "$disk/usr/share/postgresql/17/extension/"
}

# --- power

boot() {
    local place
    (
        exec 9>&-
        for place in $(hierarchies); do
            mkdir -p "$place/$cgroup"
            echo "$BASHPID" >"$place/$cgroup/cgroup.procs"
        done
        # Whatever ends this script ends the machine: the kernel kills a PID namespace with its first process.
        SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 exec setpriv --pdeathsig KILL unshare --pid --fork --kill-child --mount-proc systemd-nspawn --quiet --boot --directory="$disk" \
            --machine=lantern-migrate-system --private-network --keep-unit --register=no --settings=no --link-journal=no \
            --resolv-conf=off --timezone=off --console=pipe </dev/null >>"$run/console.log" 2>&1
    ) &
    nspawn=$!
    wait_for 60 'systemd-nspawn starts' find_leader
    wait_for 120 'the machine is up' is_up
    [ "$(in_machine systemctl is-system-running || true)" = running ] || fail 'the machine is up, but not all of it'
}

# unshare, below it systemd-nspawn, below that the machine's first process.
find_leader() { leader=$(pgrep --parent "$(pgrep --parent "$nspawn")"); }
is_up() { find_leader || return 1; case $(in_machine systemctl is-system-running 2>&1) in running | degraded) ;; *) return 1 ;; esac; }

# As the plug is pulled: nothing in the machine is told.
power_off() {
    [ -n "$leader" ] || return 0
    kill -KILL "$leader"
    wait "$nspawn" 2>/dev/null || true
    leader=
    nspawn=
}

# --- commands

in_machine() {
    nsenter --target "$leader" --all --root --wd -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=dumb "$@"
}
as_root() { in_machine sh -ec "cd /root; $1" "${@:2}"; }
as_user() { in_machine runuser --login "$1" --command "$2"; }
