//! Suppressions, the baseline, the config and fingerprints, for what stands in a base, in a patch or inline.

use std::fs;
use std::path::Path;

use crate::support::binary::run;
use crate::support::repository::{BASE, OVERLAY, PROBE, Repository, WEB, overlays};
use initlint::globs::{Globs, Place};
use initlint::report::Report;
use initlint::report::fingerprint::Fingerprint;
use initlint::rule::Settings;
use initlint::settings::{Level, Override, RuleSettings, RuleTable};

/// A repository with one finding, and the file that it stands in.
struct Case {
    repository: Repository,
    file: &'static str,
    /// The others that the build is made of.
    others: &'static [&'static str],
}

/// One finding in a base, one in a patch, one in a patch that is written in the kustomization.
fn cases() -> [Case; 3] {
    const KUSTOMIZATION: &str = "overlays/dev/kustomization.yaml";
    let with_probe = WEB.replace("migrate:1\n", "migrate:1\n        livenessProbe: {exec: {command: [a]}}\n");
    let indented: String = PROBE.lines().map(|line| format!("    {line}\n")).collect();
    let inline = format!("resources: [../../base]\npatches:\n- patch: |-\n{indented}");
    let of = |web: &str, overlay: &str, patch: &str| {
        Repository::of(&[
            ("base/kustomization.yaml", BASE),
            ("base/web.yaml", web),
            (KUSTOMIZATION, overlay),
            ("overlays/dev/patch.yaml", patch),
        ])
    };
    [
        Case {
            repository: of(&with_probe, "resources: [../../base]\n", ""),
            file: "base/web.yaml",
            others: &[KUSTOMIZATION],
        },
        Case {
            repository: of(WEB, OVERLAY, PROBE),
            file: "overlays/dev/patch.yaml",
            others: &["base/web.yaml", KUSTOMIZATION],
        },
        Case { repository: of(WEB, &inline, ""), file: KUSTOMIZATION, others: &["base/web.yaml"] },
    ]
}

/// Puts a comment above all else in the file `path`.
fn move_down(path: &Path) {
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, format!("# a line\n{text}")).unwrap();
}

#[test]
fn suppressions_work_in_bases_patches_and_inline() {
    let silent = "# initlint: ignore[forbidden-probe] known";
    let in_patch =
        PROBE.replace("        livenessProbe", &format!("        {silent}\n        livenessProbe"));
    let above_patch = format!("{silent}\n{PROBE}");
    let annotated = WEB.replace(
        "metadata: {name: web}\nspec",
        "metadata: {name: web, annotations: {initlint.dev/ignore: \"forbidden-probe: known\"}}\nspec",
    );
    let at_container =
        WEB.replace("      - name: migrate", &format!("      {silent}\n      - name: migrate"));
    let inline = format!(
        "resources: [../../base]\npatches:\n- patch: |-\n{}",
        in_patch.lines().map(|line| format!("    {line}\n")).collect::<String>()
    );
    let annotating = PROBE.replace(
        "metadata: {name: web}",
        "metadata: {name: web, annotations: {ignore.initlint.dev/migrate: \"forbidden-probe: known\"}}",
    );
    let with_probe = WEB.replace("migrate:1\n", "migrate:1\n        livenessProbe: {exec: {command: [a]}}\n");
    let in_base =
        with_probe.replace("        livenessProbe", &format!("        {silent}\n        livenessProbe"));
    for (case, base, kustomization, patch) in [
        ("in the patch", WEB, OVERLAY, &*in_patch),
        ("above the patch", WEB, OVERLAY, &above_patch),
        ("an annotation of the base", &annotated, OVERLAY, PROBE),
        ("at the base's container", &at_container, OVERLAY, PROBE),
        ("inline", WEB, &inline, ""),
        ("an annotation in the patch", &with_probe, OVERLAY, &annotating),
        ("in the base", &in_base, "resources: [../../base]\n", ""),
    ] {
        let files = [
            ("base/kustomization.yaml", BASE),
            ("base/web.yaml", base),
            ("overlays/dev/kustomization.yaml", kustomization),
            ("overlays/dev/patch.yaml", patch),
        ];
        let repository = Repository::of(&files);
        let report = repository.lint(&["base", "overlays"]);
        assert_eq!(repository.told(&report), Vec::<String>::new(), "{case}");
        assert!(report.summary.suppressed > 0, "{case}");
    }
    let unused = format!(
        "resources: [../../base]\npatches:\n- patch: |-\n    {silent}\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {{name: web}}\n"
    );
    let files = [
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("overlays/x/kustomization.yaml", &*unused),
    ];
    let repository = Repository::of(&files);
    assert_eq!(
        repository.told(&repository.lint(&["."])),
        ["overlays/x/kustomization.yaml:4 unused-suppression []"]
    );
}

