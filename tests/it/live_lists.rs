//! Lists that a cluster printed: `kubectl get … -A -o json`, and `-o yaml`.

use serde_json::{Value, json};

use crate::support::binary::{folder, piped};

/// An object as a cluster prints it: `owner` is the kind, name and uid of its controller.
fn live(kind: &str, name: &str, owner: Option<(&str, &str, &str)>, spec: &Value) -> Value {
    let api = if kind == "Pod" { "v1" } else { "apps/v1" };
    let owners =
        owner.map(|(kind, name, uid)| json!([{"kind": kind, "name": name, "uid": uid, "controller": true}]));
    let hash = owner.and_then(|(_, name, _)| name.rsplit('-').next());
    json!({"apiVersion": api, "kind": kind, "metadata": {
        "name": name, "namespace": "shop", "uid": format!("{kind}-{name}"), "ownerReferences": owners,
        "labels": {"pod-template-hash": hash},
    }, "spec": spec, "status": {}})
}

fn pod_spec(extra: &[Value]) -> Value {
    let seed = json!({"name": "seed", "image": "b:1", "livenessProbe": {"exec": {"command": ["a"]}}});
    let inits: Vec<Value> = extra.iter().cloned().chain([seed]).collect();
    let app = json!({"name": "web", "image": "nginx:1.27", "resources": {"requests": {"cpu": "1"}}});
    json!({"initContainers": inits, "containers": [app]})
}

/// What is said of a List of `items`: the subjects of the findings, and the summary's lines.
fn said_of(items: &[Value]) -> (Vec<String>, String) {
    let (_, subjects, err) = said(&list(items));
    (subjects, err)
}

/// A List as kubectl prints it: its fields stand by their names.
fn list(items: &[Value]) -> String {
    let list =
        json!({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}});
    serde_json::to_string_pretty(&list).unwrap()
}

/// The exit status for `text` on standard input, the subjects of the findings, and the rest of what is said.
fn said(text: &str) -> (i32, Vec<String>, String) {
    let (status, out, err) = piped(folder(&[]).path(), &["-", "--format", "concise"], text);
    let unmarked = |line| {
        [" (fixable)", " (unsafe fix)"].iter().fold(line, |line: &str, mark| line.trim_end_matches(mark))
    };
    let lines = out.lines().map(unmarked);
    let (findings, others): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.ends_with(']'));
    let subjects = findings.iter().filter_map(|line| line.rsplit_once('[')?.1.strip_suffix(']'));
    let mut subjects: Vec<String> = subjects.map(str::to_owned).collect();
    subjects.dedup();
    (status, subjects, format!("{}\n{err}", others.join("\n")))
}

#[test]
fn pods_of_one_controller_are_judged_once() {
    let set = Some(("ReplicaSet", "web-5d9", "rs"));
    let pods: Vec<Value> =
        (0..3).map(|n| live("Pod", &format!("web-5d9-{n}"), set, &pod_spec(&[]))).collect();
    let (subjects, err) = said_of(&pods);
    assert_eq!(subjects, ["Pod shop/web-5d9-0 (× 3 Pods of ReplicaSet web-5d9), init container seed"]);
    assert!(err.contains("skipped 2 objects that another one here speaks for"), "{err}");

    let other = live("Pod", "web-7c4-0", Some(("ReplicaSet", "web-7c4", "rs2")), &pod_spec(&[]));
    assert_eq!(said_of(&[pods[0].clone(), other]).0.len(), 2, "two controllers");
    let node = Some(("Node", "n1", "n"));
    let own = |name: &str, spec| live("Pod", name, node, &spec);
    let proxy = json!({"name": "net", "image": "c:1"});
    let different = [own("a", pod_spec(&[])), own("b", pod_spec(&[proxy]))];
    assert_eq!(said_of(&different).0.len(), 2, "one owner, two templates");
}

