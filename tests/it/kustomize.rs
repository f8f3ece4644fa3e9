//! What the kustomizations of a run mean for the manifests in it.

use crate::support::lint::rules_of;
use crate::support::repository::{BASE, OVERLAY, PROBE, Repository, WEB, overlays};
use initlint::discover::{self, Input, Walk};
use initlint::kustomize::{LoadRestrictor, Scope, build};
use initlint::pipeline;
use initlint::read::read;
use initlint::rule::Settings;

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: migrate, image: registry.example/migrate}
  containers:
  - {name: web, image: \"nginx:1.27\"}
";

fn found(kustomization: &str) -> Vec<&'static str> {
    let input = |path: &str, text: &str| Input::Text { path: path.to_owned(), text: text.to_owned() };
    let inputs = [
        input("base/pod.yaml", POD),
        input("base/kustomization.yaml", "resources: [pod.yaml]\n"),
        input("overlays/prod/kustomization.yaml", &format!("resources: [../../base]\n{kustomization}")),
    ];
    // Whoever hands texts over names them all; the base is built for the overlay alone.
    let files = inputs.iter().enumerate().map(|(id, input)| read(id, input, "").0).collect();
    let builds =
        build(files, Scope { is_named: &|id| id.0 == 2, is_checked: &|_| true }, LoadRestrictor::default());
    assert_eq!(builds.list.len(), 1);
    rules_of(&pipeline::lint(&inputs, "<stdin>", &Settings::default()))
}

#[test]
fn an_image_that_a_kustomization_pins_is_left_to_it() {
    let pins = |name: &str, what: &str| format!("images:\n- {{name: {name}, {what}}}\n");
    assert_eq!(found(&pins("registry.example/migrate", "newTag: \"4.1\"")), Vec::<&str>::new());
    assert_eq!(found(&pins("registry.example/migrate", "digest: 'sha256:ab'")), Vec::<&str>::new());
    assert_eq!(found(&pins("registry.example/migrate", "newTag: latest")), ["unpinned-init-image"]);
    assert_eq!(found(&pins("registry.example/other", "newTag: v1")), ["unpinned-init-image"]);
    assert_eq!(found(""), ["unpinned-init-image"]);
}

/// What a kustomization pins in its own build says nothing of other files.
#[test]
fn an_image_that_another_kustomization_pins_is_not() {
    let pins = "images: [{name: registry.example/migrate, newTag: v1}]\n";
    let told = |resources: &str| {
        let files = [
            ("prod/install.yaml", POD),
            ("test/pod.yaml", POD),
            ("test/kustomization.yaml", &format!("resources: [{resources}]\n{pins}")),
        ];
        let repository = Repository::of(&files);
        repository.told(&repository.lint(&["."])).len()
    };
    assert_eq!(told("pod.yaml"), 1, "the one in prod/");
    // What lies elsewhere may be anything, and so may be what is pinned in it.
    assert_eq!(told("github.com/example/manifests//prod"), 0);
}

#[test]
fn a_finding_stands_in_the_patch_that_makes_it() {
    let repository = overlays();
    let probe = "overlays/dev/patch.yaml:9 forbidden-probe [overlays/dev]";
    assert_eq!(repository.told(&repository.lint(&["."])), [probe]);
    assert_eq!(repository.told(&repository.lint(&["overlays/dev"])), [probe], "the base is read along");
    assert_eq!(repository.told(&repository.lint(&["overlays/prod"])), Vec::<String>::new());
    assert_eq!(repository.told(&repository.lint(&["base"])), Vec::<String>::new());
    let report = repository.lint(&["."]);
    assert_eq!(report.summary.pods, 1, "one Pod spec, built twice");
    let resource = report.findings[0].resource.as_ref().unwrap();
    assert_eq!(resource.name.as_deref(), Some("web"));
}

