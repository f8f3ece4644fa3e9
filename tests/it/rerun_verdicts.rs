//! The analysis held against recorded executions.
//!
//! Needs `INITLINT_SHARED`, a folder with `corpus/rerun-verdicts.jsonl`: scripts, and what running
//! them twice said; or `INITLINT_VERDICTS`, another file of such rows. Without either the test says
//! that it was skipped.
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use initlint::rerun::{Container, Hazard, Lifetime, Mount, Program, Severity, Userland, analyse};
use initlint::shell;
use initlint::shell::options::Options;
use serde_json::Value;

const KEPT: [&str; 6] =
    ["emptyDir", "persistentVolumeClaim", "pvc", "hostPath", "volumeClaimTemplate", "ephemeral"];

fn rows() -> Option<Vec<Value>> {
    let path = match std::env::var_os("INITLINT_VERDICTS") {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(std::env::var_os("INITLINT_SHARED")?).join("corpus/rerun-verdicts.jsonl"),
    };
    let text = std::fs::read_to_string(path).expect("the recorded verdicts");
    Some(text.lines().map(|line| serde_json::from_str(line).expect("a row of JSON")).collect())
}

fn text<'v>(row: &'v Value, key: &str) -> &'v str {
    row[key].as_str().unwrap_or_default()
}

/// What the kubelet does to `command` and `args` before any shell sees them.
fn expand(script: &str, names: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = script;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let name = rest.strip_prefix("$(").and_then(|inner| inner.split_once(')'));
        if let Some(after) = rest.strip_prefix("$$") {
            out.push('$');
            rest = after;
        } else if let Some((value, after)) = name.and_then(|(name, after)| Some((names.get(name)?, after))) {
            out.push_str(value);
            rest = after;
        } else {
            out.push('$');
            rest = &rest[1..];
        }
    }
    out + rest
}

fn judge(row: &Value) -> (String, Vec<Hazard>) {
    let mut environment = BTreeMap::new();
    for entry in row["env"].as_array().into_iter().flatten() {
        let value = entry["value"].as_str().unwrap_or("x");
        environment.insert(text(entry, "name").to_owned(), value.to_owned());
    }
    let script = expand(text(row, "script"), &environment);
    let Ok(parsed) = shell::parse(&script) else { return (script, Vec::new()) };
    let mut volumes: Vec<&str> = Vec::new();
    let mut mounts = Vec::new();
    for mount in row["mounts"].as_array().into_iter().flatten() {
        let (kind, name) = (text(mount, "type"), text(mount, "volume"));
        let volume = volumes.iter().position(|known| *known == name).unwrap_or_else(|| {
            volumes.push(name);
            volumes.len() - 1
        });
        let read_only = ["configMap", "secret", "projected", "downwardAPI"].contains(&kind);
        mounts.push(Mount {
            path: text(mount, "path").to_owned(),
            volume,
            sub_path: mount["subPath"].as_str().map(str::to_owned),
            read_only: read_only || mount["readOnly"].as_bool().unwrap_or(false),
            life: if KEPT.contains(&kind) { Lifetime::Pod } else { Lifetime::Run },
        });
    }
    let mut options = Options::default();
    options.set(&text(row, "shellflags").split_whitespace().map(Some).collect::<Vec<_>>());
    let container = Container {
        program: Arc::new(Program::Script {
            script: Arc::new(parsed),
            text: script.clone(),
            options,
            arguments: Vec::new(),
            bash: text(row, "shell") == "bash",
        }),
        mounts,
        environment: environment.into(),
        unknown_environment: BTreeSet::new().into(),
        working_dir: Some("/".to_owned()),
        is_sidecar: false,
        restarts: true,
        root: None,
        host_network: false,
        entries: BTreeMap::new(),
        running: [].into(),
        userland: Userland::Gnu,
        files: BTreeMap::new().into(),
    };
    let hazards = analyse(std::slice::from_ref(&container)).remove(0).hazards;
    (script, hazards)
}

/// Hits among those that count.
#[derive(Default)]
struct Share {
    hits: usize,
    all: usize,
}

impl Share {
    fn count(&mut self, hit: bool) {
        self.all += 1;
        self.hits += usize::from(hit);
    }

    fn percent(&self) -> f64 {
        let part = |n: usize| f64::from(u32::try_from(n).expect("a small number"));
        if self.all == 0 { 100.0 } else { 100.0 * part(self.hits) / part(self.all) }
    }
}

#[test]
fn the_analysis_agrees_with_execution() {
    let Some(rows) = rows() else {
        println!("skipped: neither INITLINT_SHARED nor INITLINT_VERDICTS is set");
        return;
    };
    let (mut right, mut unsafe_seen) = (Share::default(), Share::default());
    let (mut fails, mut differs, mut infos) = (Share::default(), Share::default(), Share::default());
    for row in &rows {
        let verdict = text(row, "verdict");
        if !["idempotent", "fails", "differs"].contains(&verdict) {
            continue;
        }
        let (script, hazards) = judge(row);
        let worst = hazards.iter().map(|hazard| hazard.severity).max();
        let sure = worst >= Some(Severity::Warning);
        let bad = verdict != "idempotent";
        if sure {
            right.count(bad);
        }
        if bad {
            unsafe_seen.count(worst.is_some());
        } else {
            infos.count(worst == Some(Severity::Info));
        }
        match verdict {
            "fails" => fails.count(worst == Some(Severity::Error)),
            "differs" => differs.count(sure),
            _ => {}
        }
        let expected = match verdict {
            "fails" => worst == Some(Severity::Error),
            "differs" => sure,
            _ => worst.is_none(),
        };
        if !expected {
            println!("== {} {verdict} at {}, said {worst:?}", text(row, "id"), row["k"]);
            for hazard in &hazards {
                let place = script.get(hazard.site.range.clone()).unwrap_or_default();
                println!("   {:?} {:?}: {} [{place}]", hazard.severity, hazard.kind, hazard.why);
            }
        }
    }
    for (name, share) in [
        ("of warnings and errors, truly unsafe", &right),
        ("of the unsafe, seen", &unsafe_seen),
        ("of `fails`, errors", &fails),
        ("of `differs`, warnings or errors", &differs),
        ("of the idempotent, with an info", &infos),
    ] {
        println!("{name}: {}/{} = {:.1} %", share.hits, share.all, share.percent());
    }
    assert!(right.percent() >= 97.0);
    assert!(unsafe_seen.percent() >= 90.0);
    assert!(fails.percent() >= 90.0);
    assert!(differs.percent() >= 85.0);
    assert!(infos.percent() <= 10.0);
}
