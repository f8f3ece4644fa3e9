//! What rules make of named templates.

use crate::helm_lint::{chart, told};
use crate::support::binary::run;

#[test]
fn named_templates_are_judged_where_they_are_defined() {
    let helpers = r#"{{- define "web.labels" -}}
app: web
{{- end }}
{{- define "web.initContainers.fetch" -}}
{{- if .Values.fetch }}
- name: fetch
  image: {{ .Values.image }}
  command: [sh, -ec, 'mkdir /data/{{ .Values.x }}; mkdir /data/b']
  volumeMounts:
    - {name: data, mountPath: /data}
{{- end }}
{{- end }}
{{- define "web.pod" }}
    initContainers:
    - name: seed
      image: {{ .Values.image }}
      lifecycle: {}
    containers: {{ toYaml .Values.containers | nindent 4 }}
{{- end }}
{{- define "web.containers" }}
- name: app
  image: a:1
  livenessProbe: {exec: {command: [a]}}
{{- end }}
"#;
    let folder = chart(&[("web/templates/_helpers.tpl", helpers)]);
    assert_eq!(
        told(&folder, &[]),
        [
            "web/templates/_helpers.tpl:8:23 non-idempotent-write",
            "web/templates/_helpers.tpl:8:52 non-idempotent-write",
            "web/templates/_helpers.tpl:17:7 forbidden-probe"
        ],
        "a list by its name, a Pod spec by its keys; app containers may have probes"
    );
}

#[test]
fn a_named_template_may_be_a_pod_template() {
    let helpers = "{{- define \"web.pod\" -}}
metadata:
  labels: {{- include \"web.labels\" . | nindent 4 }}
spec:
  initContainers:
  - name: seed
    image: a:1
    livenessProbe: {exec: {command: [a]}}
  restartPolicy: Never
  # A Job may include it.
  activeDeadlineSeconds: {{ .Values.timeout }}
{{- end }}
";
    let folder = chart(&[("web/templates/_pod.tpl", helpers)]);
    assert_eq!(told(&folder, &[]), ["web/templates/_pod.tpl:8:5 forbidden-probe"]);
}

#[test]
fn a_named_list_of_containers_needs_no_literal_image() {
    let helpers = r#"{{- define "web.fetch" }}
- name: fetch
  {{- include "web.image" . | nindent 2 }}
  command: [sh, -ec, 'mkdir /data/a']
  volumeMounts:
    - {name: data, mountPath: /data}
{{- end }}
{{- define "web.initEnv" }}
- name: A
  value: b
{{- end }}
"#;
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  template:\n    spec:\n      \
                      initContainers:\n        {{- include \"web.fetch\" . | nindent 8 }}\n      volumes: [{name: data, emptyDir: {}}]\n";
    let folder =
        chart(&[("web/templates/_helpers.tpl", helpers), ("web/templates/deployment.yaml", deployment)]);
    assert_eq!(told(&folder, &[]), ["web/templates/_helpers.tpl:4:23 non-idempotent-write"]);
}

#[test]
fn a_helper_that_holds_no_init_container_is_passed_over() {
    let broken = "{{- define \"web.init\" }}image: {{ if }}\n";
    let script = "{{/* a script */}}\ncat <<EOF\napiVersion: v1\nkind: Pod\nspec: {initContainers: [{{ .x }}\na: : b\n";
    let folder = chart(&[
        ("web/templates/_helpers.tpl", broken),
        ("web/templates/bin/_start.sh.tpl", script),
        ("notes.tpl", "initContainers: {{ x"),
    ]);
    let (status, out, err) = run(folder.path(), &["--format", "concise"]);
    assert_eq!(status, 0, "{out}{err}");
    assert!(!err.contains("skipped"), "{err}");
}

/// Helm renders whatever doesn't start with `_`; what else is an object is included by the file's name.
#[test]
fn a_template_is_told_from_a_helper_by_its_name() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  initContainers:\n  - name: a\n    image: a:{{ .Values.a }}\n    livenessProbe: {exec: {command: [\"true\"]}}\n  containers: [{name: b, image: \"b:1\"}]\n";
    let folder = chart(&[
        ("web/templates/pod.yml.tpl", pod),
        ("web/templates/_pod.tpl", pod),
        ("web/templates/_pod.yaml", pod),
    ]);
    let found =
        ["web/templates/_pod.yaml:8:5 forbidden-probe", "web/templates/pod.yml.tpl:8:5 forbidden-probe"];
    assert_eq!(told(&folder, &[]), found);
}

#[test]
fn what_a_named_template_lacks_proves_nothing() {
    let object = "{{- define \"web.pod\" }}
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - name: seed
    image: a:1
    env:
    - name: A
      {{- toYaml .Values.a | nindent 6 }}
      valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
    volumeMounts:
    - {name: data, mountPath: /data}
    livenessProbe: {exec: {command: [a]}}
  containers:
  - {name: web, image: web:1}
{{- end }}
{{ include \"web.pod\" . | fromYaml | include \"web.more\" }}
";
    let folder = chart(&[("web/templates/pod.yaml", object)]);
    assert_eq!(told(&folder, &[]), ["web/templates/pod.yaml:15:5 forbidden-probe"]);
}

/// A named template may do no more than fill in another.
#[test]
fn what_a_list_of_init_containers_passes_on_is_one() {
    let helpers = "{{- define \"web.one\" -}}
- name: {{ . }}
  image: a:1
  livenessProbe: {exec: {command: [a]}}
{{- end }}
{{- define \"web.wait\" -}}
{{- $name := index . 0 }}
{{- include \"web.one\" $name }}
{{- end }}
{{- define \"web.app\" -}}
- name: app
  image: a:1
  {{- include \"web.probe\" . | nindent 2 }}
{{- end }}
{{- define \"web.probe\" -}}
- name: x
  image: a:1
  livenessProbe: {exec: {command: [a]}}
{{- end }}
";
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  initContainers:\n    {{- include \"web.wait\" . | nindent 4 }}\n  \
               containers:\n    {{- include \"web.app\" . | nindent 4 }}\n";
    let folder = chart(&[("web/templates/_helpers.tpl", helpers), ("web/templates/pod.yaml", pod)]);
    assert_eq!(told(&folder, &[]), ["web/templates/_helpers.tpl:4:3 forbidden-probe"]);
}

/// It is included whatever its conditions are.
#[test]
fn a_named_template_has_the_conditions_around_all_of_it() {
    let helpers = |condition: &str| {
        format!(
            "{{{{- define \"web.inits\" -}}}}
{{{{- if {condition} }}}}
initContainers:
  {{{{- if .Values.b }}}}
  - name: fetch
    image: a:1
    lifecycle: {{}}
  {{{{- end }}}}
{{{{- end }}}}
{{{{- end }}}}
"
        )
    };
    let told = |condition: &str| {
        let folder = chart(&[("web/templates/_helpers.tpl", &helpers(condition))]);
        run(folder.path(), &["--format", "concise"]).1
    };
    let both = told(".Values.a");
    assert!(both.contains("(if `.Values.a` and `.Values.b`)"), "{both}");
    let of_call = told(".enabled");
    assert!(of_call.contains("(if `.enabled` and `.Values.b`)"), "{of_call}");
}
