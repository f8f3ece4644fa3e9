//! A map or list into which a template puts something may hold what it lacks.

use initlint::settings::Settings;

use crate::helm_lint::{chart, deployment, rules, told};
use crate::support::lint::lint;

/// A Pod whose maps lack what the API server asks for: a template puts it in where `INTO` stands.
const POD: &str = "apiVersion: v1
kind: Pod
metadata:
  name: a
spec:
  initContainers:
  - name: i
    image: a:1
    command: [a]
    env:
    - name: A
      valueFrom:
        configMapKeyRef:
          INTO
    - name: B
      valueFrom:
        fieldRef:
          INTO
    - name: C
      valueFrom:
        resourceFieldRef:
          INTO
    - name: D
      valueFrom:
        INTO
    - name: E
      valueFrom:
        secretKeyRef:
          INTO
    -
      INTO
    envFrom:
    - secretRef:
        INTO
    - configMapRef:
        INTO
    ports:
    -
      INTO
    volumeMounts:
    -
      INTO
    - {name: claim, mountPath: /a}
    - {name: map, mountPath: /b}
    - {name: items, mountPath: /c}
    - {name: projected, mountPath: /d}
    - {name: path, mountPath: /e}
    - {name: ephemeral, mountPath: /f}
  - name: s
    image: a:1
    restartPolicy: Always
    resources:
      limits:
        hugepages-2Mi: 4Mi
        INTO
      requests:
        INTO
    startupProbe:
      httpGet:
        INTO
    livenessProbe:
      INTO
    readinessProbe:
      exec:
        command:
          INTO
    lifecycle:
      preStop:
        exec:
          INTO
  containers:
  - name: a
    image: a:1
  volumes:
  - name: claim
    persistentVolumeClaim:
      INTO
  - name: map
    configMap:
      INTO
  - name: items
    secret:
      secretName: a
      items:
      -
        INTO
  - name: projected
    projected:
      sources:
      - configMap:
          INTO
      - serviceAccountToken:
          INTO
      - downwardAPI:
          INTO
  - name: path
    hostPath:
      INTO
  - name: ephemeral
    ephemeral:
      volumeClaimTemplate:
        spec:
          accessModes: [ReadWriteOnce]
          INTO
";

/// What is found in the Pod with `action` for each `INTO`, on a line of its own or on that of the key before it.
fn found(action: &str, is_on_line_of_key: bool) -> Vec<String> {
    let mut text = String::new();
    for line in POD.lines() {
        let columns = line.len() - line.trim_start().len();
        if line.trim_start() != "INTO" {
            text.push_str(line);
        } else if is_on_line_of_key && text.ends_with([':', '-', '\n']) {
            let end = text.trim_end().len();
            let is_empty = text[..end].ends_with([':', '-']);
            text.truncate(if is_empty { end } else { text.len() });
            text.push_str(&format!(" {}", action.replace('N', &columns.to_string())));
        } else {
            text.push_str(&" ".repeat(if action.contains("nindent") { columns } else { 0 }));
            text.push_str(&action.replace('N', &columns.to_string()));
        }
        text.push('\n');
    }
    rules(&text)
}

#[test]
fn what_a_template_puts_in_is_not_missing() {
    assert_eq!(found("{{- toYaml .Values.a | nindent N }}", false), [""; 0]);
    assert_eq!(found("{{ toYaml .Values.a | indent N }}", false), [""; 0]);
    assert_eq!(found("{{- toYaml .Values.a | nindent N }}", true), [""; 0]);
    assert_eq!(found("{{- if .Values.b }}\n{{ toYaml .Values.a | indent N }}\n{{- end }}", false), [""; 0]);
}

#[test]
fn what_nothing_puts_in_is_missing() {
    let missing = found("", false);
    for rule in ["invalid-field", "volume-not-found"] {
        assert!(missing.iter().filter(|one| *one == rule).count() > 3, "{missing:?}");
    }
    let beside = POD
        .replace("INTO", "{{- toYaml .Values.a | nindent 10 }}")
        .replace("        configMapKeyRef:\n", "        fieldRef: {}\n        configMapKeyRef:\n");
    assert_eq!(
        rules(&beside).first().map(String::as_str),
        Some("invalid-field"),
        "it is empty where it stands"
    );
}

