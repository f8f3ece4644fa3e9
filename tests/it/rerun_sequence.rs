//! Containers in their Pod: mounts, variables, files, what came before, and hostile scripts.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use initlint::rerun::{
    Container, Entries, Hazard, Kind, Lifetime, Mount, Program, Running, Severity, Userland, analyse,
};
use initlint::shell;
use initlint::shell::ir::Script;
use initlint::shell::options::Options;

/// A container of a test, before its script is parsed.
#[derive(Default, Clone)]
struct Given {
    script: &'static str,
    exec: Vec<&'static str>,
    errexit: bool,
    mounts: Vec<Mount>,
    environment: Vec<(&'static str, &'static str)>,
    working_dir: Option<&'static str>,
    files: Vec<(&'static str, &'static str)>,
    root: Option<bool>,
    entries: Option<Entries>,
    running: Vec<Running>,
}

fn mount(path: &str, volume: usize) -> Mount {
    Mount { path: path.to_owned(), volume, sub_path: None, read_only: false, life: Lifetime::Pod }
}

fn script(text: &'static str) -> Given {
    Given { script: text, errexit: true, mounts: vec![mount("/data", 0)], ..Given::default() }
}

fn exec(words: &[&'static str]) -> Given {
    Given { exec: words.to_vec(), mounts: vec![mount("/data", 0)], ..Given::default() }
}

fn container(given: &Given, parsed: Script) -> Container {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let program = if given.exec.is_empty() {
        Program::Script {
            script: Arc::new(parsed),
            text: given.script.to_owned(),
            options: Options { errexit: given.errexit, ..Options::default() },
            arguments: Vec::new(),
            bash: false,
        }
    } else {
        Program::Exec(given.exec.iter().map(ToString::to_string).collect())
    };
    Container {
        program: Arc::new(program),
        mounts: given.mounts.clone(),
        environment: given.environment.iter().map(owned).collect::<BTreeMap<String, String>>().into(),
        unknown_environment: BTreeSet::new().into(),
        working_dir: given.working_dir.map(str::to_owned),
        is_sidecar: false,
        restarts: true,
        root: given.root,
        host_network: false,
        entries: given.entries.iter().map(|entries| ("/config".to_owned(), *entries)).collect(),
        running: given.running.clone().into(),
        userland: Userland::Unknown,
        files: given
            .files
            .iter()
            .map(owned)
            .map(|(path, text)| (path, Some(text)))
            .collect::<BTreeMap<_, _>>()
            .into(),
    }
}

fn hazards(sequence: &[Given]) -> Vec<Vec<Hazard>> {
    let parsed = |given: &Given| shell::parse(given.script).expect("a script that parses");
    let containers: Vec<Container> = sequence.iter().map(|given| container(given, parsed(given))).collect();
    analyse(&containers).into_iter().map(|analysis| analysis.hazards).collect()
}

fn one(given: Given) -> Vec<Hazard> {
    hazards(&[given]).remove(0)
}

fn kinds(hazards: &[Hazard]) -> Vec<(Severity, Kind)> {
    hazards.iter().map(|hazard| (hazard.severity, hazard.kind)).collect()
}

#[test]
fn a_reset_by_an_earlier_container_leaves_an_info() {
    let found = hazards(&[
        script("cp /src/users.yaml /data/users.yaml"),
        script("cat /src/more >> /data/users.yaml"),
    ]);
    assert_eq!(found[0], []);
    assert_eq!(kinds(&found[1]), [(Severity::Info, Kind::Drifting)]);
    let found =
        hazards(&[script("rm -rf /data/repo"), script("git clone https://example.com/r.git /data/repo")]);
    assert_eq!(found[0], []);
    assert_eq!(kinds(&found[1]), [(Severity::Info, Kind::Stuck)]);
}

#[test]
fn without_a_reset_a_later_container_is_to_blame() {
    let found = hazards(&[script("mkdir -p /data/x"), script("cat /src/more >> /data/users.yaml")]);
    assert_eq!(found[0], []);
    assert_eq!(kinds(&found[1]), [(Severity::Warning, Kind::Drifting)]);
}

#[test]
fn an_earlier_container_may_trip_over_a_later_one() {
    let found = hazards(&[script("[ ! -e /data/done ]"), script("touch /data/done")]);
    assert_eq!(found[1], []);
    let found =
        hazards(&[script("ln -s a /data/b || true"), script("mkdir -p /data/c"), script("mkdir /data/d")]);
    assert_eq!(kinds(&found[2]), [(Severity::Error, Kind::Stuck)]);
    assert_eq!((&found[0], &found[1]), (&vec![], &vec![]));
}

#[test]
fn commands_without_a_shell_are_judged_too() {
    let found = one(exec(&["git", "clone", "https://example.com/r.git", "/data"]));
    assert_eq!(kinds(&found), [(Severity::Error, Kind::Stuck)]);
    assert_eq!(found[0].command, "git clone");
    assert_eq!(found[0].path.as_deref(), Some("/data"));
    assert_eq!(kinds(&one(exec(&["/bin/mkdir", "/data/x"]))), [(Severity::Error, Kind::Stuck)]);
    assert_eq!(one(exec(&["mkdir", "-p", "/data/x"])), []);
    assert_eq!(one(exec(&["cp", "-n", "/bin/tool", "/data/tool"])), []);
    assert_eq!(
        kinds(&one(exec(&["timeout", "60", "sh", "-ec", "mkdir /data/x"]))),
        [(Severity::Error, Kind::Stuck)]
    );
    assert_eq!(
        kinds(&one(exec(&["python", "-c", "import os; os.mkdir('/data/x')"]))),
        [(Severity::Error, Kind::Stuck)]
    );
    assert_eq!(one(exec(&["python", "-c", "import os; os.makedirs('/data/x', exist_ok=True)"])), []);
    assert_eq!(one(exec(&[])), []);
}

#[test]
fn a_mended_line_is_offered() {
    let found = one(script("mkdir /data/x"));
    assert_eq!(found[0].mended(), Some("mkdir -p /data/x"));
    let found = one(script("ln -s a /data/x"));
    assert_eq!(found[0].mended(), Some("ln -sfn a /data/x"));
    assert_eq!(found[0].help, "write `ln -sfn a /data/x`");
}

#[test]
fn paths_lead_through_mounts() {
    let stuck = [(Severity::Error, Kind::Stuck)];
    let with = |text, mounts| Given { mounts, ..script(text) };
    let read_only = |path: &str| Mount { read_only: true, ..mount(path, 0) };
    let input = |path: &str| Mount { life: Lifetime::Run, read_only: true, ..mount(path, 0) };
    let sub = |path: &str, sub: &str| Mount { sub_path: Some(sub.to_owned()), ..mount(path, 0) };
    assert_eq!(one(with("mkdir /elsewhere/x", vec![mount("/data", 0)])), []);
    assert_eq!(one(with("mkdir /data/x", vec![read_only("/data")])), []);
    assert_eq!(one(with("mkdir /data/x", vec![input("/data")])), []);
    assert_eq!(one(with("mkdir /data/own/x", vec![mount("/data", 0), input("/data/own")])), []);
    assert_eq!(kinds(&one(with("mkdir /data/in/x", vec![input("/data"), mount("/data/in", 1)]))), stuck);
    assert_eq!(
        kinds(&one(with(
            "mkdir /a/x; rmdir /b/sub/x; mkdir /b/sub/x",
            vec![sub("/a", "sub"), mount("/b", 0)]
        ))),
        stuck
    );
    assert_eq!(one(with("mkdir -p /a/x; rmdir /b/sub/x", vec![sub("/a", "sub"), mount("/b", 0)])), []);
    assert_eq!(one(with("[ -d /a/x ] || mkdir /b/sub/x", vec![sub("/a", "sub"), mount("/b", 0)])), []);
    let working = Given { working_dir: Some("/data"), ..script("mkdir x") };
    assert_eq!(kinds(&one(working)), stuck);
    let variable = Given { environment: vec![("DIR", "/data/x")], ..script("mkdir $DIR") };
    assert_eq!(kinds(&one(variable)), stuck);
    assert_eq!(one(script("mkdir $DIR/x")), [], "nobody knows where that is");
    assert_eq!(one(script("echo 1 >> /data/../etc/x")), []);
}

/// A script beside a mounted `ConfigMap`.
fn with_config(text: &'static str, entries: Option<Entries>) -> Given {
    let config = Mount { life: Lifetime::Run, read_only: true, ..mount("/config", 1) };
    Given { mounts: vec![mount("/data", 0), config], entries, ..script(text) }
}

#[test]
fn an_entry_of_a_config_map_is_a_file() {
    let flat = Some(Entries { are_flat: true, are_writable: true });
    let nested = Some(Entries { are_flat: false, are_writable: true });
    let copy = "cp -r /config/a /data/a";
    assert_eq!(one(with_config(copy, flat)), []);
    assert_eq!(kinds(&one(with_config(copy, nested))), [(Severity::Warning, Kind::Drifting)]);
    assert_eq!(kinds(&one(with_config(copy, None))), [(Severity::Warning, Kind::Drifting)]);
    // People write `-a` for files as well.
    let archive = "cp -a /config/a /data/a";
    for entries in [flat, nested, None] {
        assert_eq!(one(with_config(archive, entries)), []);
    }
    assert_eq!(
        kinds(&one(with_config("cp -a /config /data/a", nested))),
        [(Severity::Warning, Kind::Drifting)]
    );
    let link = "ln -s /config/a /data/a";
    assert_eq!(kinds(&one(with_config(link, flat))), [(Severity::Error, Kind::Stuck)]);
    assert_eq!(kinds(&one(with_config(link, nested))), [(Severity::Info, Kind::Stuck)]);
}

#[test]
fn a_copy_of_what_nobody_may_write_is_not_written_over() {
    let found = |text, root, are_writable| {
        let entries = Some(Entries { are_flat: true, are_writable });
        one(Given { root, ..with_config(text, entries) })
    };
    let stuck = found("cp /config/a /data/a", Some(false), false);
    assert_eq!(kinds(&stuck), [(Severity::Error, Kind::Stuck)]);
    assert_eq!(stuck[0].mended(), Some("cp -f /config/a /data/a"));
    assert_eq!(kinds(&found("cp -p /config/a /data", Some(false), false)), kinds(&stuck));
    assert_eq!(found("cp -f /config/a /data/a", Some(false), false), []);
    assert_eq!(found("cat /config/a > /data/a", Some(false), false), []);
    // Killed before the `chmod`, it leaves what can't be written.
    assert_eq!(kinds(&found("cp /config/a /data/a; chmod u+w /data/a", Some(false), false)), kinds(&stuck));
    assert_eq!(found("cp /config/a /data/a", Some(false), true), []);
    assert_eq!(found("cp /config/a /data/a", Some(true), false), []);
    assert_eq!(found("cp /config/a /data/a", None, false), []);
}

#[test]
fn a_program_that_another_container_runs_is_busy() {
    let running = Running { path: "/opt/tool".to_owned(), mounts: vec![mount("/opt", 0)] };
    let found = |text| one(Given { running: vec![running.clone()], ..script(text) });
    let busy = found("cp /src/tool /data/tool");
    assert_eq!(kinds(&busy), [(Severity::Info, Kind::Stuck)]);
    assert_eq!(busy[0].mended(), Some("cp -f /src/tool /data/tool"));
    for text in [
        "cp -f /src/tool /data/tool",
        "cp -n /src/tool /data/tool",
        "rm -f /data/tool; cp /src/tool /data/tool",
        "cp /src/tool /data/new; mv /data/new /data/tool",
        "install /src/tool /data/tool",
        "echo '#!/bin/sh' > /data/tool",
        "cp /src/tool /data/other",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn a_key_that_later_pods_know_is_not_made_anew() {
    let on = |life, text| one(Given { mounts: vec![Mount { life, ..mount("/data", 0) }], ..script(text) });
    let kept = |text| on(Lifetime::Persistent, text);
    let found = kept("openssl genrsa -out /data/key.pem 2048");
    assert_eq!(kinds(&found), [(Severity::Warning, Kind::Drifting)]);
    assert_eq!(found[0].mended(), Some("[ -s /data/key.pem ] || openssl genrsa -out /data/key.pem 2048"));
    for text in [
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout /data/k -out /data/c -subj /CN=x",
        "openssl ecparam -name prime256v1 -genkey -noout -out /data/new; mv /data/new /data/key",
        "rm -f /data/key; openssl genrsa -out /data/key 2048",
        "openssl rand -hex 32 > /data/secret",
        "head -c 32 /dev/urandom | base64 > /data/secret",
        "dd if=/dev/urandom of=/data/key bs=32 count=1",
        "head -c 1M /dev/urandom | tr -dc A-Za-z0-9 | head -c 32 > /data/secret",
        "dd if=/dev/urandom bs=1M count=1 | sha256sum > /data/secret",
        "dd if=/dev/urandom bs=1M count=1 | base64 | fold -w 32 | head -n 1 > /data/secret",
        "cat /dev/urandom | head -c 32 > /data/secret",
        "openssl rand -base64 100000 | tr -dc A-Z | head -c 30 > /data/secret",
        "head -c 100000 /dev/urandom | base64 | tr -d '\\n' | cut -c1-40 > /data/secret",
    ] {
        assert_eq!(kinds(&kept(text)), kinds(&found), "{text}");
        assert_eq!(on(Lifetime::Pod, text), [], "{text}: a new Pod has a new key");
    }
    for text in [
        "[ -f /data/key.pem ] || openssl genrsa -out /data/key.pem 2048",
        "[ -s /data/secret ] || openssl rand -hex 32 > /data/secret",
        "[ -f /data/done ] && exit 0; openssl genrsa -out /data/key.pem 2048; touch /data/done",
        "openssl x509 -in /src/a.pem -out /data/a.der -outform DER",
        "openssl dhparam -out /data/dh.pem 2048",
        "date > /data/started",
        // What fills a disk to test it is no key.
        "dd if=/dev/urandom of=/data/noise bs=1M count=100",
        "dd if=/dev/urandom of=/data/noise bs=1M",
        "head -c 10G /dev/urandom > /data/noise",
        "cat /dev/urandom | head -c 1000000 > /data/noise",
        "openssl rand -out /data/noise 104857600",
        "openssl rand -hex 1048576 -out /data/noise",
        "dd if=/dev/urandom bs=1M count=100 > /data/noise",
        "dd if=/dev/urandom bs=1M count=$N | base64 > /data/noise",
    ] {
        assert_eq!(kept(text), [], "{text}");
    }
}

#[test]
fn the_last_test_that_goes_otherwise_is_to_blame() {
    let text = "test -d /data/x || mkdir /data/x\ntest -f /data/y && rm /data/y";
    let kept = Mount { life: Lifetime::Persistent, ..mount("/data", 0) };
    let given = Given { errexit: false, ..script(text) };
    let found = one(Given { mounts: vec![kept], ..given.clone() });
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(&text[found[0].site.range.clone()], "test -f /data/y");
    // In an emptyDir nothing is there in any first run.
    assert_eq!(one(given), []);
}

#[test]
fn what_is_unknown_is_tried_both_ways() {
    assert_eq!(
        kinds(&one(script("if [ \"$MODE\" = a ]; then mkdir /data/x; fi"))),
        [(Severity::Error, Kind::Stuck)]
    );
    assert_eq!(
        one(script("[ -n \"$MARK\" ] || exit 0; [ -f \"$MARK\" ] || { mkdir /data/x; touch \"$MARK\"; }"))
            .len(),
        1
    );
    assert_eq!(one(script("if [ \"$(mytool state /data)\" != done ]; then mkdir -p /data/x; fi")), []);
}

#[test]
fn scripts_in_files_are_followed() {
    let lib = "setup() {\n  mkdir /data/x\n}\n";
    let given = Given { files: vec![("/scripts/lib.sh", lib)], ..script(". /scripts/lib.sh\nsetup\n") };
    let found = one(given);
    assert_eq!(kinds(&found), [(Severity::Error, Kind::Stuck)]);
    assert_eq!(found[0].site.file.as_deref(), Some("/scripts/lib.sh"));
    assert_eq!(&lib[found[0].site.range.clone()], "mkdir /data/x");
    let given =
        Given { files: vec![("/scripts/init.sh", "set -e\nmkdir /data/x\n")], ..exec(&["/scripts/init.sh"]) };
    assert_eq!(kinds(&one(given)), [(Severity::Error, Kind::Stuck)]);
    let given = Given {
        files: vec![("/scripts/init.sh", "set -e\nmkdir /data/x\n")],
        ..exec(&["sh", "/scripts/init.sh"])
    };
    assert_eq!(kinds(&one(given)), [(Severity::Error, Kind::Stuck)]);
    assert_eq!(one(exec(&["sh", "/scripts/unknown.sh"])), []);
}

#[test]
fn what_a_volume_must_have_held_is_taken_to_be_there() {
    // Nothing in the Pod makes the file: the container could never have started without it.
    let found = one(script("sed -i '1i x' /data/app.conf"));
    assert_eq!(kinds(&found), [(Severity::Warning, Kind::Drifting)]);
    assert_eq!(one(script("sed -i 's/a/b/' /data/app.conf")), []);
    assert_eq!(one(script("until [ -f /data/ready ]; do sleep 1; done; mkdir -p /data/x")), []);
}

#[test]
fn what_cannot_be_followed_is_not_judged() {
    for text in [
        "eval \"$CODE\"; mkdir /data/x",
        "f() { f; }; f; mkdir /data/x",
        "f() { g; }; g() { f; }; f",
        "while true; do :; done; mkdir /data/x",
        "sh -c \"$CODE\"",
        "mkdir",
        "ln",
        "cp",
        "mv a",
        "git",
        "git clone",
        "tar",
        "sed -i",
        "[",
        "test -f",
        "cd",
        ". ",
        "exec",
        "trap 'exit 1' EXIT",
        "unzip",
        "set -- a b; shift 9",
        "\u{F0000}\u{F0001} mkdir",
    ] {
        let _ = one(script(text));
    }
}

#[test]
fn work_is_bounded() {
    let repeat = |line: &str, times: usize| line.repeat(times);
    let mut many = String::new();
    for number in 0..10_000 {
        writeln!(many, "mkdir -p /data/d{number}").expect("a string grows");
    }
    let nested =
        format!("{}echo x >> /data/f{}", repeat("for i in 1 2 3 4 5 6 7 8; do ", 40), repeat("; done", 40));
    let questions: String = (0..200).fold(String::new(), |mut out, n| {
        writeln!(out, "if [ -n \"$V{n}\" ]; then touch /data/{n}; fi").expect("a string grows");
        out
    });
    let doubling: String = (0..60).fold("touch /data/a\n".to_owned(), |mut out, n| {
        writeln!(out, "mkdir -p /data/{n}; cp -r /data/. /tmp/{n}; cp -r /tmp/. /data/{n}")
            .expect("a string grows");
        out
    });
    let braces = repeat("echo {1..48}{1..48} ", 2000);
    let globs = format!(
        "cd /data; for a in {{1..40}}; do mkdir -p $a/{{1..40}}; done; {}",
        repeat("echo */*;", 3000)
    );
    let growing = "x=a; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24; do x=$x$x; done; echo $x > /data/x";
    for text in [
        many,
        nested,
        questions,
        doubling,
        braces,
        globs,
        growing.to_owned(),
        repeat("echo a >> /data/f\n", 3000),
    ] {
        let text: &'static str = Box::leak(text.into_boxed_str());
        if shell::parse(text).is_ok() {
            let _ = one(script(text));
        }
    }
}