#[test]
fn a_finding_in_a_base_is_told_once_for_all_that_have_it() {
    let patch = PROBE.replace("livenessProbe: {exec: {command: [\"true\"]}}", "$patch: delete");
    let with_probe =
        WEB.replace("migrate:1\n", "migrate:1\n        readinessProbe: {exec: {command: [a]}}\n");
    let files = [
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", &*with_probe),
        ("overlays/a/kustomization.yaml", "resources: [../../base]\nnamespace: a\n"),
        ("overlays/b/kustomization.yaml", "resources: [../../base]\nnamePrefix: b-\n"),
        ("overlays/mended/kustomization.yaml", OVERLAY),
        ("overlays/mended/patch.yaml", &patch),
    ];
    let repository = Repository::of(&files);
    let all = repository.lint(&["."]);
    assert_eq!(repository.told(&all), ["base/web.yaml:12 forbidden-probe [overlays/a overlays/b]"]);
    assert!(all.findings[0].fix.is_none(), "one overlay has no such entry");
    assert_eq!(repository.told(&repository.lint(&["overlays/mended"])), Vec::<String>::new());
    let named = repository.lint(&["base", "overlays/mended"]);
    assert_eq!(repository.told(&named), ["base/web.yaml:12 forbidden-probe [base]"]);
    assert!(repository.lint(&["base"]).findings[0].fix.is_some());
}

#[test]
fn a_finding_in_an_inline_patch_stands_in_the_kustomization() {
    let inline = "resources: [../base]\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    \
                  metadata: {name: web}\n    spec:\n      template:\n        spec:\n          initContainers:\n          \
                  - name: migrate\n            livenessProbe: {exec: {command: [a]}} # 씨앗\n";
    let operations = "resources: [../base]\npatches:\n- target: {kind: Deployment}\n  patch: |-\n    \
                      - op: add\n      path: /spec/template/spec/initContainers/0/readinessProbe\n      \
                      value: {exec: {command: [a]}}\n";
    for (kustomization, line) in [(inline, 12), (operations, 7)] {
        let files = [
            ("base/kustomization.yaml", BASE),
            ("base/web.yaml", WEB),
            ("prod/kustomization.yaml", kustomization),
        ];
        let repository = Repository::of(&files);
        let report = repository.lint(&["."]);
        assert_eq!(
            repository.told(&report),
            [format!("prod/kustomization.yaml:{line} forbidden-probe [prod]")]
        );
        assert!(report.findings[0].fix.is_none(), "the entry isn't written as one in a manifest");
    }
}

#[test]
fn a_patch_alone_is_judged_with_its_base() {
    let repository = overlays();
    let report = repository.lint(&["overlays/dev/patch.yaml"]);
    assert_eq!(repository.told(&report), ["overlays/dev/patch.yaml:9 forbidden-probe [overlays/dev]"]);
    assert!(report.summary.unjudged.is_empty(), "{:?}", report.summary.unjudged);
    let report = repository.lint(&["base/web.yaml"]);
    assert_eq!(repository.told(&report), Vec::<String>::new(), "what stands in other files doesn't count");
}

#[test]
fn a_patch_without_its_base_is_judged_in_part() {
    let patch = PROBE.replace("      initContainers", "      activeDeadlineSeconds: 5\n      initContainers");
    let repository = Repository::of(&[("dev/patch.yaml", &*patch)]);
    let report = repository.lint(&["."]);
    assert_eq!(repository.told(&report), ["dev/patch.yaml:7 active-deadline-on-non-job []"]);
    assert_eq!(report.summary.unjudged.len(), 1);
    let files = [
        ("dev/patch.yaml", &*patch),
        (
            "dev/kustomization.yaml",
            "resources: [\"https://example.com/base?ref=v1\"]\npatches: [{path: patch.yaml}]\n",
        ),
    ];
    let repository = Repository::of(&files);
    let report = repository.lint(&["."]);
    assert_eq!(repository.told(&report), ["dev/patch.yaml:7 active-deadline-on-non-job []"], "a remote base");
    assert_eq!(report.summary.unjudged.len(), 1);
    assert!(repository.remarks(&report)[0].starts_with("note dev/kustomization.yaml:1: a remote resource"));
}

