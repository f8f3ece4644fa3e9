//! A real client: Neovim, without a terminal.

use std::fs;
use std::process::Command;

use crate::support::binary::folder;

/// What is typed in front of the probe.
const POD: &str = "apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  initContainers:
    - name: 씨앗🚀
      image: busybox:1.36
  containers:
    - name: app
      image: nginx:1.25
";

#[test]
fn neovim_shows_what_is_typed_and_mends_it() {
    if Command::new("nvim").arg("--version").output().is_err() {
        println!("skipped: there is no nvim (Debian's package neovim)");
        return;
    }
    let folder = folder(&[("pod.yaml", POD), ("test.lua", include_str!("neovim.lua"))]);
    let home = folder.path().join("home");
    fs::create_dir(&home).unwrap();
    let output = Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "pod.yaml", "-S", "test.lua"])
        .current_dir(folder.path())
        .env("INITLINT", env!("CARGO_BIN_EXE_initlint"))
        .envs([("HOME", &home), ("XDG_STATE_HOME", &home), ("XDG_CACHE_HOME", &home)])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let result = fs::read_to_string(folder.path().join("result")).unwrap_or_default();
    assert!(output.status.success(), "{said}");
    // Its columns count bytes.
    let name = "    - {name: 씨앗🚀, ".len();
    let expected = format!("7:{}-7:{} forbidden-probe\n", name + 1, name + 1 + "livenessProbe".len());
    assert_eq!(result, expected, "{said}");
    let text = fs::read_to_string(folder.path().join("pod.yaml")).unwrap();
    assert_eq!(
        text,
        POD.replace("- name: 씨앗🚀\n      image: busybox:1.36\n", "- {name: 씨앗🚀, image: busybox:1.36}\n")
    );
}
