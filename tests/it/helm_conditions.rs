//! Under which conditions of a template a finding is said to hold.

use initlint::settings::Settings;

use crate::helm_lint::{EMPTY_DIR, deployment, found, mkdir};
use crate::support::lint::lint;

#[test]
fn a_finding_says_under_which_condition_it_holds() {
    let volumes = "      volumes:
        - name: data
          {{- if .Values.keep }}
          emptyDir: {}
          {{- else }}
          configMap: {name: a}
          {{- end }}
";
    let found = found(&deployment(&mkdir("seed", "/data/a"), volumes));
    let told = |rule: &str, condition: &str| {
        found.iter().any(|one| one.starts_with(rule) && one.ends_with(condition))
    };
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(told("non-idempotent-write", "(if `.Values.keep`)"), "{found:#?}");
    assert!(told("write-to-read-only", "(if not `.Values.keep`)"), "{found:#?}");
    let inside = mkdir("seed", "/data/a");
    let inside = format!(
        "        {{{{- if .Values.a }}}}\n{inside}        {{{{- else }}}}\n        - name: b\n          image: b:1\n        {{{{- end }}}}\n"
    );
    assert_eq!(conditions(&inside, EMPTY_DIR), ["(if `.Values.a`)"], "its own branch");
}

/// The conditions that the findings of a deployment say.
fn conditions(inits: &str, more: &str) -> Vec<String> {
    let found = found(&deployment(inits, more));
    let said = |one: &String| one.rfind(" (if ").or(one.rfind(" (with ")).map(|at| one[at + 1..].to_owned());
    found.iter().map(|one| said(one).unwrap_or_default()).collect()
}

/// A condition that holds already by what stands within it takes nothing for true again.
#[test]
fn what_a_choice_asks_for_makes_no_other_choice() {
    let step = |name: &str| {
        format!(
            "              {{{{- if .Values.{name} }}}}\n              if [ ! -f /data/{name} ]; then\n                wget -O /data/{name} http://a/{name}\n              fi\n              {{{{- end }}}}\n"
        )
    };
    let inits = format!(
        "        {{{{- if or .Values.a .Values.b }}}}\n        - name: a\n          image: busybox:1\n          command:\n            - sh\n            - -c\n            - |\n{}{}          volumeMounts: [{{name: data, mountPath: /data}}]\n        {{{{- end }}}}\n",
        step("a"),
        step("b")
    );
    let masked = |more: &str| {
        let found = found(&deployment(&inits, &format!("{EMPTY_DIR}{more}")));
        found.into_iter().find(|one| one.starts_with("masked-failure")).unwrap()
    };
    let both = "(if `.Values.a` and `.Values.b`)";
    assert!(masked("").ends_with(both), "{}", masked(""));
    let inline = masked("      hostname: \"{{ if .Values.a }}a{{ else }}b{{ end }}\"\n");
    assert!(inline.ends_with(both), "{inline}");
}

