# bash completion for lantern-migrate: commands, their options, job files, and the names of jobs.

# Names of jobs in the given states, or of all. Nothing if the daemon is away or does not answer at once.
_lantern_migrate_jobs() {
    timeout 2 lantern-migrate list --json "${daemon[@]}" 2>/dev/null \
        | grep -o '"name":"[A-Za-z0-9][A-Za-z0-9_.-]*"' | sed 's/.*:"\(.*\)"/\1/'
}

_lantern_migrate() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command='' job='' word i
    local daemon=()
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; ++i)); do
        word=${COMP_WORDS[i]}
        case $word in
            --socket | --config | --state-dir)
                # Asked of the same daemon, or the same journal, as the command will be.
                ((i + 1 < COMP_CWORD)) && daemon+=("$word" "${COMP_WORDS[i + 1]/#\~/$HOME}")
                i=$((i + 1)) ;;
            --spool-dir | --pg-dump | --schema | --after) i=$((i + 1)) ;;
            -*) ;;
            *) if [[ -z $command ]]; then command=$word; else job=$word; fi ;;
        esac
    done

    case $previous in
        --socket | --config | --pg-dump | --schema)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return ;;
        --state-dir | --spool-dir)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            return ;;
        --after) return ;;
    esac

    local of_daemon='--socket --config' options=''
    case $command in
        '') options='--version' ;;
        plan) options='--json --pg-dump --queries' ;;
        translate) options='--json --schema --functions' ;;
        run) options='--json --state-dir --again --cutover --pg-dump' ;;
        submit) options="--json --spool-dir $of_daemon" ;;
        list | status) options="--json --state-dir $of_daemon" ;;
        report) options="--json --html --state-dir $of_daemon" ;;
        cancel) options="--json --drop-target-objects --state-dir $of_daemon" ;;
        events) options="--json --after --state-dir $of_daemon" ;;
        indexes) options="--json --pg-dump --state-dir $of_daemon" ;;
        watch | pause | resume | retry | cutover | rollback) options="--json $of_daemon" ;;
        *) return ;;
    esac
    if [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "--help $options" -- "$current")
        return
    fi
    if [[ -z $command ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'plan translate run submit list status watch report events indexes pause resume cancel retry cutover rollback' -- "$current")
        return
    fi
    [[ -z $job ]] || return
    local names=()
    case $command in
        plan | translate | run | submit) ;;
        list) return ;;
        *) mapfile -t names < <(compgen -W "$(_lantern_migrate_jobs)" -- "$current") ;;
    esac
    case $command in
        translate)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -d -- "$current"; compgen -f -X '!*.sql' -- "$current") ;;
        plan | run | submit | indexes)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -d -- "$current"; compgen -f -X '!*.@(yaml|yml)' -- "$current") ;;
    esac
    COMPREPLY+=("${names[@]}")
}

complete -F _lantern_migrate lantern-migrate