#[test]
fn a_workload_speaks_for_the_pods_it_made() {
    let injected = json!({"name": "istio-init", "image": "istio:1", "livenessProbe": {}});
    let template = |spec| {
        json!({
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": spec},
        })
    };
    let deployment = live("Deployment", "web", None, &template(pod_spec(&[])));
    let pod = live("Pod", "web-5d9-x", Some(("ReplicaSet", "web-5d9", "rs")), &pod_spec(&[injected]));
    let subjects = said_of(&[pod.clone(), deployment.clone()]).0;
    assert_eq!(subjects, ["Deployment shop/web, init container seed"], "found by the hash");
    let set = live(
        "ReplicaSet",
        "web-5d9",
        Some(("Deployment", "web", "Deployment-web")),
        &template(pod_spec(&[])),
    );
    let by_uid =
        live("Pod", "web-5d9-x", Some(("ReplicaSet", "web-5d9", "ReplicaSet-web-5d9")), &pod_spec(&[]));
    assert_eq!(
        said_of(&[deployment, set.clone(), by_uid.clone()]).0,
        ["Deployment shop/web, init container seed"]
    );
    assert_eq!(said_of(&[set, by_uid]).0, ["ReplicaSet shop/web-5d9, init container seed"]);
    let strange = live("Deployment", "webx", None, &template(pod_spec(&[])));
    assert_eq!(
        said_of(&[pod, strange]).0.len(),
        3,
        "the name of no Deployment of these: two init containers, and it"
    );
}

#[test]
fn what_admission_added_gets_no_advice() {
    let plain = json!({"name": "plain", "image": "b:1", "command": ["true"]});
    let app = json!({"name": "web", "image": "nginx:1.27", "resources": {"requests": {"cpu": "1"}}});
    let spec = json!({"initContainers": [plain], "containers": [app]});
    let own = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": spec});
    assert_eq!(said_of(&[own]).0.len(), 1, "advice on an author's own Pod");
    assert!(said_of(&[live("Pod", "web", None, &spec)]).0.is_empty());
}

