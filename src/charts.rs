//! Helm templates among the inputs: which files are some, and what each reading of one holds.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::discover;
use crate::helm::{Choice, Reading, Template};
pub use crate::helm::{Library, may_define_containers};
use crate::source::{FileId, MappedText, Source, Span};
use crate::yaml::{self, Document, Entry, Node, Problem};

/// How many branches are left out of a reading, one after another, to find one that is YAML.
const MAX_ATTEMPTS: usize = 8;

/// What stands before the name of a template that an action includes or calls.
pub const INCLUDES: [&str; 2] = ["include \"", "template \""];

/// Whether the file of this `path` and `text` is a template of a chart: it lies below `templates/` of a folder with a
/// `Chart.yaml`, and holds an action.
#[must_use]
pub fn is_template(path: &str, text: &str) -> bool {
    path.contains("templates")
        && memchr::memmem::find(text.as_bytes(), b"{{").is_some()
        && discover::is_in_templates(Path::new(path))
}

/// The named templates that some templates include where init containers are listed, by name.
#[derive(Debug, Default)]
pub struct InitTemplates(HashSet<String>);

impl InitTemplates {
    /// Those that the templates among `files` include on a line of its own after `initContainers:`, and nowhere else; and
    /// those whose text is that of such a one.
    #[must_use]
    pub fn of<'a>(files: impl IntoIterator<Item = &'a Source>) -> Self {
        let (mut names, mut others) = (HashSet::new(), HashSet::new());
        let mut passed_on: HashMap<&str, Vec<&str>> = HashMap::new();
        for source in files {
            let holds = |word: &str| memchr::memmem::find(source.text.as_bytes(), word.as_bytes()).is_some();
            if !source.path.contains("templates") || !INCLUDES.iter().any(|word| holds(word)) {
                continue;
            }
            let passed = if holds(DEFINE) { passed_on_in(&source.text) } else { Vec::new() };
            let is_passed: HashSet<&str> = passed.iter().map(|(_, name)| *name).collect();
            if holds("ontainers:") {
                for (name, is_init) in includes(&source.text) {
                    if is_init {
                        names.insert(name);
                    } else if !is_passed.contains(name) {
                        others.insert(name);
                    }
                }
            }
            for (by, name) in passed {
                passed_on.entry(by).or_default().push(name);
            }
        }
        // What app containers are made of, too, tells by itself nothing of its init containers.
        reach(&mut others, &passed_on, |_| true);
        names.retain(|name| !others.contains(name));
        reach(&mut names, &passed_on, |name| !others.contains(name));
        Self(names.into_iter().map(str::to_owned).collect())
    }

    /// Whether the named template `name` holds init containers, if it holds a list of containers at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        name.to_ascii_lowercase().contains("init") || self.0.contains(name)
    }

    /// Whether `text`, of a template, may define init containers without saying `initContainers`: the key stands where the
    /// named template is included.
    #[must_use]
    pub fn may_be_in(&self, text: &str) -> bool {
        let holds = |word: &str| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some();
        may_define_containers(text) && (holds("nit") || self.0.iter().any(|name| holds(name)))
    }
}

/// Adds to `names` what they pass on, and what that does, as far as it `may_be` one of them.
fn reach<'a>(
    names: &mut HashSet<&'a str>,
    passed_on: &HashMap<&'a str, Vec<&'a str>>,
    may_be: impl Fn(&str) -> bool,
) {
    let mut waiting: Vec<&str> = names.iter().copied().collect();
    while let Some(by) = waiting.pop() {
        let passed = passed_on.get(by).into_iter().flatten();
        waiting.extend(passed.filter(|name| may_be(name) && names.insert(name)));
    }
}

/// What opens a named template, before its name.
const DEFINE: &str = "define \"";

/// The named templates in `text` that begin with what another puts out, each with the other's name: what holds init
/// containers passes that on.
fn passed_on_in(text: &str) -> Vec<(&str, &str)> {
    let mut define: Option<&str> = None;
    let mut passed_on = Vec::new();
    for content in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some((_, name)) = content.split_once(DEFINE).filter(|_| content.starts_with("{{")) {
            define = name.split('"').next();
        } else if content.starts_with("{{") {
            passed_on.extend(define.zip(included(content)));
        } else {
            define = None;
        }
    }
    passed_on
}

