# What packaging/test-system does to the machine of machine.sh, and what must be true then.
# shellcheck shell=bash
# shellcheck disable=SC2154 # run, disk and checkout are the callers'

spool=/var/spool/lantern-migrate
upgraded=
secrets=()

sql() {  # sql source|target DATABASE, with the statements on standard input
    local directory=/run/postgresql
    [ "$1" = source ] || directory=/var/lib/postgresql/target-socket
    in_machine runuser -u postgres -- psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 --host "$directory" --dbname "$2"
}
expect() {  # expect WHAT GOT WANTED
    [ "$2" = "$3" ] || fail "$1: got \"$2\", wanted \"$3\""
    printf '   %s: %s\n' "$1" "${2:-nothing, as it should be}"
}
service() { in_machine systemctl show --property "$1" --value lantern-migrated; }
job() { as_user alice "lantern-migrate status $1 --json" || true; }
disposition() { job "$1" | jq --raw-output .disposition; }
copied_percent() { job "$1" | jq --raw-output '.progress | if .bytes_total > 0 then (100 * .bytes / .bytes_total | floor) else 0 end'; }
is_done() { [ "$(disposition "$1")" = done ]; }
is_paused() { [ "$(disposition "$1")" = paused ]; }
is_past() { [ "$(copied_percent "$1")" -ge "$2" ]; }
wait_past() {  # in the middle, and not at the end
    wait_for 120 "$1 is copied to $2 %" is_past "$1" "$2"
    [ "$(disposition "$1")" = running ] || fail "$1 should still be running at $2 %"
    echo "   $1: $(copied_percent "$1") % are copied"
}

# The commands of README's section: `# ` as root, `$ ` as alice, other lines belong to the command before them.
readme_commands() {
    awk '/^## / { inside = /^## Install$/ } inside && /^```/ { block = /^```console$/; next } inside && block' "$checkout/README.md"
}

# --- servers

make_servers() {
    say 'two servers: one with pgvector, one with the STAND-IN for Lantern (it takes the same SQL; tests/lantern-stub)'
    as_root "pg_createcluster 17 target --port 5432 --socketdir /var/lib/postgresql/target-socket
        echo \"listen_addresses = '127.0.0.2'\" >>/etc/postgresql/17/target/postgresql.conf
        systemctl daemon-reload
        systemctl start postgresql@17-target" >"$run/output" 2>&1 || { cat "$run/output" >&2; fail 'could not make the target'; }
    sql source postgres <<'SQL'
CREATE ROLE reader LOGIN PASSWORD 'only-the-reader-knows' IN ROLE pg_read_all_data, pg_maintain;
CREATE ROLE "lantern-migrate" LOGIN IN ROLE pg_read_all_data, pg_maintain;
CREATE DATABASE app;
CREATE DATABASE archive;
SQL
    sql target postgres <<'SQL'
CREATE ROLE owner LOGIN PASSWORD 'only-the-owner-knows';
CREATE DATABASE app OWNER owner;
CREATE DATABASE archive OWNER owner;
SQL
    make_rows app 3000
    make_rows archive 50000
}

make_rows() {
    echo 'CREATE EXTENSION lantern' | sql target "$1"
    sql source "$1" <<SQL
CREATE EXTENSION vector;
CREATE TABLE words (id bigserial PRIMARY KEY, word text NOT NULL, embedding vector(64));
INSERT INTO words (word, embedding)
    SELECT 'word ' || n, (SELECT array_agg(sin(n * 0.7 + k)::real ORDER BY k) FROM generate_series(1, 64) k)::vector FROM generate_series(1, $2) n;
UPDATE words SET embedding = NULL WHERE id % 1000 = 0;
CREATE INDEX words_embedding ON words USING hnsw (embedding vector_l2_ops) WITH (m = 4, ef_construction = 8);
CREATE INDEX words_word ON words (word);
VACUUM ANALYZE words;
SQL
}

rows_of() { echo "SELECT count(*) || ' rows, digest ' || md5(string_agg(concat_ws('|', id, word, embedding::real[]), ';' ORDER BY id)) FROM words" | sql "$1" "$2"; }
expect_equal_rows() { expect "rows of $1 on the target, as on the source" "$(rows_of target "$1")" "$(rows_of source "$1")"; }

# --- steps

run_readme_command() {  # run_readme_command PROMPT COMMAND
    printf '%s\n' "$2" | sed "s/^/   $1 /;2,\$s/^   $1 /     /"
    # apt asks whether to go on; the operator says yes.
    if [ "$1" = '#' ]; then as_root "$2" <<<y; else as_user alice "$2" </dev/null; fi >"$run/output" 2>&1 \
        || { cat "$run/output" >&2; fail "README's command failed: $2"; }
}

