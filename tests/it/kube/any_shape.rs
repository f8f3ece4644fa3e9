//! Properties that hold for manifests of any shape.

use initlint::kube::expansion::Environment;
use initlint::kube::{Effective, QosClass, Version};
use initlint::yaml::Node;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Manifest;

/// A value of any shape, with the keys that the model asks for.
fn any_shape() -> impl Strategy<Value = Value> {
    let keys = [
        "initContainers",
        "containers",
        "name",
        "image",
        "command",
        "args",
        "env",
        "value",
        "valueFrom",
        "resources",
        "requests",
        "limits",
        "cpu",
        "volumes",
        "volumeMounts",
        "mountPath",
        "emptyDir",
        "configMap",
        "items",
        "projected",
        "sources",
        "securityContext",
        "runAsUser",
        "capabilities",
        "add",
        "restartPolicy",
        "spec",
        "livenessProbe",
        "lifecycle",
        "ports",
        "overhead",
        "template",
        "metadata",
        "~/",
    ];
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        prop::sample::select(vec!["Always", "a", "1Gi", "1K", "$(A)", "", "${B}"]).prop_map(Value::from),
    ];
    let key = prop::sample::select(keys.to_vec());
    scalar.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key.clone(), inner, 0..6).prop_map(|map| json!(map)),
        ]
    })
}

/// A request of cpu, in thousandths.
type Cpu = Option<u32>;

/// `initContainers`, each a sidecar or not with its cpu request in thousandths, and the apps' requests.
fn containers() -> impl Strategy<Value = (Vec<(bool, Cpu)>, Vec<Cpu>)> {
    let cpu = prop::option::of(0u32..5000);
    (prop::collection::vec((any::<bool>(), cpu.clone()), 0..7), prop::collection::vec(cpu, 0..4))
}

proptest! {
    #[test]
    fn any_shape_is_modelled_and_told_with_its_place(spec in any_shape(), custom in any::<bool>()) {
        let (api_version, kind) = if custom { ("example.com/v1", "Thing") } else { ("v1", "Pod") };
        let text = json!({"apiVersion": api_version, "kind": kind, "spec": spec}).to_string();
        let manifest = Manifest::new(&text);
        for pod in manifest.pods() {
            let root = manifest.documents[0].root();
            prop_assert_eq!(root.at(&pod.template.pointer), Some(pod.spec()));
            for malformed in &pod.malformed {
                prop_assert_eq!(root.at(&malformed.pointer).map(Node::span), Some(malformed.span));
            }
            for (_, container) in pod.containers() {
                prop_assert_eq!(root.at(&container.pointer), Some(container.node));
                let environment = Environment::of(container);
                for word in container.argv().iter().flatten() {
                    _ = environment.expand(&word.node.mapped());
                }
            }
            _ = Effective::of(&pod, Version::NEWEST);
            _ = QosClass::of(&pod, Version::NEWEST);
        }
    }

    /// Whatever the order, the request covers every moment of the Pod's start and what runs on after it.
    #[test]
    fn the_request_covers_every_moment((inits, apps) in containers()) {
        let container = |name: String, cpu: &Option<u32>| {
            let requests = cpu.map(|cpu| json!({"cpu": format!("{cpu}m")}));
            json!({"name": name, "image": "i", "resources": {"requests": requests}})
        };
        let init = |(index, (sidecar, cpu)): (usize, &(bool, Option<u32>))| {
            let mut init = container(format!("i{index}"), cpu);
            if *sidecar {
                init["restartPolicy"] = "Always".into();
            }
            init
        };
        let spec = json!({
            "initContainers": inits.iter().enumerate().map(init).collect::<Vec<_>>(),
            "containers": apps.iter().enumerate().map(|(i, cpu)| container(format!("a{i}"), cpu)).collect::<Vec<_>>(),
        });
        let manifest = Manifest::new(&json!({"apiVersion": "v1", "kind": "Pod", "spec": spec}).to_string());
        let pods = manifest.pods();
        let sum = Effective::of(&pods[0], Version::NEWEST).requests;

        let (mut running, mut most) = (0, 0);
        for (sidecar, cpu) in &inits {
            most = most.max(running + cpu.unwrap_or(0));
            running += if *sidecar { cpu.unwrap_or(0) } else { 0 };
        }
        let after = running + apps.iter().flatten().sum::<u32>();
        prop_assert_eq!(sum.total.amount("cpu").milli(), i128::from(most.max(after)));
        prop_assert_eq!(sum.surplus("cpu").milli(), i128::from(most.saturating_sub(after)));
    }
}
