//! The fuzz targets, on their seeds and on the corpora that are there.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::support::lint::root;
use targets::{TARGETS, seeds};

// There it is a crate of its own, of which some is for libFuzzer alone.
#[allow(unreachable_pub, dead_code)]
#[path = "../../fuzz/src/lib.rs"]
mod targets;

/// What an input may take: two seconds for each megabyte when optimized, of which this build isn't, on a machine that does
/// other things too.
fn bound(input: &[u8]) -> Duration {
    let slower = if cfg!(debug_assertions) { 20 } else { 1 };
    Duration::from_secs(2) + Duration::from_micros(2 * slower * input.len() as u64)
}

fn replay(target: &targets::Target, input: &[u8]) {
    let start = Instant::now();
    targets::take(target.run, input);
    let took = start.elapsed();
    let text = String::from_utf8_lossy(input);
    assert!(took <= bound(input), "{}: {took:?} for {} bytes:\n{text}", target.name, input.len());
}

fn replay_all(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let seeds = seeds::of(name, root());
    assert!(seeds.len() >= 2, "{name} has {} seeds", seeds.len());
    for seed in &seeds {
        replay(target, seed);
    }
    for folder in ["regressions", "corpus"] {
        for entry in fs::read_dir(root().join("fuzz").join(folder).join(name)).into_iter().flatten() {
            replay(target, &fs::read(entry.unwrap().path()).unwrap());
        }
    }
}

macro_rules! replayed {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            replay_all(stringify!($name));
        })*

        #[test]
        fn every_target_is_replayed_and_has_its_program() {
            let replayed = [$(stringify!($name)),*];
            let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
            for target in &TARGETS {
                assert!(replayed.contains(&target.name), "{}", target.name);
                let program = format!("targets/{}.rs", target.name);
                assert!(manifest.contains(&program) && Path::new(&root().join("fuzz")).join(program).is_file());
            }
        }
    };
}

replayed!(lint script config baseline suppressions quantity kustomize template fixes messages);
