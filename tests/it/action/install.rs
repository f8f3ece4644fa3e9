//! How the binary comes onto the runner.

use std::fs;

use super::release::{ARCHIVE, Release, TAG};
use super::runner::{Job, root};

fn job_with_release() -> (Job, Release) {
    let mut job = Job::new(&[("good.yaml", "apiVersion: v1\nkind: ConfigMap\n")]);
    let release = Release::new(&job.binary());
    job.env.insert("INITLINT_RELEASES".to_owned(), release.url.clone());
    (job, release)
}

#[test]
fn a_released_binary_is_taken_if_its_checksum_is_right() {
    let (job, release) = job_with_release();
    let outcome = job.run(&[("version", TAG)]);
    assert_eq!(outcome.status, 0, "{}", outcome.log);
    let asked = [format!("{TAG}/{ARCHIVE}.sha256"), format!("{TAG}/{ARCHIVE}")];
    assert_eq!(release.asked(), asked);
    assert_eq!(job.runs().len(), 1, "the released binary was run");
}

#[test]
fn a_wrong_checksum_stops_the_job_before_anything_is_unpacked() {
    for sum in [format!("{}  {ARCHIVE}\n", "0".repeat(64)), String::new(), "<html>".to_owned()] {
        let (job, release) = job_with_release();
        fs::write(release.file(&format!("{ARCHIVE}.sha256")), sum).unwrap();
        let outcome = job.run(&[("version", TAG)]);
        let told = format!("::error title=initlint::the checksum of {ARCHIVE} is wrong");
        assert_eq!((outcome.status, outcome.log.contains(&told)), (2, true), "{}", outcome.log);
        assert!(!job.temp().join("initlint/bin/initlint").exists());
        assert!(job.runs().is_empty());
    }
}

#[test]
fn an_archive_that_was_changed_is_not_unpacked() {
    let (job, release) = job_with_release();
    let mut bytes = fs::read(release.file(ARCHIVE)).unwrap();
    bytes.push(0);
    fs::write(release.file(ARCHIVE), bytes).unwrap();
    assert_eq!(job.run(&[("version", TAG)]).status, 2);
    assert!(!job.temp().join("initlint/bin/initlint").exists());
}

#[test]
fn a_release_that_is_missing_is_named() {
    let (job, _release) = job_with_release();
    let outcome = job.run(&[("version", "v9.9.9")]);
    let told = format!("::error title=initlint::v9.9.9 has no {ARCHIVE}");
    assert_eq!((outcome.status, outcome.log.contains(&told)), (2, true), "{}", outcome.log);
}

#[test]
fn what_is_no_version_asks_for_nothing() {
    for version in ["", "latest", "0.1.0", "v0.1.0/../v0.1.0", "v0.1.0\nx", "$(touch pwned)", "v0.1.0; true"]
    {
        let (job, release) = job_with_release();
        let outcome = job.run(&[("version", version)]);
        assert_eq!((outcome.status, release.asked().len()), (2, 0), "{version:?}: {}", outcome.log);
        assert!(outcome.log.starts_with("::error title=initlint::version must be"), "{}", outcome.log);
        assert!(!job.workspace().join("pwned").exists());
    }
}

#[test]
fn an_unknown_machine_is_pointed_at_the_source() {
    let (mut job, release) = job_with_release();
    job.env.insert("RUNNER_ARCH".to_owned(), "ARM".to_owned());
    let outcome = job.run(&[("version", TAG)]);
    let told = "::error title=initlint::no binary is released for Linux on ARM; use version: source";
    assert_eq!((outcome.status, outcome.log.trim_end()), (2, told));
    assert!(release.asked().is_empty());
}

#[test]
fn the_release_of_the_actions_own_version_is_the_default() {
    let (job, release) = job_with_release();
    let outcome = job.run(&[]);
    assert_eq!((outcome.status, job.runs().len()), (0, 1), "{}", outcome.log);
    assert_eq!(release.asked(), [format!("{TAG}/{ARCHIVE}.sha256"), format!("{TAG}/{ARCHIVE}")]);
}

#[test]
fn where_nothing_is_released_the_actions_own_commit_is_built_once() {
    let (job, release) = job_with_release();
    fs::remove_file(release.file(&format!("{ARCHIVE}.sha256"))).unwrap();
    job.add_cargo();
    let outcome = job.run(&[]);
    assert_eq!((outcome.status, job.runs().len()), (0, 1), "{}", outcome.log);
    assert!(outcome.log.contains(&format!("{TAG} isn't released for this machine: building it")));
    job.begin_again();
    job.add_tool("cargo", "exit 1");
    let outcome = job.run(&[]);
    assert_eq!((outcome.status, job.runs().len()), (0, 2), "{}", outcome.log);
}

#[test]
fn a_build_is_kept_though_there_are_findings() {
    let (job, release) = job_with_release();
    fs::remove_file(release.file(&format!("{ARCHIVE}.sha256"))).unwrap();
    job.add_cargo();
    fs::write(job.workspace().join("good.yaml"), "apiVersion: v1\nkind: Pod\nspec: {initContainers: x}\n")
        .unwrap();
    assert_eq!(job.run(&[]).status, 1);
    job.begin_again();
    job.add_tool("cargo", "exit 1");
    assert_eq!(job.run(&[]).status, 1);
    assert_eq!(job.runs().len(), 2);
}

#[test]
fn a_server_that_does_not_answer_is_no_missing_release() {
    let (mut job, _release) = job_with_release();
    job.env.insert("INITLINT_RELEASES".to_owned(), "http://127.0.0.1:9".to_owned());
    let outcome = job.run(&[]);
    let told = format!("::error title=initlint::{TAG} could not be downloaded");
    assert_eq!((outcome.status, outcome.log.contains(&told)), (2, true), "{}", outcome.log);
}

#[test]
fn source_is_built_by_cargo_from_the_actions_own_commit() {
    let job = Job::new(&[("good.yaml", "apiVersion: v1\nkind: ConfigMap\n")]);
    job.add_cargo();
    let outcome = job.run(&[("version", "source")]);
    assert_eq!(outcome.status, 0, "{}", outcome.log);
    let expected = format!(
        "install --quiet --locked --path {} --root {}\n",
        root().display(),
        job.temp().join("initlint").display()
    );
    assert_eq!(fs::read_to_string(job.temp().join("cargo")).unwrap(), expected);
}