/// What the API server and the scheduler add to a Pod spec that says none of it.
fn defaulted(mut spec: Value, is_pod: bool) -> Value {
    for (key, value) in [
        ("dnsPolicy", json!("ClusterFirst")),
        ("restartPolicy", json!("Always")),
        ("schedulerName", json!("default-scheduler")),
        ("securityContext", json!({})),
        ("terminationGracePeriodSeconds", json!(30)),
    ] {
        spec[key] = value;
    }
    for list in ["initContainers", "containers"] {
        for container in spec[list].as_array_mut().unwrap() {
            container["imagePullPolicy"] = json!("IfNotPresent");
            container["terminationMessagePath"] = json!("/dev/termination-log");
            container["terminationMessagePolicy"] = json!("File");
            if is_pod {
                let token = json!({"mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "name": "kube-api-access-x", "readOnly": true});
                container["volumeMounts"] = json!([token]);
            }
        }
    }
    if is_pod {
        spec["nodeName"] = json!("n1");
        spec["serviceAccountName"] = json!("default");
        spec["tolerations"] =
            json!([{"effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists"}]);
        spec["volumes"] = json!([{"name": "kube-api-access-x", "projected": {"defaultMode": 420, "sources": [{"serviceAccountToken": {"path": "token"}}]}}]);
    }
    spec
}

/// The List of `kubectl get deploy,sts,ds,job,cronjob,pod -A`: each workload, with the Pods that it made.
fn cluster(spec: &Value) -> Vec<Value> {
    let injected = json!({"name": "istio-init", "image": "istio/proxyv2:1.24", "livenessProbe": {"exec": {"command": ["a"]}}});
    let template = |spec: Value| {
        json!({"replicas": 2, "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"creationTimestamp": null, "labels": {"app": "web"}}, "spec": defaulted(spec, false)}})
    };
    let job = |mut spec: Value| {
        spec = template(spec);
        spec["template"]["spec"]["restartPolicy"] = json!("OnFailure");
        spec
    };
    let pod = |name: &str, owner: (&str, &str, &str)| {
        let mut spec = spec.clone();
        spec["initContainers"].as_array_mut().unwrap().insert(0, injected.clone());
        live("Pod", name, Some(owner), &defaulted(spec, true))
    };
    let of_cron_job = Some(("CronJob", "nightly", "CronJob-nightly"));
    vec![
        live("Deployment", "web", None, &template(spec.clone())),
        live("StatefulSet", "db", None, &template(spec.clone())),
        live("DaemonSet", "agent", None, &template(spec.clone())),
        live("Job", "once", None, &job(spec.clone())),
        live("Job", "nightly-28", of_cron_job, &job(spec.clone())),
        live(
            "CronJob",
            "nightly",
            None,
            &json!({"schedule": "0 3 * * *", "jobTemplate": {"spec": job(spec.clone())}}),
        ),
        pod("web-5d9-a", ("ReplicaSet", "web-5d9", "ReplicaSet-web-5d9")),
        pod("web-5d9-b", ("ReplicaSet", "web-5d9", "ReplicaSet-web-5d9")),
        pod("db-0", ("StatefulSet", "db", "StatefulSet-db")),
        pod("agent-x", ("DaemonSet", "agent", "DaemonSet-agent")),
        pod("once-x", ("Job", "once", "Job-once")),
        pod("nightly-28-x", ("Job", "nightly-28", "Job-nightly-28")),
    ]
}

#[test]
fn a_cluster_is_judged_by_its_workloads_each_once() {
    let items = cluster(&pod_spec(&[]));
    let workloads = [
        "Deployment shop/web",
        "StatefulSet shop/db",
        "DaemonSet shop/agent",
        "Job shop/once",
        "CronJob shop/nightly",
    ];
    let expected = workloads.map(|workload| format!("{workload}, init container seed"));
    let json = list(&items);
    let yaml = serde_yaml::to_string(&serde_json::from_str::<Value>(&json).unwrap()).unwrap();
    for text in [json, yaml] {
        let (status, subjects, err) = said(&text);
        assert_eq!((status, subjects.as_slice()), (1, expected.as_slice()), "{err}");
        assert!(err.contains("skipped 7 objects that another one here speaks for"), "{err}");
    }
}

#[test]
fn what_the_cluster_added_is_nobodys_fault() {
    let resources = json!({"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}});
    let container = |name: &str| json!({"name": name, "image": "registry.example/a:1", "command": ["a"], "resources": resources});
    let spec = json!({"initContainers": [container("seed")], "containers": [container("web")]});
    let (status, subjects, err) = said(&list(&cluster(&spec)));
    assert_eq!((status, subjects), (0, Vec::new()), "{err}");
}

/// What is left of `text` before the last `word` and `more` bytes after its start.
fn cut<'t>(text: &'t str, word: &str, more: usize) -> &'t str {
    &text[..text.rfind(word).unwrap() + more]
}

#[test]
fn of_a_list_that_ends_in_the_middle_the_whole_items_are_judged() {
    let items: Vec<Value> =
        ["a", "b", "c"].iter().map(|name| live("Pod", name, None, &pod_spec(&[]))).collect();
    let json = list(&items);
    let yaml = serde_yaml::to_string(&serde_json::from_str::<Value>(&json).unwrap()).unwrap();
    let compact = serde_json::from_str::<Value>(&json).unwrap().to_string();
    let first = ["Pod shop/a, init container seed", "Pod shop/b, init container seed"];
    for text in [
        cut(&json, "\"containers\"", 30),
        cut(&json, "\"containers\"", 5),
        cut(&json, "\"spec\"", 6),
        cut(&compact, "\"spec\"", 10),
        cut(&yaml, "containers:", 30),
        cut(&yaml, "containers:", 4),
        cut(&yaml, "uid: ", 5),
        cut(&yaml, "- apiVersion", 12),
    ] {
        let (status, subjects, rest) = said(text);
        assert_eq!((status, subjects.as_slice()), (2, first.map(str::to_owned).as_slice()), "{text}\n{rest}");
        let last = text.trim_end().lines().count();
        let told =
            format!("error: <stdin>:{last}: this List ends in the middle: only its first 2 items are judged");
        assert!(rest.lines().any(|line| line == told), "{rest}");
    }
    let (_, subjects, rest) = said(&yaml);
    assert!(subjects.len() == 3 && !rest.contains("ends in the middle"), "a whole one: {rest}");
}

#[test]
fn what_stands_beside_a_cut_list_is_judged() {
    let whole = live("Pod", "a", None, &pod_spec(&[]));
    let both = list(&[whole.clone(), whole.clone()]);
    let text = format!("{whole}\n{}", cut(&both, "\"spec\"", 3));
    let (status, subjects, _) = said(&text);
    assert_eq!((status, subjects.len()), (2, 1));
    let none = cut(&both, "\"items\"", 12);
    assert_eq!(said(none).0, 1, "no whole item: {none}");
}

#[test]
fn what_only_looks_like_a_cut_list_is_left_alone() {
    for text in [
        "apiVersion: v1\nitems:\n- a\n- b\n",
        "items:\n- apiVersion: v1\n- b\n",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n",
        "apiVersion: v1\nitems: []\n",
    ] {
        let (_, subjects, rest) = said(text);
        assert!(subjects.is_empty() && !rest.contains("ends in the middle"), "{text}{rest}");
    }
}
