//! What rules make of Helm templates, and how findings in them are told and suppressed.

use initlint::report::Report;
use initlint::settings::Settings;

use crate::support::binary::{folder, run};
use crate::support::lint::lint;

/// A Deployment of a chart with these init containers, indented by eight columns, and these volumes, by six.
pub(crate) fn deployment(inits: &str, volumes: &str) -> String {
    format!(
        "apiVersion: {{{{ include \"api\" . }}}}
kind: Deployment
metadata:
  name: {{{{ include \"name\" . }}}}
spec:
  selector:
    matchLabels: {{{{- include \"labels\" . | nindent 6 }}}}
  template:
    metadata:
      labels: {{{{- include \"labels\" . | nindent 8 }}}}
    spec:
      initContainers:
{inits}      containers:
        - name: app
          image: app:1
          resources: {{{{- toYaml .Values.resources | nindent 12 }}}}
{volumes}"
    )
}

/// An init container that makes a folder in the volume `data`.
pub(crate) fn mkdir(name: &str, path: &str) -> String {
    format!(
        "        - name: {name}
          image: {{{{ .Values.image }}}}
          command: [sh, -ec, 'mkdir {path}']
          volumeMounts:
            - name: data
              mountPath: /data
"
    )
}

pub(crate) const EMPTY_DIR: &str = "      volumes:\n        - name: data\n          emptyDir: {}\n";

/// Each finding in a line: rule, place, message.
pub(crate) fn found(text: &str) -> Vec<String> {
    let report: Report = lint("templates/web.yaml", text, &Settings::default());
    let source = report.sources.get(initlint::source::FileId(0)).unwrap();
    let line = |at: u32| source.position(at as usize).line;
    let findings = report.findings.iter();
    findings.map(|one| format!("{}:{} {}", one.rule, line(one.span.start), one.message)).collect()
}

pub(crate) fn rules(text: &str) -> Vec<String> {
    found(text).iter().map(|line| line.split(':').next().unwrap().to_owned()).collect()
}

#[test]
fn a_script_in_a_template_is_followed() {
    let found = found(&deployment(&mkdir("seed", "/data/{{ .Values.dir }}"), EMPTY_DIR));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("non-idempotent-write:15 init container `seed` fails"), "{found:#?}");
    assert!(found[0].contains("`/data/{{ .Values.dir }}` already exists"), "{found:#?}");
}

#[test]
fn what_only_helm_knows_is_judged_by_no_rule() {
    for inits in [
        "        - name: {{ .Values.name }}\n          image: {{ .Values.image }}\n",
        "        - name: a\n          image: a:1\n          restartPolicy: {{ .Values.policy }}\n          livenessProbe: {exec: {command: [a]}}\n",
        "        - name: a\n          {{- toYaml .Values.init | nindent 10 }}\n",
        "        - name: a\n          image: a:1\n          ports: {{ toYaml .Values.ports }}\n          env:\n            - name: A\n              value: {{ .Values.a }}\n",
        "        - name: a\n          image: a:1\n          {{- toYaml .Values.more | nindent 10 }}\n          livenessProbe: {exec: {command: [a]}}\n",
        "        - name: a\n          image: a:1\n          command: [sysctl, -w, vm.max_map_count=262144]\n          securityContext: {{- toYaml .Values.context | nindent 12 }}\n",
        "        - name: a\n          image: a:1\n          command: [sysctl, -w, vm.max_map_count=262144]\n{{ include \"context\" . | indent 10 }}\n",
        "        - name: a\n          image: a:1\n          command: {{- toYaml .Values.command | nindent 12 }}\n          args: [mkdir, /data/a]\n",
    ] {
        let text = deployment(inits, EMPTY_DIR);
        assert_eq!(found(&text), [""; 0], "{text}");
    }
}

#[test]
fn when_an_image_is_pulled_is_said_only_where_it_is_known() {
    let pulled = |policy: &str| {
        let inits = format!("        - name: a\n          image: busybox\n          command: [a]\n{policy}");
        let found = found(&deployment(&inits, ""));
        found.iter().find(|line| line.starts_with("unpinned-init-image")).cloned().unwrap_or_default()
    };
    assert!(pulled("").contains("each start pulls it again"));
    for policy in [
        "          imagePullPolicy: {{ .Values.policy }}\n",
        "          imagePullPolicy: \"{{ .Values.policy }}\"\n",
        "          {{- include \"policy\" . | nindent 10 }}\n",
    ] {
        assert!(pulled(policy).contains("nodes that pull it at different times"), "{policy}");
    }
    assert_eq!(pulled("          imagePullPolicy: Never\n"), "");
}

#[test]
fn absence_is_no_argument_where_more_may_come() {
    let mount = "        - name: a\n          image: a:1\n          volumeMounts:\n            - name: nope\n              mountPath: /a\n";
    let volumes = |more: &str| deployment(mount, &format!("{EMPTY_DIR}{more}"));
    assert_eq!(rules(&volumes("")), ["volume-not-found"]);
    assert_eq!(rules(&volumes("        {{- toYaml .Values.volumes | nindent 8 }}\n")), [""; 0]);
    assert_eq!(rules(&volumes("        - name: {{ .Values.volume }}\n          emptyDir: {}\n")), [""; 0]);
    assert_eq!(rules(&deployment(mount, "      {{- include \"volumes\" . | nindent 6 }}\n")), [""; 0]);
    let unknown = mount.replace("nope", "{{ .Values.volume }}");
    assert_eq!(rules(&deployment(&unknown, EMPTY_DIR)), [""; 0]);
    let no_image = "        - name: a\n          command: [a]\n";
    assert_eq!(rules(&deployment(no_image, "")), ["invalid-field"]);
    let injected = format!("{no_image}          {{{{- include \"image\" . | nindent 10 }}}}\n");
    assert_eq!(rules(&deployment(&injected, "")), [""; 0]);
}

#[test]
fn a_request_of_the_app_counts_whatever_its_amount() {
    let found = |app: &str, of_init: &str| {
        let inits = format!("        - name: a\n          image: a:1\n{of_init}");
        let text = deployment(&inits, "");
        let unknown = "          resources: {{- toYaml .Values.resources | nindent 12 }}\n";
        found(&text.replace(unknown, &format!("          resources:\n{app}")))
    };
    let memory = "            requests:\n              memory: {{ .Values.memory }}\n";
    let lacking = found(memory, "");
    assert!(lacking.len() == 1 && lacking[0].starts_with("missing-init-resources"), "{lacking:#?}");
    let limit = "            limits: {cpu: \"{{ .Values.cpu }}\"}\n";
    assert_eq!(found(limit, "").len(), 1, "a limit is a request too");
    for (app, of_init) in [
        ("            requests:\n              {{- toYaml .Values.requests | nindent 14 }}\n", ""),
        ("            requests:\n              {{ .Values.resource }}: 1Gi\n", ""),
        ("            requests: {memory: 0}\n", ""),
        (memory, "          resources:\n            requests:\n              cpu: {{ .Values.cpu }}\n"),
        (memory, "          resources: {{ toYaml .Values.init }}\n"),
        (
            memory,
            "          {{- with .Values.init }}\n          resources: {{ toYaml . }}\n          {{- end }}\n",
        ),
    ] {
        let none: [String; 0] = [];
        assert_eq!(
            found(app, of_init).iter().filter(|one| !one.contains("(if ")).cloned().collect::<Vec<_>>(),
            none,
            "{app}{of_init}"
        );
    }
}

#[test]
fn what_is_literally_wrong_is_said() {
    let probe = "        - name: a\n          image: a:1\n          livenessProbe: {exec: {command: [a]}}\n";
    assert_eq!(rules(&deployment(probe, "")), ["forbidden-probe"]);
    let number = "        - name: a\n          image: a:1\n          args: [{{ .Values.a }}, 5]\n";
    assert_eq!(rules(&deployment(number, "")), ["invalid-field"]);
    let twice = "        - name: a\n          image: {{ .Values.a }}\n".repeat(2);
    assert_eq!(rules(&deployment(&twice, "")), ["duplicate-container-name"]);
}

#[test]
fn what_stands_in_a_template_of_which_part_is_unread_is_not_mended() {
    let text = deployment(&mkdir("seed", "/data/a"), &format!("{EMPTY_DIR}---\ninitContainers: !<b\n"));
    let folder = chart(&[("web/templates/deployment.yaml", &text)]);
    let (_, out, err) = run(folder.path(), &["--diff", "--format", "concise"]);
    assert!(!out.contains("mkdir -p") && err.contains("part of its template can't be read"), "{out}{err}");
}

#[test]
fn branches_that_exclude_each_other_are_never_read_together() {
    let either = "        {{- if and .Values.a .Values.sidecar }}
        - name: a
          image: a:1
        {{- end }}
        {{- if and .Values.a (not .Values.sidecar) }}
        - name: a
          image: a:2
        {{- end }}
";
    assert_eq!(rules(&deployment(either, "")), [""; 0]);
}

#[test]
fn a_branch_that_spoils_what_comes_after_it_costs_no_other_branch() {
    // With `b` the list of mounts is indented in two ways.
    let inits = "        {{- if .Values.a }}
        - name: a
          image: busybox
          command: [a]
        {{- end }}
        - name: b
          image: b:1
          volumeMounts:
          {{- if .Values.b }}
            - name: x
              mountPath: /x
          {{- end }}
          {{- if .Values.a }}
          {{- range .Values.c }}
          - name: y
            mountPath: /y
          {{- end }}
          - name: z
          {{- else }}
          - name: w
          {{- end }}
            mountPath: /z
";
    assert!(rules(&deployment(inits, "")).contains(&"unpinned-init-image".to_owned()));
}

#[test]
fn suppressions_stand_in_comments_of_yaml_and_of_the_template() {
    let probed = |name: &str| {
        format!(
            "        - name: {name}\n          image: a:1\n          livenessProbe: {{exec: {{command: [a]}}}}\n"
        )
    };
    let (first, second) = (probed("first"), probed("second"));
    let told = |inits: String| {
        let report = lint("templates/web.yaml", &deployment(&inits, EMPTY_DIR), &Settings::default());
        (report.findings.len(), report.suppressed.len())
    };
    let said = "initlint: ignore[forbidden-probe] it is known";
    assert_eq!(told(format!("{first}{second}")), (2, 0));
    assert_eq!(told(format!("        # {said}\n{first}{second}")), (1, 1));
    assert_eq!(told(format!("        {{{{- /* {said} */}}}}\n{first}{second}")), (1, 1));
    assert_eq!(
        told(format!(
            "        {{{{/* {said} */}}}}\n        {{{{- if .Values.a }}}}\n{first}        {{{{- end }}}}\n{second}"
        )),
        (1, 1)
    );
    let unused = "        # initlint: ignore[unsupported-sidecar] nobody knows\n";
    assert_eq!(told(format!("{unused}{first}{second}")), (2, 0), "whether it is used isn't judged");
}

#[test]
fn a_chart_is_linted_where_it_is_written() {
    let text = deployment(&mkdir("seed", "/data/a"), EMPTY_DIR);
    let folder = folder(&[("web/Chart.yaml", "name: web\n"), ("web/templates/deployment.yaml", &text)]);
    let (status, out, err) = run(folder.path(), &["--format", "concise"]);
    assert_eq!(status, 1, "{out}{err}");
    assert!(out.contains("web/templates/deployment.yaml:15:31: error[non-idempotent-write]"), "{out}{err}");
}

/// A chart with `files` below its folder.
pub(crate) fn chart(files: &[(&str, &str)]) -> tempfile::TempDir {
    let chart = [("web/Chart.yaml", "name: web\n")];
    folder(&chart.into_iter().chain(files.iter().copied()).collect::<Vec<_>>())
}

/// `rule` and place of each finding in `folder`, with further `args`.
pub(crate) fn told(folder: &tempfile::TempDir, args: &[&str]) -> Vec<String> {
    let (_, out, err) = run(folder.path(), &[&["--format", "concise", "--color", "never"], args].concat());
    assert!(!err.contains("error:"), "{err}");
    let short = |line: &str| {
        let (place, rest) = line.split_once(": ")?;
        let rule = rest.split_once('[')?.1.split_once(']')?.0;
        Some(format!("{place} {rule}"))
    };
    out.lines().filter_map(short).collect()
}

#[test]
fn init_containers_are_counted_where_no_branch_may_leave_some_out() {
    let wait = |name: &str| {
        format!(
            "        - name: {name}\n          image: busybox:1\n          command: [sh, -c, 'until nc -z {{{{ .Values.a }}}} 1; do sleep 1; done']\n"
        )
    };
    let stays = |inits: &str| found(&deployment(inits, EMPTY_DIR)).join("\n");
    let all = stays(&format!("{}{}", wait("a"), wait("b")));
    assert!(all.contains("at `Init:0/2`") && all.contains("at `Init:1/2`"), "{all}");
    let some = stays(&format!(
        "{}        {{{{- if .Values.b }}}}\n{}        {{{{- end }}}}\n",
        wait("a"),
        wait("b")
    ));
    assert!(!some.contains("`Init:") && some.contains("in its init phase"), "{some}");
}

#[test]
fn init_containers_in_values_are_judged_there() {
    let values = "# {{ no action\nserver:\n  initContainers:\n  - name: seed\n    image: a:1\n    readinessProbe: {exec: {command: [a]}}\n";
    let templated =
        format!("{values}  - name: '{{{{ .Release.Name }}}}'\n    image: 'a:{{{{ .Values.tag }}}}'\n");
    let folder = chart(&[
        ("web/values.yaml", values),
        ("web/values-prod.yaml", &templated),
        ("other/values.yaml", values),
    ]);
    assert_eq!(
        told(&folder, &[]),
        ["web/values-prod.yaml:6:5 forbidden-probe", "web/values.yaml:6:5 forbidden-probe"],
        "values are a chart's, which has a Chart.yaml"
    );
}

/// Which of them is the Pod's, only the chart knows.
#[test]
fn a_security_context_in_values_is_no_pods() {
    let values = "podSecurityContext: {fsGroup: 999}
securityContext: {runAsUser: 999}
initContainers:
- name: tune
  image: busybox:1.36
  command: [sh, -c, 'sysctl -w net.core.somaxconn=65535']
  securityContext: {privileged: true}
- name: own
  image: busybox:1.36
  command: [chown, '0', /data]
  securityContext: {runAsUser: 999}
";
    let folder = chart(&[("web/values.yaml", values)]);
    assert_eq!(told(&folder, &[]), ["web/values.yaml:10:13 operation-not-permitted"]);
}

/// The chart mounts what `persistence` says: nothing is known of the paths that scripts write to.
#[test]
fn init_containers_by_name_are_judged_by_their_scripts() {
    let release = "apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: web}
spec:
  values:
    controllers:
      web:
        initContainers:
          seed:
            image: {repository: docker.io/library/busybox, tag: latest}
            command: [sh, -c, 'mkdir /config/new; echo a > /config/new/a; until nc -z db 5432; do sleep 1; done']
            livenessProbe: {exec: {command: [a]}}
";
    let folder = chart(&[("release.yaml", release)]);
    assert_eq!(
        told(&folder, &[]),
        ["release.yaml:11:75 unbounded-wait", "release.yaml:12:13 forbidden-probe"]
    );
}

#[test]
fn templates_have_baselines_and_overrides_and_are_named_as_manifests_are() {
    let path = "web/templates/deployment.yaml";
    let text = deployment(&mkdir("seed", "/data/a"), EMPTY_DIR);
    let folder = chart(&[(path, &text)]);
    let found = format!("{path}:15:31 non-idempotent-write");
    assert_eq!(told(&folder, &[path]), [found], "as pre-commit names it");
    run(folder.path(), &["--write-baseline", "base.json"]);
    assert_eq!(told(&folder, &["--baseline", "base.json"]), [""; 0]);
    let moved = format!("{{{{- if .Values.on }}}}\n{text}{{{{- end }}}}\n");
    std::fs::write(folder.path().join(path), moved).unwrap();
    assert_eq!(told(&folder, &["--baseline", "base.json"]), [""; 0], "an edit elsewhere");
    let config = "overrides:\n- paths: ['web/**']\n  rules: {non-idempotent-write: off}\n";
    std::fs::write(folder.path().join(".initlint.yaml"), config).unwrap();
    assert_eq!(told(&folder, &[]), [""; 0]);
}

#[test]
fn a_volume_that_stands_elsewhere_outlives_the_container_and_a_patch_says_nothing_of_it() {
    let inits = mkdir("seed", "/data/a");
    assert_eq!(
        rules(&deployment(&inits, "      {{- include \"v\" . | nindent 6 }}\n")),
        ["non-idempotent-write"]
    );
    assert_eq!(rules(&deployment(&inits, "")), ["volume-not-found"]);
}

/// A Deployment with a script of the ConfigMap that is named `name`.
fn with_script(name: &str) -> String {
    let init = "        - name: a
          image: a:1
          command: [bash, /scripts/a.sh]
          volumeMounts:
            - {name: scripts, mountPath: /scripts}
            - {name: data, mountPath: /data}
";
    let volumes =
        format!("{EMPTY_DIR}        - name: scripts\n          configMap:\n            name: {name}\n");
    deployment(init, &volumes)
}

/// A ConfigMap that is named `name`, with a script that is `script`.
fn scripts(name: &str, script: &str) -> String {
    format!(
        "apiVersion: v1
kind: ConfigMap
metadata:
  name: {name}
  labels: {{{{- include \"labels\" . | nindent 4 }}}}
data:
  a.sh: |
    set -e
    {script}
  b.sh: {{{{ .Values.b | quote }}}}
"
    )
}

#[test]
fn a_script_stands_in_a_config_map_that_is_named_by_the_same_action() {
    const NAME: &str = "{{ include \"web.fullname\" . }}-scripts";
    let told_of = |used: &str, named: &str, script: &str, more: &[(&str, &str)]| {
        let (user, map) = (with_script(used), scripts(named, script));
        let files = [("web/templates/web.yaml", user.as_str()), ("web/templates/scripts.yaml", map.as_str())];
        told(&chart(&files.iter().chain(more).copied().collect::<Vec<_>>()), &[])
    };
    let found = ["web/templates/scripts.yaml:9:5 non-idempotent-write"];
    assert_eq!(told_of(NAME, NAME, "mkdir /data/a", &[]), found);
    assert_eq!(told_of("\"{{ template \"web.fullname\" $ }}-scripts\"", NAME, "mkdir /data/a", &[]), found);
    assert_eq!(told_of("scripts", "scripts", "mkdir /data/a", &[]), found);
    // What the script is hangs on values.
    let nothing: [&str; 0] = [];
    assert_eq!(told_of(NAME, NAME, "mkdir /data/{{ .Values.a }}", &[]), nothing);
    assert_eq!(told_of(NAME, NAME, "{{ if .Values.a }}mkdir /data/a{{ end }}", &[]), nothing);
    // A variable is one template's own, and two of one name are told by values.
    assert_eq!(told_of("{{ $name }}-scripts", "{{ $name }}-scripts", "mkdir /data/a", &[]), nothing);
    assert_eq!(told_of("{{ .Values.a }}-scripts", NAME, "mkdir /data/a", &[]), nothing);
    let other = scripts(NAME, "true");
    assert_eq!(
        told_of(NAME, NAME, "mkdir /data/a", &[("web/templates/other.yaml", other.as_str())]),
        nothing
    );
    let (user, map) = (with_script(NAME), scripts(NAME, "mkdir /data/a"));
    let folder = chart(&[
        ("web/templates/scripts.yaml", map.as_str()),
        ("db/Chart.yaml", "name: db\n"),
        ("db/templates/web.yaml", user.as_str()),
    ]);
    assert_eq!(told(&folder, &[]), nothing, "another chart's");
}

/// So does one in a Secret, one that a manifest without actions mounts, and none that branches decide on.
#[test]
fn a_script_of_a_chart_may_stand_in_a_secret_or_be_mounted_by_plain_yaml() {
    const NAME: &str = "{{ include \"web.fullname\" . }}-scripts";
    let found = ["web/templates/scripts.yaml:9:5 non-idempotent-write"];
    let told_of = |user: &str, map: &str| {
        told(&chart(&[("web/templates/web.yaml", user), ("web/templates/scripts.yaml", map)]), &[])
    };
    let of_secret = |name: &str| {
        let user =
            with_script(name).replace("configMap:\n            name:", "secret:\n            secretName:");
        let map =
            scripts(name, "mkdir /data/a").replace("ConfigMap", "Secret").replace("\ndata:", "\nstringData:");
        told_of(&user, &map)
    };
    assert_eq!(of_secret(NAME), found);
    assert_eq!(of_secret("scripts"), found);

    let plain = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  initContainers:\n  - {name: a, image: 'a:1', command: [bash, \
                 /scripts/a.sh], volumeMounts: [{name: scripts, mountPath: /scripts}, {name: data, mountPath: /data}]}\n  \
                 containers: [{name: b, image: 'b:1', volumeMounts: [{name: data, mountPath: /data}]}]\n  \
                 volumes: [{name: data, emptyDir: {}}, {name: scripts, configMap: {name: scripts}}]\n";
    assert_eq!(told_of(plain, &scripts("scripts", "mkdir /data/a")), found);
    // YAML as it stands, and yet a template.
    let map = |script: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: scripts}}\ndata:\n  a.sh: |\n{script}")
    };
    let copies = "    cp /a/b /data/b\n    cp /a/c /data/c\n";
    assert_eq!(told_of(plain, &map(copies)), ["web/templates/scripts.yaml:6:5 masked-failure"]);
    let decided = format!("{copies}    {{{{- if .Values.a }}}}\n    rm -rf /data/d\n    {{{{- end }}}}\n");
    assert_eq!(told_of(plain, &map(&decided)), [""; 0]);
}

#[test]
fn a_config_map_may_be_named_by_a_variable() {
    const NAME: &str = "{{ include \"web.fullname\" (list . $name) }}";
    let told_of = |user: &str, map: &str| {
        let (user, map) =
            (user.to_owned() + &with_script(NAME), map.to_owned() + &scripts(NAME, "mkdir /data/a"));
        told(&chart(&[("web/templates/web.yaml", &*user), ("web/templates/scripts.yaml", &*map)]), &[])
    };
    let set = "{{- $values := .Values }}\n{{- $name := $values.scripts.name }}\n";
    assert_eq!(told_of(set, set), ["web/templates/scripts.yaml:11:5 non-idempotent-write"]);
    let nothing: [&str; 0] = [];
    for other in [
        "{{- $name := .Values.other }}\n\n",
        "{{- $name := .Values.scripts.name }}\n{{- $name = .Values.b }}\n",
        "{{- $name := .Values.scripts.name }}\n{{- if .Values.a }}{{ $name := .Values.b }}{{ end }}\n",
        "{{- $name := .Values.scripts.name }}\n{{- range $name := .Values.a }}{{ end }}\n",
        "\n\n",
    ] {
        assert_eq!(told_of(set, other), nothing, "{other}");
        assert_eq!(told_of(other, set), nothing, "{other}");
    }
}

/// What an action puts out isn't known, but it is the same wherever it stands: a path that begins as the mount's does lies in it.
#[test]
fn a_volume_is_mounted_at_what_an_action_says() {
    const AT: &str = "{{ .Values.dir }}";
    let init_with = |script: &str, at: &str| {
        format!(
            "        - name: init
          image: a:1
          command: [sh, -ec, '{script}']
          volumeMounts: [{{name: data, mountPath: {at}}}]
"
        )
    };
    let found_in = |script: &str, at: &str| found(&deployment(&init_with(script, at), EMPTY_DIR));
    let is_found = |script: &str, at: &str| {
        found_in(script, at).iter().any(|one| one.starts_with("non-idempotent-write"))
    };
    for script in [
        "mkdir {{ .Values.dir }}/a",
        "mkdir \"{{ .Values.dir }}/a\"",
        "cd {{ .Values.dir }}; mkdir a",
        "cp -r /src/a {{ .Values.dir }}/a",
        "DIR={{ .Values.dir }}; mkdir $DIR/a/b/../c",
        "echo a >> {{ .Values.dir }}/a",
        "rm -rf {{ .Values.dir }}/b/*; mkdir {{ .Values.dir }}/a",
    ] {
        assert!(is_found(script, AT), "{script}");
        assert!(is_found(script, "{{ .Values.dir | quote }}"), "{script}");
    }
    assert!(is_found("mkdir {{ .Values.dir }}/x/a", "\"{{ .Values.dir }}/x\""));
    assert!(is_found("mkdir /srv/{{ .Values.dir }}/a", "\"/srv/{{ .Values.dir }}\""));
    for script in [
        "mkdir {{ .Values.other }}/a",
        "mkdir /tmp/{{ .Values.dir }}/a",
        "mkdir -p {{ .Values.dir }}/a",
        "rm -rf {{ .Values.dir }}/*; mkdir {{ .Values.dir }}/a",
        "[ -d {{ .Values.dir }}/a ] || mkdir {{ .Values.dir }}/a",
        "echo a > {{ .Values.dir }}/a; echo b >> {{ .Values.dir }}/a",
    ] {
        assert!(!is_found(script, AT), "{script}");
    }
    let file = "cp -r /conf/a {{ .Values.dir }}/a";
    let of_one_file = format!("{AT}}}, {{name: conf, mountPath: /conf/a, subPath: \"{{{{ .Values.key }}}}\"");
    let volume = format!("{EMPTY_DIR}        - name: conf\n          secret: {{secretName: a}}\n");
    for (at, count) in [(AT.to_owned(), 1), (of_one_file.clone(), 0), (of_one_file.replace('"', ""), 0)] {
        let text = deployment(&init_with(file, &at), &volume);
        let found = found(&text);
        let told = found.iter().filter(|one| one.starts_with("non-idempotent-write"));
        assert_eq!(told.count(), count, "{at}: {found:#?}");
    }
    let told = found_in("mkdir {{ .Values.dir }}/a", AT).join("\n");
    assert!(told.contains("`{{ .Values.dir }}/a` already exists"), "{told}");
    let mounted = found_in("until [ -d {{ .Values.dir }} ]; do sleep 1; done", AT);
    assert_eq!(mounted, Vec::<String>::new(), "the kubelet mounts it before");
    let awaited = found_in("until [ -e {{ .Values.dir }}/a ]; do sleep 1; done", AT).join("\n");
    assert!(awaited.contains("waits for `{{ .Values.dir }}/a`"), "{awaited}");
}

/// Of a ConfigMap whose texts hang on values the keys are known: what is copied there is no longer what a first run left.
#[test]
fn the_keys_of_a_config_map_are_known_where_its_texts_are_not() {
    const NAME: &str = "{{ .Release.Name }}-conf";
    let init = "        - name: init
          image: busybox:1
          command: [sh, -ec, 'cp /conf/* /data; cat /more/* >> /data/a.conf']
          volumeMounts: [{name: conf, mountPath: /conf}, {name: data, mountPath: /data}, {name: more, mountPath: /more}]
";
    let volumes = format!(
        "{EMPTY_DIR}        - name: conf\n          configMap: {{name: {NAME}}}\n        - name: more\n          secret: {{secretName: a}}\n"
    );
    let user = deployment(init, &volumes);
    let told_of = |data: &str| {
        let map = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {NAME}}}\ndata:\n{data}");
        told(&chart(&[("web/templates/web.yaml", &user), ("web/templates/map.yaml", &map)]), &[])
    };
    for data in [
        "  a.conf: a\n",
        "  a.conf: |\n    user={{ .Values.user }}\n",
        "  a.conf: {{ .Values.conf | quote }}\n",
        "  a.conf: |\n    {{- if .Values.b }}\n    b\n    {{- else }}\n    c\n    {{- end }}\n",
        "  {{- if .Values.b }}\n  b.conf: b\n  {{- end }}\n  a.conf: {{ .Values.a }}\n",
    ] {
        assert_eq!(told_of(data), [""; 0], "{data}");
    }
    for data in [
        "  b.conf: a\n",
        "  {{- if .Values.b }}\n  a.conf: {{ .Values.a }}\n  {{- end }}\n  b.conf: a\n",
        "  {{ .Values.key }}.conf: a\n",
    ] {
        assert_eq!(told_of(data), ["web/templates/web.yaml:15:49 non-idempotent-write"], "{data}");
    }
}

#[test]
fn a_quoted_text_with_an_action_is_named_once() {
    let wait = "        - name: wait
          image: postgres:16
          command:
            - sh
            - -c
            - |
              until pg_isready -h '{{ .Values.name }}-db' -p '{{ .Values.port }}'; do sleep 3; done
";
    let found = found(&deployment(wait, ""));
    let told = "waits for `{{ .Values.name }}-db:{{ .Values.port }}` without";
    assert!(found.iter().any(|finding| finding.contains(told)), "{found:#?}");
}

/// A chart's values have keys of any name: they are nothing that a test expects.
#[test]
fn values_with_a_status_are_judged() {
    let values = "status: {http: {enabled: true}}\ndeployment:\n  initContainers:\n    stale: {command: [rm]}\nextra:\n  \
                  initContainers:\n  - name: a\n    image: busybox:latest\n";
    assert_eq!(
        told(&chart(&[("web/values.yaml", values)]), &[]),
        ["web/values.yaml:8:12 unpinned-init-image"]
    );
}

/// The same action puts out the same number in both places.
#[test]
fn deadlines_are_compared_though_only_helm_knows_them() {
    let job = |own: &str, all: &str| {
        found(&format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a}}\nspec:\n  activeDeadlineSeconds: {all}\n  template:\n    spec:\n      activeDeadlineSeconds: {own}\n      restartPolicy: Never\n      containers: [{{name: a, image: \"a:1\"}}]\n"
        ))
    };
    let (a, b) = ("{{ default 600 .Values.a }}", "{{ .Values.b }}");
    for (own, all, says) in [
        (a, a, "never ends a Pod"),
        (a, b, "is set twice"),
        ("600", a, "is set twice"),
        (a, "600", "is set twice"),
    ] {
        let found = job(own, all);
        assert!(found.len() == 1 && found.iter().all(|one| one.contains(says)), "{own} {all}: {found:?}");
    }
}
