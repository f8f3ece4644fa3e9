//! Builds against the truth: what `kubectl kustomize` prints of the same folder, in all that rules read.
//!
//! The project's own kustomizations are compared where kubectl is installed; `INITLINT_KUSTOMIZATIONS` names folders,
//! separated by `:`, below which every kustomization is compared too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::lint::root;
use crate::support::yaml::value;
use initlint::discover::{self, Input, is_kustomization};
use initlint::kustomize::{LoadRestrictor, Remark, Scope, build};
use initlint::read::read;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;

/// The version that kubectl says it has kustomize in; `None` where it isn't installed.
fn version() -> Option<String> {
    let output = Command::new("kubectl").args(["version", "--client"]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.lines().find(|line| line.starts_with("Kustomize"))?.to_owned())
}

/// Resources by kind, namespace and name, as far as rules read them.
type Resources = BTreeMap<String, Value>;

/// What kubectl prints; what it says where it refuses the kustomization.
fn theirs(folder: &Path, made: &BTreeSet<String>) -> Result<Resources, String> {
    // Nothing is fetched: neither by HTTP nor by git.
    const OFFLINE: [(&str, &str); 4] = [
        ("https_proxy", "http://127.0.0.1:1"),
        ("http_proxy", "http://127.0.0.1:1"),
        ("GIT_ALLOW_PROTOCOL", "none"),
        ("GIT_TERMINAL_PROMPT", "0"),
    ];
    let output = Command::new("kubectl").arg("kustomize").arg(folder).envs(OFFLINE).output().unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let documents =
        serde_yaml::Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap());
    // A kustomization of nothing prints an empty text, which is a document too.
    Ok(documents
        .filter(|object| !object.is_null())
        .map(|object| entry(&without_hashes(object, made)))
        .collect())
}

/// What we build.
#[derive(Default)]
struct Ours {
    resources: Resources,
    /// The names of what generators made.
    made: BTreeSet<String>,
    /// Why something is not known, where that is so.
    partial: Option<String>,
    /// What kustomize is said to refuse.
    refused: Vec<String>,
}

/// What we build in `folder`, of its kustomization and of what that names.
fn ours(folder: &Path) -> Ours {
    let paths = discover::KUSTOMIZATIONS.into_iter().map(|name| folder.join(name));
    let path = paths.into_iter().find(|path| path.is_file()).unwrap();
    let (file, _) = read(0, &Input::File { path, named: true }, "");
    let builds =
        build(vec![file], Scope { is_named: &|_| true, is_checked: &|_| true }, LoadRestrictor::default());
    let messages = |refused: bool| {
        let is_one = move |remark: &&Remark| {
            (remark.is_error || remark.message.contains("kustomize refuses")) == refused
        };
        builds.remarks.iter().filter(is_one).map(|remark| remark.message.clone())
    };
    let refused: Vec<String> = messages(true).collect();
    let Some(build) = builds.list.first() else { return Ours { refused, ..Ours::default() } };
    let objects = build.resources.iter().map(|resource| entry(&value(resource.document().unwrap().root())));
    let made = build.generated.iter().map(|(_, name)| name.clone()).collect();
    let why = || messages(false).chain(messages(true)).next().unwrap_or_default();
    Ours { resources: objects.collect(), made, partial: build.is_partial.then(why), refused }
}

/// `value` with the names of generated objects as they are without the hash that kustomize appends.
fn without_hashes(value: Value, made: &BTreeSet<String>) -> Value {
    let is_hash = |text: &str| text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match value {
        Value::String(text) => match text.rsplit_once('-') {
            Some((name, hash)) if is_hash(hash) && made.contains(name) => name.into(),
            _ => text.into(),
        },
        Value::Array(items) => items.into_iter().map(|item| without_hashes(item, made)).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(key, value)| (key, without_hashes(value, made))).collect()
        }
        value => value,
    }
}

/// What rules read of a Pod spec.
const POD: [&str; 9] = [
    "initContainers",
    "containers",
    "ephemeralContainers",
    "volumes",
    "restartPolicy",
    "activeDeadlineSeconds",
    "resources",
    "securityContext",
    "serviceAccountName",
];

