//! Kustomizations that kustomize refuses, or that lead where nothing is followed.

use crate::support::repository::{BASE, PROBE, Repository, WEB, overlays};
use initlint::kustomize::LoadRestrictor;
use initlint::rule::Settings;

#[test]
fn what_kustomize_refuses_is_told_and_the_rest_is_judged() {
    let lint = |kustomization: &str, more: &[(&str, &str)]| {
        let mut files = vec![("base/kustomization.yaml", BASE), ("base/web.yaml", WEB)];
        let kustomization = format!("{kustomization}patches:\n- path: patch.yaml\n");
        files.extend([("dev/kustomization.yaml", &*kustomization), ("dev/patch.yaml", PROBE)]);
        files.extend(more);
        let repository = Repository::of(&files);
        let report = repository.lint(&["."]);
        (repository.told(&report), repository.remarks(&report))
    };
    let probe = "dev/patch.yaml:9 forbidden-probe [dev]";
    for (kustomization, told, more) in [
        (
            "resources: [../base, ../gone]\n",
            "note dev/kustomization.yaml:1: this file or folder does not exist",
            &[][..],
        ),
        (
            "resources: [../base, ../base/web.yaml]\n",
            "note dev/kustomization.yaml:1: this is outside the kustomization's own folder",
            &[],
        ),
        ("resources: [../base, \"github.com/a/b?ref=c\"]\n", "note dev/kustomization.yaml:1: a remote", &[]),
        (
            "resources: [../base]\nconfigMapGenerator: [{name: a, files: [b=https://example.com/b]}]\n",
            "note dev/kustomization.yaml:2: a remote",
            &[],
        ),
        (
            "resources: [../base, twice.yaml]\n",
            "note dev/twice.yaml:1: kustomize refuses two resources of one name: Deployment web",
            &[("dev/twice.yaml", WEB)],
        ),
        (
            "resources: [../base, ../dev]\n",
            "error dev/kustomization.yaml:1: this kustomization includes itself",
            &[],
        ),
        (
            "resources: [../base, ../other]\n",
            "error other/kustomization.yaml:1: this kustomization includes itself",
            &[("other/kustomization.yaml", "resources: [../dev]\n")],
        ),
        (
            "resources: [../base, .]\n",
            "error dev/kustomization.yaml:1: this kustomization includes itself",
            &[],
        ),
        (
            "resources: [../base, ../empty]\n",
            "note dev/kustomization.yaml:1: this is not read: the folder has no kustomization",
            &[("empty/readme.md", "")],
        ),
        (
            "resources: [../base]\ncomponents: [part.yaml]\n",
            "error dev/kustomization.yaml:2: a component is a folder",
            &[("dev/part.yaml", WEB)],
        ),
        (
            "resources: [../base]\nopenapi: {path: schema.json}\n",
            "note dev/kustomization.yaml:2: `openapi` is not followed",
            &[],
        ),
        (
            "resources: [../base]\nhelmCharts: [{name: x}]\n",
            "note dev/kustomization.yaml:2: `helmCharts`",
            &[],
        ),
        (
            "resources: [../base]\nreplicas: [{name: x, count: 1}]\n",
            "note dev/kustomization.yaml:2: no resource",
            &[],
        ),
        (
            "resources: [../base]\nresources: []\n",
            "note dev/kustomization.yaml:2: this key is written twice",
            &[],
        ),
    ] {
        let (found, remarks) = lint(kustomization, more);
        assert!(remarks.iter().any(|remark| remark.starts_with(told)), "{kustomization}: {remarks:?}");
        if !kustomization.contains("resources: []") {
            assert!(found.contains(&probe.to_owned()), "{kustomization}: {found:?}");
        }
    }
    let nothing = "resources: [../base]\npatches:\n- {target: {name: x}, path: patch.yaml}\n- patch: '[{\"op\": \"add\"}]'\n";
    let repository = Repository::of(&[
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("dev/kustomization.yaml", nothing),
        ("dev/patch.yaml", PROBE),
    ]);
    let report = repository.lint(&["."]);
    let remarks = repository.remarks(&report);
    assert!(
        remarks[0].starts_with("note dev/kustomization.yaml:3: this patch changes nothing"),
        "{remarks:?}"
    );
    assert!(remarks[1].starts_with("note dev/kustomization.yaml:4: this list of operations"), "{remarks:?}");
}