/// Each of these needs more than one branch, or another than its own.
#[test]
fn all_conditions_that_a_finding_hangs_on_are_said() {
    let seed = mkdir("seed", "/data/a");
    let nested = format!(
        "        {{{{- if .Values.a }}}}\n        {{{{- with .Values.b }}}}\n{seed}        {{{{- end }}}}\n        {{{{- end }}}}\n"
    );
    assert_eq!(conditions(&nested, EMPTY_DIR), ["(if `.Values.a` and `.Values.b`)"], "nested");
    let both = "      volumes:\n        {{- if .Values.a }}\n        - name: data\n          {{- if .Values.b }}
          emptyDir: {}\n          {{- else }}\n          image: {reference: a:1}\n          {{- end }}\n        {{- end }}\n";
    assert_eq!(conditions(&seed, both).first().unwrap(), "(if `.Values.a` and `.Values.b`)", "elsewhere");
    let last = "      volumes:\n        - name: data\n          {{- if eq .Values.a \"x\" }}\n          configMap: {name: a}
          {{- else if .Values.b }}\n          image: {reference: a:1}\n          {{- else }}\n          emptyDir: {}\n          {{- end }}\n";
    let said = conditions(&seed, last);
    assert!(said.contains(&"(if not `eq .Values.a \"x\"` and not `.Values.b`)".to_owned()), "else: {said:?}");
    let script = |first: &str, second: &str| {
        format!(
            "        - name: a\n          image: busybox:1\n          command:\n            - sh\n            - -c\n            - |\n              \
             {first}\n              cp /a/b /data/d\n              {{{{- end }}}}\n              {second}\n              chmod 400 /data/e\n              {{{{- end }}}}\n          volumeMounts: [{{name: data, mountPath: /data}}]\n"
        )
    };
    let masked = script("{{- if .Values.a }}", "{{- if and .Values.b .Values.c }}");
    assert_eq!(
        conditions(&masked, EMPTY_DIR),
        ["(if `.Values.a` and `.Values.b` and `.Values.c`)"],
        "what comes after it"
    );
    let either = script("{{- if .Values.a }}", "{{- if or .Values.a .Values.b }}");
    assert_eq!(conditions(&either, EMPTY_DIR), ["(if `.Values.a`)"], "what the other says too");
    let any = script("{{- if .Values.a }}", "{{- if or .Values.b .Values.c }}");
    assert_eq!(conditions(&any, EMPTY_DIR), ["(if `.Values.a` and (`.Values.b` or `.Values.c`))"]);
    let helper = format!(
        "{{{{- define \"a.init\" }}}}\n{}{{{{- end }}}}\n",
        masked.replace("        - name", "- name")
    );
    let report = lint("templates/_a.tpl", &helper, &Settings::default());
    assert!(report.findings.iter().all(|one| one.message.ends_with("and `.Values.c`)")), "in a helper");
}

#[test]
fn what_a_finding_does_not_hang_on_is_not_said() {
    let seed = mkdir("seed", "/data/a");
    let others = "      {{- if .Values.a }}\n      hostNetwork: true\n      {{- else }}\n      hostIPC: true\n      {{- end }}
      {{- with .Values.b }}\n      tolerations: []\n      {{- end }}\n";
    assert_eq!(conditions(&seed, &format!("{EMPTY_DIR}{others}")), [""]);
    let either = "      volumes:\n        - name: data\n          {{- if .Values.a }}\n          emptyDir: {}\n          {{- else }}
          persistentVolumeClaim: {claimName: a}\n          {{- end }}\n";
    assert_eq!(conditions(&seed, either), [""], "both keep what is written");
    let whole = format!("{{{{- if .Values.enabled }}}}\n{}{{{{- end }}}}\n", deployment(&seed, EMPTY_DIR));
    assert_eq!(found(&whole).iter().filter(|one| one.contains("(if")).count(), 0, "all of the object");
    let many: String = (0..60)
        .map(|at| format!("      {{{{- if .Values.a{at} }}}}\n      x{at}: a\n      {{{{- end }}}}\n"))
        .collect();
    let text = deployment(&seed, &format!("{EMPTY_DIR}{many}"));
    assert!(found(&text).iter().any(|one| one.starts_with("non-idempotent-write") && !one.contains("(if")));
}

/// What a branch might add to a Pod spec keeps a rule silent in one reading, and is no condition in the other.
#[test]
fn a_branch_that_has_nothing_to_do_with_a_finding_is_no_condition() {
    let inits = "        - name: a\n          image: a:1\n          resources: {requests: {cpu: 8}}\n";
    let branches = "      {{- if .Values.host }}\n      hostNetwork: true\n      {{- end }}\n  \
                    {{- if not .Values.host }}\n  paused: false\n  {{- end }}\n";
    let text = deployment(inits, branches);
    let text = text.replace("{{- toYaml .Values.resources | nindent 12 }}", "{requests: {cpu: 1}}");
    let found = found(&text);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("oversized-init-request") && !found[0].contains("(if"), "{found:#?}");
}

