//! Files that a test runner compares with what is in the cluster.
//!
//! An assertion looks like a manifest and names only what it asserts. kuttl and Chainsaw know theirs by the file's name;
//! a Chainsaw test may also name any file. Other tests keep what `kubectl get` printed, without what changes from run to
//! run.

use std::fs;
use std::path::Path;

use foldhash::HashSet;
use memchr::memchr;

use crate::kube::partial::has_key;
use crate::kube::{Completeness, Object, Template, Workload};
use crate::source::Source;
use crate::yaml::{self, Document, Kind, Lookup, Node};

/// What the test suites of the input say of the files beside them.
#[derive(Debug, Default)]
pub struct TestSuites {
    /// Folders that hold a test.
    folders: HashSet<String>,
    /// Files that a test compares with the cluster.
    compared: HashSet<String>,
    /// Files that a test applies.
    applied: HashSet<String>,
    /// Files that a test tries to apply, and that have to be refused.
    refused: HashSet<String>,
}

/// The API group of Chainsaw's tests, which may hold what they compare.
pub(super) const CHAINSAW: &str = "chainsaw.kyverno.io";

/// The files that make a folder a test's (Chainsaw, `pkg/runner/flags`; kuttl, `internal/kuttlctl/cmd/test.go`).
const TESTS: [&str; 4] = ["chainsaw-test.yaml", "chainsaw-test.yml", "kuttl-test.yaml", "kuttl-test.yml"];

/// What tests of policies are called by custom (gator; Kyverno's `test`).
const OF_POLICIES: [&str; 4] = ["suite.yaml", "suite.yml", "kyverno-test.yaml", "kyverno-test.yml"];

impl TestSuites {
    /// The suites among `files`.
    #[must_use]
    pub fn of<'a>(files: impl IntoIterator<Item = &'a Source>) -> Self {
        let mut suites = Self::default();
        for file in files {
            let (folder, name) = split(&file.path);
            if TESTS.contains(&name) || is_named_as_assertion(name) {
                suites.folders.insert(folder.to_owned());
            }
            if Self::reads(&file.path) {
                suites.read(file, folder);
            }
        }
        suites
    }

    /// Whether the text of the file shown as `path` is asked what a test compares.
    #[must_use]
    pub fn reads(path: &str) -> bool {
        let name = split(path).1;
        name.starts_with("chainsaw") || OF_POLICIES.contains(&name)
    }

    /// Notes the files that the tests in `file` compare, or hold to policies.
    fn read(&mut self, file: &Source, folder: &str) {
        for range in yaml::split(&file.text) {
            if let Ok(document) = Document::parse(file, range) {
                match document.root().get("apiVersion").and_then(Node::as_str) {
                    Some(version) if version.starts_with("test.gatekeeper.sh/") => {
                        self.note_objects(document.root(), folder);
                    }
                    Some(version) if version.starts_with("cli.kyverno.io/") => {
                        let files = document.root().get("resources").into_iter().flat_map(Node::items);
                        self.compared.extend(files.filter_map(|file| joined(folder, file.as_str()?)));
                    }
                    _ => self.note(document.root(), folder),
                }
            }
        }
    }

    /// Notes the `object` of each case of a Suite (gator, `pkg/gator/verify`): no API server ever gets it.
    fn note_objects(&mut self, suite: Node<'_>, folder: &str) {
        let tests = suite.get("tests").into_iter().flat_map(Node::items);
        let cases = tests.flat_map(|test| test.get("cases").into_iter().flat_map(Node::items));
        let objects = cases.filter_map(|case| joined(folder, case.get("object")?.as_str()?));
        self.compared.extend(objects);
    }

    /// Notes each `assert: {file: …}` and `error: {file: …}` in `node` (Chainsaw's `ActionCheckRef`), and each
    /// `apply: {file: …}` and its like.
    fn note(&mut self, node: Node<'_>, folder: &str) {
        for entry in node.entries() {
            let files = match &*entry.name() {
                "assert" | "error" => &mut self.compared,
                "apply" | "create" | "update" if expects_error(entry.value) => &mut self.refused,
                "apply" | "create" | "update" => &mut self.applied,
                _ => {
                    self.note(entry.value, folder);
                    continue;
                }
            };
            match entry.value.get("file").and_then(Node::as_str) {
                Some(file) => files.extend(joined(folder, file)),
                None => self.note(entry.value, folder),
            }
        }
        for item in node.items() {
            self.note(item, folder);
        }
    }

    /// Whether the file shown as `path` is one that each test expects to be refused.
    pub(super) fn refuse(&self, path: &str) -> bool {
        self.refused.contains(path) && !self.applied.contains(path)
    }

    /// Whether the file shown as `path` stands beside a test, in the input or on disk.
    fn has_test_beside(&self, path: &str) -> bool {
        let (folder, _) = split(path);
        let is_there = |name: &str| {
            fs::symlink_metadata(Path::new(folder).join(name)).is_ok_and(|metadata| metadata.is_file())
        };
        self.folders.contains(folder) || Path::new(path).is_file() && TESTS.iter().any(|name| is_there(name))
    }
}