install_as_readme_says() {
    say "README's section \"Install\", word for word"
    local line prompt='' command='' commands=0
    while IFS= read -r line; do
        case $line in
            '# '* | "\$ "*)
                [ -z "$prompt" ] || run_readme_command "$prompt" "$command"
                prompt=${line:0:1} command=${line:2} commands=$((commands + 1)) ;;
            *) command+=$'\n'$line ;;
        esac
    done < <(readme_commands)
    run_readme_command "$prompt" "$command"
    [ "$commands" -ge 8 ] || fail "README's section has $commands commands; is it still there?"
    cat "$run/output"
    mapfile -t secrets < <(sed -n 's,^postgresql://[^:]*:\([^@]*\)@.*,\1,p' < <(readme_commands))
    expect 'passwords in it' "${#secrets[@]}" 2
    expect 'the job' "$(disposition words)" done
    expect_equal_rows app
}

check_rights() {
    say 'who may do what'
    expect 'a job file in the spool' "$(as_root "stat --format '%a %U %G' $spool/done/words.yaml")" '640 alice lantern-migrate'
    expect 'its report' "$(as_root "stat --format '%a %U %G' $spool/done/words.yaml.report.json")" '640 lantern-migrate lantern-migrate'
    expect 'the spool' "$(as_root "stat --format '%a' $spool $spool/incoming $spool/active $spool/done $spool/failed" | paste -sd' ')" \
        '2750 2770 2750 2750 2750'
    expect 'the control socket' "$(as_root "stat --format '%a %U %G' /run/lantern-migrate/control.sock")" '660 lantern-migrate lantern-migrate'
    local command status
    for command in 'lantern-migrate list' "ls $spool/done" 'ls /etc/credstore' 'ls /var/lib/lantern-migrate'; do
        status=0
        as_user mallory "$command" >/dev/null 2>&1 || status=$?
        [ "$status" != 0 ] || fail "mallory, who is in no group, may: $command"
        echo "   mallory may not: $command (exit $status)"
    done
    expect 'a completed job name' "$(as_user alice '. /usr/share/bash-completion/completions/lantern-migrate
        COMP_WORDS=(lantern-migrate status w) COMP_CWORD=2; _lantern_migrate; echo "${COMPREPLY[@]}"')" words
    expect 'the manual' "$(as_root 'ls /usr/share/man/man*/lantern-migrat*' | wc -l)" 4
}

check_health() {
    expect "the service $1" "$(service ActiveState) $(service SubState)" 'active running'
    expect 'failed units' "$(in_machine systemctl --failed --no-legend)" ''
    expect 'its exposure' "$(in_machine systemd-analyze security --threshold=15 --no-pager lantern-migrated >/dev/null && echo 'at most 1.5')" 'at most 1.5'
}

# Slow, so that it has a middle on the slowest machine: 50,000 rows are some 30 MB on the wire, two minutes' worth. The source is
# reached by its unix socket, without a password.
start_long_job() {
    say 'a long job'
    as_root "umask 077; sed 's,/app,/archive,' /etc/credstore/lantern-migrate.words-target >/etc/credstore/lantern-migrate.archive-target
        systemctl restart lantern-migrated"
    as_user alice "cat >archive.yaml <<'JOB'
source:
  url: postgresql://lantern-migrate@/archive?host=/run/postgresql
target:
  credential: archive-target
copy: {workers: 1, chunk_size: 128KiB, max_rate: 256KiB/s}
JOB
        lantern-migrate submit archive.yaml"
    wait_past archive 3
}

kill_the_daemon() {
    say 'kill -9 of the daemon'
    local before
    before=$(service MainPID)
    as_root "kill -KILL $before"
    wait_for 30 'systemd starts it again' was_started_again
    [ "$(service MainPID)" != "$before" ] || fail 'the process is still the same'
    expect 'restarts' "$(service NRestarts)" 1
    check_health 'after the kill'
    wait_past archive 5
}
# A daemon that hangs is noticed by systemd's watchdog, here within seconds, and started again.
stop_its_loop() {
    say 'a daemon that hangs'
    as_root 'mkdir -p /run/systemd/system/lantern-migrated.service.d
        printf "[Service]\\nWatchdogSec=9s\\n" >/run/systemd/system/lantern-migrated.service.d/watchdog.conf
        systemctl daemon-reload; systemctl restart lantern-migrated'
    local before began=$SECONDS
    before=$(service MainPID)
    as_root "kill -STOP $before"
    wait_for 90 'the watchdog ends it' was_started_again
    [ "$(service MainPID)" != "$before" ] || fail 'the process is still the same'
    echo "   started again after $((SECONDS - began)) s"
    expect 'what the journal says of it' "$(as_root 'journalctl --no-pager --output=cat -u lantern-migrated | grep --count "Watchdog timeout"')" 1
    wait_past archive 6
}
was_started_again() { [ "$(service NRestarts)" = 1 ] && [ "$(service ActiveState)" = active ]; }

cut_the_power() {
    say 'the power goes, with both servers and the daemon at work'
    power_off
    say 'the machine boots again'
    boot
    expect 'restarts since' "$(service NRestarts)" 0
    wait_past archive 3
    check_process_titles
}

check_process_titles() {
    # The search itself is a process: it reads what to look for from its standard input.
    local find="grep --text --files-with-matches --fixed-strings --file=- /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null || true" own
    own=$(as_root "LOOK_FOR=me; export LOOK_FOR; sh -c '$find'" <<<'LOOK_FOR=me')
    [ -n "$own" ] || fail 'the search itself finds nothing'
    expect 'processes with a password' "$(printf '%s\n' "${secrets[@]}" | as_root "$find")" ''
}