#[test]
fn a_patch_of_what_is_not_there_is_told() {
    let other = PROBE.replace("name: web", "name: other");
    let repository = Repository::of(&[
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("dev/kustomization.yaml", "resources: [../base]\npatches: [{path: patch.yaml}]\n"),
        ("dev/patch.yaml", &other),
    ]);
    let report = repository.lint(&["."]);
    let expected = "note dev/patch.yaml:1: this patch is for no resource of the kustomization, and kustomize refuses it: \
         Deployment other";
    assert_eq!(repository.remarks(&report), [expected]);
    assert_eq!(report.summary.unjudged.len(), 1, "a patch without its base");
}

#[test]
fn an_empty_entry_is_no_file() {
    let kustomization = "resources: [../base]\npatchesStrategicMerge:\n-\n";
    let files = [
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("dev/kustomization.yaml", kustomization),
    ];
    let repository = Repository::of(&files);
    let expected = "error dev/kustomization.yaml:3: this is not read: the entry is empty";
    assert_eq!(repository.remarks(&repository.lint(&["dev"])), [expected]);
}

#[test]
fn what_is_alike_is_told_in_one_line() {
    let paths =
        |count: usize| -> String { (0..count).map(|number| format!("- gone/{number}.yaml\n")).collect() };
    let repository = Repository::of(&[
        ("a/kustomization.yaml", &format!("resources:\n{}", paths(62))),
        ("b/kustomization.yaml", &format!("resources:\n{}", paths(1))),
        ("c/kustomization.yaml", "resources:\n- ../a/one.yaml\n- ../a/two.yaml\n"),
        ("d/kustomization.yaml", "resources:\n- ../a/one.yaml\n"),
        ("a/one.yaml", WEB),
        ("a/two.yaml", WEB),
    ]);
    let outside = "this is outside the kustomization's own folder, which kustomize refuses without \
                   `--load-restrictor LoadRestrictionsNone`; it is read all the same";
    let missing = "this file or folder does not exist, and what it would bring is not known: gone/0.yaml";
    let expected = [
        format!(
            "note a/kustomization.yaml:2: {missing} (also a/kustomization.yaml:3, a/kustomization.yaml:4 and 60 more)"
        ),
        "note a/two.yaml:1: kustomize refuses two resources of one name: Deployment web".to_owned(),
        format!(
            "note c/kustomization.yaml:2: {outside} (also c/kustomization.yaml:3, d/kustomization.yaml:2)"
        ),
    ];
    assert_eq!(repository.remarks(&repository.lint(&["."])), expected);
}

#[cfg(unix)]
#[test]
fn no_link_and_no_pipe_is_followed() {
    let repository = overlays();
    std::os::unix::fs::symlink("base", repository.path("linked")).unwrap();
    let generator = "resources: [../../linked, ../../base]\nconfigMapGenerator:\n- {name: x, files: [pipe], envs: [pipe]}\n";
    std::fs::write(repository.path("overlays/prod/kustomization.yaml"), generator).unwrap();
    let status = std::process::Command::new("mkfifo").arg(repository.path("overlays/prod/pipe")).status();
    assert!(status.unwrap().success());
    let report = repository.lint(&["overlays"]);
    let remarks = repository.remarks(&report);
    let prod = "overlays/prod/kustomization.yaml";
    assert!(
        remarks
            .contains(&format!("note {prod}:1: this is not read: a link leads there, which is not followed"))
    );
    assert!(
        remarks.contains(&format!("note {prod}:3: this is not read: it is no regular file")),
        "{remarks:?}"
    );
    let told = format!("error {prod}:3: this is not read: it is no regular file");
    assert!(remarks.contains(&told), "{remarks:?}");
    assert_eq!(repository.told(&report).len(), 1, "the rest is judged");
}