/// What an action puts out at a key's own column may be another key, whose items follow.
#[test]
fn items_as_far_left_as_a_key_may_be_of_another() {
    let text = |columns: usize| {
        let indent = " ".repeat(columns);
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  initContainers:\n  - name: a\n    image: a:1\n    \
             args:\n{indent}{{{{- toYaml .Values.args | nindent {columns} }}}}\n{indent}{{{{- include \"env\" . | nindent \
             {columns} }}}}\n{indent}- name: B\n{indent}  value: c\n  containers: [{{name: b, image: 'b:1'}}]\n"
        )
    };
    let has = |columns| rules(&text(columns)).iter().any(|rule| rule == "invalid-field");
    assert!(!has(4), "{}", text(4));
    assert!(has(6), "{}", text(6));
}

/// A branch puts out what is read; only a value may put out another key.
#[test]
fn items_behind_a_branch_are_judged() {
    let text = |action: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  initContainers:\n{action}  - name: b\n    image: a:1\n    \
             command: sh\n  containers: [{{name: c, image: 'b:1'}}]\n"
        )
    };
    let has = |action: &str| rules(&text(action)).iter().any(|rule| rule == "invalid-field");
    for branch in [
        "",
        "  {{- if .Values.a }}\n  - {name: a, image: 'a:1'}\n  {{- end }}\n",
        "  {{- with .Values.a }}\n  - {name: a, image: {{ . }}}\n  {{- end }}\n",
        "  {{- range .Values.a }}\n  - name: {{ . }}\n    image: a:1\n  {{- end }}\n",
        "  {{/* a comment */}}\n",
        "  {{- $a := 1 }}\n",
    ] {
        assert!(has(branch), "{branch}");
    }
    for value in ["{{- toYaml .Values.a | nindent 2 }}\n", "  {{- include \"a\" . | nindent 2 }}\n"] {
        assert!(!has(value), "{value}");
    }
}

/// What follows an action on its line is a part of what that puts out.
#[test]
fn what_an_action_begins_is_not_judged() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  initContainers:\n  - name: a\n    image: a:1\n    \
                command: {{- include \"x\" . | nindent 6 -}}\n    securityContext: {}\n  containers: [{name: b, image: 'b:1'}]\n";
    assert_eq!(rules(text), [""; 0]);
}

/// What is indented as far as what follows it ends with the line break that is trimmed there, or Helm renders no YAML.
#[test]
fn what_is_indented_alike_stands_on_lines_of_its_own() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  initContainers:\n  - name: a\n    image: a:1\n    \
                env: {{ include \"x\" . | nindent 6 -}}\n      - name: PORT\n        value: \"1\"\n    livenessProbe: {exec: {command: [a]}}\n  \
                containers: [{name: b, image: 'b:1'}]\n";
    assert_eq!(rules(text), ["forbidden-probe"]);
}

/// Of what an outer branch asks for in several ways an inner one may leave a single one.
#[test]
fn each_of_several_that_an_outer_branch_asks_for_is_read() {
    for (first, second) in [("a", "b"), ("b", "a")] {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  {{{{- if or (eq .Values.a \"{first}\") (eq .Values.a \"{second}\") }}}}\n  \
             initContainers:\n  - name: a\n    image: a:1\n    {{{{- if eq .Values.a \"a\" }}}}\n    livenessProbe: {{exec: {{command: [a]}}}}\n    \
             {{{{- end }}}}\n  {{{{- end }}}}\n  containers: [{{name: b, image: 'b:1'}}]\n"
        );
        assert_eq!(rules(&text), ["forbidden-probe"], "{first}");
    }
}

/// What is put behind a value that is closed starts with a line break of its own.
#[test]
fn what_stands_behind_a_closed_value_is_put_below_it() {
    for value in ["\"b\"", "'b'", "{b: c}", "[b]", "\"b {\" # c"] {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    a: {value}\n    {{{{- include \"x\" . }}}}\nspec:\n  \
             initContainers:\n  - name: a\n    image: a:1\n    livenessProbe: {{exec: {{command: [a]}}}}\n  containers: [{{name: b, image: 'b:1'}}]\n"
        );
        assert_eq!(rules(&text).first().map(String::as_str), Some("forbidden-probe"), "{text}");
    }
}

/// What is put in too deep is no YAML, whatever it is: what it would bring isn't missing.
#[test]
fn what_is_put_in_too_deep_is_not_missing() {
    let text = |columns: usize| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  initContainers:\n  {{{{- range $key, $value := .Values.a }}}}\n  \
             - name: \"{{{{ $key }}}}\"\n  {{{{- toYaml $value | nindent {columns} }}}}\n  {{{{- end }}}}\n  containers: [{{name: b, image: 'b:1'}}]\n"
        )
    };
    for columns in [4, 6, 12] {
        assert_eq!(rules(&text(columns)), [""; 0], "{columns}");
    }
}

/// A check that fails each time puts nothing out, as `fail` does.
#[test]
fn a_check_begins_no_key() {
    for check in ["fail \"a\"", "required \"a\"", "required \"a\" nil"] {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  {{{{- if not .Values.a -}}}}{{{{- {check} -}}}}{{{{- end}}}}\n  \
             initContainers:\n  - {{name: a, image: 'a:1', command: [a]}}\n  containers: [{{name: b, image: 'b:1'}}]\n"
        );
        assert_eq!(rules(&text), [""; 0], "{check}");
    }
}

/// `indent` within `printf` is `indent` all the same.
#[test]
fn what_printf_puts_out_indented_is_put_in() {
    let text = |action: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  affinity:\n    nodeAffinity:\n      terms:\n      - a: b\n    \
             {action}\n  initContainers:\n  - name: a\n    image: a:1\n    livenessProbe: {{exec: {{command: [a]}}}}\n  containers: [{{name: b, image: 'b:1'}}]\n"
        )
    };
    for action in [
        "{{- printf \"\\n%s\" (.Values.terms | toYaml | indent 6) }}",
        "{{- printf \"%s\" (toYaml .Values.terms | nindent 6) }}",
        "{{- if .Values.terms }}\n      {{- printf \"\\n%s\" ( .Values.terms | toYaml | indent 6 ) }}\n    {{- end }}",
    ] {
        assert_eq!(rules(&text(action)).first().map(String::as_str), Some("forbidden-probe"), "{action}");
    }
}

/// Of two lists the last is in force, and the first where the branch of the other isn't taken.
#[test]
fn both_of_two_lists_in_branches_are_read() {
    let list = |name: &str| {
        format!(
            "  {{{{- if .Values.{name} }}}}\n  initContainers:\n  - name: {name}\n    image: a:1\n    livenessProbe: {{exec: {{command: \
             [a]}}}}\n  {{{{- end }}}}\n"
        )
    };
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n{}{}  containers: [{{name: b, image: 'b:1'}}]\n",
        list("one"),
        list("two")
    );
    let probes: Vec<String> = rules(&text).into_iter().filter(|rule| rule == "forbidden-probe").collect();
    assert_eq!(probes.len(), 2, "{text}");
}

#[test]
fn a_key_that_stands_twice_without_a_branch_between_is_told() {
    let text = |between: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {{{{ .Release.Name }}}}}}\nspec:\n  initContainers:\n  - name: a\n    image: \
             a:1\n    args: [a]\n{between}    args: [b]\n  containers: [{{name: b, image: 'b:1'}}]\n"
        )
    };
    let has = |text: &str| rules(text).iter().any(|rule| rule == "duplicate-key");
    assert!(has(&text("")));
    assert!(has(&text("    stdin: {{ .Values.stdin }}\n")), "a value");
    assert!(has(&text("    {{- toYaml .Values.a | nindent 4 }}\n")), "more keys");
    assert!(!has(&text("    {{- if .Values.a }}\n    tty: true\n    {{- end }}\n")));
    let in_branches = text("    {{- end }}\n    {{- if .Values.b }}\n")
        .replace("    args: [a]\n", "    {{- if .Values.a }}\n    args: [a]\n")
        .replace("    args: [b]\n", "    args: [b]\n    {{- end }}\n");
    assert!(!has(&in_branches), "{in_branches}");
}

