//! Builds against the truth: what `kubectl kustomize` prints of the same folder, in all that rules read.
//!
//! The project's own kustomizations are compared where kubectl is installed; `INITLINT_KUSTOMIZATIONS` names folders,
//! separated by `:`, below which every kustomization is compared too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::lint::root;
use crate::support::yaml::value;
use initlint::discover::{self, Input, Walk, is_kustomization};
use initlint::kustomize::{Build, build};
use initlint::read::read;
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
    // A remote base is out of reach.
    let output = Command::new("kubectl")
        .arg("kustomize")
        .arg(folder)
        .envs([("https_proxy", "http://127.0.0.1:1"), ("GIT_TERMINAL_PROMPT", "0")])
        .output()
        .unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let documents =
        serde_yaml::Deserializer::from_str(&text).map(|document| Value::deserialize(document).unwrap());
    Ok(documents.map(|object| entry(&without_hashes(object, made))).collect())
}

/// What we build.
#[derive(Default)]
struct Ours {
    resources: Resources,
    /// The names of what generators made.
    made: BTreeSet<String>,
    is_partial: bool,
}

/// What we build in `folder`.
fn ours(folder: &Path) -> Ours {
    let mut inputs = discover::find(&[folder.to_owned()], &Walk::default()).inputs;
    // A folder that `.gitignore` leaves out of a walk is named here all the same.
    let paths = discover::KUSTOMIZATIONS.into_iter().map(|name| folder.join(name));
    let path = paths.into_iter().find(|path| path.is_file()).unwrap();
    if !inputs.iter().any(|input| matches!(input, Input::File { path: known, .. } if *known == path)) {
        inputs.push(Input::File { path: path.clone(), named: true });
    }
    let files = inputs.iter().enumerate().map(|(id, input)| read(id, input, "").0).collect();
    let is_it = |input: &Input| matches!(input, Input::File { path: known, .. } if *known == path);
    let builds = build(files, &|id| inputs.get(id.0 as usize).is_some_and(is_it));
    let made_there =
        |build: &&Build| Path::new(&*builds.files[build.kustomization.0 as usize].source.path) == path;
    let Some(build) = builds.list.iter().find(made_there) else { return Ours::default() };
    let objects = build.resources.iter().map(|resource| entry(&value(resource.document.root())));
    let made = build.generated.iter().map(|(_, name)| name.clone()).collect();
    Ours { resources: objects.collect(), made, is_partial: build.is_partial }
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

/// Where the two differ; what kubectl says where it refuses the kustomization, or we don't follow all of it.
fn differences(folder: &Path) -> Result<Vec<String>, String> {
    let Ours { resources: ours, made, is_partial } = ours(folder);
    let theirs = theirs(folder, &made)?;
    if is_partial {
        return Err("it names what isn't followed".to_owned());
    }
    let keys: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let differ = keys.into_iter().filter(|key| ours.get(*key) != theirs.get(*key));
    let told = differ.map(|key| {
        format!("{}: {key}:\n  ours   {:?}\n  theirs {:?}", folder.display(), ours.get(key), theirs.get(key))
    });
    Ok(told.collect())
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
    let mut told = Vec::new();
    for folder in own {
        let differences = differences(&folder);
        told.extend(differences.unwrap_or_else(|refused| vec![format!("{}: {refused}", folder.display())]));
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

#[test]
fn builds_of_others_are_what_kustomize_prints() {
    let Some(folders) = std::env::var_os("INITLINT_KUSTOMIZATIONS") else {
        return println!("skipped: INITLINT_KUSTOMIZATIONS is not set");
    };
    println!("{}", version().expect("kubectl"));
    let (mut told, mut equal, mut refused) = (Vec::new(), 0, 0);
    for folder in std::env::split_paths(&folders).flat_map(|folder| kustomizations(&folder)) {
        match differences(&folder) {
            Ok(differences) if differences.is_empty() => equal += 1,
            Ok(differences) => told.extend(differences),
            Err(_) => refused += 1,
        }
    }
    println!("{equal} equal, {refused} that kubectl refuses or we don't follow, {} differences", told.len());
    assert!(told.is_empty(), "{}", told.join("\n"));
}