#[cfg(unix)]
#[test]
fn no_pipe_is_waited_for_wherever_it_stands() {
    for (kustomization, pipe) in [
        ("resources: [../base, pipe]\n", "dev/pipe"),
        ("resources: [../base]\npatches: [{path: pipe}]\n", "dev/pipe"),
        ("resources: [../base]\npatchesStrategicMerge: [pipe]\n", "dev/pipe"),
        ("resources: [../base]\nreplacements: [{path: pipe}]\n", "dev/pipe"),
        ("resources: [../base]\nsecretGenerator: [{name: x, envs: [pipe]}]\n", "dev/pipe"),
        ("resources: [../base, other]\n", "dev/other/kustomization.yaml"),
    ] {
        let with_probe =
            WEB.replace("migrate:1\n", "migrate:1\n        livenessProbe: {exec: {command: [a]}}\n");
        let repository = Repository::of(&[
            ("base/kustomization.yaml", BASE),
            ("base/web.yaml", &with_probe),
            ("dev/kustomization.yaml", kustomization),
            ("dev/other/readme.md", ""),
        ]);
        let status = std::process::Command::new("mkfifo").arg(repository.path(pipe)).status();
        assert!(status.unwrap().success());
        let report = repository.lint(&["."]);
        let remarks = repository.remarks(&report);
        assert!(
            remarks.iter().any(|one| one.contains(" dev/kustomization.yaml:")),
            "{kustomization}: {remarks:?}"
        );
        assert_eq!(repository.told(&report), ["base/web.yaml:12 forbidden-probe [dev]"], "{kustomization}");
    }
}

#[test]
fn who_lifts_the_restriction_has_files_elsewhere_read() {
    let files = [
        ("shared/web.yaml", WEB),
        ("shared/patch.yaml", PROBE),
        (
            "dev/kustomization.yaml",
            "resources: [../shared/web.yaml]\npatches:\n- path: ../shared/patch.yaml\n",
        ),
    ];
    let repository = Repository::of(&files);
    let noted = repository.lint(&["dev"]);
    assert_eq!((noted.errors.len(), noted.notes.len()), (0, 1), "both in one line");
    assert_eq!(repository.told(&noted), ["shared/patch.yaml:9 forbidden-probe [dev]"]);
    let settings = Settings { load_restrictor: LoadRestrictor::None, ..Settings::default() };
    let read = repository.lint_by(&["dev"], &settings);
    assert_eq!(repository.remarks(&read), [""; 0]);
    assert_eq!(repository.told(&read), ["shared/patch.yaml:9 forbidden-probe [dev]"]);
}

/// A build makes what isn't there: a folder, or the kustomization in it.
#[test]
fn a_kustomization_that_a_build_makes_is_not_missed() {
    for made in
        [("made/kustomization_base.yaml", ""), ("made/a/kustomization.yaml", BASE), ("other/readme.md", "")]
    {
        let repository = Repository::of(&[
            ("base/kustomization.yaml", BASE),
            ("base/web.yaml", WEB),
            ("dev/kustomization.yaml", "resources: [../base, ../made]\n"),
            made,
        ]);
        let remarks = repository.remarks(&repository.lint(&["."]));
        let of_dev: Vec<_> = remarks.iter().filter(|one| one.contains(" dev/")).collect();
        assert!(!of_dev.is_empty() && of_dev.iter().all(|one| one.starts_with("note ")), "{remarks:?}");
    }
}

/// A component is for many users, of which some lack what it patches in others.
#[test]
fn a_patch_of_a_component_is_told_where_no_user_has_its_target() {
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: {name: web}\n  \
                     path: patch.yaml\n- target: {name: other}\n  path: patch.yaml\n";
    let repository = Repository::of(&[
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("part/kustomization.yaml", component),
        ("part/patch.yaml", PROBE),
        ("one/kustomization.yaml", "resources: [../base]\ncomponents: [../part]\n"),
        ("two/kustomization.yaml", "resources: [settings.yaml]\ncomponents: [../part]\n"),
        ("two/settings.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"),
    ]);
    let remarks = repository.remarks(&repository.lint(&["."]));
    let told = "note part/kustomization.yaml:6: this patch changes nothing: its target matches no resource of the kustomization";
    assert_eq!(remarks, [told]);
}
