//! What rules make of named templates where they are included.

use crate::helm_lint::{chart, told};
use crate::support::binary::run;

/// A Deployment with `pod` in its Pod spec, and containers of which the first asks for more than the second.
fn deployment(pod: &str, of_init: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  selector: {{matchLabels: {{a: b}}}}
  template:
    metadata: {{labels: {{a: b}}}}
    spec:
{pod}      initContainers:
        - name: fetch
          image: a:1
{of_init}      containers:
        - name: web
          image: b:1
          resources: {{requests: {{memory: 1Gi}}}}
"
    )
}

const TWO_GIGABYTES: &str = "          resources: {requests: {memory: 2Gi}}\n";

const HELPERS: &str = r#"{{- define "web.tolerations" }}
tolerations:
  {{- toYaml .Values.tolerations | nindent 2 }}
{{- end }}
{{- define "web.more" }}
tolerations: []
{{ toYaml .Values.pod }}
{{- end }}
{{- define "web.affinity" -}}
{{- if .Values.affinity }}
affinity:
  {{- include "web.nodes" . | nindent 2 }}
{{- end }}
{{- end }}
{{- define "web.nodes" }}
nodeAffinity: {}
{{- end }}
{{- define "web.itself" }}
a: b
{{ include "web.itself" . }}
{{- end }}
{{- define "web.broken" }}
a: {{ if }}
{{- end }}
{{- define "web.large" -}}
resources:
  requests:
    memory: 2Gi
{{- end }}
"#;

fn found(pod: &str, of_init: &str) -> Vec<String> {
    let text = deployment(pod, of_init);
    told(&chart(&[("web/templates/_helpers.tpl", HELPERS), ("web/templates/web.yaml", &text)]), &[])
}

#[test]
fn what_is_included_is_known_by_its_keys() {
    for pod in [
        "      {{- include \"web.tolerations\" . | nindent 6 }}\n",
        "{{ include \"web.tolerations\" $ | indent 6 }}\n",
        "      {{- include \"web.affinity\" . | nindent 6 }}\n",
        "      affinity: {{- include \"web.nodes\" . | nindent 8 }}\n",
    ] {
        let found = found(pod, TWO_GIGABYTES);
        assert_eq!(found, ["web/templates/web.yaml:13:42 oversized-init-request"], "{pod}");
    }
    for pod in [
        "      {{- include \"web.more\" . | nindent 6 }}\n",
        "      {{- include \"elsewhere\" . | nindent 6 }}\n",
        "      {{- include \"web.itself\" . | nindent 6 }}\n",
        "      {{- include \"web.broken\" . | nindent 6 }}\n",
        "      {{- include \"web.tolerations\" . | nindent .Values.columns }}\n",
        "      {{- include (printf \"web.%s\" .Values.kind) . | nindent 6 }}\n",
        "      {{- tpl (include \"web.tolerations\" .) . | nindent 6 }}\n",
    ] {
        assert_eq!(found(pod, TWO_GIGABYTES), [""; 0], "{pod}");
    }
}

#[test]
fn what_is_wrong_in_a_named_template_is_told_there_and_once() {
    let of_init = "          {{- include \"web.large\" . | nindent 10 }}\n";
    let text = deployment("", of_init);
    let files = [
        ("web/templates/_helpers.tpl", HELPERS),
        ("web/templates/a.yaml", &*text),
        ("web/templates/b.yaml", &*text),
    ];
    let folder = chart(&files);
    let of_helper = "web/templates/_helpers.tpl:28:13 oversized-init-request";
    assert_eq!(told(&folder, &[]), [of_helper]);
    let (_, out, _) = run(folder.path(), &["--format", "concise"]);
    assert!(out.contains("`fetch` reserves memory 1Gi") && out.contains("Deployment web"), "{out}");
    let (_, out, err) = run(folder.path(), &["web/templates/a.yaml", "--format", "concise"]);
    assert!(!out.contains("oversized"), "a file by itself includes what nobody knows: {out}{err}");
}

