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
complete -c instep -n "__fish_instep_needs_command" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_needs_command" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_needs_command" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_needs_command" -s V -l version -d 'Print version'
complete -c instep -n "__fish_instep_needs_command" -f -a "sprint" -d 'Make, find and change sprints'
complete -c instep -n "__fish_instep_needs_command" -f -a "task" -d 'Make, find and change tasks'
complete -c instep -n "__fish_instep_needs_command" -f -a "agent" -d 'Make, find and change the profiles of agents'
complete -c instep -n "__fish_instep_needs_command" -f -a "template" -d 'Find and check templates'
complete -c instep -n "__fish_instep_needs_command" -f -a "init" -d 'Make a project of this folder, or get a clone of one ready'
complete -c instep -n "__fish_instep_needs_command" -f -a "sync" -d 'Bring the files and the database in step'
complete -c instep -n "__fish_instep_needs_command" -f -a "status" -d 'Say what differs between the files and the database'
complete -c instep -n "__fish_instep_needs_command" -f -a "diff" -d 'Show line by line how the files differ from the database'
complete -c instep -n "__fish_instep_needs_command" -f -a "conflict" -d 'List and decide what both sides changed differently'
complete -c instep -n "__fish_instep_needs_command" -f -a "db" -d 'Look after the database'
complete -c instep -n "__fish_instep_needs_command" -f -a "config" -d 'Show each setting and the place that it comes from'
complete -c instep -n "__fish_instep_needs_command" -f -a "doctor" -d 'Find out what may be wrong where instep runs'
complete -c instep -n "__fish_instep_needs_command" -f -a "completions" -d 'Print the script that teaches a shell to complete commands'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -f -a "new" -d 'Make a sprint from a template, or many from a list'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -f -a "list" -d 'List sprints: filter, sort, page'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -f -a "show" -d 'Show one sprint and its tasks'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -f -a "set" -d 'Change fields of a sprint'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -f -a "status" -d 'Change the status of sprints'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -f -a "move" -d 'Give a sprint another code'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -f -a "rm" -d 'Delete sprints on both sides; the history keeps them'
complete -c instep -n "__fish_instep_using_subcommand sprint; and not __fish_seen_subcommand_from new list show set status move rm scaffold" -f -a "scaffold" -d 'Make the tasks that SPRINT.md lists and that do not exist'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from new" -s t -l title -d 'Its title; the code in words where none is given' -r
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from new" -l template -d 'Which template, as `instep template list` names it' -r
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from new" -l var -d 'Give a variable of the template a value, to a list one line for each item; may be given several times' -r
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from new" -l from -d 'Make everything that a YAML or JSON file lists, all of it or nothing; `-` is standard input' -r -F
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from new" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from new" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from new" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from list" -s s -l status -d 'Only sprints with this status; may be given several times' -r
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from list" -s o -l owner -d 'Only sprints of this owner; may be given several times' -r
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from list" -l sort -d 'Order by these; `-` before one turns it round (such as `status,-updated`): code, title, status, owner, starts_on, ends_on, goal, tags, estimate_hours, progress, updated, created' -r
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from list" -s n -l limit -d 'Show at most so many' -r
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from list" -l page -d 'Show page N of pages of `--limit`' -r
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from list" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from show" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from show" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from show" -l text -d 'Show the whole text of its documents too'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from show" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from set" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from set" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from set" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from status" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from status" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from status" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from move" -l to -d 'The sprint that a task goes to; `backlog` for none' -r
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from move" -l code -d 'Its new code, which becomes the name of its folder' -r
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from move" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from move" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from move" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from move" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from move" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from move" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from rm" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from rm" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from rm" -l with-tasks -d 'Delete a sprint together with its tasks'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do not ask'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from scaffold" -l template -d 'Which template of a task, as `instep template list` names it' -r
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from scaffold" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from scaffold" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from scaffold" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from scaffold" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from scaffold" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand sprint; and __fish_seen_subcommand_from scaffold" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -f -a "new" -d 'Make a task from a template, or many from a list'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -f -a "list" -d 'List tasks: filter, sort, page'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -f -a "show" -d 'Show one task'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -f -a "set" -d 'Change fields of a task'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -f -a "status" -d 'Change the status of tasks'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -f -a "move" -d 'Move a task to another sprint, or give it another code'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -f -a "rm" -d 'Delete tasks on both sides; the history keeps them'
complete -c instep -n "__fish_instep_using_subcommand task; and not __fish_seen_subcommand_from new list show set status move rm next" -f -a "next" -d 'Say which task to take up next'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -l sprint -d 'The sprint that it belongs to; the backlog where none is given' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -s t -l title -d 'Its title; the code in words where none is given' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -s p -l priority -d 'Its priority' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -l kind -d 'Make it from a template of another kind: `bug` or `embedded`' -r -f -a "task\t''
bug\t''
embedded\t''"
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -l template -d 'Which template, as `instep template list` names it' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -l var -d 'Give a variable of the template a value, to a list one line for each item; may be given several times' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -l from -d 'Make everything that a YAML or JSON file lists, all of it or nothing; `-` is standard input' -r -F
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -s s -l status -d 'Only tasks with this status; may be given several times' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -s p -l priority -d 'Only tasks with this priority; may be given several times' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -s a -l assignee -d 'Only tasks of this assignee; may be given several times' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -l sprint -d 'Only tasks of this sprint' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -l sort -d 'Order by these; `-` before one turns it round (such as `status,-updated`): code, sprint, title, status, priority, assignee, owner, phase, position, estimate_hours, actual_hours, progress, starts_on, ends_on, completed_on, goal, tags, depends_on, blocks, category, component, updated, created' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -s n -l limit -d 'Show at most so many' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -l page -d 'Show page N of pages of `--limit`' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -l backlog -d 'Only tasks of no sprint'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from show" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from show" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from show" -l text -d 'Show the whole text of its documents too'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from show" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from set" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from set" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from set" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from status" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from status" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from status" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from move" -l to -d 'The sprint that a task goes to; `backlog` for none' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from move" -l code -d 'Its new code, which becomes the name of its folder' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from move" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from move" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from move" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from move" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from move" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from move" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from rm" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from rm" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from rm" -l with-tasks -d 'Delete a sprint together with its tasks'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do not ask'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from next" -l sprint -d 'Only tasks of this sprint' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from next" -s a -l assignee -d 'Only tasks of this assignee, or of nobody' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from next" -s n -l limit -d 'Show so many' -r
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from next" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from next" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from next" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from next" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from next" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand task; and __fish_seen_subcommand_from next" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -f -a "new" -d 'Make an agent from a template, or many from a list'
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -f -a "list" -d 'List agents: filter, sort, page'
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -f -a "show" -d 'Show one agent'
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -f -a "set" -d 'Change fields of an agent'
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -f -a "status" -d 'Change the status of agents'
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -f -a "move" -d 'Give an agent another code'
complete -c instep -n "__fish_instep_using_subcommand agent; and not __fish_seen_subcommand_from new list show set status move rm" -f -a "rm" -d 'Delete agents on both sides; the history keeps them'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from new" -l name -d 'Its name for people' -r
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from new" -l template -d 'Which template, as `instep template list` names it' -r
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from new" -l var -d 'Give a variable of the template a value, to a list one line for each item; may be given several times' -r
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from new" -l from -d 'Make everything that a YAML or JSON file lists, all of it or nothing; `-` is standard input' -r -F
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from new" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from new" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from new" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from list" -s s -l status -d 'Only agents with this status; may be given several times' -r
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from list" -l sort -d 'Order by these; `-` before one turns it round (such as `status,-updated`): code, name, role, status, skills, capabilities, constraints, tools, updated, created' -r
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from list" -s n -l limit -d 'Show at most so many' -r
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from list" -l page -d 'Show page N of pages of `--limit`' -r
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from list" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from show" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from show" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from show" -l text -d 'Show the whole text of its documents too'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from show" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from set" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from set" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from set" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from status" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from status" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from status" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from move" -l to -d 'The sprint that a task goes to; `backlog` for none' -r
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from move" -l code -d 'Its new code, which becomes the name of its folder' -r
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from move" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from move" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from move" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from move" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from move" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from move" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from rm" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from rm" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from rm" -l with-tasks -d 'Delete a sprint together with its tasks'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do not ask'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand agent; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand template; and not __fish_seen_subcommand_from list show check new" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand template; and not __fish_seen_subcommand_from list show check new" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand template; and not __fish_seen_subcommand_from list show check new" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand template; and not __fish_seen_subcommand_from list show check new" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand template; and not __fish_seen_subcommand_from list show check new" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand template; and not __fish_seen_subcommand_from list show check new" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand template; and not __fish_seen_subcommand_from list show check new" -f -a "list" -d 'List the templates: built-in ones and those of this project'
complete -c instep -n "__fish_instep_using_subcommand template; and not __fish_seen_subcommand_from list show check new" -f -a "show" -d 'Show what a template is for and which variables it takes'
complete -c instep -n "__fish_instep_using_subcommand template; and not __fish_seen_subcommand_from list show check new" -f -a "check" -d 'Check that templates render, and that what they make can be kept in step'
complete -c instep -n "__fish_instep_using_subcommand template; and not __fish_seen_subcommand_from list show check new" -f -a "new" -d 'Make a file that is kept in step with nothing: a decision record'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from list" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from show" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from show" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from show" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from check" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from check" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from check" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from new" -s t -l title -d 'The decision in one line' -r
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from new" -l number -d 'Its number, which people agree on: another branch may have taken the next one' -r
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from new" -l template -d 'Which template, as `instep template list` names it' -r
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from new" -l var -d 'Give a variable of the template a value; may be given several times' -r
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from new" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from new" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from new" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand template; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand init" -l name -d 'The project\'s name; the folder\'s where none is given' -r
complete -c instep -n "__fish_instep_using_subcommand init" -l root -d 'The folder for the planning files; `delegation` where none is given' -r
complete -c instep -n "__fish_instep_using_subcommand init" -l database -d 'Use the database that everybody\'s own `config.toml` knows under this name' -r
complete -c instep -n "__fish_instep_using_subcommand init" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand init" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand init" -l demo -d 'Fill it with a small example'
complete -c instep -n "__fish_instep_using_subcommand init" -l no-sync -d 'Leave planning files that are there already to a later `sync`'
complete -c instep -n "__fish_instep_using_subcommand init" -s y -l yes -d 'Do not ask before files get their stamp'
complete -c instep -n "__fish_instep_using_subcommand init" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand init" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand init" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand init" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand sync" -l plan -d 'Write what would be done to a file and do nothing' -r -F
complete -c instep -n "__fish_instep_using_subcommand sync" -l apply -d 'Do exactly what the file says, or nothing' -r -F
complete -c instep -n "__fish_instep_using_subcommand sync" -l allow-delete -d 'Let exactly N deletions pass' -r
complete -c instep -n "__fish_instep_using_subcommand sync" -l allow-change -d 'Let exactly N changed documents pass, where that is most of them' -r
complete -c instep -n "__fish_instep_using_subcommand sync" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand sync" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand sync" -s n -l dry-run -d 'Say what would be done and do nothing'
complete -c instep -n "__fish_instep_using_subcommand sync" -l pull -d 'Bring up files that git put there and that are older than the database'
complete -c instep -n "__fish_instep_using_subcommand sync" -l push-here -d 'Let edits count that are pending on this branch; in this version none are'
complete -c instep -n "__fish_instep_using_subcommand sync" -l rebase -d 'Compare everything anew with a database that was replaced or restored, and mend each `.hash`'
complete -c instep -n "__fish_instep_using_subcommand sync" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand sync" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand sync" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand sync" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand status" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand status" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand status" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand status" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand status" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand status" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand diff" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand diff" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand diff" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand diff" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand diff" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand diff" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -f -a "list" -d 'List what waits for a decision'
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -f -a "show" -d 'Show one conflict: what both sides had, and what each made of it'
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -f -a "take-file" -d 'Decide conflicts: what the file said counts'
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -f -a "take-db" -d 'Decide conflicts: what the database says counts'
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -f -a "edit" -d 'Decide a conflict by hand: edit the file; what it says then counts'
complete -c instep -n "__fish_instep_using_subcommand conflict; and not __fish_seen_subcommand_from list show take-file take-db edit new-id" -f -a "new-id" -d 'Give a copied document an id of its own'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from list" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from list" -l all -d 'List decided ones too'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from list" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from show" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from show" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from show" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-file" -l of -d 'Whose value counts where two files of a task say different ones, such as AGENT.yml; that of TASK.md without it' -r
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-file" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-file" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-file" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-file" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-file" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-file" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-db" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-db" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-db" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-db" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-db" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from take-db" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from edit" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from edit" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from edit" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from new-id" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from new-id" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from new-id" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from new-id" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from new-id" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand conflict; and __fish_seen_subcommand_from new-id" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand db; and not __fish_seen_subcommand_from info migrate push rebuild" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand db; and not __fish_seen_subcommand_from info migrate push rebuild" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand db; and not __fish_seen_subcommand_from info migrate push rebuild" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand db; and not __fish_seen_subcommand_from info migrate push rebuild" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand db; and not __fish_seen_subcommand_from info migrate push rebuild" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand db; and not __fish_seen_subcommand_from info migrate push rebuild" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand db; and not __fish_seen_subcommand_from info migrate push rebuild" -f -a "info" -d 'Say which database is used, and what is in it'
complete -c instep -n "__fish_instep_using_subcommand db; and not __fish_seen_subcommand_from info migrate push rebuild" -f -a "migrate" -d 'Bring the database\'s schema forward; an embedded one is copied first, a shared one made where there is none'
complete -c instep -n "__fish_instep_using_subcommand db; and not __fish_seen_subcommand_from info migrate push rebuild" -f -a "push" -d 'Move the plan with its whole history from the embedded database to the shared one that the settings name'
complete -c instep -n "__fish_instep_using_subcommand db; and not __fish_seen_subcommand_from info migrate push rebuild" -f -a "rebuild" -d 'Put the embedded database aside and fill a new one from the files; the history stays in the old one'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from info" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from info" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from info" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from info" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from info" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from info" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from migrate" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from migrate" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from migrate" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from migrate" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from migrate" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from migrate" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from push" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from push" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from push" -s y -l yes -d 'Do not ask'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from push" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from push" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from push" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from push" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from rebuild" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from rebuild" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from rebuild" -s y -l yes -d 'Do not ask'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from rebuild" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from rebuild" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from rebuild" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand db; and __fish_seen_subcommand_from rebuild" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand config" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand config" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand config" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand config" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand config" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand config" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand doctor" -l fields -d 'Report which fields are recognised in the document PATH, or in those below it' -r -F
complete -c instep -n "__fish_instep_using_subcommand doctor" -l depth -d 'Count folders that lie deeper than this with the folder that they lie in' -r
complete -c instep -n "__fish_instep_using_subcommand doctor" -l values -d 'Show at most so many raw values of a field' -r
complete -c instep -n "__fish_instep_using_subcommand doctor" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand doctor" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand doctor" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand doctor" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand doctor" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c instep -n "__fish_instep_using_subcommand completions" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t''
always\t''
never\t''"
complete -c instep -n "__fish_instep_using_subcommand completions" -s C -l directory -d 'Work as if started in DIR' -r -F
complete -c instep -n "__fish_instep_using_subcommand completions" -l json -d 'Print JSON instead of text'
complete -c instep -n "__fish_instep_using_subcommand completions" -s q -l quiet -d 'Tell what is wrong, and nothing of success'
complete -c instep -n "__fish_instep_using_subcommand completions" -s v -l verbose -d 'Tell every step and note, and what is left alone'
complete -c instep -n "__fish_instep_using_subcommand completions" -s h -l help -d 'Print help'