/// Whether Chainsaw's `operation` is to fail: a check of what it expects says that `$error` is something (documentation of
/// Chainsaw, "Operation checks").
fn expects_error(operation: Node<'_>) -> bool {
    let expected = operation.get("expect").into_iter().flat_map(Node::items);
    let mut checks = expected.filter_map(|one| one.get("check")).flat_map(Node::entries);
    checks.any(|check| {
        let key: String = check.name().chars().filter(|char| !char.is_whitespace()).collect();
        match (&*key, check.value.kind()) {
            ("($error!=null)", Kind::Bool(holds)) => holds,
            ("($error==null)", Kind::Bool(holds)) => !holds,
            ("($error)", kind) => kind != Kind::Null,
            _ => false,
        }
    })
}

/// Whether `object`, which holds `templates` and is in the file shown as `path`, is what a test compares with the
/// cluster.
pub(super) fn is_assertion(
    object: &Object<'_>,
    templates: &[Template<'_>],
    path: &str,
    suites: &TestSuites,
) -> bool {
    let (_, name) = split(path);
    if is_named_as_assertion(name) || suites.compared.contains(path) {
        return true;
    }
    let is_patch = || templates.iter().any(|template| template.completeness == Completeness::Patch);
    let cannot_be_created = || is_patch() || !has_name(object);
    // A chart's values have keys of any name.
    !templates.is_empty()
        && !object.is_of_chart()
        && (has_expressions(object)
            || !object.node.is_of_template() && is_without_images(templates) && is_printed(object, templates)
            || cannot_be_created() && (has_status(object) || suites.has_test_beside(path)))
}

/// Whether kuttl takes a file of this name for an assertion, as Chainsaw does for a part of these names (kuttl,
/// `internal/file/name.go`; Chainsaw, `pkg/discovery/step.go`): `assert.yaml`, `01-errors.yaml`, `01-assert-pods.yaml`.
fn is_named_as_assertion(name: &str) -> bool {
    let Some(stem) = [".gotmpl.yaml", ".yaml", ".yml"].iter().find_map(|end| name.strip_suffix(end)) else {
        return false;
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = stem.split_once('-').filter(|(number, _)| is_number(number));
    let rest = numbered.map_or(stem, |(_, rest)| rest);
    let (first, more) = rest.split_once('-').unwrap_or((rest, ""));
    ["assert", "errors"].iter().any(|kind| first.eq_ignore_ascii_case(kind)) && !more.contains('.')
}

/// Whether the API server would make or find anything by its name.
fn has_name(object: &Object<'_>) -> bool {
    let metadata = object.metadata();
    object.name().is_some() || metadata.is_some_and(|metadata| metadata.get("generateName").is_some())
}

/// Whether it says what the cluster's controllers say: nobody applies that, though generators leave an empty map.
fn has_status(object: &Object<'_>) -> bool {
    object.node.get("status").is_some_and(|status| status.entries().next().is_some())
}

/// Whether no container of `templates` has an image, though there are some: no Pod can be made of that.
fn is_without_images(templates: &[Template<'_>]) -> bool {
    let mut containers = templates.iter().flat_map(|template| containers(template.spec)).peekable();
    containers.peek().is_some()
        && containers.all(|container| container.is_mapping() && container.lookup("image") == Lookup::Absent)
}

fn containers(spec: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let lists = ["initContainers", "containers"].into_iter().filter_map(move |key| spec.get(key));
    lists.flat_map(Node::items)
}

/// Whether it has fields that only the API server writes, or that people leave to its defaults. Those say nothing of a
/// Pod in whose containers a controller puts the images: of a custom resource, or of a `DeploymentConfig` with triggers.
fn is_printed(object: &Object<'_>, templates: &[Template<'_>]) -> bool {
    const OF_SERVER: [&str; 6] =
        ["generation", "ownerReferences", "resourceVersion", "selfLink", "managedFields", "uid"];
    let is_of_server = |metadata: Node<'_>| OF_SERVER.iter().any(|key| metadata.get(key).is_some());
    let mut specs = templates.iter().map(|template| template.spec);
    object.metadata().is_some_and(is_of_server)
        || !Workload::of(object.group(), object.kind).is_custom()
            && specs.any(|spec| {
                spec.get("schedulerName").and_then(Node::as_str) == Some("default-scheduler")
                    || containers(spec).any(|container| container.get("terminationMessagePath").is_some())
            })
}

/// Whether a key is an expression of Chainsaw's (`(length(x))`, `~.(containers)`), or one of Kyverno's anchors
/// (`+(image)`). No field of Kubernetes is called so.
fn has_expressions(object: &Object<'_>) -> bool {
    let is_expression = |key: &str| {
        let key = match key.strip_prefix('~') {
            Some(rest) => rest.split_once('.').map_or(rest, |(_, rest)| rest),
            None => key.trim_start_matches(['+', '=', '^', '<', '>', 'X']),
        };
        key.starts_with('(') && key.contains(')')
    };
    // Scripts hold brackets, too, but hardly ever as the first thing of a text.
    memchr(b'(', object.node.source_text().as_bytes()).is_some()
        && object.node.written_texts().is_none_or(|mut texts| texts.any(is_expression))
        && has_key(object.node, &is_expression)
}

/// The folder and the name of the file shown as `path`.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once(['/', '\\']).unwrap_or(("", path))
}

/// `path`, as seen from `folder`; `None` where it leads above what the path of the folder shows.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => _ = steps.pop()?,
            step => steps.push(step),
        }
    }
    let root = if folder.starts_with('/') { "/" } else { "" };
    Some(format!("{root}{}", steps.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::{objects, templates};
    use crate::source::FileId;

    #[test]
    fn names_of_assertions() {
        for name in
            ["assert.yaml", "01-assert.yaml", "1-errors.yml", "errors.yaml", "02-Assert-pods.gotmpl.yaml"]
        {
            assert!(is_named_as_assertion(name), "{name}");
        }
        for name in
            ["assertions.yaml", "01-install.yaml", "a-assert.yaml", "error.yaml", "assert", "assert.json"]
        {
            assert!(!is_named_as_assertion(name), "{name}");
        }
    }

    #[test]
    fn a_chainsaw_test_names_what_it_compares() {
        let text = "spec:\n  steps:\n  - try:\n    - apply: {file: web.yaml}\n    - assert: {file: ../shared/want.yaml}\n    \
                    catch:\n    - error: {file: ./never.yaml}\n    - assert: {file: ../../../../out.yaml}\n";
        let source = Source::new(FileId(0), "tests/e2e/web/chainsaw-test.yaml", text);
        let suites = TestSuites::of([&source]);
        let mut compared: Vec<&str> = suites.compared.iter().map(String::as_str).collect();
        compared.sort_unstable();
        assert_eq!(compared, ["tests/e2e/shared/want.yaml", "tests/e2e/web/never.yaml"]);
        assert!(suites.has_test_beside("tests/e2e/web/any.yaml"));
        assert!(!suites.has_test_beside("tests/e2e/any.yaml"));
    }

    #[test]
    fn a_chainsaw_test_names_what_has_to_be_refused() {
        let step = |file: &str, check: &str| {
            format!("    - apply: {{file: {file}.yaml, expect: [{{check: {{{check}}}}}]}}\n")
        };
        let steps = [
            step("bad", "($error != null): true"),
            step("worse", "($error == null): false"),
            step("worst", "($error): 'denied by policy'"),
            step("good", "($error == null): true"),
            step("fine", "($error != null): false"),
            step("nothing", "($error): null"),
            step("later", "($error != null): true"),
            "    - create: {file: later.yaml}\n".to_owned(),
        ];
        let text = format!("spec:\n  steps:\n  - try:\n{}", steps.concat());
        let source = Source::new(FileId(0), "e2e/chainsaw-test.yaml", text.as_str());
        let suites = TestSuites::of([&source]);
        for refused in ["bad", "worse", "worst"] {
            assert!(suites.refuse(&format!("e2e/{refused}.yaml")), "{refused}");
        }
        for applied in ["good", "fine", "nothing", "later", "other"] {
            assert!(!suites.refuse(&format!("e2e/{applied}.yaml")), "{applied}");
        }
    }

    fn is_assertion_of(path: &str, text: &str) -> bool {
        let source = Source::new(FileId(0), path, text);
        let document = Document::parse(&source, 0..text.len()).unwrap();
        let beside = Source::new(FileId(1), "e2e/chainsaw-test.yaml", "");
        let suites = TestSuites::of([&beside]);
        let objects = objects(document.root());
        objects.iter().all(|object| is_assertion(object, &templates(object, &[]), path, &suites))
    }

    #[test]
    fn an_object_may_tell_it_itself() {
        const WHOLE: &str = "spec: {containers: [{name: a, image: a:1}]}\n";
        const PART: &str = "spec: {containers: [{name: a}]}\n";
        let pod = "apiVersion: v1\nkind: Pod\n";
        let named = format!("{pod}metadata: {{name: x}}\n");
        let expression =
            |key: &str| format!("{named}spec: {{containers: [{{name: a, image: a:1, {key}: 1}}]}}\n");
        assert!(is_assertion_of("a.yaml", &expression("(length(env))")));
        assert!(is_assertion_of("a.yaml", &expression("'~i.(env)'")));
        assert!(
            is_assertion_of("a.yaml", &format!("{pod}{WHOLE}status: {{phase: Running}}\n")),
            "without a name"
        );
        assert!(is_assertion_of("a.yaml", &format!("{named}{PART}status: {{phase: Running}}\n")));
        assert!(is_assertion_of("e2e/a.yaml", &format!("{named}{PART}")), "a part beside a test");
        assert!(is_assertion_of("e2e/a.yaml", &format!("{pod}{WHOLE}")), "without a name beside a test");
        let printed = |spec: &str| format!("{pod}metadata: {{name: x, generation: 1}}\n{spec}");
        assert!(is_assertion_of("a.yaml", &printed(PART)), "printed, without images");

        assert!(!is_assertion_of("a.yaml", &printed(WHOLE)));
        let one_lacks_it = "spec: {containers: [{name: a, image: a:1}, {name: b}]}\n";
        assert!(!is_assertion_of("a.yaml", &printed(one_lacks_it)));
        assert!(!is_assertion_of("a.yaml", &format!("{named}{PART}")), "a patch");
        assert!(
            !is_assertion_of("a.yaml", &format!("{named}{PART}status: {{}}\n")),
            "as generators write it"
        );
        assert!(
            !is_assertion_of("a.yaml", &format!("{named}{WHOLE}status: {{phase: Running}}\n")),
            "a whole one"
        );
        assert!(!is_assertion_of("e2e/a.yaml", &format!("{named}{WHOLE}")), "what the test applies");
        let generated = format!("{pod}metadata: {{generateName: x-}}\n{WHOLE}");
        assert!(!is_assertion_of("e2e/a.yaml", &generated));
        assert!(!is_assertion_of("a.yaml", &expression("f(x)")));
        assert!(!is_assertion_of("a.yaml", &expression("args: ['(length(x))', '~.(x)'], tty")));
    }
}