#[test]
fn flux_names_folders() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n\
                spec: {path: ./overlays/dev, interval: 1m}\n";
    let files = [
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", WEB),
        ("overlays/dev/kustomization.yaml", OVERLAY),
        ("overlays/dev/patch.yaml", PROBE),
        ("clusters/apps.yaml", flux),
        ("clusters/out.yaml", &flux.replace("./overlays/dev", "../../../etc")),
    ];
    let repository = Repository::of(&files);
    let told = repository.told(&repository.lint(&["clusters"]));
    assert_eq!(told, ["overlays/dev/patch.yaml:9 forbidden-probe [overlays/dev]"]);
}

/// `kubectl kustomize` refuses a file outside the folder; Flux takes what lies in the repository.
#[test]
fn flux_takes_files_of_the_whole_work_tree() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n\
                spec: {path: ./dev, interval: 1m}\n";
    let kustomization = "resources: [../base/web.yaml]\npatches: [{path: patch.yaml}]\n";
    let files =
        [("base/web.yaml", WEB), ("dev/kustomization.yaml", kustomization), ("dev/patch.yaml", PROBE)];
    let elsewhere = flux.replace("./dev", "'./clusters/${CLUSTER}'");
    for flux in [flux, &elsewhere] {
        let with_flux = Repository::of(&[&files[..], &[("clusters/apps.yaml", flux)]].concat());
        let report = with_flux.lint(&["."]);
        assert_eq!(with_flux.told(&report), ["dev/patch.yaml:9 forbidden-probe [dev]"]);
        assert_eq!(report.errors.len(), 0, "{:?}", report.errors);
        // Nor does it matter where the folder is named from that holds no work tree.
        std::fs::remove_dir(with_flux.path(".git")).unwrap();
        let report = with_flux.lint(&["."]);
        assert_eq!(with_flux.told(&report), ["dev/patch.yaml:9 forbidden-probe [dev]"]);
        assert_eq!(report.errors.len(), 0, "{:?}", report.errors);
    }
    // Who else builds it has to say so.
    let without = Repository::of(&files);
    let report = without.lint(&["."]);
    assert_eq!(without.told(&report), ["dev/patch.yaml:9 forbidden-probe [dev]"]);
    assert!(report.notes.iter().any(|note| note.contains("outside the kustomization's own folder")));
}

#[test]
fn a_build_is_described() {
    let repository = overlays();
    let inputs = discover::find(&[repository.path("overlays/dev")], &Walk::default()).inputs;
    let description = initlint::describe::describe(&inputs, "", &Settings::default());
    let names: Vec<&str> =
        description.startups.iter().flat_map(|one| &one.starts).map(|start| &*start.name).collect();
    assert_eq!(names, ["migrate", "web"], "{:?}", description.errors);
}

/// On `OpenShift` a `SecurityContextConstraint` sets the user, which an overlay for it takes out on purpose.
#[test]
fn an_overlay_for_openshift_leaves_the_user_to_it() {
    let web = WEB
        .replace(
            "      initContainers:\n",
            "      securityContext: {runAsNonRoot: true}\n      initContainers:\n",
        )
        .replace("registry.example/migrate:1", "busybox:1.36\n        securityContext: {runAsUser: 1000}");
    let route = "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: web}\n";
    let told = |resources: &str, patch: &str| {
        let overlay = format!(
            "resources: [../base{resources}]\npatches:\n- path: patch.yaml\n  target: {{kind: Deployment}}\n"
        );
        let files = [
            ("base/kustomization.yaml", BASE),
            ("base/web.yaml", &web),
            ("ocp/kustomization.yaml", &overlay),
            ("ocp/route.yaml", route),
            ("ocp/patch.yaml", patch),
        ];
        let report = Repository::of(&files).lint(&["ocp"]);
        rules_of(&report).into_iter().filter(|rule| *rule == "run-as-non-root-conflict").count()
    };
    let own = "/spec/template/spec/initContainers/0/securityContext";
    let replaced = format!("- {{op: replace, path: {own}, value: {{}}}}\n");
    assert_eq!(told("", &replaced), 1, "nothing speaks of OpenShift");
    assert_eq!(told(", route.yaml", &replaced), 0);
    assert_eq!(told("", &format!("- {{op: remove, path: {own}/runAsUser}}\n")), 0);
    assert_eq!(told("", &format!("- {{op: remove, path: {own}}}\n")), 0);
    let merged =
        PROBE.replace("livenessProbe: {exec: {command: [\"true\"]}}", "securityContext: {runAsUser: null}");
    assert_eq!(told("", &merged), 0);
}

