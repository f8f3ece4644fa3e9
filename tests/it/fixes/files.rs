//! The binary, which changes files.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::binary::{command, folder, piped, read, run};

const BAD: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - name: seed  # 시드
    image: registry.example/seed:1.0
    livenessProbe: {tcpSocket: {port: 80}}
  containers:
  - {name: web, image: \"nginx:1.27\"}
";

fn mended(text: &str) -> String {
    text.replace("    livenessProbe: {tcpSocket: {port: 80}}\n", "")
        .replace("    livenessProbe: {tcpSocket: {port: 80}}\r\n", "")
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(unit).collect()
}

#[test]
fn a_mended_file_has_the_bytes_that_it_had() {
    let with_mark = format!("\u{feff}{BAD}");
    let crlf = BAD.replace('\n', "\r\n");
    let forms: [(&str, Vec<u8>, Vec<u8>); 5] = [
        ("plain", BAD.into(), mended(BAD).into()),
        ("mark", with_mark.clone().into(), mended(&with_mark).into()),
        ("crlf", crlf.clone().into(), mended(&crlf).into()),
        ("utf-16le", utf16(BAD, u16::to_le_bytes), utf16(&mended(BAD), u16::to_le_bytes)),
        ("utf-16be", utf16(BAD, u16::to_be_bytes), utf16(&mended(BAD), u16::to_be_bytes)),
    ];
    for (name, before, after) in forms {
        let folder = folder(&[]);
        let path = folder.path().join("web.yaml");
        fs::write(&path, before).unwrap();
        let (status, _, err) = run(folder.path(), &["--fix"]);
        assert_eq!((status, fs::read(&path).unwrap()), (0, after), "{name}: {err}");
        assert!(err.contains("1 finding fixed in 1 file"), "{name}: {err}");
        let again = run(folder.path(), &["--fix"]);
        assert_eq!(again.0, 0);
        assert!(!again.2.contains("fixed"), "{name}: applied again, nothing changes");
    }
    // `설정` in EUC-KR.
    let folder = folder(&[]);
    let korean = [b"# \xbc\xb3\xc1\xa4\n", BAD.replace("  # 시드", "").as_bytes()].concat();
    fs::write(folder.path().join("web.yaml"), &korean).unwrap();
    assert_eq!(run(folder.path(), &["--fix"]).0, 2);
    assert_eq!(fs::read(folder.path().join("web.yaml")).unwrap(), korean);
}

#[test]
fn a_diff_shows_and_changes_nothing() {
    let folder = folder(&[("web.yaml", BAD)]);
    let (status, out, err) = run(folder.path(), &["--diff"]);
    assert_eq!(status, 1, "{err}");
    assert!(out.starts_with("--- web.yaml\n+++ web.yaml\n@@ "), "{out}");
    assert!(out.contains("\n-    livenessProbe: {tcpSocket: {port: 80}}\n"), "{out}");
    assert!(err.contains("1 finding would be fixed in 1 file"), "{err}");
    assert_eq!(fs::read_to_string(folder.path().join("web.yaml")).unwrap(), BAD);
    let (status, out, _) = run(folder.path(), &["--add-ignore", "--diff"]);
    assert_eq!(status, 1);
    assert!(out.contains("\n+    # initlint: ignore[forbidden-probe] "), "{out}");
    fs::write(folder.path().join("web.yaml"), mended(BAD)).unwrap();
    assert_eq!(run(folder.path(), &["--diff"]), (0, String::new(), String::new()));
    assert_eq!(run(folder.path(), &["--diff", "missing.yaml"]).0, 2);
    fs::write(folder.path().join("initlint.yaml"), "rules: {}\n").unwrap();
    let (_, _, err) = run(folder.path(), &["--diff"]);
    assert!(err.contains("note: initlint.yaml is not read"), "{err}");
    assert_eq!(run(folder.path(), &["--diff", "--quiet"]).2, "");
    assert_eq!(run(folder.path(), &["--unsafe-fixes"]).0, 2, "it needs --fix or --diff");
}

#[test]
fn standard_input_is_mended_to_standard_output() {
    let folder = folder(&[]);
    let (status, out, err) = piped(folder.path(), &["--fix", "-"], BAD);
    assert_eq!((status, out), (0, mended(BAD)), "{err}");
    let other = mended(BAD).replace("spec:", "spec:\n  activeDeadlineSeconds: 60");
    let (status, out, err) = piped(folder.path(), &["--fix", "-"], &other);
    assert_eq!((status, out), (1, other));
    assert!(err.contains("active-deadline-on-non-job"), "the report goes to standard error: {err}");
}

#[test]
fn what_is_set_aside_is_not_touched() {
    let suppressed =
        BAD.replace("    liveness", "    # initlint: ignore[forbidden-probe] known\n    liveness");
    let files = folder(&[("suppressed.yaml", &suppressed), ("baselined.yaml", BAD)]);
    assert_eq!(run(files.path(), &["--write-baseline", "known.json", "--quiet"]).0, 0);
    let (status, _, err) = run(files.path(), &["--fix", "--baseline", "known.json"]);
    assert_eq!(status, 0, "{err}");
    assert_eq!(fs::read_to_string(files.path().join("suppressed.yaml")).unwrap(), suppressed);
    assert_eq!(fs::read_to_string(files.path().join("baselined.yaml")).unwrap(), BAD);
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_stays_as_it_is() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let files = folder(&[("read-only.yaml", BAD), ("mode.yaml", BAD), ("linked/to.txt", BAD)]);
    let path = |name: &str| files.path().join(name);
    let mode = |name: &str| fs::metadata(path(name)).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(path("read-only.yaml"), fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(path("mode.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("linked/to.txt", path("link.yaml")).unwrap();
    let (status, out, err) = run(files.path(), &["--fix"]);
    assert_eq!(status, 2, "{err}");
    assert!(err.contains("note: 1 finding fixed in 1 file\n"), "{err}");
    for text in ["read-only.yaml: not written: it is read-only", "link.yaml: not written: it is a link"] {
        assert!(out.contains(text), "{out}");
    }
    assert_eq!((fs::read_to_string(path("mode.yaml")).unwrap(), mode("mode.yaml")), (mended(BAD), 0o640));
    for name in ["read-only.yaml", "linked/to.txt", "link.yaml"] {
        assert_eq!(fs::read_to_string(path(name)).unwrap(), BAD, "{name}");
    }
    assert_eq!(fs::read_dir(files.path()).unwrap().count(), 4, "no temporary file is left");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_that_is_mended_is_mended_with_it() {
    let files = folder(&[("web.yaml", BAD)]);
    std::os::unix::fs::symlink("web.yaml", files.path().join("alike.yaml")).unwrap();
    let (_, diff, _) = run(files.path(), &["--diff"]);
    assert_eq!(diff.matches("+++ ").count(), 1, "what is applied twice fails: {diff}");
    let (status, out, err) = run(files.path(), &["--fix"]);
    assert_eq!((status, out.contains("not written")), (0, false), "{out}{err}");
    assert_eq!(fs::read_to_string(files.path().join("alike.yaml")).unwrap(), mended(BAD));
    assert!(fs::symlink_metadata(files.path().join("alike.yaml")).unwrap().is_symlink());
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_file_as_it_is() {
    let text = format!("{BAD}# {}\n", "long ".repeat(500));
    let files = folder(&[("web.yaml", &text)]);
    let limited = format!("trap '' XFSZ; ulimit -f 1; exec {} --fix", env!("CARGO_BIN_EXE_initlint"));
    let shell = Command::new("bash").args(["-c", &limited]).current_dir(files.path()).output();
    let (status, out, _) = read(shell.unwrap());
    assert_eq!(status, 2, "{out}");
    assert!(out.contains("web.yaml: not written: "), "{out}");
    assert_eq!(fs::read_to_string(files.path().join("web.yaml")).unwrap(), text);
    assert_eq!(fs::read_dir(files.path()).unwrap().count(), 1, "no temporary file is left");
}

#[cfg(target_os = "linux")]
#[test]
fn files_are_written_though_standard_output_cannot_be() {
    let files = folder(&[("web.yaml", BAD)]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = command(files.path(), &["--fix", "-", "web.yaml"]);
    let mut child = command.stdin(Stdio::piped()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(BAD.as_bytes()).unwrap();
    let (status, _, err) = read(child.wait_with_output().unwrap());
    assert_eq!(status, 2);
    assert!(err.contains("cannot write the output"), "{err}");
    assert_eq!(fs::read_to_string(files.path().join("web.yaml")).unwrap(), mended(BAD));
}

#[test]
fn a_server_changes_nothing_by_itself() {
    let files = folder(&[("web.yaml", BAD)]);
    for flag in ["--fix", "--diff", "--add-ignore", "--statistics"] {
        let (status, _, err) = piped(files.path(), &["--lsp", flag], "");
        assert_eq!(status, 2, "{flag}: {err}");
        assert!(err.contains("cannot be used with"), "{flag}: {err}");
    }
}

#[test]
fn what_would_come_of_a_fix_is_told() {
    let hidden = BAD.replace(
        "    livenessProbe: {tcpSocket: {port: 80}}\n",
        "    resources: {limits: {memory: 100MB}}\n",
    );
    let files = folder(&[("web.yaml", &hidden)]);
    let (status, _, err) = run(files.path(), &["--fix"]);
    assert_eq!(status, 1);
    let told = "not fixed (write `100M`): `oversized-init-request` would be found then [invalid-field]";
    assert!(err.contains(told), "{err}");
    assert_eq!(fs::read_to_string(files.path().join("web.yaml")).unwrap(), hidden);
}

#[test]
fn a_file_that_has_changed_since_is_not_written() {
    let files = folder(&[("web.yaml", BAD)]);
    let path = files.path().join("web.yaml");
    let why = initlint::apply::write(&path, "what was read", "what is mended").unwrap_err();
    assert_eq!(why, "it has changed since it was read");
    assert_eq!(fs::read_to_string(&path).unwrap(), BAD);
    fs::remove_file(&path).unwrap();
    assert!(initlint::apply::write(&path, BAD, &mended(BAD)).is_err(), "it is gone");
    assert!(!path.exists());
}

#[test]
fn a_base_is_mended_where_all_builds_agree() {
    let sidecar = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  initContainers:
  - {name: seed, restartPolicy: Always}
";
    let base = "resources: [web.yaml]\n";
    let overlay = "resources: [../base]\n";
    let patched = "resources: [../base]\npatches: [{path: sidecar.yaml}]\n";
    for (second, is_mended) in [(overlay, true), (patched, false)] {
        let files = folder(&[
            ("base/web.yaml", BAD),
            ("base/kustomization.yaml", base),
            ("one/kustomization.yaml", overlay),
            ("two/kustomization.yaml", second),
            ("two/sidecar.yaml", sidecar),
        ]);
        run(files.path(), &["--fix"]);
        let now = fs::read_to_string(files.path().join("base/web.yaml")).unwrap();
        assert_eq!(now == mended(BAD), is_mended, "{second}");
    }
}

#[test]
fn templates_are_mended_at_literal_text() {
    let template = "apiVersion: v1
kind: Pod
metadata: {name: {{ .Release.Name }}}
spec:
  initContainers:
  - name: seed
    image: registry.example/seed:1.0
    livenessProbe: {tcpSocket: {port: 80}}
    readinessProbe: {tcpSocket: {port: {{ .Values.port }}}}
  containers:
  - {name: web, image: \"nginx:1.27\"}
";
    let files = folder(&[("Chart.yaml", "apiVersion: v2\nname: web\n"), ("templates/web.yaml", template)]);
    let (_, _, err) = run(files.path(), &["--fix"]);
    let now = fs::read_to_string(files.path().join("templates/web.yaml")).unwrap();
    assert_eq!(now, template.replace("    livenessProbe: {tcpSocket: {port: 80}}\n", ""), "{err}");
    let (status, _, err) = run(files.path(), &["--add-ignore"]);
    assert_eq!(status, 0, "{err}");
    let now = fs::read_to_string(files.path().join("templates/web.yaml")).unwrap();
    assert!(now.contains("    {{- /* initlint: ignore[forbidden-probe] written by"), "{now}");
}