/// The names of the templates that are included, each with whether that is on a line of its own, in a list that stands
/// after `initContainers:`.
fn includes(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let columns = |line: &str| line.len() - line.trim_start().len();
    let mut key: Option<usize> = None;
    text.lines().filter_map(move |line| {
        // Most lines hold no action, and stand in no list of init containers.
        if key.is_none()
            && memchr::memchr(b'{', line.as_bytes()).is_none()
            && !line.trim_end().ends_with("initContainers:")
        {
            return None;
        }
        let content = line.trim();
        if content.is_empty() || content.starts_with('#') {
            return None;
        }
        if content.trim_start_matches("- ") == "initContainers:" {
            key = Some(columns(line));
            return None;
        }
        let is_action = content.starts_with("{{");
        let is_in_list = is_action
            || key
                .is_some_and(|key| columns(line) > key || columns(line) == key && content.starts_with("- "));
        key = key.filter(|_| is_in_list);
        Some((included(content)?, is_action && key.is_some()))
    })
}

/// `NAME` of an action that includes or calls a named template of that name.
fn included(action: &str) -> Option<&str> {
    // Most lines hold no quote, and a search for words costs more than one for that.
    let quotes = memchr::memchr_iter(b'"', action.as_bytes());
    let mut after = INCLUDES.iter().filter_map(|word| {
        let mut heads = quotes.clone().filter_map(|quote| action.split_at_checked(quote + 1));
        heads.find(|(head, _)| head.ends_with(word)).map(|(_, name)| name)
    });
    Some(after.next()?.split_once('"')?.0)
}

/// Whether `path` is of a chart's values: `values.yaml`, `values-prod.yaml` or `prod-values.yaml` beside its
/// `Chart.yaml`, or in the folder `ci`, from which chart-testing takes values (`ct`, `ci/*-values.yaml`).
#[must_use]
pub fn is_values(path: &str) -> bool {
    let path = Path::new(path);
    let is_chart = |folder: &Path| folder.join("Chart.yaml").is_file();
    let is_ci = |folder: &&Path| folder.file_name().is_some_and(|name| name == "ci");
    is_named_values(path)
        && path.parent().is_some_and(|folder| {
            is_chart(folder) || Some(folder).filter(is_ci).and_then(Path::parent).is_some_and(is_chart)
        })
}

/// Whether the file at `path` is called as those are that hold values: `values.yaml`, `values-prod.yaml`, `prod-values.yaml`.
fn is_named_values(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
    stem.is_some_and(|stem| stem.starts_with("values") || stem.ends_with("values"))
}

/// Whether the file at `path` is a suite of helm-unittest, by its usual name (`tests/*_test.yaml`) and its text. Its tests
/// quote what a chart makes.
#[must_use]
pub fn is_test_suite(path: &str, text: &str) -> bool {
    let path = Path::new(path);
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let has_key =
        |key: &str| text.lines().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    stem.is_some_and(|stem| stem.ends_with("_test"))
        && path.parent().is_some_and(|folder| folder.components().any(|part| part.as_os_str() == "tests"))
        && has_key("tests")
        && !has_key("apiVersion")
}

/// Who reads the file at `path`: Helm, where it is of a chart.
#[must_use]
pub fn reader(path: &str) -> &'static str {
    let path_of = Path::new(path);
    let is_chart = path_of.file_name().is_some_and(|name| name == "Chart.yaml");
    // Examples of values stand anywhere in a chart.
    let is_in_chart = || path_of.ancestors().skip(1).any(|folder| folder.join("Chart.yaml").is_file());
    if is_chart || is_named_values(path_of) && is_in_chart() { "Helm" } else { "kubectl" }
}

/// The template that `source` is, of whose `documents` the places are given: of a chart, or because its actions keep it
/// from being YAML.
#[must_use]
pub fn template<'s>(source: &'s Source, documents: &[Range<usize>]) -> Option<Template<'s>> {
    let is_unread = |range: &Range<usize>| {
        let text = source.text.get(range.clone()).unwrap_or("");
        yaml::looks_like_template(text) && Document::parse(source, range.clone()).is_err()
    };
    let is_template = is_template(&source.path, &source.text) || documents.iter().any(is_unread);
    Template::parse(&source.text).ok().filter(|_| is_template)
}

/// A template and what its readings hold.
#[derive(Debug)]
pub struct Views<'t> {
    template: Template<'t>,
    views: Vec<View>,
}

/// What a reading of a template holds.
#[derive(Debug)]
struct View {
    reading: Reading,
    /// As far as they are wanted and are YAML, and no earlier reading has them alike.
    documents: Vec<Part>,
    problem: Option<Problem>,
}

impl View {
    /// The reading without the branch that has `initContainers` once more in a map. Of the two lists the last counts, and
    /// the first is in force where that branch isn't taken.
    fn without_repeated(&self, template: &Template<'_>) -> Option<Reading> {
        let repeated =
            self.documents.iter().find_map(|part| repeated_init_containers(part.document.root()))?;
        let branch = template.branch_at(&self.reading, repeated)?;
        template.without(&self.reading, branch)
    }
}

