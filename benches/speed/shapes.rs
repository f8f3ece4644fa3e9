//! Inputs of one shape and any size, which must take time in proportion to it.

/// Makes an input of a size.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) size: usize,
    pub(crate) text: fn(usize) -> String,
}

pub(crate) const ALL: [Shape; 9] = [
    Shape { name: "quoted texts that aren't indented", size: 400, text: quotes },
    Shape { name: "definitions in one line of JSON", size: 500, text: definitions },
    Shape { name: "ConfigMaps and Pods in a List", size: 200, text: |size| config_maps(size, true, false) },
    Shape {
        name: "ConfigMaps and Pods as documents",
        size: 200,
        text: |size| config_maps(size, false, false),
    },
    Shape {
        name: "ConfigMaps of one name in as many namespaces",
        size: 200,
        text: |size| config_maps(size, false, true),
    },
    Shape { name: "init containers in one Pod", size: 300, text: |size| containers(size, "") },
    Shape {
        name: "suppressions in one Pod",
        size: 300,
        text: |size| containers(size, "  # initlint: ignore[forbidden-probe] why\n"),
    },
    Shape { name: "findings in as many documents", size: 300, text: findings },
    Shape { name: "aliases", size: 2000, text: aliases },
];

fn repeated(size: usize, part: impl Fn(usize) -> String) -> String {
    (0..size).map(part).collect()
}

fn quotes(size: usize) -> String {
    let fields = repeated(size, |i| {
        format!(
            "  field{i}:\n    description: 'Name of the referent {i}, as it is written in the list of the\n    fields. Selects a key.'\n"
        )
    });
    format!("apiVersion: v1\nkind: Schema\nmetadata: {{name: x}}\nspec:\n{fields}")
}

fn definitions(size: usize) -> String {
    let items = repeated(size, |i| {
        format!(
            "{}{{\"apiVersion\":\"apiextensions.k8s.io/v1\",\"kind\":\"CustomResourceDefinition\",\"metadata\":{{\"name\":\"x{i}\"}},\"spec\":{{\"initContainers\":\"{}\"}}}}",
            if i == 0 { "" } else { "," },
            "y".repeat(300)
        )
    });
    format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{items}]}}\n")
}

fn config_maps(size: usize, is_list: bool, same_name: bool) -> String {
    let name = |i: usize| if same_name { "same".to_owned() } else { format!("s{i}") };
    let maps = (0..size).map(|i| {
        let name = name(i);
        format!("{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{{\"name\":\"{name}\",\"namespace\":\"n{i}\"}},\"data\":{{\"run.sh\":\"set -e\\nmkdir /data/x{i}\\n\"}}}}")
    });
    let pods = (0..size).map(|i| {
        let name = name(i);
        format!("{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{{\"name\":\"p{i}\",\"namespace\":\"n{i}\"}},\"spec\":{{\"initContainers\":[{{\"name\":\"i\",\"image\":\"busybox:1\",\"command\":[\"sh\",\"/s/run.sh\"],\"volumeMounts\":[{{\"name\":\"s\",\"mountPath\":\"/s\"}}]}}],\"containers\":[{{\"name\":\"a\",\"image\":\"a:1\"}}],\"volumes\":[{{\"name\":\"s\",\"configMap\":{{\"name\":\"{name}\"}}}}]}}}}")
    });
    let objects: Vec<String> = maps.chain(pods).collect();
    if is_list {
        format!("{{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[{}]}}\n", objects.join(","))
    } else {
        objects.join("\n---\n")
    }
}

fn containers(size: usize, comment: &str) -> String {
    let containers = repeated(size, |i| {
        format!(
            "{comment}  - name: i{i}\n    image: busybox:1\n    livenessProbe: {{exec: {{command: [ls]}}}}\n"
        )
    });
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  initContainers:\n{containers}  containers: [{{name: a, image: \"a:1\"}}]\n"
    )
}

fn findings(size: usize) -> String {
    repeated(size, |i| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p{i}}}\nspec:\n  initContainers:\n  - name: a\n    image: busybox:1\n    livenessProbe: {{exec: {{command: [ls]}}}}\n  containers: [{{name: b, image: \"b:1\"}}]\n"
        )
    })
}

fn aliases(size: usize) -> String {
    let aliases = repeated(size, |_| "  - *x\n".to_owned());
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\nbase: &x {{a: 1}}\nlist:\n{aliases}")
}