/// An object's key, and what rules read of it.
fn entry(object: &Value) -> (String, Value) {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or("");
    let key = ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"].map(text).join(" ");
    let (above, below): (&[&str], &str) = match text("/kind") {
        "ConfigMap" => (&["/data"], ""),
        "Secret" | "CustomResourceDefinition" => (&[], ""),
        "Pod" => (&[], "/spec"),
        "PodTemplate" => (&[], "/template/spec"),
        "CronJob" => {
            (&["/spec/jobTemplate/spec/activeDeadlineSeconds"], "/spec/jobTemplate/spec/template/spec")
        }
        _ => (
            &[
                "/spec/replicas",
                "/spec/selector",
                "/spec/activeDeadlineSeconds",
                "/spec/volumeClaimTemplates",
            ],
            "/spec/template/spec",
        ),
    };
    let above = above.iter().map(|pointer| (*pointer).to_owned());
    let pointers = above.chain(POD.map(|field| format!("{below}/{field}")));
    let read =
        pointers.filter_map(|pointer| Some((pointer.clone(), as_json(object.pointer(&pointer)?.clone()))));
    (key, Value::Object(read.collect()))
}

/// A whole number is the same however it is held.
fn as_json(value: Value) -> Value {
    match value {
        Value::Number(number) => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
            Some(float) if float.fract() == 0.0 && float.abs() < 1e15 => (float as i64).into(),
            _ => number.into(),
        },
        Value::Array(items) => items.into_iter().map(as_json).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, as_json(value))).collect(),
        value => value,
    }
}

/// What comes of a kustomization.
enum Outcome {
    Equal,
    /// Where the two differ.
    Differs(Vec<String>),
    /// Why they can't be compared.
    Skipped(String),
}

fn outcome(folder: &Path) -> Outcome {
    let Ours { resources: ours, made, partial, refused } = ours(folder);
    // kubectl would wait for what is remote, and for what isn't there in case that is.
    if let Some(why) = partial {
        return Outcome::Skipped(why);
    }
    let theirs = match theirs(folder, &made) {
        Ok(theirs) => theirs,
        Err(_) if !refused.is_empty() => return Outcome::Skipped(format!("refused: {}", refused[0])),
        Err(why) => return Outcome::Skipped(format!("kubectl alone refuses it: {}", reason(&why))),
    };
    let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let differ = keys.into_iter().filter(|key| ours.get(*key) != theirs.get(*key));
    let told = differ.map(|key| {
        format!("{}: {key}:\n  ours   {:?}\n  theirs {:?}", folder.display(), ours.get(key), theirs.get(key))
    });
    let refused = refused.iter().map(|why| format!("{}: kubectl builds it, but: {why}", folder.display()));
    match told.chain(refused).collect::<Vec<_>>() {
        told if told.is_empty() => Outcome::Equal,
        told => Outcome::Differs(told),
    }
}

/// What kubectl says at last of why it refuses a kustomization, as far as that is short.
fn reason(said: &str) -> String {
    let last = said.trim_end().rsplit(": ").next().unwrap_or("");
    last.chars().take(100).collect()
}

/// The folders below `folder` that have a kustomization.
fn kustomizations(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.path().to_str().is_some_and(is_kustomization));
    files.map(|entry| entry.path().parent().unwrap().to_owned()).collect()
}

#[test]
fn builds_are_what_kustomize_prints() {
    let Some(version) = version() else { return println!("skipped: kubectl is not installed") };
    println!("{version}");
    let own: Vec<PathBuf> = walkdir::WalkDir::new(root().join("tests/kustomize"))
        .min_depth(1)
        .max_depth(1)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .collect();
    assert!(own.len() >= 25);
    let told: Vec<String> = own
        .par_iter()
        .flat_map_iter(|folder| match outcome(folder) {
            Outcome::Equal => Vec::new(),
            Outcome::Differs(told) => told,
            Outcome::Skipped(why) => vec![format!("{}: {why}", folder.display())],
        })
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn builds_of_others_are_what_kustomize_prints() {
    let Some(folders) = std::env::var_os("INITLINT_KUSTOMIZATIONS") else {
        return println!("skipped: INITLINT_KUSTOMIZATIONS is not set");
    };
    println!("{}", version().expect("kubectl"));
    let folders: Vec<PathBuf> =
        std::env::split_paths(&folders).flat_map(|folder| kustomizations(&folder)).collect();
    let outcomes: Vec<Outcome> = folders.par_iter().map(|folder| outcome(folder)).collect();
    let (mut told, mut equal, mut differ) = (Vec::new(), 0, 0);
    let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Equal => equal += 1,
            Outcome::Differs(more) => {
                differ += 1;
                told.extend(more);
            }
            Outcome::Skipped(why) => *skipped.entry(why).or_default() += 1,
        }
    }
    let all = folders.len();
    println!("{equal} of {all} equal, {differ} different, {} skipped:", all - equal - differ);
    for (why, count) in skipped {
        println!("{count:5} {why}");
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}