/// Where a map in `node` has `initContainers` once more.
fn repeated_init_containers(node: Node<'_>) -> Option<Span> {
    let is_key = |entry: &Entry<'_>| entry.name() == "initContainers";
    let repeated = node.written_entries().filter(is_key).nth(1).map(|entry| entry.key.span());
    let below = node.items().chain(node.written_entries().map(|entry| entry.value));
    repeated.or_else(|| below.into_iter().find_map(repeated_init_containers))
}

/// A document of a reading.
#[derive(Debug)]
pub struct Part {
    /// The document.
    pub document: Document,
    /// Where it stands in the template.
    pub place: Span,
    /// The bytes of the template from the end of the document before it to the start of the next: what is called at its start or
    /// its end stands in another file.
    around: Range<usize>,
    /// The number of its reading.
    reading: usize,
}

impl<'t> Views<'t> {
    /// The readings of `template`, which `source` holds, and of its named templates, `init` of which hold init containers; with those of their documents that `wants` asks for by their
    /// text.
    #[must_use]
    pub fn of(
        source: &Source,
        template: Template<'t>,
        init: &InitTemplates,
        wants: &dyn Fn(&str) -> bool,
    ) -> Self {
        let mut views = Vec::new();
        let mut seen = Seen::default();
        let parts = template.pod_parts(source.id, &|name| init.has(name));
        let body = if discover::is_helper(Path::new(&*source.path)) {
            Vec::new()
        } else {
            template.readings(source.id)
        };
        let mut view = |views: &mut Vec<View>, reading| {
            let mut parser = Parser { file: source.id, number: views.len(), wants, seen: &mut seen };
            views.push(parser.view(&template, reading));
        };
        for reading in body.into_iter().chain(parts) {
            view(&mut views, reading);
            if let Some(other) = views.last().and_then(|view| view.without_repeated(&template)) {
                view(&mut views, other);
            }
        }
        Self { template, views }
    }

    /// Whether the text of named templates is a part of what is read.
    #[must_use]
    pub fn has_calls(&self) -> bool {
        self.template.has_calls()
    }

    /// The length of the longest reading (bytes).
    #[must_use]
    pub fn size(&self) -> usize {
        self.views.iter().map(|view| view.reading.text.as_str().len()).max().unwrap_or_default()
    }

    /// The documents, reading by reading.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.views.iter().flat_map(|view| &view.documents)
    }

    /// Why a document isn't YAML, whichever branches are left out. Named templates needn't be.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.views.iter().filter(|view| !view.reading.is_named()).filter_map(|view| view.problem.as_ref())
    }

    /// What the reading of `part` takes of the blocks in it. One that holds all of it isn't, but in a named template, which
    /// others include whatever its conditions are.
    #[must_use]
    pub fn choices(&self, part: &Part) -> Vec<Choice<'_>> {
        let Some(view) = self.views.get(part.reading) else { return Vec::new() };
        let mut choices = self.template.choices(&view.reading, &part.around);
        let root = part.document.root().span().range();
        choices.retain(|choice| {
            let range = choice.range();
            let holds_all = range.contains(&root.start) && root.end <= range.end;
            !holds_all || view.reading.is_named() && !choice.is_of_call()
        });
        choices
    }

    /// The document of `part` that holds the byte `at` of the template, as it is if those of its `choices` that don't stay
    /// are made otherwise, so much `later` where there are several ways; branches that aren't taken add nothing to it. `None`
    /// where it isn't YAML.
    #[must_use]
    pub fn otherwise(
        &self,
        part: &Part,
        at: usize,
        choices: &[(Choice<'_>, bool)],
        later: usize,
    ) -> Option<Document> {
        let reading = &self.views.get(part.reading)?.reading;
        let reading = self.template.otherwise(reading, choices, later)?.closed();
        let source = Source::new(part.place.file, "", reading.text.as_str());
        let mut ranges = yaml::split(&source.text).into_iter();
        let range = ranges.find(|range| reading.text.span(range.clone()).range().contains(&at))?;
        Document::parse_reading(&reading, &source, range).ok()
    }
}

struct Parser<'a> {
    file: FileId,
    number: usize,
    wants: &'a dyn Fn(&str) -> bool,
    /// The documents of earlier readings.
    seen: &'a mut Seen,
}

/// Documents of readings, by their places in the template.
#[derive(Default)]
struct Seen(HashMap<Span, Vec<Written>>);

/// A document of a reading, as it is put out.
struct Written {
    reading: Arc<MappedText>,
    range: Range<usize>,
}

impl Written {
    fn text(&self) -> &str {
        self.reading.as_str().get(self.range.clone()).unwrap_or("")
    }
}

