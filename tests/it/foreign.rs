//! Files that are no Kubernetes manifests pass in silence, also where they are named, as
//! pre-commit names each file that changed.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Each is in everyday use where it belongs, and wrong for kubectl, or a template of YAML.
const FOREIGN: &[(&str, &[u8])] = &[
    ("docker-compose.yml", b"x-env: &env {A: 1}\nservices:\n  web:\n    image: nginx\n    environment:\n      <<: [*env]\n      null: x\n    ports: !reset []\n"),
    ("mkdocs.yml", b"site_name: Docs\nmarkdown_extensions:\n- pymdownx.emoji:\n    emoji_index: !!python/name:material.extensions.emoji.twemoji\nplugins: !ENV [PLUGINS, []]\n"),
    ("playbook.yml", b"--- # deploy\n- hosts: all\n  tasks:\n  - name: {{ item }}\n    when: yes\n    with_items: [a, b]\n"),
    ("inventory.yml", b"all:\n  hosts:\n    web: {{ 'a' if b else 'c' }}\n    db:\n\thost: x\n"),
    ("config/locales/nb.yml", b"\"no\":\n  yes: ja\n  no: nei\n  null: ingen\n  ~: intet\n"),
    ("test/fixtures/users.yml", b"<% 10.times do |n| %>\nuser_<%= n %>:\n  name: <%= \"u\\u00e9#{n}\" %>\n<% end %>\n"),
    ("chart/templates/deployment.yaml", b"{{- if .Values.on }}\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{ include \"x\" . }}\n{{- end }}\n"),
    ("chart/templates/service.yaml", b"{{- with .Values.service }}\nports:\n  {{- toYaml .ports | nindent 2 }}\n{{- end }}\n"),
    ("chart/Chart.yaml", b"apiVersion: v2\nname: shop\nversion: 0.1.0\n"),
    ("stack.template.yaml", b"Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties: {Name: !Sub '${A}-x', Arn: !GetAtt A.B}\n"),
    ("tsconfig.json", b"{\n  // the compiler's options: all of them\n  \"compilerOptions\": {\n    /* strict, of course: { */ \"strict\": true,\n  },\n}\n"),
    ("events.json", b"{\"a\": 1}\n{\"a\": 2}\n{\"a\": \n"),
    ("notebook.json", b"{\"cells\": [\"\\ud83d\", \"initialised\"}"),
    ("binary.json", b"\x00\x01\x02\xff\xfe"),
    ("empty.yaml", b""),
    // EUC-KR: a comment that means "settings file".
    ("settings.yaml", b"# \xbc\xb3\xc1\xa4 \xc6\xc4\xc0\xcf\na: 1\n"),
    (".devcontainer/devcontainer.json", b"{\n  // a Job of its own, with a script\n  \"containerEnv\": {\"script\": \"x\", \"restartPolicy\": \"no\"},\n}\n"),
];

fn run(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_initlint"))
        .current_dir(folder)
        .args(args)
        .env_clear()
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn write(folder: &Path, path: &str, text: &[u8]) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn each_passes_in_silence_when_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in FOREIGN {
        write(folder.path(), path, text);
        let (status, out, err) = run(folder.path(), &["--force-exclude", path]);
        assert_eq!((status, out.as_str()), (0, ""), "{path}: {err}");
        assert!(!err.contains("no findings"), "{path}: {err}");
        let (status, out, err) = run(folder.path(), &["--describe", path]);
        assert_eq!((status, out.as_str()), (0, ""), "{path}: {err}");
    }
    let paths: Vec<&str> = FOREIGN.iter().map(|(path, _)| *path).collect();
    let (status, out, err) = run(folder.path(), &[&["--quiet"], paths.as_slice()].concat());
    assert_eq!((status, out.as_str(), err.as_str()), (0, "", ""));
    let (status, out, _) = run(folder.path(), &[]);
    assert_eq!((status, out.as_str()), (0, ""), "nor when their folder is");
}

/// These are wrong for every reader of YAML: where such a file is named, that is worth a word.
#[test]
fn what_no_parser_reads_is_told_when_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (text, place) in [
        ("services:\n  mailer:\n    class: %mailer.class%\n", "3:12"),
        ("--- title of the post\nbody: 'it's broken\n", "1:1"),
        ("---\ntitle: a: b\n", "2:9"),
    ] {
        write(folder.path(), "a.yaml", text.as_bytes());
        let (status, out, _) = run(folder.path(), &["--format", "concise", "a.yaml"]);
        assert!(status == 1 && out.starts_with(&format!("a.yaml:{place}: error[invalid-yaml]")), "{out}");
        assert_eq!(
            run(folder.path(), &["--quiet"]),
            (0, String::new(), String::new()),
            "not when its folder is"
        );
    }
}

#[test]
fn a_manifest_beside_them_is_judged() {
    let object = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n";
    for (text, place) in [
        (format!("{object}  a: 'x\n"), ":5:6:"),
        (format!("{object}  null: x\n"), ":5:3:"),
        (format!("--- web\n{object}  a: x\n"), ":1:1:"),
        ("initContainers:\n- name: 'x\n".to_owned(), ":2:9:"),
        ("{\n  // the web server\n  \"apiVersion\": \"v1\", \"kind\": \"Pod\"}\n".to_owned(), ":2:3:"),
        ("{\"apiVersion\": \"v1\", \"kind\": \"Pod\" /* server */}\n".to_owned(), ":1:36:"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "web.yaml", text.as_bytes());
        let (status, out, err) = run(folder.path(), &["--format", "concise", "web.yaml"]);
        assert_eq!(status, 1, "{text}{err}");
        assert!(out.starts_with(&format!("web.yaml{place} error[invalid-yaml]")), "{text}{out}");
    }
    let folder = tempfile::tempdir().unwrap();
    let commented =
        "{\n  \"apiVersion\": \"v1\", \"kind\": \"Pod\", // initContainers\n  \"metadata\": {}\n}\n";
    write(folder.path(), "pod.json", commented.as_bytes());
    let (status, out, _) = run(folder.path(), &["pod.json"]);
    assert!(status == 1 && out.contains("JSON has no comments") && out.contains("pod.json:2:38"), "{out}");
    assert!(out.contains("write YAML, whose comments start with `#`"), "{out}");
    let (status, out, err) = run(folder.path(), &["--describe", "pod.json"]);
    assert!(status != 0 && out.contains("pod.json:2"), "{status} {out}{err}");
    write(folder.path(), "latin1.yaml", b"apiVersion: v1\nkind: ConfigMap\ndata: {a: caf\xe9}\n");
    let (status, out, _) = run(folder.path(), &["latin1.yaml", "--format", "concise"]);
    assert_eq!((status, out.starts_with("error: latin1.yaml:3: not valid UTF-8")), (2, true), "{out}");
    // CP949: the same, and a Korean syllable that EUC-KR lacks.
    let korean = b"# \xbc\xb3\xc1\xa4 \x8c\x63\napiVersion: v1\nkind: ConfigMap\n";
    write(folder.path(), "korean.yaml", korean);
    let (status, out, _) = run(folder.path(), &["korean.yaml", "--format", "concise"]);
    let expected =
        "error: korean.yaml:1: not valid UTF-8, which kubectl wants; convert it: iconv -f CP949 -t UTF-8\n";
    assert_eq!((status, out.as_str()), (2, expected));
    let (status, out, _) = run(folder.path(), &["--describe", "korean.yaml"]);
    assert_eq!((status, out.as_str()), (2, expected));
}
