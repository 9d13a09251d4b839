//! Makes texts of a template, within a deadline and a limit.
//!
//! Tera has no way to stop a rendering, so it runs in a thread of its own, which is waited for as long as the deadline
//! allows. A thread that is given up ends itself at the next checkpoint or at its next write; whatever it makes is
//! dropped, and nobody waits for it. No clock is read.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tera::{Context, Tera};

use super::manifest::OutputFile;
use super::variables::{needs, settle};
use super::{Template, TemplateError, Variables, engine};
use crate::model::DocPath;

/// How far a rendering may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long it may take.
    pub deadline: Duration,
    /// How many bytes it may make, all files together.
    pub bytes: usize,
}

impl Default for Limits {
    /// Two seconds and one mebibyte: the size above which no document is read.
    fn default() -> Self {
        Self { deadline: Duration::from_secs(2), bytes: 1024 * 1024 }
    }
}

/// One file that a template made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedFile {
    /// Its name in the folder that it is made for.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Makes the files of `template`; all of them, or none.
///
/// # Errors
/// Names the variables that are missing, unknown or wrong; what the template did wrong, and where; or the limit that
/// it hit.
pub fn render(template: &Template, variables: &Variables, limits: Limits) -> Result<Vec<RenderedFile>, TemplateError> {
    let job = Job { template: template.clone(), values: settle(template, variables)?, bytes: limits.bytes };
    let label = template.to_string();
    let failed = |message: &str| TemplateError::Failed { template: label.clone(), message: message.into() };
    let stop = Arc::new(AtomicBool::new(false));
    let (answer, answered) = mpsc::sync_channel(1);
    let work = {
        let stop = Arc::clone(&stop);
        // The receiver is gone once the job was given up: nobody wants the answer then.
        move || drop(answer.send(job.run(&stop)))
    };
    let thread = thread::Builder::new().name("template".into()).spawn(work);
    thread.map_err(|error| failed(&format!("cannot start a thread: {error}")))?;
    match answered.recv_timeout(limits.deadline) {
        Ok(files) => files,
        Err(RecvTimeoutError::Timeout) => {
            stop.store(true, Ordering::Relaxed);
            Err(TemplateError::Deadline { template: label, deadline: limits.deadline })
        }
        Err(RecvTimeoutError::Disconnected) => Err(failed("the template engine panicked")),
    }
}

/// Everything that one rendering needs.
struct Job {
    template: Template,
    values: BTreeMap<String, Value>,
    bytes: usize,
}

impl Job {
    fn run(&self, stop: &Arc<AtomicBool>) -> Result<Vec<RenderedFile>, TemplateError> {
        let mut tera = engine::load(&self.template.sources, stop)
            .map_err(|message| TemplateError::Broken { template: self.template.to_string(), message })?;
        let mut context = Context::new();
        for (name, value) in &self.values {
            context.insert(name.clone(), value);
        }
        let mut left = self.bytes;
        let wanted = self.template.manifest.files.iter().filter(|file| self.is_wanted(file));
        let mut files = Vec::new();
        for file in wanted {
            let mut output = Output { bytes: Vec::new(), left, stop: Arc::clone(stop), is_full: false };
            let done = tera.render_to(&file.from, &context, &mut output);
            done.map_err(|error| self.failure(&error, &output))?;
            left = output.left;
            let text = String::from_utf8(output.bytes).expect("tera writes UTF-8");
            files.push(RenderedFile { name: self.name_of(&mut tera, file, &context)?, text });
        }
        Ok(files)
    }

    fn is_wanted(&self, file: &OutputFile) -> bool {
        file.when.as_ref().is_none_or(|flag| self.values.get(flag) == Some(&Value::Bool(true)))
    }

    /// The file's own name; a template too, so it is checked as if an enemy had written it.
    fn name_of(&self, tera: &mut Tera, file: &OutputFile, context: &Context) -> Result<String, TemplateError> {
        let failed = |message: String| TemplateError::Failed { template: self.template.to_string(), message };
        let name = tera.render_str(&file.to, context, false).map_err(|error| {
            failed(format!("the name `{}`: {}", file.to, engine::explain(&error, &self.template.sources)))
        })?;
        let is_plain = DocPath::new(&name).is_ok_and(|path| path.parts().count() == 1);
        let is_good = is_plain && name.len() <= 255 && !name.starts_with('.') && !name.contains(char::is_control);
        if is_good { Ok(name) } else { Err(failed(format!("`{name}` is not the name of a file"))) }
    }

