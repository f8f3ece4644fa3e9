//! Past a bound of the analysis values are unknown: it goes on, and makes no alarm of the bound.

use initlint::settings::Settings;

use crate::support::lint::{lint, rules_of};

/// What the rules say of an init container with `script`, which has `/data` and, read-only, `/ro`.
fn rules(script: &str) -> Vec<&'static str> {
    let lines: String = script.lines().map(|line| format!("      {line}\n")).collect();
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  restartPolicy: Always\n  volumes:\n  \
         - {{name: d, emptyDir: {{}}}}\n  - {{name: r, emptyDir: {{}}}}\n  containers: [{{name: a, image: 'b:1'}}]\n  \
         initContainers:\n  - name: i\n    image: bash:5\n    volumeMounts:\n    \
         - {{name: d, mountPath: /data}}\n    - {{name: r, mountPath: /ro, readOnly: true}}\n    \
         command: [bash, -euc]\n    args:\n    - |\n{lines}"
    );
    let report = lint("a.yaml", &text, &Settings::default());
    assert!(report.errors.is_empty(), "{:?}", report.errors);
    rules_of(&report)
}

fn repeat(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|at| line(at) + "\n").collect()
}

const WRITES: &str = "write-to-read-only";

#[test]
fn variables_past_the_bound_are_unknown() {
    let script = |count| repeat(count, |at| format!("v{at}=/data")) + "p=/ro/x\necho a > \"$p\"";
    assert_eq!(rules(&script(10)), [WRITES]);
    assert_eq!(rules(&script(600)), [""; 0]);
    // It is set, whatever it holds: neither `set -u` nor a test of it may be spoken of.
    let used = repeat(600, |at| format!("v{at}=/data/v{at}"))
        + "mkdir -p \"$v599\"\n[ -n \"$v599\" ] && echo \"$v599\"";
    assert_eq!(rules(&used), [""; 0]);
    // One that is known stays so.
    let known = format!("p=/data\n{}p=/ro/x\necho a > \"$p\"", repeat(600, |at| format!("v{at}=1")));
    assert_eq!(rules(&known), [WRITES]);
}

#[test]
fn texts_past_the_bound_are_not_followed() {
    let script = |count| repeat(count, |at| format!("sh -c 'echo {at}'")) + "sh -c 'echo a > /ro/x'";
    assert_eq!(rules(&script(10)), [WRITES]);
    assert_eq!(rules(&script(70)), [""; 0]);
    // What comes behind them is.
    assert_eq!(rules(&(repeat(70, |at| format!("sh -c 'echo {at}'")) + "echo a > /ro/x")), [WRITES]);
    // An unknown text may end the script, write or fail: nothing is told from what it leaves out.
    let last = repeat(70, |at| format!("sh -c 'mkdir -p /data/{at}'")) + "cp /data/69/x /data/y";
    assert_eq!(rules(&last), [""; 0]);
}

#[test]
fn commands_behind_too_many_wrappers_are_unknown() {
    let script = |count: usize| format!("{}tee /ro/x < /etc/hostname", "nice ".repeat(count));
    assert_eq!(rules(&script(3)), [WRITES]);
    assert_eq!(rules(&script(20)), [""; 0]);
    assert_eq!(rules(&format!("{}rm /data/x", "env ".repeat(20))), [""; 0]);
}

#[test]
fn expansions_past_the_bound_are_not_kept() {
    let body = "echo ".to_owned() + &"$a ".repeat(2000);
    let script =
        |count| format!("a=1\nf() {{\n{body}\n}}\n{}echo a > /ro/x", repeat(count, |_| "f".to_owned()));
    assert_eq!(rules(&script(1)), [WRITES]);
    assert_eq!(rules(&script(40)), [WRITES]);
}

#[test]
fn a_wait_names_a_bounded_number_of_things() {
    let wait = |count| {
        let tests: Vec<String> = (0..count).map(|at| format!("nc -z host{at} 5432")).collect();
        format!("until {}; do sleep 1; done", tests.join(" && "))
    };
    let message = |count| {
        let text = format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  containers: [{{name: a, image: 'b:1'}}]\n  \
             initContainers: [{{name: i, image: 'busybox:1.36', command: [sh, -c, '{}']}}]\n",
            wait(count)
        );
        let report = lint("a.yaml", &text, &Settings::default());
        let wait = report.findings.iter().find(|finding| finding.rule == "unbounded-wait");
        wait.map(|finding| format!("{} {:?}", finding.message, finding.help)).unwrap_or_default()
    };
    assert!(message(2).contains("host0"), "{}", message(2));
    let many = message(100);
    assert!(!many.is_empty() && many.matches("host").count() <= 16, "{many}");
}
