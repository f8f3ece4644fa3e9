//! The model against Kubernetes' own answers: effective requests and limits, `QoS` classes, and what the decoder
//! rejects, for every known version.
//!
//! `tests/oracle/*.yaml` are the project's cases, `tests/oracle/verdicts.jsonl` what Kubernetes answers to them. A larger
//! collection of the same form is read from `$INITLINT_SHARED/oracle` where that is set.
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::oracle::{List, PodVerdict, Row, Verdict, document, rows};
use initlint::kube::resources::Amounts;
use initlint::kube::{Effective, Object, Pod, QosClass, Version, objects, schema, templates};
use initlint::source::{FileId, Source};
use initlint::yaml::Document;

#[derive(Default)]
struct Tally {
    pods: usize,
    decode_errors: usize,
    wrong: Vec<String>,
}

#[test]
fn the_projects_own_cases_agree() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let tally = compare(&folder.join("verdicts.jsonl"), &folder);
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    assert!(tally.pods >= 100 && tally.decode_errors >= 10, "{} {}", tally.pods, tally.decode_errors);
}

#[test]
fn the_shared_verdicts_agree() {
    let Some(shared) = std::env::var_os("INITLINT_SHARED").map(PathBuf::from) else {
        eprintln!("skipped: INITLINT_SHARED is not set");
        return;
    };
    let tally = compare(&shared.join("oracle/verdicts.jsonl"), &shared.join("oracle/cases"));
    eprintln!("{} Pods by version, {} decode errors", tally.pods, tally.decode_errors);
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
    assert!(tally.pods > 1000);
}

/// Every fixture has its verdicts, so that none is forgotten.
#[test]
fn every_case_has_a_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle");
    let verdicts = fs::read_to_string(folder.join("verdicts.jsonl")).unwrap();
    for file in fs::read_dir(&folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let quoted = format!("\"{name}\"");
        assert!(name == "verdicts.jsonl" || verdicts.contains(&quoted), "{name} has no verdict");
    }
}

fn compare(verdicts: &Path, cases: &Path) -> Tally {
    let mut tally = Tally::default();
    for row in rows(verdicts) {
        if !row.verdicts.iter().any(Verdict::speaks_of_fields) {
            continue;
        }
        let text = fs::read_to_string(cases.join(&row.file)).unwrap();
        let source = Source::new(FileId(0), &*row.file, &*text);
        let document = Document::parse(&source, document(&text, row.doc).unwrap()).unwrap();
        let objects = objects(document.root());
        match find(&objects, &row) {
            Some(object) => row.verdicts.iter().for_each(|verdict| check(&row, verdict, object, &mut tally)),
            None => tally.wrong.push(format!("{} #{}: no object", row.file, row.doc)),
        }
    }
    tally
}

fn find<'a, 'd>(objects: &'a [Object<'d>], row: &Row) -> Option<&'a Object<'d>> {
    objects.iter().find(|object| match row.item {
        None => object.pointer.is_empty(),
        Some(item) => {
            object.pointer.ends_with(&format!("/items/{item}")) && object.name() == row.name.as_deref()
        }
    })
}

fn check(row: &Row, verdict: &Verdict, object: &Object<'_>, tally: &mut Tally) {
    let pods: Vec<Pod<'_>> = templates(object, &[]).into_iter().map(Pod::new).collect();
    let version: Version = verdict.versions[0].parse().unwrap();
    let field_errors =
        pods.iter().flat_map(|pod| schema::field_errors(pod.spec(), &pod.template.pointer, version));
    let malformed: Vec<_> = field_errors
        .filter(|field_error| !matches!(field_error.cause, schema::Cause::Unknown { .. }))
        .collect();
    let place = format!("{} #{} {:?}", row.file, row.doc, verdict.versions);
    if let Some(error) = &verdict.decode_error {
        tally.decode_errors += 1;
        if malformed.is_empty() {
            tally.wrong.push(format!("{place}: not seen: {error}"));
        }
        return;
    }
    if !malformed.is_empty() {
        tally.wrong.push(format!("{place}: decodes, but {malformed:?}"));
    }
    for expected in &verdict.pods {
        let pointer = format!("{}/{}", object.pointer, expected.path.replace('.', "/"));
        let Some(pod) = pods.iter().find(|pod| pod.template.pointer == pointer) else {
            tally.wrong.push(format!("{place}: no Pod at {pointer}"));
            continue;
        };
        for version in &verdict.versions {
            tally.pods += 1;
            for (what, expected, found) in figures(pod, version.parse().unwrap(), expected) {
                if expected != found {
                    tally.wrong.push(format!("{place} {version} {what}: expected {expected}, found {found}"));
                }
            }
        }
    }
}

/// Each figure's name, what Kubernetes says and what the model says.
fn figures(pod: &Pod<'_>, version: Version, expected: &PodVerdict) -> Vec<(&'static str, String, String)> {
    let effective = Effective::of(pod, version);
    let list = |expected: &List, found: &Amounts<'_>| {
        let found: List = found.iter().map(|(name, amount)| (name.to_owned(), amount.to_string())).collect();
        (format!("{expected:?}"), format!("{found:?}"))
    };
    [
        ("requests", &expected.requests, &effective.requests.total),
        ("limits", &expected.limits, &effective.limits.total),
        ("appRequests", &expected.app_requests, &effective.requests.apps),
        ("sidecarRequests", &expected.sidecar_requests, &effective.requests.sidecars),
        ("initMaxRequests", &expected.init_max_requests, &effective.requests.init_max),
    ]
    .into_iter()
    .map(|(what, expected, found)| {
        let (expected, found) = list(expected, found);
        (what, expected, found)
    })
    .chain([("qos", expected.qos.clone(), QosClass::of(pod, version).unwrap().to_string())])
    .collect()
}
