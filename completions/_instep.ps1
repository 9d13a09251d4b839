
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'instep' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'instep'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'instep' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('sprint', 'sprint', [CompletionResultType]::ParameterValue, 'Make, find and change sprints')
            [CompletionResult]::new('task', 'task', [CompletionResultType]::ParameterValue, 'Make, find and change tasks')
            [CompletionResult]::new('agent', 'agent', [CompletionResultType]::ParameterValue, 'Make, find and change the profiles of agents')
            [CompletionResult]::new('template', 'template', [CompletionResultType]::ParameterValue, 'Find and check templates')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Make a project of this folder, or get a clone of one ready')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Bring the files and the database in step')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say what differs between the files and the database')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show line by line how the files differ from the database')
            [CompletionResult]::new('conflict', 'conflict', [CompletionResultType]::ParameterValue, 'List and decide what both sides changed differently')
            [CompletionResult]::new('db', 'db', [CompletionResultType]::ParameterValue, 'Look after the database')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show each setting and the place that it comes from')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Find out what may be wrong where instep runs')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the script that teaches a shell to complete commands')
            break
        }
        'instep;sprint' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Make a sprint from a template, or many from a list')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List sprints: filter, sort, page')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one sprint and its tasks')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change fields of a sprint')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Change the status of sprints')
            [CompletionResult]::new('move', 'move', [CompletionResultType]::ParameterValue, 'Give a sprint another code')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Delete sprints on both sides; the history keeps them')
            [CompletionResult]::new('scaffold', 'scaffold', [CompletionResultType]::ParameterValue, 'Make the tasks that SPRINT.md lists and that do not exist')
            break
        }
        'instep;sprint;new' {
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Its title; the code in words where none is given')
            [CompletionResult]::new('--title', '--title', [CompletionResultType]::ParameterName, 'Its title; the code in words where none is given')
            [CompletionResult]::new('--template', '--template', [CompletionResultType]::ParameterName, 'Which template, as `instep template list` names it')
            [CompletionResult]::new('--var', '--var', [CompletionResultType]::ParameterName, 'Give a variable of the template a value, to a list one line for each item; may be given several times')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Make everything that a YAML or JSON file lists, all of it or nothing; `-` is standard input')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;sprint;list' {
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Only sprints with this status; may be given several times')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only sprints with this status; may be given several times')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Only sprints of this owner; may be given several times')
            [CompletionResult]::new('--owner', '--owner', [CompletionResultType]::ParameterName, 'Only sprints of this owner; may be given several times')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order by these; `-` before one turns it round (such as `status,-updated`): code, title, status, owner, starts_on, ends_on, goal, tags, estimate_hours, progress, updated, created')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show at most so many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many')
            [CompletionResult]::new('--page', '--page', [CompletionResultType]::ParameterName, 'Show page N of pages of `--limit`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;sprint;show' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'Show the whole text of its documents too')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;sprint;set' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;sprint;status' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;sprint;move' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The sprint that a task goes to; `backlog` for none')
            [CompletionResult]::new('--code', '--code', [CompletionResultType]::ParameterName, 'Its new code, which becomes the name of its folder')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;sprint;rm' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--with-tasks', '--with-tasks', [CompletionResultType]::ParameterName, 'Delete a sprint together with its tasks')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;sprint;scaffold' {
            [CompletionResult]::new('--template', '--template', [CompletionResultType]::ParameterName, 'Which template of a task, as `instep template list` names it')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;task' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Make a task from a template, or many from a list')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List tasks: filter, sort, page')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one task')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change fields of a task')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Change the status of tasks')
            [CompletionResult]::new('move', 'move', [CompletionResultType]::ParameterValue, 'Move a task to another sprint, or give it another code')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Delete tasks on both sides; the history keeps them')
            [CompletionResult]::new('next', 'next', [CompletionResultType]::ParameterValue, 'Say which task to take up next')
            break
        }
        'instep;task;new' {
            [CompletionResult]::new('--sprint', '--sprint', [CompletionResultType]::ParameterName, 'The sprint that it belongs to; the backlog where none is given')
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Its title; the code in words where none is given')
            [CompletionResult]::new('--title', '--title', [CompletionResultType]::ParameterName, 'Its title; the code in words where none is given')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Its priority')
            [CompletionResult]::new('--priority', '--priority', [CompletionResultType]::ParameterName, 'Its priority')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Make it from a template of another kind: `bug` or `embedded`')
            [CompletionResult]::new('--template', '--template', [CompletionResultType]::ParameterName, 'Which template, as `instep template list` names it')
            [CompletionResult]::new('--var', '--var', [CompletionResultType]::ParameterName, 'Give a variable of the template a value, to a list one line for each item; may be given several times')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Make everything that a YAML or JSON file lists, all of it or nothing; `-` is standard input')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;task;list' {
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Only tasks with this status; may be given several times')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only tasks with this status; may be given several times')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Only tasks with this priority; may be given several times')
            [CompletionResult]::new('--priority', '--priority', [CompletionResultType]::ParameterName, 'Only tasks with this priority; may be given several times')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Only tasks of this assignee; may be given several times')
            [CompletionResult]::new('--assignee', '--assignee', [CompletionResultType]::ParameterName, 'Only tasks of this assignee; may be given several times')
            [CompletionResult]::new('--sprint', '--sprint', [CompletionResultType]::ParameterName, 'Only tasks of this sprint')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order by these; `-` before one turns it round (such as `status,-updated`): code, sprint, title, status, priority, assignee, owner, phase, position, estimate_hours, actual_hours, progress, starts_on, ends_on, completed_on, goal, tags, depends_on, blocks, category, component, updated, created')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show at most so many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many')
            [CompletionResult]::new('--page', '--page', [CompletionResultType]::ParameterName, 'Show page N of pages of `--limit`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--backlog', '--backlog', [CompletionResultType]::ParameterName, 'Only tasks of no sprint')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;task;show' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'Show the whole text of its documents too')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;task;set' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;task;status' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;task;move' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The sprint that a task goes to; `backlog` for none')
            [CompletionResult]::new('--code', '--code', [CompletionResultType]::ParameterName, 'Its new code, which becomes the name of its folder')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;task;rm' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--with-tasks', '--with-tasks', [CompletionResultType]::ParameterName, 'Delete a sprint together with its tasks')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;task;next' {
            [CompletionResult]::new('--sprint', '--sprint', [CompletionResultType]::ParameterName, 'Only tasks of this sprint')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Only tasks of this assignee, or of nobody')
            [CompletionResult]::new('--assignee', '--assignee', [CompletionResultType]::ParameterName, 'Only tasks of this assignee, or of nobody')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show so many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show so many')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;agent' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Make an agent from a template, or many from a list')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List agents: filter, sort, page')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one agent')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Change fields of an agent')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Change the status of agents')
            [CompletionResult]::new('move', 'move', [CompletionResultType]::ParameterValue, 'Give an agent another code')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Delete agents on both sides; the history keeps them')
            break
        }
        'instep;agent;new' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Its name for people')
            [CompletionResult]::new('--template', '--template', [CompletionResultType]::ParameterName, 'Which template, as `instep template list` names it')
            [CompletionResult]::new('--var', '--var', [CompletionResultType]::ParameterName, 'Give a variable of the template a value, to a list one line for each item; may be given several times')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Make everything that a YAML or JSON file lists, all of it or nothing; `-` is standard input')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;agent;list' {
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Only agents with this status; may be given several times')
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only agents with this status; may be given several times')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order by these; `-` before one turns it round (such as `status,-updated`): code, name, role, status, skills, capabilities, constraints, tools, updated, created')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Show at most so many')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Show at most so many')
            [CompletionResult]::new('--page', '--page', [CompletionResultType]::ParameterName, 'Show page N of pages of `--limit`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;agent;show' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--text', '--text', [CompletionResultType]::ParameterName, 'Show the whole text of its documents too')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;agent;set' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;agent;status' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;agent;move' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The sprint that a task goes to; `backlog` for none')
            [CompletionResult]::new('--code', '--code', [CompletionResultType]::ParameterName, 'Its new code, which becomes the name of its folder')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;agent;rm' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--with-tasks', '--with-tasks', [CompletionResultType]::ParameterName, 'Delete a sprint together with its tasks')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;template' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the templates: built-in ones and those of this project')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what a template is for and which variables it takes')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Check that templates render, and that what they make can be kept in step')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Make a file that is kept in step with nothing: a decision record')
            break
        }
        'instep;template;list' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;template;show' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;template;check' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;template;new' {
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'The decision in one line')
            [CompletionResult]::new('--title', '--title', [CompletionResultType]::ParameterName, 'The decision in one line')
            [CompletionResult]::new('--number', '--number', [CompletionResultType]::ParameterName, 'Its number, which people agree on: another branch may have taken the next one')
            [CompletionResult]::new('--template', '--template', [CompletionResultType]::ParameterName, 'Which template, as `instep template list` names it')
            [CompletionResult]::new('--var', '--var', [CompletionResultType]::ParameterName, 'Give a variable of the template a value; may be given several times')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;init' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'The project''s name; the folder''s where none is given')
            [CompletionResult]::new('--root', '--root', [CompletionResultType]::ParameterName, 'The folder for the planning files; `delegation` where none is given')
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'Use the database that everybody''s own `config.toml` knows under this name')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--demo', '--demo', [CompletionResultType]::ParameterName, 'Fill it with a small example')
            [CompletionResult]::new('--no-sync', '--no-sync', [CompletionResultType]::ParameterName, 'Leave planning files that are there already to a later `sync`')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before files get their stamp')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before files get their stamp')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;sync' {
            [CompletionResult]::new('--plan', '--plan', [CompletionResultType]::ParameterName, 'Write what would be done to a file and do nothing')
            [CompletionResult]::new('--apply', '--apply', [CompletionResultType]::ParameterName, 'Do exactly what the file says, or nothing')
            [CompletionResult]::new('--allow-delete', '--allow-delete', [CompletionResultType]::ParameterName, 'Let exactly N deletions pass')
            [CompletionResult]::new('--allow-change', '--allow-change', [CompletionResultType]::ParameterName, 'Let exactly N changed documents pass, where that is most of them')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Say what would be done and do nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done and do nothing')
            [CompletionResult]::new('--pull', '--pull', [CompletionResultType]::ParameterName, 'Bring up files that git put there and that are older than the database')
            [CompletionResult]::new('--push-here', '--push-here', [CompletionResultType]::ParameterName, 'Let edits count that are pending on this branch; in this version none are')
            [CompletionResult]::new('--rebase', '--rebase', [CompletionResultType]::ParameterName, 'Compare everything anew with a database that was replaced or restored, and mend each `.hash`')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;status' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;diff' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;conflict' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List what waits for a decision')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one conflict: what both sides had, and what each made of it')
            [CompletionResult]::new('take-file', 'take-file', [CompletionResultType]::ParameterValue, 'Decide conflicts: what the file said counts')
            [CompletionResult]::new('take-db', 'take-db', [CompletionResultType]::ParameterValue, 'Decide conflicts: what the database says counts')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Decide a conflict by hand: edit the file; what it says then counts')
            [CompletionResult]::new('new-id', 'new-id', [CompletionResultType]::ParameterValue, 'Give a copied document an id of its own')
            break
        }
        'instep;conflict;list' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'List decided ones too')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;conflict;show' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;conflict;take-file' {
            [CompletionResult]::new('--of', '--of', [CompletionResultType]::ParameterName, 'Whose value counts where two files of a task say different ones, such as AGENT.yml; that of TASK.md without it')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'instep;conflict;take-db' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'instep;conflict;edit' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;conflict;new-id' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;db' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('info', 'info', [CompletionResultType]::ParameterValue, 'Say which database is used, and what is in it')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Bring the database''s schema forward; an embedded one is copied first, a shared one made where there is none')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Move the plan with its whole history from the embedded database to the shared one that the settings name')
            [CompletionResult]::new('rebuild', 'rebuild', [CompletionResultType]::ParameterValue, 'Put the embedded database aside and fill a new one from the files; the history stays in the old one')
            break
        }
        'instep;db;info' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;db;migrate' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;db;push' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;db;rebuild' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;config' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;doctor' {
            [CompletionResult]::new('--fields', '--fields', [CompletionResultType]::ParameterName, 'Report which fields are recognised in the document PATH, or in those below it')
            [CompletionResult]::new('--depth', '--depth', [CompletionResultType]::ParameterName, 'Count folders that lie deeper than this with the folder that they lie in')
            [CompletionResult]::new('--values', '--values', [CompletionResultType]::ParameterName, 'Show at most so many raw values of a field')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'instep;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour: auto, always or never')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--directory', '--directory', [CompletionResultType]::ParameterName, 'Work as if started in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON instead of text')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Tell what is wrong, and nothing of success')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell every step and note, and what is left alone')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
