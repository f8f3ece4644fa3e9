//! The analysis held against what really happens: each fixture's script is run, stopped at each of
//! its commands and run again, and the analysis must say what came of it.
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::rerun_support::{Case, Verdict, cases, execute, is_root, missing_command};
use initlint::rerun::{Container, Hazard, Kind, Lifetime, Mount, Program, Severity, Userland, analyse};
use initlint::shell;
use initlint::shell::options::Options;
use rayon::prelude::*;

pub(crate) fn analysed(case: &Case) -> Vec<Hazard> {
    let script = shell::parse(&case.script).unwrap_or_else(|why| panic!("{}: {why:?}", case.name));
    let mount = |path: &str, volume| Mount {
        path: path.to_owned(),
        volume,
        sub_path: None,
        read_only: false,
        life: Lifetime::Pod,
    };
    let container = Container {
        program: Arc::new(Program::Script {
            script: Arc::new(script),
            text: case.script.clone(),
            options: Options::default(),
            arguments: Vec::new(),
            bash: true,
        }),
        mounts: vec![mount("/data", 0), mount("/work", 1)],
        environment: BTreeMap::new().into(),
        unknown_environment: BTreeSet::from(["SECRET".to_owned()]).into(),
        working_dir: Some("/tmp".to_owned()),
        is_sidecar: false,
        restarts: true,
        root: case.user.then_some(false),
        host_network: false,
        entries: BTreeMap::new(),
        running: [].into(),
        userland: if case.busybox { Userland::Busybox } else { Userland::Gnu },
        files: BTreeMap::new().into(),
    };
    analyse(std::slice::from_ref(&container)).remove(0).hazards
}

/// What the analysis says, in the fixtures' words.
fn said(hazards: &[Hazard]) -> &'static str {
    let worst = hazards.iter().max_by_key(|hazard| hazard.severity);
    match worst.map(|hazard| (hazard.severity, hazard.kind)) {
        None => "safe",
        Some((Severity::Info, _)) => "info",
        Some((_, Kind::Stuck)) => "stuck",
        Some((_, Kind::Drifting)) => "drifting",
        Some((_, Kind::HalfDone)) => "half-done",
        Some((_, Kind::OutsidePod)) => "outside",
    }
}

fn agrees(expected: &str, verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Idempotent => matches!(expected, "safe" | "info"),
        Verdict::Fails(_) => expected == "stuck",
        Verdict::Differs(_) => matches!(expected, "drifting" | "half-done" | "noted"),
        Verdict::Inconclusive(_) => false,
    }
}