/// The registry is left to whoever installs the chart; the tag is the author's.
#[test]
fn the_tag_of_an_image_of_some_registry_is_known() {
    let pod = |image: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{{{ .Values.name }}}}\nspec:\n  initContainers:\n  - name: i\n    \
             image: {image}\n    resources: {{limits: {{cpu: 1, memory: 1Gi}}}}\n  containers:\n  \
             - {{name: a, image: \"a:1\", resources: {{limits: {{cpu: 1, memory: 1Gi}}}}}}\n"
        )
    };
    for image in [
        "\"{{ .Values.registry }}/busybox:latest\"",
        "{{ .Values.registry }}/team/busybox",
        "'{{ include \"a.registry\" . }}/library/busybox:latest'",
        "registry.example/{{ .Values.folder }}/busybox:latest",
    ] {
        assert_eq!(rules(&pod(image)), ["unpinned-init-image"], "{image}");
    }
    for image in [
        "\"{{ .Values.registry }}/busybox:1.36\"",
        "\"{{ .Values.registry }}/busybox@sha256:ab\"",
        "\"{{ .Values.registry }}/busybox:{{ .Values.tag }}\"",
        "\"{{ .Values.registry }}/{{ .Values.name }}:latest\"",
        "\"{{ .Values.image }}:latest\"",
        "\"{{ .Values.registry }}busybox\"",
        "\"{{ .Values.registry }}/\"",
        "\"{{ .Values.registry }}/$(NAME)\"",
    ] {
        assert_eq!(rules(&pod(image)), Vec::<String>::new(), "{image}");
    }
}