/// What a person is told to make in the container itself is waited for whatever else is mounted.
#[test]
fn where_a_branch_mounts_something_a_gate_is_no_wait() {
    let gate = |path: &str| {
        format!(
            "        - name: a\n          image: busybox:1\n          command: [sh, -c, 'echo touch {path}; until [ -e {path} ]; do sleep 5; done']\n          \
             volumeMounts:\n          - {{name: data, mountPath: /data}}\n          {{{{- if .Values.a }}}}\n          \
             - {{name: data, mountPath: /web/{{{{ .Values.a }}}}}}\n          {{{{- end }}}}\n"
        )
    };
    let nothing: [&str; 0] = [];
    assert_eq!(conditions(&gate("/done"), EMPTY_DIR), nothing);
    assert_eq!(conditions(&gate("/web/x/done"), EMPTY_DIR), ["(if `.Values.a`)"]);
    assert_eq!(conditions(&gate("/data/done"), EMPTY_DIR), [""]);
}

/// Of an image that is found beside another one of the Pod the other's branch is no condition, nor is it told twice.
#[test]
fn what_is_found_beside_another_hangs_on_its_own_branch_alone() {
    let branch = |condition: &str, name: &str| {
        format!(
            "        {{{{- if {condition} }}}}\n        - name: {name}\n          image: alpine/{name}\n        {{{{- end }}}}\n"
        )
    };
    let both = format!("{}{}", branch(".Values.a", "first"), branch(".Values.b", "second"));
    let others = "      {{- if .Values.a }}\n      hostNetwork: true\n      {{- else }}\n      hostIPC: true\n      {{- end }}\n";
    assert_eq!(conditions(&both, others), ["(if `.Values.a`)", "(if `.Values.b`)"]);
    let report = lint("templates/d.yaml", &deployment(&both, others), &Settings::default());
    assert!(
        report.findings.iter().all(|one| one.labels.iter().all(|label| !label.is_likewise)),
        "told by themselves"
    );
}

