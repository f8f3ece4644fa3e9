//! What rules make of scripts in which actions stand.

use crate::helm_lint::{chart, told};
use crate::support::binary::run;

const HELPERS: &str = "{{- define \"web.done\" }}
echo done
{{- end }}
{{- define \"web.copy\" -}}
cp -RL /raw/c /data/c
{{- end }}
{{- define \"web.strict\" }}
set -e
{{- end }}
{{- define \"web.maybe\" }}
{{- if .Values.strict }}
set -e
{{- end }}
{{- end }}
";

/// A chart whose init container runs these lines, each indented by six columns.
fn of_script(script: &str) -> tempfile::TempDir {
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  initContainers:\n  - name: a\n    image: a:1\n    command:\n    - sh\n    \
         - -c\n    - |\n{script}    volumeMounts: [{{name: raw, mountPath: /raw}}, {{name: data, mountPath: /data}}]\n  \
         containers: [{{name: b, image: 'b:1', volumeMounts: [{{name: data, mountPath: /data}}]}}]\n  \
         volumes: [{{name: raw, secret: {{secretName: a}}}}, {{name: data, emptyDir: {{}}}}]\n"
    );
    chart(&[("web/templates/_helpers.tpl", HELPERS), ("web/templates/web.yaml", &text)])
}

/// What is found by the rule about failures, each in a line: its place, and under which conditions.
fn masked(lines: &str) -> Vec<String> {
    let lines: String = lines.lines().map(|line| format!("      {line}\n")).collect();
    let (_, out, _) = run(of_script(&lines).path(), &["--select", "masked-failure", "--format", "concise"]);
    let place = |line: &str| line.split(": ").next().unwrap().to_owned();
    let condition =
        |line: &str| line.find(" (if ").and_then(|at| line[at..].split(" [").next()).map(str::to_owned);
    out.lines().map(|line| place(line) + &condition(line).unwrap_or_default()).collect()
}

/// Of a script in which an action stands nobody knows the syntax, nor the status of what that puts out.
#[test]
fn what_an_action_brings_into_a_script_is_not_judged() {
    let script = |script: &str| {
        let chart = of_script(script);
        (told(&chart, &[]).len(), run(chart.path(), &[]).0)
    };
    let copies = "      cp -RL /raw/* /data\n      chown 1000:1000 /data/*\n";
    let more = format!(
        "{copies}      {{{{- if .Values.a }}}}\n      {{{{- toYaml .Values.a | nindent 6 }}}}\n      {{{{- end }}}}\n"
    );
    assert_eq!((script(copies), script(&more)), ((0, 0), (0, 0)));
    assert_eq!(
        script(&format!("{copies}      echo done {{{{ .Values.a }}}}\n")),
        (1, 1),
        "its own command is known"
    );
    let halves = "      cd /data {{- range .Values.a }} {{ printf \" && ( rm \" }} {{ . }} {{ printf \" || true ) && wget %s\" . }} {{- end }}\n";
    assert_ne!(script(halves).1, 2, "it can't be told whether it is one");
}

/// The last command is known where an action puts nothing out.
#[test]
fn a_script_ends_before_what_may_not_be_put_out() {
    let copies = "cp -RL /raw/b /data/b\nrm -rf /data/lost\n";
    let place = "web/templates/web.yaml:12:7";
    for (last, condition) in [
        ("{{- if .Values.a }}\n{{- toYaml .Values.a | nindent 6 }}\n{{- end }}", " (if not `.Values.a`)"),
        ("{{- with .Values.a }}\n{{- . | nindent 6 }}\n{{- end }}", " (if not `.Values.a`)"),
        ("{{- range .Values.a }}\n{{ . }}\n{{- end }}", " (if not `.Values.a`)"),
        (
            "{{- if .Values.a }}\n{{- include \"elsewhere\" . | nindent 6 }}\n{{- end }}",
            " (if not `.Values.a`)",
        ),
        (
            "{{- if .Values.a }}\n{{- tpl .Values.a . | nindent 6 }}\n{{- else }}\necho done\n{{- end }}",
            " (if not `.Values.a`)",
        ),
        ("{{- if .Values.a }}\necho {{ .Values.a }}\n{{- end }}", ""),
    ] {
        assert_eq!(masked(&format!("{copies}{last}\n")), [format!("{place}{condition}")], "{last}");
    }
    for last in [
        "{{ .Values.a }}",
        "{{- toYaml .Values.a | nindent 6 }}",
        "{{- include \"elsewhere\" . | nindent 6 }}",
        "exit {{ .Values.a }}",
    ] {
        assert_eq!(masked(&format!("{copies}{last}\n")), [""; 0], "{last}");
    }
    assert_eq!(masked(&format!("{copies}exit 0 {{{{/* done */}}}}\n")), [place], "its status is known");
}

/// Lines of a script that a named template holds are read as if they stood there.
#[test]
fn what_is_included_in_a_script_is_followed() {
    let copies = "cp -RL /raw/b /data/b\n";
    let place = "web/templates/web.yaml:12:7";
    let call = "{{- include \"web.done\" . | nindent 6 }}";
    for last in [call, &format!("{{{{- if .Values.a }}}}\n{call}\n{{{{- end }}}}")] {
        assert_eq!(masked(&format!("{copies}rm -rf /data/lost\n{last}\n")), [place], "{last}");
    }
    let copy = "{{- include \"web.copy\" . | nindent 6 }}";
    assert_eq!(masked(&format!("{copies}{copy}\n")), [place], "its last command is a copy");
    assert_eq!(masked(&format!("{copies}{copy}\n{call}\n")), [place], "both are told at the first");
    let strict = "{{- include \"web.strict\" . | nindent 6 }}";
    assert_eq!(masked(&format!("{strict}\n{copies}echo done\n")), [""; 0], "its first line");
    assert_eq!(masked(&format!("umask 77\n{strict}\n{copies}echo done\n")), [""; 0], "its second");
}

/// A command that decides on what becomes of those behind it is there in one reading, and isn't in another.
#[test]
fn a_script_is_read_without_what_may_decide_on_it() {
    let copies = "cp -RL /raw/b /data/b\necho done\n";
    for lines in [
        "{{- if .Values.strict }}\nset -e\n{{- end }}",
        "{{- if .Values.strict }}\nexit 0\n{{- end }}",
        "umask 77\n{{- if .Values.strict }}\nset -eu # or it goes on\numask 77\n{{- end }}",
        "{{- if .Values.strict }}\n{{- include \"web.strict\" . | nindent 6 }}\n{{- end }}",
        "{{- include \"web.maybe\" . | nindent 6 }}",
        "umask 77\n{{- include \"web.maybe\" . | nindent 6 }}",
    ] {
        let [found] = &masked(&format!("{lines}\n{copies}"))[..] else { panic!("{lines}") };
        assert!(found.ends_with(" (if not `.Values.strict`)"), "{lines}: {found}");
    }
    for lines in [
        "{{- if .Values.strict }}\nset -e\n{{- else }}\nset -eu\n{{- end }}",
        "set -e\n{{- if .Values.strict }}\nset -x\n{{- end }}",
    ] {
        assert_eq!(masked(&format!("{lines}\n{copies}")), [""; 0], "{lines}");
    }
}

/// A value that only Helm knows is the same wherever its variable stands.
#[test]
fn a_function_asks_once_more_for_what_a_value_is_a_part_of() {
    let masked = |called: &str| {
        let script = format!(
            "check() {{\n  code=$(curl -sS -o /dev/null -w \"%{{http_code}}\" ${{ADDR}}/v1/${{1}}) || exit 1\n}}\n\
             a=$(curl -sS ${{ADDR}}/v1/${{PREFIX}}/root/certs | jq -r .a)\n{called}\necho \"$a\" > /data/a\n"
        );
        let script: String = script.lines().map(|line| format!("      {line}\n")).collect();
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  initContainers:\n  - name: a\n    image: a:1\n    \
             env:\n    - name: PREFIX\n      value: {{{{ .Values.prefix }}}}\n    - {{name: ADDR, value: 'http://vault:8200'}}\n    command: [sh, -c]\n    args:\n    - |\n{script}    \
             volumeMounts: [{{name: data, mountPath: /data}}]\n  containers: [{{name: b, image: 'b:1'}}]\n  \
             volumes: [{{name: data, emptyDir: {{}}}}]\n"
        );
        let chart = chart(&[("web/templates/web.yaml", &text)]);
        run(chart.path(), &["--select", "masked-failure", "--format", "concise"]).1.lines().count()
    };
    assert_eq!(masked("check \"${PREFIX}/root/certs\""), 0);
    assert_eq!(masked("check \"$PREFIX/root/certs\""), 0);
    assert_ne!(masked("check \"${PREFIX}/other/certs\""), 0, "of something else");
    assert_ne!(masked(":"), 0, "nobody asks");
}

/// What may be put at the end of a script is a part of it, and nothing of the object around.
#[test]
fn lines_of_a_script_are_no_keys_around_it() {
    let job = |script: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a}}\nspec:\n  template:\n    spec:\n      restartPolicy: Never\n      \
             initContainers:\n      - name: a\n        image: busybox:1.36\n        command: [sh, -c]\n        args:\n        - |\n          \
             until nc -z db 80; do sleep 1; done\n{script}      containers: [{{name: b, image: 'b:1'}}]\n"
        )
    };
    for script in [
        "",
        "          {{- if .Values.a }}\n          {{ .Values.a }}\n          {{- end }}\n",
        "          {{- with .Values.a }}\n          {{- . | nindent 10 }}\n          {{- end }}\n",
        "          {{ if .Values.a }}\n          echo {{ .Values.a }}\n          {{ end }}\n",
    ] {
        let chart = chart(&[("web/templates/web.yaml", &job(script))]);
        let (_, out, _) = run(chart.path(), &["--select", "unbounded-wait", "--format", "concise"]);
        assert!(
            out.lines().count() == 1 && out.contains("the Job neither fails nor ends"),
            "{script}: {out}"
        );
    }
}