/// What a chart's own values leave empty is no amount that an owner reckons with.
#[test]
fn a_request_counts_where_the_values_of_the_chart_tell_its_amount() {
    let lacking = |amount: &str, values: &str| {
        let text = deployment("        - name: a\n          image: a:1\n", "");
        let unknown = "{{- toYaml .Values.resources | nindent 12 }}";
        let text = text.replace(unknown, &format!("{{requests: {{memory: {amount}}}}}"));
        let files = [("web/templates/web.yaml", &*text), ("web/values.yaml", values)];
        !told(&chart(&files), &["--select", "missing-init-resources"]).is_empty()
    };
    let size = "\"{{ .Values.app.size }}\"";
    for empty in ["app: {}\n", "app: {size: \"\"}\n", "app:\n  size: ~\n", "app: {Size: 1Gi}\n"] {
        assert!(!lacking(size, empty), "{empty}");
        assert!(!lacking("{{ .Values.app.size | quote }}", empty), "{empty}");
    }
    assert!(!lacking("{{ .Values.size }}", ""), "no values at all");
    // Without `app` Helm refuses the template: who installs the chart gives it.
    for given in [
        "app: {size: 1Gi}\n",
        "app: {size: 1024}\n",
        "x: &x {size: 1Gi}\napp: *x\n",
        "a: [\n",
        "a: 1\n",
        "app:\n",
    ] {
        assert!(lacking(size, given), "{given}");
    }
    for other in [
        "{{ .Values.app.size | default \"1Gi\" }}",
        "{{ include \"size\" . }}",
        "\"{{ .Values.app.size }}Mi\"",
        "{{ $.Values.other }}",
    ] {
        assert!(lacking(other, "other: 1Gi\n"), "{other}");
    }
}

/// The branch that is read may be that of a larger size.
#[test]
fn what_the_app_reserves_in_a_template_is_told_without_its_amount() {
    let text = deployment("        - name: a\n          image: a:1\n", "");
    let branches = "\n            {{- if eq .Values.size \"large\" }}\n            requests: {cpu: 8}\n            \
                    {{- else }}\n            requests: {cpu: 1}\n            {{- end }}";
    let text = text.replace(" {{- toYaml .Values.resources | nindent 12 }}", branches);
    let report = lint("templates/web.yaml", &text, &Settings::default());
    let [finding] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
    let help = "give it `resources.requests`: what the app containers reserve costs nothing";
    assert_eq!((finding.rule, finding.help.as_deref()), ("missing-init-resources", Some(help)));
}

/// What stands beside the init container in every reading is reserved whatever the values are.
#[test]
fn what_the_app_reserves_in_no_branch_is_told() {
    let of_app = |inits: &str, app: &str| {
        let text = deployment(inits, "");
        let text = text.replace("          resources: {{- toYaml .Values.resources | nindent 12 }}\n", app);
        let report = lint("templates/web.yaml", &text, &Settings::default());
        let [finding] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
        assert_eq!(finding.rule, "missing-init-resources", "{text}");
        finding.help.clone().unwrap().contains("the app containers reserve cpu 1 and memory 1Gi anyway")
    };
    let init = "        - name: a\n          image: a:1\n";
    let inside = format!("        {{{{- if .Values.init }}}}\n{init}        {{{{- end }}}}\n");
    let amounts = "          resources: {requests: {cpu: 1, memory: 1Gi}}\n";
    let branch = |body: &str| format!("          {{{{- if .Values.a }}}}\n{body}          {{{{- end }}}}\n");
    let argument = branch("          args: [a]\n");
    for init in [init, &inside] {
        assert!(of_app(init, amounts), "{init}");
        assert!(of_app(init, &format!("{argument}{amounts}{argument}")), "{init}");
    }
    let other = format!(
        "        {{{{- if .Values.init }}}}\n{init}        {{{{- end }}}}\n      {{{{- if .Values.x }}}}\n      hostNetwork: false\n      {{{{- end }}}}\n"
    );
    assert!(of_app(&other, amounts), "another branch");
    assert!(!of_app(init, &branch(amounts)), "its own branch");
    let either = format!(
        "          {{{{- if .Values.a }}}}\n{amounts}          {{{{- else }}}}\n{amounts}          {{{{- end }}}}\n"
    );
    assert!(!of_app(init, &either), "either of two");
}