#[test]
fn the_config_of_a_nodes_own_file_holds_for_it() {
    for Case { repository, file, others } in cases() {
        let found = |file: &str| {
            let here = repository.path("");
            let off = RuleSettings { level: Some(Level::Off), ..RuleSettings::default() };
            let settings = Settings {
                overrides: vec![Override {
                    paths: Some(Globs::new(Place { base: here.clone(), here }, [file]).unwrap()),
                    resources: None,
                    namespaces: None,
                    rules: RuleTable::new([("forbidden-probe", off)]),
                }],
                ..Settings::default()
            };
            repository.lint_by(&["."], &settings).findings.len()
        };
        assert_eq!(found(file), 0, "{file}");
        for other in others {
            assert_eq!(found(other), 1, "{other} for {file}");
        }
    }
}

#[test]
fn a_baseline_knows_what_stands_anywhere_in_a_build() {
    for Case { repository, file, .. } in cases() {
        let lint = |args: &[&str]| run(&repository.path(""), args);
        assert_eq!(lint(&[]).0, 1, "{file}");
        let (status, _, err) = lint(&["--write-baseline", "known.json"]);
        assert!(status == 0 && err.contains("1 finding written"), "{file}: {err}");
        let (status, _, err) = lint(&["--baseline", "known.json"]);
        assert!(status == 0 && err.contains("; 1 in the baseline"), "{file}: {err}");

        let path = repository.path(file);
        move_down(&path);
        assert_eq!(lint(&["--baseline", "known.json"]).0, 0, "{file}: moved");
        let text = fs::read_to_string(&path).unwrap();
        let at = text.find("livenessProbe").unwrap();
        let indent = &text[text[..at].rfind('\n').unwrap() + 1..at];
        let more = format!("readinessProbe: {{exec: {{command: [a]}}}}\n{indent}");
        fs::write(&path, [&text[..at], &more, &text[at..]].concat()).unwrap();
        let (status, out, err) = lint(&["--baseline", "known.json", "--format", "concise"]);
        assert_eq!((status, out.lines().count()), (1, 1), "{file}: a new one: {out}");
        assert!(out.contains("readinessProbe") && err.contains("; 1 in the baseline"), "{file}: {out}{err}");
    }
}

#[test]
fn fingerprints_name_what_stands_anywhere_in_a_build() {
    let prints = |repository: &Repository| Fingerprint::of(&repository.lint(&["."]));
    for Case { repository, file, others } in cases() {
        let before = prints(&repository);
        assert_eq!(before.len(), 1, "{file}");
        move_down(&repository.path(file));
        others.iter().for_each(|other| move_down(&repository.path(other)));
        assert_eq!(prints(&repository), before, "{file}: moved");
        let path = repository.path(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("livenessProbe", "readinessProbe")).unwrap();
        assert_ne!(prints(&repository), before, "{file}: another probe");
    }
}

#[test]
fn fingerprints_outlive_another_overlay() {
    let repository = overlays();
    let report = repository.lint(&["."]);
    let prints = |report: &Report| Fingerprint::of(report);
    let before = prints(&report);
    let more = repository.path("overlays/another");
    std::fs::create_dir(&more).unwrap();
    std::fs::write(more.join("kustomization.yaml"), "resources: [../dev]\nnamespace: x\nnamePrefix: y-\n")
        .unwrap();
    let report = repository.lint(&["."]);
    assert_eq!(repository.told(&report), ["overlays/dev/patch.yaml:9 forbidden-probe [overlays/another]"]);
    assert_eq!(prints(&report), before);
}