upgrade_in_the_middle() {
    say 'an upgrade, while it runs'
    local tree=$run/package
    upgraded=$(dpkg-deb --field "$(package)" Version)+upgrade
    dpkg-deb --raw-extract "$(package)" "$tree"
    sed -i "s/^Version: .*/Version: $upgraded/" "$tree/DEBIAN/control"
    dpkg-deb --root-owner-group --build "$tree" "$disk/root/lantern-migrate_upgrade.deb" >/dev/null
    local before copied
    before=$(service MainPID)
    copied=$(copied_percent archive)
    as_root 'apt-get install -y ./lantern-migrate_upgrade.deb' >"$run/output" 2>&1 || { cat "$run/output" >&2; fail 'the upgrade failed'; }
    expect 'installed' "$(as_root "dpkg-query --show --showformat '\${Version} \${db:Status-Abbrev}' lantern-migrate")" "$upgraded ii "
    [ "$(service MainPID)" != "$before" ] || fail 'the upgrade did not restart the daemon'
    wait_past archive $((copied + 3))
}

# Alice has waited long enough: what is mended in a job's file counts from the next run on.
finish_long_job() {
    say 'paused, its limit lifted, resumed'
    as_user alice "lantern-migrate pause archive"
    wait_for 60 'the job is paused' is_paused archive
    as_user alice "f=$spool/active/archive.yaml; without=\$(sed 's/, max_rate: [^}]*//' \$f); printf '%s\\n' \"\$without\" >\$f; grep copy: \$f; lantern-migrate resume archive"
    wait_for 180 'the job is done' is_done archive
    local runs
    runs=$(as_user alice 'lantern-migrate report archive --json' | jq --raw-output .runs)
    [ "$runs" -ge 5 ] || fail "killed, without power, upgraded and paused, it says it had $runs runs"
    echo "   runs: $runs"
    expect_equal_rows archive
    expect 'vector indexes on the target' "$(echo "SELECT count(*) FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = relam
        WHERE amname = 'lantern_hnsw' AND indisvalid" | sql target archive)" 1
    check_health 'at the end'
}

# Everything that was written, in files and in systemd's journal; but for the credentials themselves, where root put them and where
# systemd hands them over.
check_secrets() {
    say 'passwords'
    local secret find='grep --text --recursive --files-with-matches --fixed-strings --devices=skip --file=-'
    for secret in "${secrets[@]}"; do
        [ -n "$(as_root "$find /etc/credstore" <<<"$secret")" ] || fail 'the search itself finds nothing'
    done
    expect 'files with a password' "$(printf '%s\n' "${secrets[@]}" | as_root "$find --exclude-dir=credstore --exclude-dir=credentials \
        /etc /home /root /run /tmp /var 2>/dev/null || true")" ''
    expect 'lines of the journal with one' "$(as_root 'journalctl --no-pager --output=export' | grep --text --count --fixed-strings --file=<(printf '%s\n' "${secrets[@]}") || true)" 0
    check_process_titles
}

reload_and_stop() {
    say 'reload, stop and start'
    local before
    before=$(service MainPID)
    in_machine systemctl reload lantern-migrated
    expect 'the process after a reload' "$(service MainPID)" "$before"
    as_user alice 'lantern-migrate list' | sed 's/^/   /'
    in_machine systemctl stop lantern-migrated
    expect 'stopped' "$(service ActiveState) $(service Result)" 'inactive success'
    local status=0
    as_user alice 'lantern-migrate list' >/dev/null 2>&1 || status=$?
    expect 'exit status of list, with no daemon' "$status" 5
    in_machine systemctl start lantern-migrated
    check_health 'after the start'
}

remove_and_purge() {
    say 'remove keeps what purge takes'
    local places="/var/lib/lantern-migrate/journal.db $spool/done/archive.yaml /etc/lantern-migrate/lantern-migrated.yaml /etc/credstore/lantern-migrate.words-source"
    as_root 'apt-get remove -y lantern-migrate' >"$run/output" 2>&1 || { cat "$run/output" >&2; fail 'apt-get remove failed'; }
    as_root "ls $places" | sed 's/^/   kept: /'
    expect 'the program' "$(as_root 'ls /usr/bin/lantern-migrate /usr/sbin/lantern-migrated 2>/dev/null || true')" ''
    as_root 'apt-get install -y ./lantern-migrate_upgrade.deb' >"$run/output" 2>&1 || { cat "$run/output" >&2; fail 'could not install it again'; }
    expect 'the job, installed again' "$(disposition archive)" done
    as_root 'apt-get purge -y lantern-migrate' >"$run/output" 2>&1 || { cat "$run/output" >&2; fail 'apt-get purge failed'; }
    expect 'left after purge' "$(as_root "ls --directory /var/lib/lantern-migrate $spool /etc/lantern-migrate /run/lantern-migrate /etc/credstore/lantern-migrate.* 2>/dev/null || true")" ''
    expect 'failed units' "$(in_machine systemctl --failed --no-legend)" ''
}