/// What a branch that isn't taken would put out is known: items of a list add no key to the map around it.
#[test]
fn a_branch_adds_items_or_keys_as_it_is_written() {
    let is_judged = |branch: &str| {
        // The first reading has the branch, and so isn't known to have requests.
        let text = deployment("        - name: a\n          image: a:1\n", branch);
        let app = "{{- if .Values.on }}\n            {{- toYaml .Values.resources | nindent 12 }}\n            {{- else }}\n            \
                   requests: {cpu: 1}\n            {{- end }}";
        let text =
            text.replace("{{- toYaml .Values.resources | nindent 12 }}", &format!("\n            {app}"));
        rules(&text).iter().any(|rule| rule == "missing-init-resources")
    };
    let branch = |body: &str| format!("      {{{{- if .Values.on }}}}\n{body}      {{{{- end }}}}\n");
    let item = "      - name: tls\n        emptyDir: {}\n";
    let last = "      - name: b\n        emptyDir: {}\n";
    for known in [
        format!("      volumes:\n{}{last}", branch(item)),
        format!("      volumes:\n{last}{}", branch(item)),
        format!("      volumes:\n{}", branch(item)),
        format!("      volumes:\n{}", branch(&item.replace("      ", "        "))),
        format!(
            "      volumes:\n{}{last}",
            branch("      - name: {{ .Values.x }}\n        secret: {secretName: a}\n")
        ),
        format!("      volumes:\n{}{last}", branch(&branch(item))),
        format!("      volumes:\n{}      hostNetwork: false\n", branch(item)),
    ] {
        assert!(is_judged(&known), "{known}");
    }
    for unknown in [
        branch("      hostNetwork: true\n"),
        format!("      volumes:\n{last}{}", branch(&format!("{item}      hostNetwork: true\n"))),
        format!("      volumes:\n{last}{}", branch("      {{- toYaml .Values.more | nindent 6 }}\n")),
        format!(
            "      volumes:\n{last}{}",
            branch(&format!("{item}      {{{{- include \"a\" . | nindent 6 }}}}\n"))
        ),
    ] {
        assert!(!is_judged(&unknown), "{unknown}");
    }
}

/// What a template may add takes back nothing that is written: a Job that isn't tried again.
#[test]
fn what_is_written_beside_an_open_list_holds() {
    let help = |limit: &str, more: &str| {
        let text = format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a}}\nspec:\n{limit}  template:\n    spec:\n      \
             restartPolicy: Never\n      initContainers:\n{more}      - name: wait\n        image: busybox:1\n        \
             command: [sh, -c, 'until nc -z db 1; do sleep 1; done']\n      containers: [{{name: b, image: 'b:1'}}]\n"
        );
        let report = lint("templates/job.yaml", &text, &Settings::default());
        let wait = report.findings.iter().find(|one| one.rule == "unbounded-wait").unwrap();
        (wait.help.clone().unwrap().contains("is tried again"), wait.fix.is_some())
    };
    let more = "      {{- include \"more\" . | nindent 6 }}\n";
    for more in ["", more] {
        assert_eq!(help("  backoffLimit: 0\n", more), (false, false), "{more}");
        assert_eq!(help("", more), (true, true), "{more}");
        assert_eq!(help("  backoffLimit: {{ .Values.tries }}\n", more), (true, true), "{more}");
    }
}

/// Items that stand deeper than those that are put before them are no items of the same list.
#[test]
fn deeper_items_are_of_no_list_that_is_put_in() {
    let text = |columns: usize| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  volumes:\n    - {{name: a, emptyDir: {{}}}}\n  {{{{- if .Values.a }}}}\n  \
             initContainers:\n  {{{{- toYaml .Values.a | nindent {columns} }}}}\n  {{{{- end }}}}\n    {{{{- range .Values.b }}}}\n    \
             - name: {{{{ .name }}}}\n      secret: {{secretName: b}}\n    {{{{- end }}}}\n  containers: [{{name: b, image: 'b:1'}}]\n"
        )
    };
    assert_eq!(rules(&text(2)), [""; 0]);
    assert_eq!(rules(&text(4)), ["invalid-field", "invalid-field"], "they are of it");
}

/// What an operator fills in and lays over another object may leave to that what it lacks.
#[test]
fn what_another_tool_names_may_lie_over_another_object() {
    let job = |name: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: {name}}}\nspec:\n  template:\n    spec:\n      \
             containers: [{{name: a, image: \"a:1\"}}]\n"
        )
    };
    assert_eq!(rules(&job("{{name}}")), [""; 0]);
    assert_eq!(rules(&job("{{ .Values.name }}")), ["restart-policy-of-kind"]);
}
