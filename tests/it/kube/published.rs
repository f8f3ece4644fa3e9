//! Published manifests, where they are at hand.

use std::path::{Path, PathBuf};

use initlint::kube::Role;
use serde_json::Value;

use super::Manifest;

/// Every init container of published manifests is found where a reader found it, for what it is.
#[test]
fn published_manifests_are_read_as_people_read_them() {
    let Some(shared) = std::env::var_os("INITLINT_SHARED").map(PathBuf::from) else {
        eprintln!("skipped: INITLINT_SHARED is not set");
        return;
    };
    let corpus = shared.join("corpus");
    let mut wrong = Vec::new();
    let mut right = 0;
    for line in std::fs::read_to_string(corpus.join("inits.jsonl")).unwrap().lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| row[key].as_str().unwrap_or_default();
        let file = Path::new("files").join(text("repo").replace('/', "+")).join(text("path"));
        // The largest files aren't kept, and a fragment without a kind is no object.
        let Ok(content) = std::fs::read_to_string(corpus.join(&file)) else { continue };
        if text("place") == "no-kind" || text("apiVersion").starts_with("kyverno.io") {
            continue;
        }
        let manifest = Manifest::new(&content);
        let pods = manifest.pods();
        let place = pods.iter().filter(|pod| pod.template.pointer == text("pointer"));
        let index = usize::try_from(row["index"].as_u64().unwrap()).unwrap();
        let found = place.filter_map(|pod| pod.init_steps.get(index)).any(|step| {
            let container = step.container();
            let mounts: Vec<_> =
                container.volume_mounts.iter().map(|mount| mount.mount_path.map(|path| path.value)).collect();
            container.name() == text("container")
                && container.image.map(|image| image.value) == row["image"].as_str()
                && (step.role() == Role::Sidecar) == row["is_sidecar"].as_bool().unwrap()
                && mounts
                    == row["mounts"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|it| it["mountPath"].as_str())
                        .collect::<Vec<_>>()
        });
        if found {
            right += 1;
        } else {
            wrong.push(format!("{} {} {index}", file.display(), text("pointer")));
        }
    }
    eprintln!("{right} init containers");
    assert!(wrong.is_empty() && right > 400, "{right}\n{}", wrong.join("\n"));
}
