//! What a finding of the analysis says, and where: the command to blame, the labels, the help.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "a test may fail")]

use std::collections::{BTreeMap, BTreeSet};

use initlint::rerun::{Container, Hazard, Life, Mount, Program, Userland, analyse};
use initlint::shell;
use initlint::shell::options::Options;

fn container<'s>(script: &'s shell::ir::Script, text: &'s str) -> Container<'s> {
    let mount = |path: &str, volume, life| {
        let path = path.to_owned();
        Mount { path, volume, sub_path: None, read_only: false, life }
    };
    Container {
        program: Program::Script {
            script,
            text,
            options: Options { errexit: true, ..Options::default() },
            arguments: Vec::new(),
            bash: true,
        },
        mounts: vec![mount("/data", 0, Life::Pod), mount("/kept", 1, Life::Beyond)],
        environment: BTreeMap::new(),
        unknown_environment: BTreeSet::new(),
        working_dir: None,
        userland: Userland::Gnu,
        restarts: true,
        root: None,
        host_network: false,
        files: BTreeMap::new(),
    }
}

fn hazards(text: &str) -> Vec<Hazard> {
    let script = shell::parse(text).unwrap();
    analyse(&[container(&script, text)]).remove(0)
}

/// The only finding on `text`.
fn only(text: &str) -> Hazard {
    let mut found = hazards(text);
    assert_eq!(found.len(), 1, "{text}: {found:#?}");
    found.remove(0)
}

/// Where the only finding stands, and its labels.
fn places(text: &str) -> Vec<&str> {
    let hazard = only(text);
    let sites = std::iter::once(&hazard.site).chain(hazard.labels.iter().map(|(site, _)| site));
    sites.map(|site| &text[site.range.clone()]).collect()
}

#[test]
fn the_guard_over_what_is_missing_is_blamed() {
    let text = "if [ ! -f /data/a ]; then cp /src/a /data/a; fi
        if [ ! -d /data/b ]; then mkdir -p /data/b; cp /src/f /data/b/f; fi";
    assert_eq!(places(text), ["[ ! -d /data/b ]", "mkdir -p /data/b", "cp /src/f /data/b/f"]);
    let text = "[ -f /data/s ] && echo seen
        for d in a b; do [ -d /data/$d ] || { mkdir /data/$d; cp /src/f /data/$d/f; }; done; touch /data/s";
    assert_eq!(places(text)[0], "[ -d /data/$d ]");
}

#[test]
fn the_write_that_turns_the_test_is_labelled() {
    let text = "[ -f /data/a ] || { mkdir -p /data/a.d; curl -o /data/a URL; tar xf /data/a -C /data/a.d; }";
    assert_eq!(places(text), ["[ -f /data/a ]", "curl -o /data/a URL", "tar xf /data/a -C /data/a.d"]);
    let text = "[ -d /data/r ] && exit 0\nrm -rf /data/t; git clone URL /data/t; mv /data/t /data/r; cp /src/f /data/r/f";
    assert_eq!(places(text), ["[ -d /data/r ]", "mv /data/t /data/r", "cp /src/f /data/r/f"]);
}