/// A condition that is a part of another one is taken otherwise by itself, too.
#[test]
fn what_one_condition_says_another_does_not_take_back() {
    let inits = "        - name: a
          image: busybox:1
          command:
          - sh
          - -c
          - {{- if eq .Values.db \"pg\" }} cp /a /data/a; chmod 1 /data/b{{- else }} echo{{- end }}
          volumeMounts:
          - {name: data, mountPath: /data}
          {{- if and (eq .Values.db \"pg\") .Values.tls }}
          - {name: tls, mountPath: /tls}
          {{- end }}
";
    let said = conditions(inits, EMPTY_DIR);
    assert_eq!(said, ["(if `eq .Values.db \"pg\"`)", "(if `eq .Values.db \"pg\"` and `.Values.tls`)"]);
}

/// A command in a branch of its own, and after it one in another that takes its place as the last.
fn two_branches(first: &str, second: &str) -> String {
    format!(
        "        - name: a
          image: busybox:1
          command:
            - sh
            - -c
            - |
              {{{{- if {first} }}}}
              cp /a/b /data/d
              {{{{- end }}}}
              {{{{- if {second} }}}}
              chmod 400 /data/e
              {{{{- end }}}}
          volumeMounts: [{{name: data, mountPath: /data}}]
"
    )
}

#[test]
fn what_is_made_of_an_empty_value_is_empty() {
    for made in [
        "(tpl .Values.a .)",
        "tpl .Values.a $",
        "tpl (.Values.a | trim) .",
        ".Values.a.b",
        "eq .Values.a \"x\"",
        ".Values.a | default \"\"",
        "not (empty .Values.a)",
        "gt (len .Values.a) 0",
        "contains \"x\" .Values.a",
        "and .Values.c (tpl .Values.a .)",
    ] {
        let said = |first: &str, second: &str| conditions(&two_branches(first, second), EMPTY_DIR);
        let nothing: [&str; 0] = [];
        assert_eq!(said(made, "not .Values.a"), nothing, "{made}");
        assert_eq!(said("empty .Values.a", made), nothing, "{made}");
        assert_eq!(said(made, ".Values.z").len(), 1, "{made}");
    }
    // Each may be false by itself.
    for other in ["include \"a\" .", ".Values.a | default .Values.b", "ne .Values.a \"x\"", ".Values.ab"] {
        assert_eq!(conditions(&two_branches(other, "not .Values.a"), EMPTY_DIR).len(), 1, "{other}");
    }
    let kinds = two_branches("kindIs \"map\" .Values.a", "kindIs \"string\" .Values.a");
    assert_eq!(conditions(&kinds, EMPTY_DIR), [""; 0]);
}

#[test]
fn what_goes_without_saying_is_not_said() {
    let said = |first: &str, second: &str| conditions(&two_branches(first, second), EMPTY_DIR);
    assert_eq!(said(".Values.a", ".Values.a.b"), ["(if `.Values.a.b`)"]);
    assert_eq!(said("not (tpl .Values.a .)", "not .Values.a"), ["(if not `.Values.a`)"]);
    assert_eq!(said("not .Values.a.b", ".Values.a"), ["(if not `.Values.a.b` and `.Values.a`)"]);
}

/// What has a default that isn't empty is never empty: nothing comes of what stands in its `else`.
#[test]
fn what_always_holds_is_no_condition() {
    let script = |condition: &str| {
        let inits = two_branches(condition, ".Values.z").replacen(
            "{{- end }}",
            "{{- else }}\n              echo\n              {{- end }}",
            1,
        );
        let inits =
            inits.replacen("cp /a/b /data/d", "echo skip", 1).replacen("echo\n", "cp /a/b /data/d\n", 1);
        conditions(&inits, EMPTY_DIR)
    };
    let nothing: [&str; 0] = [];
    for always in [
        ".Values.a | default \"true\"",
        "default \"x\" .Values.a",
        "default .Release.Name .Values.a | quote",
        "coalesce .Values.a .Values.b \"x\"",
        "or .Values.a \"x\"",
        "ternary \"a\" \"b\" .Values.a",
        "printf \"%s-init\" .Values.a",
        "not (and .Values.a false)",
        "true",
    ] {
        assert_eq!(script(always), nothing, "{always}");
        assert_eq!(script(&format!("not ({always})")), ["(if `.Values.z`)"], "{always}");
        let both = format!("and .Values.a ({always})");
        assert_eq!(script(&both), ["(if not `.Values.a` and `.Values.z`)"], "{both}");
    }
    for either in [".Values.a | default \"\"", "or .Values.a false", ".Values.a | ternary \"\" \"x\" | not"] {
        assert_eq!(script(either), ["(if not `.Values.a` and `.Values.z`)"], "{either}");
    }
    assert_eq!(
        script(".Values.a | default .Values.b"),
        ["(if not `.Values.a` and not `.Values.b` and `.Values.z`)"]
    );
    let set = "{{- $a := .Values.a | default \"x\" }}\n";
    let inits = two_branches("$a", ".Values.z");
    let text = format!("{set}{}", deployment(&inits, EMPTY_DIR));
    assert!(found(&text)[0].ends_with("(if `.Values.z`)"), "a variable");
}

/// Where either of two branches would do, the one is told of that a label points at.
#[test]
fn a_condition_is_that_of_the_command_that_is_shown() {
    let inits = two_branches(".Values.a", ".Values.b")
        .replace("{{- if .Values.a }}", "cp /a/b /data/d\n              {{- if .Values.a }}")
        .replacen("cp /a/b /data/d\n              {{- end", "chmod 400 /data/c\n              {{- end", 1);
    assert_eq!(conditions(&inits, EMPTY_DIR), ["(if `.Values.b`)"]);
}

/// The conditions under which a container stands twice, once in a branch of each condition.
fn twice(first: &str, second: &str) -> Vec<String> {
    let container = |condition: &str| {
        format!(
            "        {{{{- if {condition} }}}}\n        - {{name: a, image: \"a:1\"}}\n        {{{{- end }}}}\n"
        )
    };
    conditions(&format!("{}{}", container(first), container(second)), "")
}

/// Of two branches that exclude each other by what they compare there is no finding that needs both.
#[test]
fn comparisons_exclude_each_other() {
    for (first, second) in [
        (
            "semverCompare \">= 1.29-0\" .Capabilities.KubeVersion.Version",
            "semverCompare \"<1.29-0\" .Capabilities.KubeVersion.Version",
        ),
        ("semverCompare \">1.28\" .Values.v", "semverCompare \"<= 1.28\" .Values.v"),
        ("gt (int .Values.a) 1", "le (int .Values.a) 1"),
        ("lt (int .Values.a) 2", "ge (int .Values.a) 2"),
        ("gt (int .Values.a) 1", "lt (int .Values.a) 1"),
        ("eq (int .Values.a) 1", "gt (int .Values.a) 1"),
        ("ge .Values.a .Values.b", "lt .Values.a .Values.b"),
        ("eq .Values.a \"\"", ".Values.a"),
        ("ne .Values.a true", "eq .Values.a true"),
        ("eq (default false .Values.a) false", ".Values.a"),
    ] {
        assert_eq!(twice(first, second), Vec::<String>::new(), "{first}, {second}");
    }
    // Where nobody sets it, it differs from `false`, and isn't true.
    assert_eq!(twice("ne .Values.a false", "not .Values.a").len(), 1);
    for (first, second) in [
        ("semverCompare \">=1.28\" .Values.v", "semverCompare \"<1.29\" .Values.v"),
        ("semverCompare \">=1.28\" .Values.v", "semverCompare \"<1.28\" .Values.w"),
        ("gt (int .Values.a) 1", "le (int .Values.a) 2"),
        ("gt (int .Values.a) 1", "lt (int .Values.b) 1"),
        ("gt (int .Values.a) 1", "gt (int .Values.a) 2"),
    ] {
        let both = format!("(if `{first}` and `{second}`)");
        assert_eq!(twice(first, second), [both], "{first}, {second}");
    }
}

/// What several facts come to is looked into, however `and`, `or` and `not` are put together.
#[test]
fn what_conditions_are_made_of_excludes() {
    for (first, second) in [
        (".Values.c", "and (or .Values.a .Values.b) (not .Values.c)"),
        ("and (not .Values.c) (or .Values.a .Values.b)", "and .Values.c .Values.d"),
        ("and (or .Values.a (not .Values.c)) (not .Values.c)", ".Values.c"),
        (".Values.c", "and (eq .Values.c \"\") .Values.a"),
        ("or (and .Values.a .Values.c) (and .Values.b .Values.c)", "not .Values.c"),
        ("not (or (and .Values.a .Values.b) .Values.c)", "and .Values.a .Values.b"),
        ("and .Values.a (not .Values.a)", ".Values.b"),
    ] {
        assert_eq!(twice(first, second), Vec::<String>::new(), "{first}, {second}");
    }
    for (first, second, both) in [
        (
            ".Values.c",
            "and (or .Values.a .Values.b) .Values.c",
            "(if `.Values.c` and (`.Values.a` or `.Values.b`))",
        ),
        (
            ".Values.c",
            "not (and .Values.c (or .Values.a .Values.b))",
            "(if `.Values.c` and not `.Values.a` and not `.Values.b`)",
        ),
        (".Values.c", "or .Values.a (and .Values.b (not .Values.c))", "(if `.Values.c` and `.Values.a`)"),
        (
            "or .Values.x (and .Values.a .Values.b)",
            "and .Values.a .Values.b",
            "(if `.Values.a` and `.Values.b`)",
        ),
        (
            "or .Values.x (and .Values.a .Values.b)",
            "and .Values.a .Values.c",
            "(if (`.Values.x` or `.Values.b`) and `.Values.a` and `.Values.c`)",
        ),
        ("or .Values.a .Values.b", "not .Values.a", "(if `.Values.b` and not `.Values.a`)"),
        ("or .Values.a (and .Values.a .Values.b)", ".Values.b", "(if `.Values.a` and `.Values.b`)"),
    ] {
        assert_eq!(twice(first, second), [both], "{first}, {second}");
    }
    let nested = format!(
        "        {{{{- if or .Values.b .Values.x .Values.a }}}}\n        {{{{- if or .Values.a .Values.b }}}}\n{}        {{{{- end }}}}\n        {{{{- end }}}}\n",
        mkdir("seed", "/data/a")
    );
    assert_eq!(conditions(&nested, EMPTY_DIR), ["(if `.Values.a` or `.Values.b`)"], "more would do outside");
}

/// That none of several branches is taken is one way more.
#[test]
fn a_finding_that_no_branch_keeps_hangs_on_them() {
    let seed = mkdir("seed", "/data/a");
    let volumes = |branches: &str| {
        let open = branches.replace("{{", "        {{").replace(" => ", "\n        ").replace("; ", "\n");
        conditions(&seed, &format!("      volumes:\n{open}\n"))
    };
    let kept = "- {name: data, emptyDir: {}}";
    let lost = "- {name: data, configMap: {name: a}}";
    let first = |said: Vec<String>| said.into_iter().next().unwrap_or_else(|| "nothing".to_owned());
    let both = |first: &str, second: &str| format!("{first} => {kept}; {second} => {kept}");
    let no_else = both("{{- if .Values.a }}", "{{- else if .Values.b }}") + "; {{- end }}";
    assert_eq!(first(volumes(&no_else)), "(if `.Values.a` or `.Values.b`)", "no `else`");
    let with = both("{{- with .Values.a }}", "{{- else with .Values.b }}") + "; {{- end }}";
    assert_eq!(first(volumes(&with)), "(if `.Values.a` or `.Values.b`)", "`with`");
    let other = both("{{- if .Values.a }}", "{{- else if .Values.b }}");
    assert_eq!(
        first(volumes(&format!("{other}; {{{{- else }}}} => {lost}; {{{{- end }}}}"))),
        "(if `.Values.a` or `.Values.b`)"
    );
    let late = format!(
        "{{{{- if .Values.a }}}} => {lost}; {{{{- else if .Values.b }}}} => {kept}; {{{{- else }}}} => {kept}; {{{{- end }}}}"
    );
    assert_eq!(first(volumes(&late)), "(if not `.Values.a`)", "all but the first");
    let compound = both("{{- if and .Values.a .Values.b }}", "{{- else if .Values.c }}");
    assert_eq!(
        first(volumes(&format!("{compound}; {{{{- else }}}} => {lost}; {{{{- end }}}}"))),
        "(with some values)",
        "of several"
    );
    let third =
        format!("{other}; {{{{- else if .Values.c }}}} => {lost}; {{{{- else }}}} => {kept}; {{{{- end }}}}");
    assert_eq!(first(volumes(&third)), "(with some values)", "one in the middle");
    let all =
        format!("{other}; {{{{- else if .Values.c }}}} => {kept}; {{{{- else }}}} => {kept}; {{{{- end }}}}");
    assert_eq!(first(volumes(&all)), "", "all keep it");
}

/// The map of a Pod spec starts in a branch that holds its first key: that isn't where a finding of the Pod stands.
#[test]
fn the_branch_of_the_first_key_is_no_condition_of_what_comes_after_it() {
    let inits = "        - name: a\n          image: a:1\n";
    let text = deployment(inits, EMPTY_DIR).replace(
        "      initContainers:",
        "      {{- if .Values.tolerations }}\n      tolerations: []\n      {{- end }}\n      initContainers:",
    );
    let text = text.replace("emptyDir: {}", "configMap: {name: a, defaultMode: 444}");
    let found = found(&text);
    assert!(
        matches!(&*found, [one] if one.starts_with("invalid-field") && !one.contains("(if")),
        "{found:#?}"
    );
    let inside =
        text.replace("tolerations: []", "activeDeadlineSeconds: 5").replace(", defaultMode: 444", "");
    let found = self::found(&inside);
    assert!(matches!(&*found, [one] if one.ends_with("(if `.Values.tolerations`)")), "{found:#?}");
}

/// What is an error in one branch may be said less severely in another: each hangs on its own.
#[test]
fn an_error_hangs_on_what_makes_it_one() {
    let script = |last: &str| {
        let inits = format!(
            "        - name: a
          image: a:1
          command:
          - sh
          - -ec
          - |
            [ ! -d /data/x ] && git clone https://a.b/x /data/x
            {last}
          volumeMounts: [{{name: data, mountPath: /data}}]
"
        );
        found(&deployment(&inits, EMPTY_DIR))
    };
    let is_of = |one: &str, what: &str, condition: &str| one.contains(what) && one.ends_with(condition);
    let copy = "{{- if .Values.copy }}\n            cp /etc/a /data/b\n            {{- end }}";
    let said = script(copy);
    let only =
        |said: &[String], what: &str, condition: &str| matches!(said, [one] if is_of(one, what, condition));
    assert!(only(&said, "takes unfinished work for done", "(if `.Values.copy`)"), "{said:#?}");
    let said =
        script(&copy.replace("{{- end }}", "{{- else }}\n            # Nothing.\n            {{- end }}"));
    let of_both = said.iter().any(|one| is_of(one, "takes unfinished", "(if `.Values.copy`)"))
        && said.iter().any(|one| is_of(one, "fails on a re-run", "(if not `.Values.copy`)"));
    assert!(of_both && said.len() == 2, "{said:#?}");
    let said = script("chmod 400 /data/x");
    assert!(only(&said, "takes unfinished work for done", "for all of it"), "{said:#?}");
}

/// What is told of several containers holds at each under its own condition.
#[test]
fn each_of_several_containers_has_its_own_condition() {
    let init = |name: &str, condition: &str| {
        format!(
            "        {{{{- if .Values.{condition} }}}}\n        - {{name: {name}, image: \"a:1\", command: [a]}}\n        {{{{- end }}}}\n"
        )
    };
    let told = |inits: String| {
        let text = deployment(&inits, "")
            .replace("{{- toYaml .Values.resources | nindent 12 }}", "{requests: {cpu: 100m}}");
        let report = lint("web/templates/web.yaml", &text, &Settings::default());
        let finding = report.findings.iter().find(|one| one.rule == "missing-init-resources").unwrap();
        let label = finding.labels.first().unwrap();
        [&finding.message, &finding.caption, &label.message]
            .map(|text| text.rfind(" (").map_or("", |at| text.get(at + 1..).unwrap_or_default()).to_owned())
    };
    assert_eq!(
        told(init("first", "a") + &init("second", "b")),
        ["(each under conditions of its own)", "(if `.Values.a`)", "(if `.Values.b`)"]
    );
    assert_eq!(told(init("first", "a") + &init("second", "a")), ["(if `.Values.a`)", "", ""]);
}

/// A choice that has to stay is kept by what kept it: taken again by another of its alternatives, it would leave another out.
#[test]
fn what_is_kept_is_kept_for_the_reason_that_it_had() {
    let script = "        - name: a
          image: busybox:1
          command:
            - sh
            - -c
            - |
              {{- if .Values.c }}
              echo 1
              {{- else if or .Values.c .Values.d }}
              wget -O /data/a http://a/a
              {{- end }}
              echo done
          volumeMounts: [{name: data, mountPath: /data}]
        {{- if and .Values.a .Values.d }}
        - {name: b, image: \"b:1\"}
        {{- end }}
";
    assert_eq!(conditions(script, EMPTY_DIR), ["(if not `.Values.c` and `.Values.d`)"]);
}