impl Seen {
    fn has(&self, place: Span, text: &str) -> bool {
        self.0.get(&place).is_some_and(|all| all.iter().any(|written| written.text() == text))
    }
}

impl Parser<'_> {
    fn view(&mut self, template: &Template<'_>, reading: Reading) -> View {
        let whole = reading.clone();
        let (mut view, mut texts) = self.parse(reading);
        let mut left_out = Vec::new();
        for _ in 1..MAX_ATTEMPTS {
            let Some(problem) = &view.problem else { break };
            let branch = template.branch_at(&view.reading, problem.span());
            let without = branch.and_then(|branch| template.without(&view.reading, branch));
            let Some(without) = without else { break };
            (view, texts) = self.parse(without);
            left_out.extend(branch);
        }
        // Often the last one alone is what spoilt it.
        if let ([_, .., last], None) = (left_out.as_slice(), &view.problem)
            && let Some(without) = template.without(&whole, *last)
        {
            let (other, its_texts) = self.parse(without);
            if other.problem.is_none() {
                (view, texts) = (other, its_texts);
            }
        }
        for (place, written) in texts {
            self.seen.0.entry(place).or_default().push(written);
        }
        view
    }

    /// What `reading` holds, and the place and the text of each of its documents.
    fn parse(&self, reading: Reading) -> (View, Vec<(Span, Written)>) {
        let source = Source::new(self.file, "", reading.text.as_str());
        let (mut documents, mut texts, mut problem) = (Vec::new(), Vec::new(), None);
        let whole = reading.text.whole();
        let mut end = whole.range().start;
        let mut ranges = yaml::split(&source.text).into_iter().peekable();
        while let Some(range) = ranges.next() {
            let place = reading.text.span(range.clone());
            let next = ranges.peek().map(|next| reading.text.span(next.clone()));
            let is_own = |next: &Span| next.file == whole.file;
            let next = next.map_or(whole.end, |next| if is_own(&next) { next.start } else { place.end });
            let start = std::mem::replace(&mut end, next as usize);
            let around = start..end;
            let text = source.text.get(range.clone()).unwrap_or("");
            if !(self.wants)(text) || self.seen.has(place, text) {
                continue;
            }
            match Document::parse_reading(&reading, &source, range.clone()) {
                Ok(document) => {
                    documents.push(Part { document, place, around, reading: self.number });
                    texts.push((place, Written { reading: Arc::clone(&reading.text), range }));
                }
                Err(found) => problem = problem.or(Some(found)),
            }
        }
        (View { reading, documents, problem }, texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_included_in_lists_of_init_containers() {
        let text = "spec:
  initContainers:
  {{- include \"a.wait\" . | nindent 6 }}
  # one more
  - name: b
    image: b:1
    {{- if .Values.c }}
  {{- template \"c\" . }}
    {{- end }}
  containers:
  {{- include \"d.app\" . | nindent 6 }}
";
        assert_eq!(includes(text).collect::<Vec<_>>(), [("a.wait", true), ("c", true), ("d.app", false)]);
        let source = Source::new(FileId(0), "templates/d.yaml", text);
        let init = InitTemplates::of([&source]);
        assert!(init.has("a.wait") && init.has("my.initSeed") && !init.has("d.app"));
        assert!(init.may_be_in("{{ define \"a.wait\" }}\n- image: a:1\n{{ end }}"));
        let other = Source::new(FileId(1), "templates/e.yaml", "containers:\n{{ include \"a.wait\" . }}\n");
        assert!(!InitTemplates::of([&source, &other]).has("a.wait"), "app containers, too");
        assert!(
            init.may_be_in("{{ define \"a.wait\" }}\n- name: a\n  command: [b]\n{{ end }}"),
            "an image by an action"
        );
        assert!(!init.may_be_in("{{ define \"d.app\" }}\n- image: a:1\n{{ end }}"));
        let helpers = "{{- define \"a.wait\" -}}\n{{- $x := . }}\n{{- include \"f\" . }}\n{{- end }}\n\
                       {{ define \"f\" }}\n{{ include \"g\" . }}\n- name: f\n  {{ include \"h\" . }}\n{{ end }}\n";
        let helpers = Source::new(FileId(2), "templates/_helpers.tpl", helpers);
        let init = InitTemplates::of([&source, &helpers]);
        assert!(init.has("f") && init.has("g") && !init.has("h"), "what is passed on");
        let app = "{{- define \"d.app\" -}}\n{{- include \"f\" . }}\n{{- end }}\n";
        let app = Source::new(FileId(3), "templates/_app.tpl", app);
        let init = InitTemplates::of([&source, &helpers, &app]);
        assert!(!init.has("f") && !init.has("g") && init.has("a.wait"), "to app containers, too");
    }
}
