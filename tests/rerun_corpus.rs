//! The analysis of real manifests, for reading.
//!
//! Needs `INITLINT_SHARED`, a folder with `corpus/inits.jsonl`. Prints every finding; what they are
//! worth is a reader's to say. Without it the test says that it was skipped.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test may fail"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Instant;

use initlint::rerun::{Container, Mount, Program, Userland, analyse};
use initlint::shell;
use initlint::shell::ir::Script;
use initlint::shell::options::Options;
use serde_json::Value;

const KEPT: [&str; 7] = [
    "emptyDir",
    "pvc",
    "persistentVolumeClaim",
    "hostPath",
    "volumeClaimTemplate",
    "ephemeral",
    "none(emptyDir default)",
];

fn text<'v>(row: &'v Value, key: &str) -> &'v str {
    row[key].as_str().unwrap_or_default()
}

fn words(row: &Value, key: &str) -> Vec<String> {
    row[key].as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

fn userland(image: &str) -> Userland {
    let name = image.split('@').next().unwrap_or(image);
    if name.contains("busybox") || name.contains("alpine") {
        Userland::Busybox
    } else if ["debian", "ubuntu", "fedora", "ubi"].iter().any(|known| name.contains(known)) {
        Userland::Gnu
    } else {
        Userland::Unknown
    }
}

/// `$$` becomes `$`, and a literal variable of the manifest is put in.
fn expanded(script: &str, environment: &BTreeMap<String, String>) -> String {
    let mut out = script.replace("$$", "\u{1}");
    for (name, value) in environment {
        out = out.replace(&format!("$({name})"), value);
    }
    out.replace('\u{1}', "$")
}

fn environment(row: &Value) -> BTreeMap<String, String> {
    let literals = row["env_literals"].as_object().into_iter().flatten();
    literals.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

fn mounts<'v>(row: &'v Value, volumes: &mut Vec<&'v str>) -> Vec<Mount> {
    let mounts =
        row["mounts"].as_array().into_iter().flatten().filter(|mount| mount["mountPath"].is_string());
    mounts
        .map(|mount| {
            let (kind, name) = (text(mount, "type"), text(mount, "name"));
            let volume = volumes.iter().position(|known| *known == name).unwrap_or_else(|| {
                volumes.push(name);
                volumes.len() - 1
            });
            Mount {
                path: text(mount, "mountPath").to_owned(),
                volume,
                sub_path: mount["subPath"].as_str().map(str::to_owned),
                read_only: mount["readOnly"].as_bool().unwrap_or(false),
                kept: KEPT.contains(&kind),
            }
        })
        .collect()
}

/// A Pod's containers, with the scripts that they borrow.
struct Pod<'v> {
    rows: Vec<&'v Value>,
    scripts: Vec<Option<(String, Script)>>,
}

impl<'v> Pod<'v> {
    fn new(rows: Vec<&'v Value>) -> Self {
        let scripts = rows
            .iter()
            .map(|row| {
                let shell = ["sh", "bash", "ash", "dash"].contains(&text(row, "interpreter"));
                let script = expanded(row["script"].as_str().filter(|_| shell)?, &environment(row));
                let parsed = shell::parse(&script).ok()?;
                Some((script, parsed))
            })
            .collect();
        Self { rows, scripts }
    }

    fn sequence(&'v self) -> Vec<Container<'v>> {
        let mut volumes = Vec::new();
        let rows = self.rows.iter().zip(&self.scripts);
        rows.map(|(row, script)| {
            let mut options = Options::default();
            options.set(&text(row, "shell_flags").split_whitespace().map(Some).collect::<Vec<_>>());
            let program = match script {
                Some((text, script)) => Program::Script {
                    script,
                    text,
                    options,
                    arguments: Vec::new(),
                    bash: self::text(row, "interpreter") == "bash",
                },
                None if row["script"].is_string() => Program::Exec(Vec::new()),
                None => Program::Exec(words(row, "command").into_iter().chain(words(row, "args")).collect()),
            };
            let names = row["env"].as_array().into_iter().flatten();
            let known = environment(row);
            let unknown: BTreeSet<String> = names
                .filter_map(|entry| entry["name"].as_str().or(entry.as_str()).map(str::to_owned))
                .filter(|name| !known.contains_key(name))
                .collect();
            Container {
                program,
                mounts: mounts(row, &mut volumes),
                environment: known,
                unknown_environment: unknown,
                working_dir: row["workingDir"].as_str().map(str::to_owned),
                userland: userland(self::text(row, "image")),
                files: BTreeMap::new(),
            }
        })
        .collect()
    }
}

#[test]
fn real_manifests_are_analysed() {
    let Some(shared) = std::env::var_os("INITLINT_SHARED") else {
        println!("skipped: INITLINT_SHARED is not set");
        return;
    };
    let path = PathBuf::from(shared).join("corpus/inits.jsonl");
    let file = std::fs::read_to_string(path).expect("the real init containers");
    let rows: Vec<Value> =
        file.lines().map(|line| serde_json::from_str(line).expect("a row of JSON")).collect();
    let mut pods: BTreeMap<(String, String, u64, String), Vec<&Value>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row["is_sidecar"] != true) {
        let key = |name| text(row, name).to_owned();
        let doc = row["doc"].as_u64().unwrap_or_default();
        pods.entry((key("repo"), key("path"), doc, key("pointer"))).or_default().push(row);
    }
    let pods: Vec<Pod<'_>> = pods.into_values().map(Pod::new).collect();
    let (mut findings, mut seen) = (0, BTreeSet::new());
    let mut took = std::time::Duration::ZERO;
    for pod in &pods {
        let sequence = pod.sequence();
        let start = Instant::now();
        let found = analyse(&sequence);
        let elapsed = start.elapsed();
        took += elapsed;
        if elapsed.as_micros() > 800 {
            println!("slow: {elapsed:?} {}", text(pod.rows[0], "path"));
        }
        for (index, hazards) in found.iter().enumerate() {
            let row = pod.rows[index];
            let script = pod.scripts[index].as_ref().map_or("", |(text, _)| text.as_str());
            for hazard in hazards {
                findings += 1;
                let place = script.get(hazard.site.range.clone()).unwrap_or_default();
                let line = format!("{} {:?} [{place}] {}", text(row, "container"), hazard.kind, hazard.why);
                if !seen.insert(line) {
                    continue;
                }
                println!("== {} {} {}", text(row, "repo"), text(row, "path"), text(row, "container"));
                println!(
                    "   {:?} {:?} [{place}]\n   {}\n   help: {}",
                    hazard.severity, hazard.kind, hazard.why, hazard.help
                );
                for (site, label) in &hazard.labels {
                    println!("   label [{}] {label}", script.get(site.range.clone()).unwrap_or_default());
                }
            }
        }
    }
    println!("{} Pods, {findings} findings, {} different, {took:?}", pods.len(), seen.len());
}