#[test]
fn the_analysis_says_what_the_fixtures_say() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter_map(|case| {
            let hazards = analysed(case);
            let said = said(&hazards);
            let why: Vec<String> =
                hazards.iter().map(|hazard| format!("{}: {}", hazard.command, hazard.why)).collect();
            // What is noted differs, but hardly hurts: an info.
            let expected = if case.expected == "noted" { "info" } else { &case.expected };
            (said != expected).then(|| {
                format!("{}/{}: {} expected, {said} said {why:?}", case.file, case.name, case.expected)
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}

#[test]
fn execution_says_what_the_fixtures_say() {
    if cfg!(not(unix)) {
        println!("skipped: needs bash");
        return;
    }
    let cases = cases();
    let mut skipped = Vec::new();
    let mut runnable = Vec::new();
    for case in &cases {
        match case
            .not_run
            .clone()
            .or_else(|| missing_command(&case.script).map(|name| format!("no {name} here")))
            .or_else(|| (case.user && is_root()).then(|| "root may write all".to_owned()))
        {
            Some(why) => skipped.push(format!("{}: {why}", case.name)),
            None => runnable.push(case),
        }
    }
    let wrong: Vec<String> = runnable
        .par_iter()
        .filter_map(|case| {
            let verdict = execute(&case.script);
            (!agrees(&case.expected, &verdict)).then(|| {
                format!("{}/{}: {} expected, {verdict:?} happened", case.file, case.name, case.expected)
            })
        })
        .collect();
    println!("{} run, {} not run:\n{}", runnable.len(), skipped.len(), skipped.join("\n"));
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}

/// Small edits of a script, and what each is called: what people add to a script in use.
fn edits(script: &str) -> Vec<(&'static str, String)> {
    let after = |line: &str| format!("{script}{line}\n");
    let before = |line: &str| format!("{line}\n{script}");
    let mut out = vec![
        ("set -e on", before("set -e")),
        ("set -e off", script.replacen("set -e\n", "", 1)),
        ("mkdir after", after("mkdir /data/extra")),
        ("mkdir and", before("mkdir /data/extra && echo ok")),
        ("clone after", after("git clone -q /src/repo /work/repo")),
        ("clone guarded", after("[ -d /work/repo/.git ] || git clone -q /src/repo /work/repo")),
        ("clone cleared", after("rm -rf /work/repo && git clone -q /src/repo /work/repo")),
        ("append after", after("echo ready >> /data/state.env")),
        ("ln after", after("ln -s current /data/latest")),
        ("half guard", after("if [ ! -d /data/half ]; then mkdir /data/half; echo a > /data/half/a; fi")),
        (
            "marker last",
            after(
                "if [ ! -f /data/.done ]; then mkdir -p /data/m; echo a > /data/m/a; touch /data/.done; fi",
            ),
        ),
        ("move away", after("[ -f /data/a.in ] || echo x > /data/a.in\nmv /data/a.in /data/a.out")),
        ("in a subshell", format!("(\n{script})\n")),
        ("or true", format!("{{\n{script}}} || true\n")),
        ("as a function", format!("main() {{\n{script}}}\nmain\n")),
    ];
    for (name, old, new) in [
        ("mkdir -p off", "mkdir -p", "mkdir"),
        ("rm -f off", "rm -f ", "rm "),
        ("or true off", " || true", ""),
    ] {
        if script.contains(old) {
            out.push((name, script.replacen(old, new, 1)));
        }
    }
    out
}

/// Takes minutes: run it after a change of the machine, with `--ignored`.
#[test]
#[ignore = "takes minutes"]
fn edits_of_the_fixtures_agree_too() {
    let cases = cases();
    let edited: Vec<Case> = cases
        .iter()
        .filter(|case| case.not_run.is_none() && !case.user && missing_command(&case.script).is_none())
        // Slow, or another key each time.
        .filter(|case| !case.script.contains("keytool") && !case.script.contains("ssh-keygen"))
        .flat_map(|case| {
            edits(&case.script).into_iter().map(|(name, script)| Case {
                file: case.file.clone(),
                name: format!("{}, {name}", case.name),
                expected: String::new(),
                script,
                busybox: case.busybox,
                user: case.user,
                not_run: None,
            })
        })
        .collect();
    let judged: Vec<(bool, String)> = edited
        .par_iter()
        .filter_map(|case| {
            let verdict = execute(&case.script);
            let hazards = analysed(case);
            let worst = hazards.iter().map(|hazard| hazard.severity).max();
            let fits = match verdict {
                Verdict::Inconclusive(_) => return None,
                Verdict::Idempotent => worst <= Some(Severity::Info),
                Verdict::Fails(_) => worst == Some(Severity::Error),
                Verdict::Differs(_) => worst.is_some(),
            };
            let why: Vec<&str> = hazards.iter().map(|hazard| hazard.why.as_str()).collect();
            let text =
                format!("{}/{}: {verdict:?}, said {worst:?} {why:?}\n{}", case.file, case.name, case.script);
            Some((fits, text))
        })
        .collect();
    let wrong: Vec<&str> = judged.iter().filter(|(fits, _)| !fits).map(|(_, text)| text.as_str()).collect();
    println!("{} judged", judged.len());
    assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
}