/// A Deployment whose init container asks for nothing, beside an app container that asks for something.
fn without_requests() -> String {
    WEB.replace("\"nginx:1.27\"}", "\"nginx:1.27\", resources: {requests: {cpu: 100m}}}")
}

#[test]
fn what_a_container_lacks_is_told_where_it_is_written_not_where_it_is_patched() {
    let patch = |value: &str| {
        PROBE.replace(
            "livenessProbe: {exec: {command: [\"true\"]}}",
            &format!("env: [{{name: A, value: {value}}}]"),
        )
    };
    let repository = Repository::of(&[
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", &without_requests()),
        ("overlays/dev/kustomization.yaml", OVERLAY),
        ("overlays/dev/patch.yaml", &patch("dev")),
        ("overlays/prod/kustomization.yaml", OVERLAY),
        ("overlays/prod/patch.yaml", &patch("prod")),
    ]);
    let told = repository.told(&repository.lint(&["overlays"]));
    assert_eq!(told, ["base/web.yaml:10 missing-init-resources [overlays/dev overlays/prod]"]);
}

#[test]
fn resources_that_one_build_makes_of_a_base_have_its_findings_once() {
    let tenant = |suffix: &str| format!("resources: [../base]\nnameSuffix: {suffix}\n");
    let (a, b) = (tenant("-a"), tenant("-b"));
    let files = [
        ("base/kustomization.yaml", BASE),
        ("base/web.yaml", &without_requests()),
        ("a/kustomization.yaml", &a),
        ("b/kustomization.yaml", &b),
        ("all/kustomization.yaml", "resources: [../a, ../b]\n"),
    ];
    let repository = Repository::of(&files);
    assert_eq!(repository.told(&repository.lint(&["."])), ["base/web.yaml:10 missing-init-resources [all]"]);

    // Of two objects of one file that share a node each has its own.
    let pods = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: &spec\n  initContainers: [{name: i, image: \"i:1\", livenessProbe: {}}]\n  containers: [{name: c, image: \"c:1\"}]\n";
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}\n- {{apiVersion: v1, kind: Pod, metadata: {{name: b}}, spec: *spec}}\n",
        pods.trim_end().replace('\n', "\n  ")
    );
    let repository = Repository::of(&[("kustomization.yaml", BASE), ("web.yaml", &list)]);
    assert_eq!(repository.lint(&["."]).findings.len(), 2);
}

#[test]
fn flux_adds_components() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n\
                spec: {path: ./dev, components: [../probe], sourceRef: {kind: GitRepository, name: flux-system}}\n";
    let component =
        "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- path: patch.yaml\n";
    let files = [
        ("dev/kustomization.yaml", BASE),
        ("dev/web.yaml", WEB),
        ("probe/kustomization.yaml", component),
        ("probe/patch.yaml", PROBE),
    ];
    let told = |flux: &str| {
        let repository = Repository::of(&[&files[..], &[("clusters/apps.yaml", flux)]].concat());
        let report = repository.lint(&["."]);
        (repository.told(&report), repository.remarks(&report))
    };
    assert_eq!(told(flux), (vec!["probe/patch.yaml:9 forbidden-probe [dev]".to_owned()], Vec::new()));
    assert_eq!(told(&flux.replace("components: [../probe], ", "")).0, [""; 0]);
}
