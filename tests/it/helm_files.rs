//! Scripts that lie in a chart beside its templates.

use crate::helm_lint::chart;
use crate::support::binary::run;

/// A chart whose init container runs `/s/a.sh` of a ConfigMap with this `data`, and has this script in `scripts/`.
fn of_script(data: &str, script: &str) -> tempfile::TempDir {
    let map = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: '{{{{ .Release.Name }}}}-s'}}\ndata:\n{data}"
    );
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  initContainers:\n  - name: a\n    image: busybox:1.36\n    \
               command: [sh, /s/a.sh]\n    volumeMounts: [{name: s, mountPath: /s}]\n  containers: [{name: b, image: '{{ .Values.b }}'}]\n  \
               volumes: [{name: s, configMap: {name: '{{ .Release.Name }}-s'}}]\n";
    chart(&[("web/templates/map.yaml", &map), ("web/templates/pod.yaml", pod), ("web/scripts/a.sh", script)])
}

const WAITS: &str = "#!/bin/sh\nuntil nc -z db 80; do sleep 1; done\n";

/// Where something is found in it, each in a line.
fn places(chart: &tempfile::TempDir) -> Vec<String> {
    let (_, out, _) = run(chart.path(), &["--select", "unbounded-wait", "--format", "concise"]);
    out.lines().map(|line| line.split(": ").next().unwrap().to_owned()).collect()
}

#[test]
fn scripts_of_a_chart_are_followed_where_they_lie() {
    for data in [
        "  a.sh: |-\n{{ .Files.Get \"scripts/a.sh\" | indent 4 }}\n",
        "  a.sh: |\n    {{- $.Files.Get \"scripts/a.sh\" | nindent 4 }}\n",
        "  a.sh: {{ .Files.Get \"scripts/a.sh\" | quote }}\n",
        "  a.sh: |-\n{{ tpl (.Files.Get \"scripts/a.sh\") . | indent 4 }}\n",
        "{{ (.Files.Glob \"scripts/*\").AsConfig | indent 2 }}\n",
        "  {{- /* all */}}\n  {{- (.Files.Glob \"scripts/*.sh\").AsConfig | nindent 2 }}\n",
        "  {{- (.Files.Glob \"scripts/*.conf\").AsConfig | nindent 2 }}\n  {{- (.Files.Glob \"scripts/**\").AsConfig | nindent 2 }}\n",
    ] {
        assert_eq!(places(&of_script(data, WAITS)), ["web/scripts/a.sh:2:1"], "{data}");
    }
}

#[test]
fn what_is_no_script_of_the_chart_is_not_followed() {
    for data in [
        "  a.sh: |-\n{{ .Files.Get .Values.script | indent 4 }}\n",
        "  a.sh: |-\n{{ .Files.Get \"../web/scripts/a.sh\" | indent 4 }}\n",
        "  a.sh: |-\n{{ .Files.Get \"/scripts/a.sh\" | indent 4 }}\n",
        "  a.sh: |-\n{{ .Files.Get \"scripts/a.sh\" | b64enc | indent 4 }}\n",
        "  a.sh: |-\n{{ .Files.Get \"scripts/b.sh\" | indent 4 }}\n",
        "  {{- (.Files.Glob \"scripts/*.sh\").AsSecrets | nindent 2 }}\n",
        "  {{- (.Files.Glob \"other/*.sh\").AsConfig | nindent 2 }}\n",
        "  {{- if .Values.a }}\n  {{- (.Files.Glob \"scripts/*.sh\").AsConfig | nindent 2 }}\n  {{- end }}\n",
    ] {
        assert_eq!(places(&of_script(data, WAITS)), [""; 0], "{data}");
    }
    let made = "until nc -z {{ .Values.db }} 80; do sleep 1; done\n";
    let data = "  {{- tpl ((.Files.Glob \"scripts/*\").AsConfig) . | nindent 2 }}\n";
    assert_eq!(places(&of_script(data, made)), [""; 0], "Helm makes it first");
}

/// A link out of the chart leads to no file of it.
#[cfg(unix)]
#[test]
fn no_link_leads_out_of_a_chart() {
    let chart = of_script("{{ (.Files.Glob \"scripts/*\").AsConfig | indent 2 }}\n", WAITS);
    let (script, outside) = (chart.path().join("web/scripts/a.sh"), chart.path().join("a.sh"));
    std::fs::rename(&script, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, &script).unwrap();
    assert_eq!(places(&chart), [""; 0]);
    std::fs::remove_file(&script).unwrap();
    std::fs::rename(&outside, &script).unwrap();
    assert_eq!(places(&chart), ["web/scripts/a.sh:2:1"]);
}

#[test]
fn a_comment_in_such_a_script_suppresses() {
    let script =
        "#!/bin/sh\n# initlint: ignore[unbounded-wait] it comes\nuntil nc -z db 80; do sleep 1; done\n";
    let chart = of_script("  a.sh: |-\n{{ .Files.Get \"scripts/a.sh\" | indent 4 }}\n", script);
    assert_eq!(places(&chart), [""; 0]);
    let (_, out, _) = run(chart.path(), &["--select", "unused-suppression", "--format", "concise"]);
    assert_eq!(out.lines().count(), 0, "{out}");
}
