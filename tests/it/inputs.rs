//! The index of objects finds what parsing everything finds, and parses nothing else.

use std::fs;

use crate::support::lint::{cases, root};
use initlint::inputs::InputSet;
use initlint::kube::objects;
use initlint::read::InputFile;
use initlint::source::{FileId, Source};
use initlint::yaml::Document;

fn input_set<'t>(files: impl IntoIterator<Item = (String, &'t str)>) -> InputSet {
    let file = |(id, (path, text)): (usize, (String, &str))| {
        let source = Source::new(FileId(u32::try_from(id).unwrap()), path, text);
        InputFile::new(source)
    };
    InputSet::new(files.into_iter().enumerate().map(file).collect())
}

fn in_folder(texts: &[&str]) -> InputSet {
    input_set(texts.iter().enumerate().map(|(number, text)| (format!("f/{number}.yaml"), *text)))
}

/// What `lookup` finds for the first file, by its `data.is`.
fn found<'a>(inputs: &'a InputSet, namespace: Option<&str>) -> Option<&'a str> {
    let object = inputs.lookup(FileId(0), "ConfigMap", namespace, "env")?;
    object.node.get("data")?.get("is")?.as_str()
}

#[test]
fn objects_are_found_however_they_are_written() {
    for text in [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: env}\n",
        "apiVersion: v1\nkind: &a ConfigMap\nmetadata:\n  name: &n env\n",
        "apiVersion: v1\nkind: !!str ConfigMap\nmetadata: {name: !!str env}\n",
        "apiVersion: v1\nkind: |-\n  ConfigMap\nmetadata:\n  name: >-\n    env\n",
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"env\"}}",
        "{\"apiVersion\":\"v1\",\"kind\":\"Config\\u004dap\",\"metadata\":{\"name\":\"env\"}}",
        "apiVersion: v1\n\"k\\x69nd\": ConfigMap\nmetadata: {name: env}\n",
        "apiVersion: v1\nkind: \"Config\\\n  Map\"\nmetadata: {name: env}\n",
        "apiVersion: v1\nkind: !!binary Q29uZmlnTWFw\nmetadata: {name: env}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {labels: {a: &n env}, name: *n}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"e\\x6ev\"}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: !!binary ZW52}\n",
        "apiVersion: v1\n? kind\n: ConfigMap\nmetadata:\n  ? name\n  : env\n",
        "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: ConfigMap, metadata: {name: env}}]\n",
        "apiVersion: v1\nkind: ConfigMapList\nitems: [{metadata: {name: env}}]\n",
        "x: &base {kind: ConfigMap}\n<<: *base\napiVersion: v1\nmetadata: {name: env}\n",
    ] {
        let inputs = in_folder(&[text]);
        assert!(inputs.lookup(FileId(0), "ConfigMap", None, "env").is_some(), "{text}");
        assert!(inputs.lookup(FileId(0), "ConfigMap", None, "other").is_none(), "{text}");
        assert!(inputs.lookup(FileId(0), "Secret", None, "env").is_none(), "{text}");
        assert_eq!(inputs.objects("ConfigMap").count(), 1, "{text}");
    }
    for text in [
        "apiVersion: v1\nkind: Secret\nmetadata: {name: env}\ndata: {kind: ConfigMap}\n",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: env, annotations: {a: 'kind: ConfigMap'}}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, labels: {name: env}}\n",
        "kind: ConfigMap\nmetadata: {name: env}\n",
    ] {
        assert!(in_folder(&[text]).lookup(FileId(0), "ConfigMap", None, "env").is_none(), "{text}");
    }
}

#[test]
fn the_nearest_of_one_name_counts() {
    let map = |namespace: &str, is: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: env{namespace}}}\ndata: {{is: {is}}}\n")
    };
    let (any, shop, blog) =
        (map("", "any"), map(", namespace: shop", "shop"), map(", namespace: blog", "blog"));
    assert_eq!(found(&in_folder(&[&shop, &blog]), Some("shop")), Some("shop"));
    assert_eq!(found(&in_folder(&[&shop, &blog]), Some("web")), None);
    assert_eq!(found(&in_folder(&["a: b", &any, &blog]), Some("shop")), Some("any"));
    // In the same file.
    assert_eq!(found(&in_folder(&[&any, &any.replace("any", "other")]), None), Some("any"));
    assert_eq!(found(&in_folder(&["a: b", &any, &any]), None), None);
    assert_eq!(found(&in_folder(&[&format!("{any}---\n{any}")]), None), None);
    // In the same folder.
    let other = any.replace("any", "other");
    let apart = |from: &str| {
        let files = [(from, "a: b"), ("web/map.yaml", any.as_str()), ("db/map.yaml", other.as_str())];
        let inputs = input_set(files.map(|(path, text)| (path.to_owned(), text)));
        found(&inputs, None).map(str::to_owned)
    };
    assert_eq!(apart("web/pod.yaml").as_deref(), Some("any"));
    assert_eq!(apart("db/pod.yaml").as_deref(), Some("other"));
    assert_eq!(apart("pod.yaml"), None);
}

#[test]
fn labels_select_objects() {
    let pod =
        |labels: &str| format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a, labels: {{{labels}}}}}\n");
    let texts = [pod("app: web, tier: front"), pod("app: web"), pod("app: db")];
    let inputs = in_folder(&[&texts[0], &texts[1], &texts[2], "apiVersion: v1\nkind: Pod\n"]);
    let count = |labels: &[(&str, &str)]| inputs.select("Pod", labels).count();
    assert_eq!(count(&[]), 4);
    assert_eq!(count(&[("app", "web")]), 2);
    assert_eq!(count(&[("app", "web"), ("tier", "front")]), 1);
    assert_eq!(count(&[("app", "mail")]), 0);
}

/// On the rules' own cases, and on one with every object in a List.
#[test]
fn the_index_agrees_with_parsing_everything() {
    let texts: Vec<String> =
        cases(&root().join("rules")).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let inputs = input_set(texts.iter().enumerate().map(|(id, text)| (format!("{id}.yaml"), text.as_str())));
    let mut seen = 0;
    for file in inputs.files() {
        for range in &file.documents {
            let Ok(document) = Document::parse(&file.source, range.clone()) else { continue };
            for object in objects(document.root()) {
                let found = inputs.objects(object.kind).filter(|found| found.span() == object.span());
                assert_eq!(found.count(), 1, "{}: {} {:?}", file.source.path, object.kind, object.name());
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}
