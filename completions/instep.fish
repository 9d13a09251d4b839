# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_instep_global_optspecs
    string join \n json color= q/quiet v/verbose C/directory= h/help V/version
end

function __fish_instep_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_instep_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_instep_using_subcommand
    set -l cmd (__fish_instep_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c instep -n "__fish_instep_needs_command" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_needs_command" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_needs_command" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_needs_command" -s q -l quiet -d 'Tell errors only'
complete -c instep -n "__fish_instep_needs_command" -s v -l verbose -d 'Tell details'
complete -c instep -n "__fish_instep_needs_command" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_needs_command" -s V -l version -d 'Print version'
complete -c instep -n "__fish_instep_needs_command" -f -a "config" -d 'Show each setting and the place that it comes from'
complete -c instep -n "__fish_instep_needs_command" -f -a "doctor" -d 'Find out what may be wrong where instep runs'
complete -c instep -n "__fish_instep_needs_command" -f -a "completions" -d 'Print the script that teaches a shell to complete commands'
complete -c instep -n "__fish_instep_using_subcommand config" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand config" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand config" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand config" -s q -l quiet -d 'Tell errors only'
complete -c instep -n "__fish_instep_using_subcommand config" -s v -l verbose -d 'Tell details'
complete -c instep -n "__fish_instep_using_subcommand config" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand doctor" -l fields -d 'Report which fields are recognised in the documents below PATH' -r -F
complete -c instep -n "__fish_instep_using_subcommand doctor" -l depth -d 'Count folders that lie deeper than this with the folder that they lie in' -r
complete -c instep -n "__fish_instep_using_subcommand doctor" -l values -d 'Show at most so many raw values of a field' -r
complete -c instep -n "__fish_instep_using_subcommand doctor" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand doctor" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand doctor" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand doctor" -s q -l quiet -d 'Tell errors only'
complete -c instep -n "__fish_instep_using_subcommand doctor" -s v -l verbose -d 'Tell details'
complete -c instep -n "__fish_instep_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand completions" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand completions" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand completions" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand completions" -s q -l quiet -d 'Tell errors only'
complete -c instep -n "__fish_instep_using_subcommand completions" -s v -l verbose -d 'Tell details'
complete -c instep -n "__fish_instep_using_subcommand completions" -s h -l help -d 'Print help'
