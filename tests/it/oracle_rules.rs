//! The rules against what the API server rejects, for every known version.
//!
//! A manifest that initlint passes must not be turned away for its init containers, and one that it calls an error must
//! really be one. `tests/oracle_rules/*.yaml` are the project's cases; a larger collection of the same form is read from
//! `$INITLINT_SHARED/oracle` where that is set.
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::corpus;
use crate::support::lint::{lint, root};
use crate::support::oracle::{Row, Verdict, document, rows};
use initlint::finding::Severity;
use initlint::kube::spelling::plain;
use initlint::rule::Settings;
use initlint::source::{FileId, Source};
use initlint::yaml::{Document, Node};

/// The rules that say what the API server rejects.
const RULES: [&str; 10] = [
    "forbidden-probe",
    "active-deadline-on-non-job",
    "duplicate-container-name",
    "invalid-restart-policy",
    "unsupported-sidecar",
    "misplaced-init-containers",
    "invalid-field",
    "restart-policy-of-kind",
    "volume-not-found",
    "init-resize-policy",
];

/// A rule and the container that it speaks of.
type Errors = BTreeSet<(&'static str, Option<String>)>;

#[test]
fn the_projects_own_cases_agree() {
    let folder = root().join("tests/oracle_rules");
    hold(&folder.join("verdicts.jsonl"), &folder);
}

#[test]
fn the_shared_verdicts_agree() {
    let Some(shared) = corpus::shared() else { return };
    hold(&shared.join("oracle/verdicts.jsonl"), &shared.join("oracle/cases"));
}

fn hold(verdicts: &Path, cases: &Path) {
    let mut judged: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows(verdicts) {
        let text = fs::read_to_string(cases.join(&row.file)).unwrap();
        // What kubectl takes for a document may be none to us, such as a directive by itself.
        let range = document(&text, row.doc).unwrap_or_default();
        let case = Case::new(&row, &text[range]);
        for verdict in &row.verdicts {
            for version in &verdict.versions {
                let tally = judged.entry(version.clone()).or_default();
                tally.1 += 1;
                match case.differs(verdict, version) {
                    None => tally.0 += 1,
                    Some(difference) => {
                        wrong.push(format!("{} #{} {version}: {difference}", row.file, row.doc));
                    }
                }
            }
        }
    }
    for (version, (right, all)) in &judged {
        eprintln!("{version}: {right} of {all} documents agree");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(judged.len(), 8);
}

/// A document, or an item of a List in it.
struct Case<'a> {
    row: &'a Row,
    text: &'a str,
    /// `None` where it is no YAML.
    document: Option<Document>,
}

impl<'a> Case<'a> {
    fn new(row: &'a Row, text: &'a str) -> Self {
        let source = Source::new(FileId(0), "case.yaml", text);
        Self { row, text, document: Document::parse(&source, 0..text.len()).ok() }
    }

    fn object(&self) -> Option<Node<'_>> {
        let root = self.document.as_ref()?.root();
        match self.row.item {
            None => Some(root),
            Some(item) => root.get("items")?.items().nth(item),
        }
    }

    /// How the errors differ from what the verdict says, where they do.
    fn differs(&self, verdict: &Verdict, version: &str) -> Option<String> {
        let found = self.found(version);
        if verdict.decode_error.is_some() {
            // The decoder stops at the first error, whose place it doesn't tell.
            let is_seen = found.iter().any(|(rule, _)| *rule == "invalid-field");
            return (verdict.speaks_of_fields() && !is_seen)
                .then(|| format!("{:?} unseen", verdict.decode_error));
        }
        let expected = self.expected(verdict);
        // Until 1.34 a StatefulSet's template isn't validated; its Pods are rejected for the same errors.
        let is_late = self.object()?.get("kind")?.as_str() == Some("StatefulSet") && version < "1.34";
        let agrees = if is_late { expected.is_subset(&found) } else { expected == found };
        (!agrees).then(|| format!("expected {expected:?}, found {found:?}"))
    }

    /// What initlint calls an error.
    fn found(&self, version: &str) -> Errors {
        let settings = Settings { version: version.parse().unwrap(), ..Settings::default() };
        let report = lint("case.yaml", self.text, &settings);
        let item = self.row.item.map_or_else(String::new, |item| format!("/items/{item}/"));
        let errors = report.findings.into_iter().filter(|finding| finding.severity == Severity::Error);
        let errors = errors.filter(|finding| RULES.contains(&finding.rule));
        // 1.28 takes sidecars, and makes init containers of them that never end.
        let errors = errors.filter(|finding| finding.rule != "unsupported-sidecar" || version != "1.28");
        let errors = errors.filter_map(|finding| Some((finding.rule, finding.resource?)));
        let errors = errors.filter(|(_, resource)| resource.pointer.starts_with(&item));
        errors.map(|(rule, resource)| (rule, resource.container)).collect()
    }

    /// What the API server's errors come to.
    fn expected(&self, verdict: &Verdict) -> Errors {
        let strict = verdict.strict.iter().filter_map(|error| self.unknown(error));
        let errors = verdict.errors.iter().filter_map(|(path, kind, _)| self.error(path, kind));
        let mut expected: Errors = strict.chain(errors).collect();
        // A deadline that is out of bounds where none is allowed is one mistake, and one finding.
        if self.has_deadline_out_of_bounds() && expected.remove(&("active-deadline-on-non-job", None)) {
            expected.insert(("invalid-field", None));
        }
        expected
    }

    fn has_deadline_out_of_bounds(&self) -> bool {
        let deadline =
            self.object().and_then(|object| object.at("/spec/template/spec/activeDeadlineSeconds"));
        deadline
            .and_then(Node::text)
            .and_then(|text| text.parse::<i64>().ok())
            .is_some_and(|seconds| seconds < 1)
    }

    fn error(&self, path: &str, kind: &str) -> Option<(&'static str, Option<String>)> {
        let Some((list, index, field)) = container_path(path) else {
            return pod_error(path, kind).map(|rule| (rule, None));
        };
        let is_init = list.ends_with("initContainers");
        let rule = match field {
            "livenessProbe" | "readinessProbe" | "startupProbe" | "lifecycle" if is_init => "forbidden-probe",
            "name" if kind == "FieldValueDuplicate" => "duplicate-container-name",
            field if field.starts_with("restartPolicy") => "invalid-restart-policy",
            field if field.starts_with("volumeMounts") && is_init => "volume-not-found",
            field if field.starts_with("resizePolicy") && is_init => "init-resize-policy",
            field if is_init || field.starts_with("resources") => "invalid-field",
            _ => return None,
        };
        // `checkHostPortConflicts` is handed one init container, and calls it the first.
        let index = if is_init && field.ends_with("hostPort") && kind == "FieldValueDuplicate" {
            self.with_host_port_twice(list)?
        } else {
            index
        };
        Some((rule, self.container(list, index)))
    }

    fn unknown(&self, error: &str) -> Option<(&'static str, Option<String>)> {
        let path = error.strip_prefix("unknown field \"")?.strip_suffix('"')?;
        if plain(path.rsplit('.').next()?) == "initcontainer" {
            let container = container_path(path).and_then(|(list, index, _)| self.container(list, index));
            return Some(("misplaced-init-containers", container));
        }
        let (list, index, field) = container_path(path)?;
        let is_init = list.ends_with("initContainers");
        let node = self.list(list)?.items().nth(index)?;
        let is_always = node.get("restartPolicy").and_then(Node::as_str) == Some("Always");
        let rule = match field {
            "restartPolicy" if is_init && is_always => "unsupported-sidecar",
            "restartPolicy" | "restartPolicyRules" => "invalid-restart-policy",
            _ if is_init => "invalid-field",
            _ => return None,
        };
        Some((rule, self.container(list, index)))
    }

    fn list(&self, path: &str) -> Option<Node<'_>> {
        self.object()?.at(&format!("/{}", path.replace('.', "/")))
    }

    fn container(&self, list: &str, index: usize) -> Option<String> {
        let name = self.list(list)?.items().nth(index)?.get("name")?.as_str()?;
        (!name.is_empty()).then(|| name.to_owned())
    }

    fn with_host_port_twice(&self, list: &str) -> Option<usize> {
        self.list(list)?.items().position(|container| {
            let ports = container.get("ports").into_iter().flat_map(Node::items);
            let ports: Vec<_> = ports.filter_map(|port| port.get("hostPort")?.text()).collect();
            ports.iter().collect::<BTreeSet<_>>().len() < ports.len()
        })
    }
}

/// The list of containers, the index in it and the rest of a path.
fn container_path(path: &str) -> Option<(&str, usize, &str)> {
    let at = ["initContainers[", "ephemeralContainers[", "containers["]
        .into_iter()
        .filter_map(|list| path.find(list).map(|at| at + list.len()))
        .min()?;
    let (index, field) = path[at..].split_once(']')?;
    let list = &path[..at - 1];
    // `resources.containers[0]…` speaks of the Pod's own resources.
    (!list.contains("resources")).then_some((list, index.parse().ok()?, field.trim_start_matches('.')))
}

/// The rule for an error of the Pod as a whole.
fn pod_error(path: &str, kind: &str) -> Option<&'static str> {
    let field = path.rsplit("spec.").next()?;
    match field {
        "activeDeadlineSeconds" if kind == "FieldValueForbidden" => Some("active-deadline-on-non-job"),
        "activeDeadlineSeconds" => Some("invalid-field"),
        "restartPolicy" => Some("restart-policy-of-kind"),
        _ if field.starts_with("resources") || field.starts_with("overhead") => Some("invalid-field"),
        _ if field.ends_with("sizeLimit") => Some("invalid-field"),
        _ => None,
    }
}
