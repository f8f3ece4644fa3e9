//! Init containers that never end.

use crate::finding::{Finding, Severity};
use crate::kube::{Gate, Pod};
use crate::rule::{Group, PodContext, Rule, Target};

/// The rule.
pub static RULE: Rule = Rule {
    id: "never-ending-init",
    summary: "An init container that runs a server, an endless loop or another command that never ends",
    group: Group::Scripts,
    severity: Severity::Error,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    for (program, facts) in cx.scripts() {
        let init = program.container;
        // A list of init containers that is a pattern or a policy starts nothing.
        if init.may_be_sidecar() || pod.apps.is_empty() {
            continue;
        }
        let Some(endless) = facts.endless() else { continue };
        let what = match &endless.command {
            Some(command) => format!("`{command}`"),
            None => "a loop that nothing leaves".to_owned(),
        };
        let message = format!(
            "init container `{}` runs {what}, which never ends, so the app containers never start",
            init.name()
        );
        // Somebody holds the Pod there, to look into it before its app starts.
        let is_meant = init.name().contains("debug");
        let help = if is_meant {
            "take it out when nobody looks into the Pod any more"
        } else if cx.version.has(Gate::SidecarContainers) {
            "set `restartPolicy: Always` on it, which makes it a sidecar, or move it to `containers`"
        } else {
            "move it to `containers`"
        };
        let severity = if is_meant { Severity::Info } else { Severity::Error };
        let finding = Finding::new(severity, endless.span, message).caption("never ends").help(help);
        cx.report_in(init, finding);
    }
}
