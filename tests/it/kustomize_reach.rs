//! Which kustomizations are built: those that lead to something that a rule may speak of.

use crate::support::repository::{BASE, Repository, WEB};

/// An object that no rule speaks of.
const SETTINGS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: b}\n";
/// A kustomization that kustomize refuses, since it has that twice.
const TWICE: &str = "resources: [settings.yaml, again.yaml]\n";

fn remarks(files: &[(&str, &str)]) -> Vec<String> {
    let repository = Repository::of(files);
    repository.remarks(&repository.lint(&["."]))
}

#[test]
fn nothing_is_said_of_one_without_a_pod_of_interest() {
    let files =
        [("app/kustomization.yaml", TWICE), ("app/settings.yaml", SETTINGS), ("app/again.yaml", SETTINGS)];
    assert!(remarks(&files).is_empty());
}

#[test]
fn one_that_leads_to_such_a_pod_by_any_number_of_steps_is_built() {
    let settings = [("top/settings.yaml", SETTINGS), ("top/again.yaml", SETTINGS)];
    let told = "note top/again.yaml:1: kustomize refuses two resources of one name: ConfigMap settings";
    let web = [("base/kustomization.yaml", BASE), ("base/web.yaml", WEB)];
    let patch = "- op: add\n  path: /spec/template/spec/initContainers\n  value: []\n";
    let inline = format!(
        "{TWICE}patches:\n- target: {{kind: Deployment}}\n  patch: '[{{op: add, path: /initContainers/-}}]'\n"
    );
    for (top, more) in [
        ("bases: [../base]\n", &[][..]),
        ("components: [../base]\n", &[]),
        ("resources: [../middle]\n", &[("middle/kustomization.yaml", "resources: [../base]\n")]),
        ("patches: [{path: patch.yaml, target: {kind: Deployment}}]\n", &[("top/patch.yaml", patch)]),
        ("patchesStrategicMerge: [patch.yaml]\n", &[("top/patch.yaml", WEB)]),
    ] {
        let top =
            format!("{TWICE}{}", top.replace("resources: [", "resources: [settings.yaml, again.yaml, "));
        let top = if top.contains("middle") { top.replacen(TWICE, "", 1) } else { top };
        let files = [&[("top/kustomization.yaml", &*top)], &settings[..], &web, more].concat();
        assert!(remarks(&files).contains(&told.to_owned()), "{top}: {:?}", remarks(&files));
    }
    let files = [&[("top/kustomization.yaml", &*inline)], &settings[..]].concat();
    assert!(remarks(&files).contains(&told.to_owned()), "{:?}", remarks(&files));
}

#[test]
fn one_that_is_named_is_built() {
    let files =
        [("app/kustomization.yaml", TWICE), ("app/settings.yaml", SETTINGS), ("app/again.yaml", SETTINGS)];
    let repository = Repository::of(&files);
    let told = "note app/again.yaml:1: kustomize refuses two resources of one name: ConfigMap settings";
    for named in ["app/kustomization.yaml", "app"] {
        assert_eq!(repository.remarks(&repository.lint(&[named])), [told]);
    }
}

#[test]
fn of_one_with_a_part_that_is_unknown_it_is_told() {
    let settings = ("app/settings.yaml", SETTINGS);
    for (part, told) in [
        (
            "resources: [settings.yaml, gone.yaml]\n",
            "note app/kustomization.yaml:1: this file or folder does not exist",
        ),
        (
            "resources: [settings.yaml, \"github.com/a/b?ref=c\"]\n",
            "note app/kustomization.yaml:1: a remote resource",
        ),
        (
            "resources: [settings.yaml]\nhelmCharts: [{name: x}]\n",
            "note app/kustomization.yaml:2: `helmCharts`",
        ),
        (
            "resources: [settings.yaml]\npatches: [{path: gone.yaml}]\n",
            "note app/kustomization.yaml:2: this file",
        ),
    ] {
        let remarks = remarks(&[("app/kustomization.yaml", part), settings]);
        assert!(remarks.len() == 1 && remarks[0].starts_with(told), "{part}: {remarks:?}");
    }
}

#[test]
fn a_circle_without_a_pod_is_left_alone() {
    let files =
        [("a/kustomization.yaml", "resources: [../b]\n"), ("b/kustomization.yaml", "resources: [../a]\n")];
    assert!(remarks(&files).is_empty());
}

/// An image that is pinned in a kustomization of other things isn't pinned in a Pod elsewhere.
#[test]
fn one_that_is_not_built_pins_no_image_of_others() {
    let pins = "resources: [settings.yaml]\nimages: [{name: registry.example/migrate, newTag: \"2\"}]\n";
    let web = WEB.replace("migrate:1", "migrate");
    let files = [("a/kustomization.yaml", pins), ("a/settings.yaml", SETTINGS), ("web.yaml", &*web)];
    let repository = Repository::of(&files);
    let report = repository.lint(&["."]);
    assert_eq!(repository.told(&report), ["web.yaml:11 unpinned-init-image []"]);
}

/// What it makes a ConfigMap of may be a script of a Pod that another file holds.
#[test]
fn a_script_of_a_kustomization_without_pods_is_read() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  volumes:\n  - {name: data, emptyDir: {}}\n  \
               - {name: scripts, configMap: {name: scripts, defaultMode: 0755}}\n  \
               containers: [{name: web, image: \"nginx:1.27\"}]\n  initContainers:\n  - name: seed\n    \
               image: busybox:1.36\n    command: [/scripts/seed.sh]\n    volumeMounts: [{name: data, mountPath: /data}, \
               {name: scripts, mountPath: /scripts}]\n";
    let files = [
        ("pod.yaml", pod),
        ("kustomization.yaml", "configMapGenerator:\n- {name: scripts, files: [seed.sh]}\n"),
        ("seed.sh", "#!/bin/sh -e\nmkdir /data/seed\n"),
    ];
    let repository = Repository::of(&files);
    let report = repository.lint(&["."]);
    assert!(repository.told(&report).contains(&"seed.sh:2 non-idempotent-write []".to_owned()));
}