    fn failure(&self, error: &tera::Error, output: &Output) -> TemplateError {
        let template = self.template.to_string();
        if output.is_full {
            return TemplateError::TooLong { template, limit: self.bytes };
        }
        let message = engine::explain(error, &self.template.sources);
        let absent: Vec<&str> = self
            .template
            .manifest
            .variables
            .iter()
            .map(|v| v.name.as_str())
            .filter(|n| !self.values.contains_key(*n))
            .collect();
        // A guessed manifest cannot tell what is required; a template that stumbles over one can.
        let stumbled = self.template.manifest.is_guessed && absent.iter().any(|n| message.contains(&format!("`{n}`")));
        if stumbled {
            return TemplateError::Variables { template, faults: vec![needs(&absent)] };
        }
        TemplateError::Failed { template, message }
    }
}

/// Takes what tera writes, until there is too much of it or nobody wants it any more.
struct Output {
    bytes: Vec<u8>,
    left: usize,
    stop: Arc<AtomicBool>,
    is_full: bool,
}

impl Write for Output {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("stopped"));
        }
        let Some(left) = self.left.checked_sub(buffer.len()) else {
            self.is_full = true;
            return Err(io::Error::other("too long"));
        };
        self.left = left;
        self.bytes.extend_from_slice(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TemplateKind;
    use crate::template::{Catalog, TemplateFolder};

    /// A template without manifest that makes one file `x.md`.
    fn template(text: &str) -> Template {
        with_files(&[("x.md.tera", text)])
    }

    fn with_files(files: &[(&str, &str)]) -> Template {
        let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let folder = TemplateFolder { kind: TemplateKind::Task, name: "mine".into(), files, fault: None };
        Catalog::new([folder]).get(TemplateKind::Task, "mine").expect("a good template").clone()
    }

    fn given(pairs: &[(&str, &str)]) -> Variables {
        let given = pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
        Variables { given, ..Variables::default() }
    }

    fn text_of(template: &Template, variables: &Variables) -> String {
        render(template, variables, Limits::default()).expect("a text").remove(0).text
    }

    #[test]
    fn hx11_what_users_write_is_never_a_template() {
        let template = template("{{ title }}\n{% for word in words | split(pat=' ') %}[{{ word }}]{% endfor %}\n");
        let hostile = "{{ config }}{% include \"/etc/passwd\" %}{# x #}{{";
        let text = text_of(&template, &given(&[("title", hostile), ("words", "{{title}} {%raw%}")]));
        assert_eq!(text, format!("{hostile}\n[{{{{title}}}}][{{%raw%}}]\n"));
    }

    #[test]
    fn hx12_a_loop_that_writes_is_stopped_by_the_limit() {
        let loops = "{% for a in range(end=100000) %}{% for b in range(end=100000) %}x{% endfor %}{% endfor %}";
        let limits = Limits { bytes: 1000, ..Limits::default() };
        let error = render(&template(loops), &Variables::default(), limits).expect_err("too much");
        assert_eq!(error, TemplateError::TooLong { template: "task/mine".into(), limit: 1000 });
    }

    #[test]
    fn hx12_a_loop_that_writes_nothing_is_stopped_by_the_deadline() {
        let loops = "{% set r = range(end=1000) %}{% for a in r %}{% for b in r %}{% for c in r %}{% for d in r %}{% endfor %}\
                     {% endfor %}{% endfor %}{% endfor %}";
        let limits = Limits { deadline: Duration::from_millis(50), ..Limits::default() };
        let error = render(&template(loops), &Variables::default(), limits).expect_err("too long");
        assert_eq!(error.to_string(), "the template `task/mine` did not end within 0.05 s and was stopped");
    }

    #[test]
    fn hx12_a_rendering_that_was_given_up_ends_itself() {
        for endless in [
            "{% set r = range(end=100000) %}{% for a in r %}{% for b in r %}{% for c in r %}{% endfor %}{% endfor %}{% endfor %}",
            "{% component twice() %}{{ <twice /> }}{{ <twice /> }}{% endcomponent twice %}{{ <twice /> }}",
            "{% for a in range(end=100000) -%}\n{% set t %}{% for b in range(end=100000) %}x{% endfor %}{% endset %}{% endfor %}",
        ] {
            let job = Job { template: template(endless), values: BTreeMap::new(), bytes: 1000 };
            let error = job.run(&Arc::new(AtomicBool::new(true))).expect_err("stopped");
            assert!(error.to_string().ends_with("stopped"), "{error}");
        }
    }

    #[test]
    fn hx12_includes_that_multiply_end_themselves() {
        let next = |n: usize| format!("{{% include '_{}.tera' %}}", n + 1).repeat(100);
        let mut files: Vec<(String, String)> = (0..14).map(|n| (format!("_{n}.tera"), next(n))).collect();
        files.push(("_14.tera".into(), String::new()));
        files.push(("x.md.tera".into(), "{% include '_0.tera' %}".into()));
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let job = Job { template: with_files(&files), values: BTreeMap::new(), bytes: 1000 };
        let error = job.run(&Arc::new(AtomicBool::new(true))).expect_err("stopped");
        assert!(error.to_string().ends_with("stopped"), "{error}");
    }

    #[test]
    fn hx12_what_a_template_holds_is_bounded_however_it_grows() {
        let grow = "{% set s = s ~ s %}";
        let loops = |inner: &str| format!("{{% for i in range(end=100000) %}}{inner}{{% endfor %}}");
        let long = format!("{{% set s = 'aaaaaaaaaaaaaaaa' %}}{}", grow.repeat(13));
        for (hostile, why) in [
            (format!("{{% set s = 'aaaaaaaaaaaaaaaa' %}}{}", grow.repeat(30)), "a variable holds more than "),
            (format!("{{% set l = [1] %}}{}", "{% set l = [l, l] %}".repeat(40)), "a variable holds more than "),
            (format!("{{% set l = [1] %}}{}", "{% set l = [...l, ...l] %}".repeat(40)), "a variable holds more than "),
            (
                format!("{{% set m = {{'a': 1}} %}}{}", "{% set m = {'a': m, 'b': m} %}".repeat(40)),
                "a variable holds more",
            ),
            (format!("{long}{{% set t = s | replace(from='a', to=s) %}}"), "a filter makes more than "),
            (format!("{long}{{% set t = range(end=100000) | join(sep=s) %}}"), "a filter makes more than "),
            (
                format!("{long}{{{{ s | replace(from='a', to='\n') | indent(width=1000, blank=true) }}}}"),
                "a filter makes more",
            ),
            (format!("{long}{{{{ s | split(pat='') | length }}}}"), "a filter makes more than "),
            (format!("{{{{ '\"'{} }}}}", " | yaml".repeat(80)), "a filter makes more than "),
            (
                format!("{long}{{% set t %}}{}{{% endset %}}", loops("{{ s }}")),
                "its variables and texts take more than ",
            ),
            (
                format!("{{% set t %}}{}{{% endset %}}", loops(&"x".repeat(5000))),
                "its variables and texts take more than ",
            ),
            (long.clone() + &loops("{% set t = s ~ i %}"), "its variables and texts take more than "),
            (
                "{% for a in ['aaaaaaaaaaaaaaaa'] %}".to_owned()
                    + &"{% for a in [a ~ a ~ a ~ a] %}".repeat(20)
                    + &"{% endfor %}".repeat(21),
                "a variable holds more than ",
            ),
            (
                "{% component c(a) %}{{ <c a={a ~ a} /> }}{% endcomponent c %}{{ <c a='aaaaaaaaaaaaaaaa' /> }}".into(),
                "a variable holds more than ",
            ),
        ] {
            let error = render(&template(&hostile), &Variables::default(), Limits::default()).expect_err(&hostile);
            assert!(error.to_string().contains(why), "{hostile:.300}: {error}");
        }
    }

    #[test]
    fn the_filters_that_pay_make_what_those_of_tera_make() {
        for (text, made) in [
            ("{{ 'abcb' | replace(from='b', to='xx') }}", "axxcxx"),
            ("{{ [1, 'a', true] | join(sep=', ') }}{{ ['a', 'b'] | join }}", "1, a, trueab"),
            ("{{ 'a,b,,' | split(pat=',') | length }}", "4"),
            ("{{ 'a\n\nb\n' | indent }}|", "a\n\n    b\n|"),
            ("{{ 'a\n\nb' | indent(width=2, first=true, blank=true, indentation='-') }}", "--a\n--\n--b"),
            ("a {{- 'b' -}} c {{ 'd' }} e", "abc d e"),
        ] {
            assert_eq!(text_of(&template(text), &Variables::default()), made, "{text}");
        }
    }

    #[test]
    fn hx12_a_template_reaches_nothing_outside() {
        for outside in [
            "{{ get_env(name='HOME') }}",
            "{{ now() }}",
            "{% include '/etc/passwd' %}",
            "{% include '../../template.toml' %}",
            "{{ load_data(path='/etc/passwd') }}",
        ] {
            let files = BTreeMap::from([("x.md.tera".to_owned(), outside.to_owned())]);
            let folder = TemplateFolder { kind: TemplateKind::Task, name: "default".into(), files, fault: None };
            let error = Catalog::new([folder]).get(TemplateKind::Task, "default").cloned().expect_err(outside);
            assert!(error.to_string().contains("Unknown"), "{error}");
        }
    }

    #[test]
    fn a_failure_names_file_line_and_column() {
        let error = render(
            &with_files(&[(
                "x.md.tera",
                "one\n{% for a in [1] %}{% for b in [1] %}{{ a.b.c }}{% endfor %}{% endfor %}",
            )]),
            &Variables::default(),
            Limits::default(),
        );
        let message = error.expect_err("no such field").to_string();
        assert!(message.starts_with("the template `task/mine` failed: x.md.tera:2:42: Field `b`"), "{message}");
    }

    #[test]
    fn nested_deeper_than_the_stack_is_an_error_and_no_crash() {
        for (open, close) in [("(", ")"), ("[", "]"), ("not ", ""), ("-", "")] {
            let deep = format!("{{{{ {}1{} }}}}", open.repeat(20_000), close.repeat(20_000));
            let files = BTreeMap::from([("x.md.tera".to_owned(), deep)]);
            let folder = TemplateFolder { kind: TemplateKind::Task, name: "mine".into(), files, fault: None };
            assert!(Catalog::new([folder]).get(TemplateKind::Task, "mine").is_err(), "{open}");
        }
    }

    #[test]
    fn hx01_a_template_cannot_name_a_file_elsewhere() {
        let manifest = "help = \"\"\n[[variable]]\nname = \"n\"\n[[file]]\nfrom = \"x.md.tera\"\nto = \"{{ n }}\"\n";
        let template = with_files(&[("template.toml", manifest), ("x.md.tera", "text")]);
        let attempt = |name: &str| render(&template, &given(&[("n", name)]), Limits::default());
        assert_eq!(attempt("good.md").map(|files| files[0].name.clone()), Ok("good.md".into()));
        for bad in ["../x.md", "/x.md", "a/b.md", ".hash", "", "a\nb", "a\0", "."] {
            let error = attempt(bad).expect_err(bad);
            assert!(error.to_string().ends_with("is not the name of a file"), "{error}");
        }
    }

    #[test]
    fn a_file_with_a_flag_is_made_only_with_it() {
        let manifest = "help = \"\"\n[[variable]]\nname = \"b\"\ntype = \"flag\"\n\
                        [[file]]\nfrom = \"a.tera\"\nto = \"a\"\n[[file]]\nfrom = \"b.tera\"\nto = \"b\"\nwhen = \"b\"\n";
        let template = with_files(&[("template.toml", manifest), ("a.tera", "a"), ("b.tera", "b")]);
        let names = |variables: &Variables| -> Vec<String> {
            let files = render(&template, variables, Limits::default()).expect("texts");
            files.into_iter().map(|file| file.name).collect()
        };
        assert_eq!(names(&given(&[("b", "yes")])), ["a", "b"]);
        assert_eq!(names(&given(&[("b", "no")])), ["a"]);
        assert_eq!(names(&Variables::default()), ["a"]);
    }

    #[test]
    fn line_ends_and_the_end_of_the_file_are_kept() {
        let template = template("a\r\n{{ t }}\r\nend");
        assert_eq!(text_of(&template, &given(&[("t", "ü")])), "a\r\nü\r\nend");
    }

    #[test]
    fn a_part_that_is_included_makes_no_file() {
        let template = with_files(&[("x.md.tera", "{% include '_part.tera' %}!"), ("_part.tera", "{{ t }}")]);
        let files = render(&template, &given(&[("t", "hello")]), Limits::default()).expect("texts");
        assert_eq!(files, [RenderedFile { name: "x.md".into(), text: "hello!".into() }]);
    }
}
