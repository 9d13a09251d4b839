
use builtin;
use str;

set edit:completion:arg-completer[instep] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'instep'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'instep'= {
            cand --color 'Use colour: auto, always or never'
            cand -C 'Work as if started in DIR'
            cand --directory 'Work as if started in DIR'
            cand --json 'Print JSON instead of text'
            cand -q 'Tell errors only'
            cand --quiet 'Tell errors only'
            cand -v 'Tell details'
            cand --verbose 'Tell details'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand config 'Show each setting and the place that it comes from'
            cand doctor 'Find out what may be wrong where instep runs'
            cand completions 'Print the script that teaches a shell to complete commands'
        }
        &'instep;config'= {
            cand --color 'Use colour: auto, always or never'
            cand -C 'Work as if started in DIR'
            cand --directory 'Work as if started in DIR'
            cand --json 'Print JSON instead of text'
            cand -q 'Tell errors only'
            cand --quiet 'Tell errors only'
            cand -v 'Tell details'
            cand --verbose 'Tell details'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'instep;doctor'= {
            cand --fields 'Report which fields are recognised in the documents below PATH'
            cand --depth 'Count folders that lie deeper than this with the folder that they lie in'
            cand --values 'Show at most so many raw values of a field'
            cand --color 'Use colour: auto, always or never'
            cand -C 'Work as if started in DIR'
            cand --directory 'Work as if started in DIR'
            cand --json 'Print JSON instead of text'
            cand -q 'Tell errors only'
            cand --quiet 'Tell errors only'
            cand -v 'Tell details'
            cand --verbose 'Tell details'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'instep;completions'= {
            cand --color 'Use colour: auto, always or never'
            cand -C 'Work as if started in DIR'
            cand --directory 'Work as if started in DIR'
            cand --json 'Print JSON instead of text'
            cand -q 'Tell errors only'
            cand --quiet 'Tell errors only'
            cand -v 'Tell details'
            cand --verbose 'Tell details'
            cand -h 'Print help'
            cand --help 'Print help'
        }
    ]
    $completions[$command]
}