#[test]
fn an_item_may_be_all_that_is_included() {
    let helpers = "{{- define \"web.fetch\" -}}\nname: fetch\nimage: a:1\nresources: {requests: {memory: 2Gi}}\n{{- end }}\n";
    for (item, place) in [
        ("        - {{- include \"web.fetch\" . | nindent 10 }}\n", Some("4:32")),
        ("        -\n          {{- include \"web.fetch\" . | nindent 10 }}\n", Some("4:32")),
        ("        - {{- include \"web.elsewhere\" . | nindent 10 }}\n", None),
    ] {
        let text = deployment("", "").replace("        - name: fetch\n          image: a:1\n", item);
        let found =
            told(&chart(&[("web/templates/_helpers.tpl", helpers), ("web/templates/web.yaml", &text)]), &[]);
        let told = place.map(|place| format!("web/templates/_helpers.tpl:{place} oversized-init-request"));
        assert_eq!(found, told.into_iter().collect::<Vec<_>>(), "{item}");
    }
}

#[test]
fn a_chart_and_those_around_it_share_named_templates() {
    let text = deployment("", "          {{- include \"web.large\" . | nindent 10 }}\n");
    let files = [
        ("web/templates/_helpers.tpl", HELPERS),
        ("web/charts/db/Chart.yaml", "name: db\n"),
        ("web/charts/db/templates/db.yaml", &*text),
    ];
    assert_eq!(told(&chart(&files), &[]), ["web/templates/_helpers.tpl:28:13 oversized-init-request"]);
    let other = HELPERS.replace("2Gi", "3Gi");
    let two = [files[0], files[1], files[2], ("web/charts/db/templates/_helpers.tpl", &*other)];
    assert_eq!(told(&chart(&two), &[]), [""; 0], "which of two texts counts isn't known");
    let same = [files[0], files[1], files[2], ("web/charts/db/templates/_helpers.tpl", HELPERS)];
    assert_eq!(told(&chart(&same), &[]).len(), 1, "two of one text");
}

/// What is found where init containers are included with these arguments, each with its own folder to make.
fn included(calls: &str) -> Vec<String> {
    let helpers = r#"{{- define "web.seed" }}
- name: {{ .name }}
  image: a:1
  command: [sh, -ec, "mkdir /data/{{ .name }}"]
  volumeMounts:
    - {name: {{ .volume }}, mountPath: /data}
{{- end }}
"#;
    let text = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web}}\nspec:\n  template:\n    spec:\n      \
         initContainers:\n{calls}      containers: [{{name: b, image: 'b:1'}}]\n      volumes: [{{name: data, emptyDir: {{}}}}]\n"
    );
    told(&chart(&[("web/templates/_seed.tpl", helpers), ("web/templates/web.yaml", &text)]), &[])
}

#[test]
fn two_calls_may_mean_different_things_by_one_text() {
    let call = |name: &str| {
        format!(
            "        {{{{- include \"web.seed\" (dict \"name\" .Values.{name} \"volume\" \"data\") | nindent 8 }}}}\n"
        )
    };
    let found = included(&format!("{}{}", call("a"), call("b")));
    assert_eq!(found, ["web/templates/_seed.tpl:4:23 non-idempotent-write"], "no container of one name");
}

