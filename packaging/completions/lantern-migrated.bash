# bash completion for lantern-migrated: its options and what they take.

_lantern_migrated() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    case $previous in
        --config | --control-socket | --pg-dump)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        --spool-dir | --state-dir)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
        --log-level) mapfile -t COMPREPLY < <(compgen -W 'trace debug info warn error' -- "$current") ;;
        --max-jobs) ;;
        *)
            mapfile -t COMPREPLY < <(compgen -W '--help --version --config --spool-dir --state-dir --control-socket
                --pg-dump --max-jobs --log-level --check-config' -- "$current") ;;
    esac
}

complete -F _lantern_migrated lantern-migrated
