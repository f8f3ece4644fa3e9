//! Which objects of a cluster a command makes, and which have to be there for it: `job/migrate`.

use super::{Awaited, Call, Trait};

/// The subcommands of kubectl that fail where their object isn't there.
const NEED: [&str; 12] = [
    "get", "describe", "wait", "delete", "logs", "exec", "attach", "patch", "label", "annotate", "scale",
    "cp",
];

/// The object that `call` makes by its name.
pub(crate) fn made(call: &Call<'_>) -> Option<String> {
    let (["create", kind, names @ ..], true) = (call.operands(), is_kubectl(call)) else { return None };
    let is_named = !call.has("f filename k kustomize dry-run");
    Some(format!("{}/{}", short(kind), names.last().filter(|_| is_named)?))
}

/// The objects that `call` asks for, waits for or changes by their names.
pub(crate) fn needed(call: &Call<'_>) -> Vec<String> {
    if !is_kubectl(call) {
        let waited = Some(call).filter(|call| call.is(Trait::Waits)).map(Awaited::of);
        return match waited {
            Some(Awaited::Object(object)) => named(&[&object]),
            _ => Vec::new(),
        };
    }
    match call.operands() {
        _ if call.has("ignore-not-found") => Vec::new(),
        ["rollout", "status" | "restart" | "history" | "undo", rest @ ..] => named(rest),
        [verb, rest @ ..] if NEED.contains(verb) => named(rest),
        _ => Vec::new(),
    }
}

/// `KIND NAME...`, `KIND/NAME...`.
fn named(words: &[&str]) -> Vec<String> {
    match words {
        [first, ..] if first.contains('/') => {
            let pairs = words.iter().filter_map(|word| word.split_once('/'));
            pairs.map(|(kind, name)| format!("{}/{name}", short(kind))).collect()
        }
        [kind, names @ ..] => names.iter().map(|name| format!("{}/{name}", short(kind))).collect(),
        [] => Vec::new(),
    }
}

/// Whether `call` only asks whether an object is there: it says nothing of its state by its own status, nor puts out a part
/// of it.
pub(crate) fn only_asks_for(call: &Call<'_>) -> bool {
    const OF_PARTS: [&str; 4] = ["jsonpath", "custom-columns", "go-template", "template"];
    let is_of_part = |form: &str| OF_PARTS.iter().any(|part| form.trim_start_matches('=').starts_with(part));
    is_kubectl(call)
        && call.operands().first() == Some(&"get")
        && !call.value("o output").is_some_and(is_of_part)
}

fn is_kubectl(call: &Call<'_>) -> bool {
    matches!(call.name(), "kubectl" | "oc")
}

/// A resource's kind by one name: `deployment` for `deploy` and `deployments.apps`.
pub(super) fn short(kind: &str) -> String {
    let name = kind.split_once('.').map_or(kind, |(name, _)| name);
    let name = match name {
        "ns" => "namespace",
        "cm" => "configmap",
        "sa" => "serviceaccount",
        "svc" => "service",
        "deploy" => "deployment",
        "cj" => "cronjob",
        "ing" => "ingress",
        "pdb" => "poddisruptionbudget",
        "pc" => "priorityclass",
        "resourcequota" | "resourcequotas" => "quota",
        name => name.strip_suffix("es").filter(|name| name.ends_with("ss")).unwrap_or(name),
    };
    name.strip_suffix('s').filter(|name| !name.ends_with('s')).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> (Option<String>, Vec<String>) {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let call = Call::of(&words);
        (made(&call), needed(&call))
    }

    #[test]
    fn what_puts_out_a_part_asks_for_more_than_presence() {
        let only_asks = |line: &str| {
            let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            only_asks_for(&Call::of(&words))
        };
        for line in ["kubectl get secret a", "kubectl get po -n b a -o name", "oc get -oyaml route/a"] {
            assert!(only_asks(line), "{line}");
        }
        for line in [
            "kubectl get svc a -o jsonpath={.spec}",
            "kubectl get svc a -ojsonpath-as-json={.spec}",
            "kubectl get svc a --output=custom-columns=A:.spec",
            "kubectl get svc a -o=go-template={{.spec}}",
            "kubectl wait --for=create svc/a",
            "helm get values a",
        ] {
            assert!(!only_asks(line), "{line}");
        }
    }

    #[test]
    fn objects_go_by_one_name() {
        for (line, expected) in [
            ("kubectl create job --from=cronjob/backup pre", "job/pre"),
            ("kubectl create secret generic token --from-literal=a=b", "secret/token"),
            ("kubectl create deploy web --image=a", "deployment/web"),
        ] {
            assert_eq!(of(line).0.as_deref(), Some(expected), "{line}");
        }
        for (line, expected) in [
            ("kubectl get jobs pre -o name", vec!["job/pre"]),
            (
                "kubectl wait --for=condition=complete jobs.batch/pre deploy/web",
                vec!["job/pre", "deployment/web"],
            ),
            ("kubectl delete svc a b", vec!["service/a", "service/b"]),
            ("kubectl rollout status deployments/web", vec!["deployment/web"]),
            ("wait_for.sh job pre", vec!["job/pre"]),
            ("kubectl get ingresses,pod web", vec!["ingresses,pod/web"]),
        ] {
            assert_eq!(of(line).1, expected, "{line}");
        }
    }

    #[test]
    fn what_names_none_makes_and_needs_none() {
        for line in [
            "kubectl create -f job.yaml",
            "kubectl create configmap a --dry-run=client",
            "kubectl get pods -l app=db",
            "kubectl delete job pre --ignore-not-found",
            "kubectl apply -f job.yaml",
            "wait_for.sh pod -lapp=db",
            "job create a b",
        ] {
            assert_eq!(of(line), (None, Vec::new()), "{line}");
        }
    }
}