#[test]
fn what_a_named_template_asks_for_holds_where_it_puts_something_out() {
    let helpers = r#"{{- define "web.fromMap" -}}
{{- if and (eq .Values.source "map") .Values.map -}}
    {{- true -}}
{{- end -}}
{{- end -}}
"#;
    let text = |condition: &str| {
        format!(
            "apiVersion: apps/v1
kind: Deployment
metadata: {{name: web}}
spec:
  template:
    spec:
      initContainers:
        {{{{- if eq .Values.source \"git\" }}}}
        - name: seed
          image: a:1
          command: [sh, -ec, 'touch /data/a']
          volumeMounts: [{{name: data, mountPath: /data}}]
        {{{{- end }}}}
        - {{name: other, image: 'a:1'}}
      containers: [{{name: b, image: 'b:1'}}]
      volumes:
        - name: data
          {{{{- if {condition} }}}}
          configMap: {{name: a}}
          {{{{- else }}}}
          emptyDir: {{}}
          {{{{- end }}}}
"
        )
    };
    let found = |condition: &str| {
        let text = text(condition);
        told(&chart(&[("web/templates/_h.tpl", helpers), ("web/templates/web.yaml", &text)]), &[])
    };
    for excluded in ["include \"web.fromMap\" .", "eq (include \"web.fromMap\" .) \"true\""] {
        assert_eq!(found(excluded), [""; 0], "{excluded}");
    }
    for other in [
        ".Values.map",
        "not (include \"web.fromMap\" .)",
        "include \"web.fromMap\" (dict \"Values\" .Values.x)",
    ] {
        assert_eq!(found(other), ["web/templates/web.yaml:11:37 write-to-read-only"], "{other}");
    }
}

#[test]
fn a_variable_whose_name_is_passed_may_be_any() {
    let helpers = "{{- define \"web.secret\" -}}\n{{- $name := index . 1 }}\n- name: {{ $name | quote }}\n  valueFrom: \
                   {secretKeyRef: {name: a, key: b}}\n{{- end }}\n{{- define \"web.plain\" -}}\n- name: A\n  value: b\n{{- end }}\n";
    let found = |call: &str| {
        let of_init = format!(
            "          env:\n            {call}\n            - name: URL\n              value: db://$(PASSWORD)\n"
        );
        let text = deployment("", &of_init);
        told(&chart(&[("web/templates/_h.tpl", helpers), ("web/templates/web.yaml", &text)]), &[])
    };
    assert_eq!(found("{{- include \"web.plain\" . | nindent 12 }}").len(), 2, "and no resources");
    let passed = found("{{- include \"web.secret\" (list . \"PASSWORD\") | nindent 12 }}");
    assert!(!passed.iter().any(|line| line.contains("undefined")), "{passed:?}");
}

/// Whether a branch of a named template is ever taken may be settled by what it is called with, or by what it sets itself.
#[test]
fn what_hangs_on_a_call_is_not_told() {
    let helpers = r#"{{- define "web.group" -}}
securityContext:
  fsGroup: 1
  {{- if .nonRoot }}
  runAsNonRoot: true
  {{- end }}
{{- end }}
{{- define "web.user" -}}
{{- $user := true }}
{{- if .Values.root }}
{{- $user = false }}
{{- end }}
securityContext:
  fsGroup: 1
  {{- if $user }}
  runAsNonRoot: true
  {{- end }}
{{- end }}
{{- define "web.probe" -}}
{{- if .Values.probe }}
livenessProbe: {exec: {command: [a]}}
{{- end }}
{{- end }}
{{- define "web.size" -}}
{{- if eq .size "small" }}
securityContext: {runAsNonRoot: true}
{{- else if eq .size "large" }}
securityContext: {runAsNonRoot: true, fsGroup: 1}
{{- end }}
{{- end }}
"#;
    let pod = |spec: &str, inits: &str| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n{spec}  containers:\n    - {{name: b, image: \"b:1\"}}\n  \
             initContainers:\n{inits}"
        );
        told(
            &chart(&[("web/templates/_helpers.tpl", helpers), ("web/templates/web.yaml", &text)]),
            &["--select", "api,security"],
        )
    };
    let root = "    - name: c\n      image: a:1\n      {{- if .Values.root }}\n      securityContext: {runAsUser: 0}\n      {{- end }}\n";
    for call in
        ["web.user\" .", "web.group\" (dict \"nonRoot\" false)", "web.size\" (dict \"size\" \"none\")"]
    {
        let call = format!("  {{{{- include \"{call} | nindent 2 }}}}\n");
        assert_eq!(pod(&call, root), Vec::<String>::new(), "{call}");
    }
    let probe = "    - name: c\n      image: a:1\n      {{- include \"web.probe\" . | nindent 6 }}\n";
    assert_eq!(pod("", probe), ["web/templates/_helpers.tpl:21:1 forbidden-probe"]);
}

/// A helper that makes containers of several types is judged by the type that it is called with.
#[test]
fn what_a_named_template_is_called_with_is_known() {
    let helpers = |condition: &str| {
        format!(
            "{{{{- define \"web.container\" }}}}
- name: {{{{ .type }}}}
  image: \"a:1\"
  {{{{- if {condition} }}}}
  readinessProbe:
    httpGet: {{path: /, port: 8080}}
  {{{{- end }}}}
{{{{- end }}}}
{{{{- define \"web.config\" }}}}
{{{{- include \"web.container\" (dict \"root\" $ \"type\" \"config\") | nindent 0 }}}}
{{{{- end }}}}
{{{{- define \"web.server\" }}}}
{{{{- include \"web.container\" (dict \"type\" \"server\" \"root\" . \"server\" true) | nindent 0 }}}}
{{{{- end }}}}
"
        )
    };
    let found = |condition: &str, init: &str| {
        let pod = format!(
            "apiVersion: v1
kind: Pod
metadata: {{name: web}}
spec:
  initContainers:
    {{{{- include \"{init}\" . | indent 4 }}}}
  containers:
    {{{{- include \"web.server\" . | indent 4 }}}}
"
        );
        told(
            &chart(&[("web/templates/_c.tpl", &helpers(condition)), ("web/templates/web.yaml", &pod)]),
            &["--select", "api"],
        )
    };
    // Called with all that Helm starts with, it has no type at all.
    let whole = helpers(".type").replace("(dict \"root\" $ \"type\" \"config\")", ".");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  initContainers:\n    {{- include \"web.config\" . | nindent 4 }}\n  \
               containers:\n    {{- include \"web.server\" . | nindent 4 }}\n";
    let chart_of = chart(&[("web/templates/_c.tpl", &whole), ("web/templates/web.yaml", pod)]);
    assert_eq!(told(&chart_of, &["--select", "api"]), Vec::<String>::new());
    for condition in [
        "eq .type \"server\"",
        "eq \"server\" .type",
        "ne .type \"config\"",
        "has .type (list \"server\" \"worker\")",
        ".server",
        "hasKey . \"server\"",
        "and .root.Values.a (eq .type \"server\")",
    ] {
        assert_eq!(found(condition, "web.config"), Vec::<String>::new(), "{condition}");
        let of_server = found(condition, "web.server");
        let is_probe = |one: &String| one.contains("_c.tpl:5:3 forbidden-probe");
        assert_eq!(
            of_server.iter().any(is_probe),
            !condition.contains("Values"),
            "{condition}: {of_server:?}"
        );
    }
}

/// Where a document ends with a call, what that puts out hangs on it all the same.
#[test]
fn what_is_called_last_hangs_on_its_call() {
    let helpers = "{{- define \"web.container\" }}
{{- $_ := set . \"resources\" dict }}
- name: {{ .type }}
  image: \"a:1\"
  {{- if eq .type \"server\" }}
  readinessProbe: {httpGet: {path: /, port: 8080}}
  {{- end }}
{{- end }}
{{- define \"web.config\" }}
{{- include \"web.container\" (dict \"root\" $ \"type\" \"config\") | nindent 0 }}
{{- end }}
{{- define \"web.server\" }}
{{- include \"web.container\" (dict \"root\" $ \"type\" \"server\") | nindent 0 }}
{{- end }}
";
    let pod = "{{- if .Values.a }}\napiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n    {{- include \"web.server\" . | indent 4 }}\n  \
               initContainers:\n    {{- include \"web.config\" . | indent 4 }}";
    for end in [
        "{{- end }}",
        "\n{{- end }}\n",
        "\n{{- end }}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n",
    ] {
        let chart =
            chart(&[("web/templates/_c.tpl", helpers), ("web/templates/web.yaml", &format!("{pod}{end}"))]);
        assert_eq!(told(&chart, &["--select", "api"]), Vec::<String>::new(), "{end}");
    }
}
