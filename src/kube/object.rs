//! A document's Kubernetes objects, those inside a List included.

use super::field::push_key;
use super::workloads::usual_api_version;
use crate::source::Span;
use crate::yaml::Node;

/// How deeply Lists may nest; what lies deeper is passed over. It bounds what pointers take.
const MAX_LISTS: usize = 16;

/// A Kubernetes object: a map with an `apiVersion` and a `kind`.
#[derive(Debug, Clone)]
pub struct Object<'d> {
    /// The object's map.
    pub node: Node<'d>,
    /// Its JSON pointer in the document; empty unless it stands in a List.
    pub pointer: String,
    /// `apps/v1`, as written; a typed list's item may have it from the list.
    pub api_version: &'d str,
    /// `Deployment`, as written; a typed list's item may have it from the list.
    pub kind: &'d str,
}

/// The `apiVersion` by which a part of a chart goes that is no object by itself: its values, or a named template.
pub const OF_CHART: &str = "helm.sh/v2";

impl<'d> Object<'d> {
    /// Whether it is a part of a chart, which Helm reads and no API server.
    #[must_use]
    pub fn is_of_chart(&self) -> bool {
        self.api_version == OF_CHART
    }

    /// The API group: `apps` of `apps/v1`; empty for the core group.
    #[must_use]
    pub fn group(&self) -> &'d str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// `metadata`, where it is a map.
    #[must_use]
    pub fn metadata(&self) -> Option<Node<'d>> {
        self.node.get("metadata").filter(|node| node.is_mapping())
    }

    /// `metadata.name`, where it is a string.
    #[must_use]
    pub fn name(&self) -> Option<&'d str> {
        self.metadata()?.get("name")?.identity()
    }

    /// `metadata.namespace`, where it is a string.
    #[must_use]
    pub fn namespace(&self) -> Option<&'d str> {
        self.metadata()?.get("namespace")?.identity()
    }

    /// Where the object is written.
    #[must_use]
    pub fn span(&self) -> Span {
        self.node.span()
    }
}

/// The objects that the document with this `root` holds, in order; none where it is no manifest. A List stands for
/// its items, however deeply Lists nest (kubectl, `resource.Visitor`, `FlattenListVisitor`).
#[must_use]
pub fn objects(root: Node<'_>) -> Vec<Object<'_>> {
    let mut found = Vec::new();
    collect(root, String::new(), None, MAX_LISTS, &mut found);
    found
}

fn collect<'d>(
    node: Node<'d>,
    pointer: String,
    inherited: Option<(&'d str, &'d str)>,
    lists: usize,
    found: &mut Vec<Object<'d>>,
) {
    let string = |key| node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty());
    // A template may ask the cluster for the version of a kind.
    let asked = || {
        node.get("apiVersion")
            .filter(|node| node.is_unknown())
            .and_then(|_| usual_api_version(string("kind")?))
    };
    let api_version = string("apiVersion").or_else(asked);
    let (api_version, kind) = match (api_version, string("kind"), inherited) {
        (Some(api_version), Some(kind), _) => (api_version, kind),
        // The items of a typed list lack both (`unstructured.UnstructuredJSONScheme.decodeToList`).
        (None, None, Some(inherited)) => inherited,
        _ => return,
    };
    let items = node.get("items").filter(|items| items.is_sequence());
    match (kind.strip_suffix("List"), items) {
        (Some(_), Some(_)) if lists == 0 => {}
        (Some(item_kind), Some(items)) => {
            let inherited = (!item_kind.is_empty()).then_some((api_version, item_kind));
            let mut pointer = pointer;
            push_key(&mut pointer, "items");
            for (index, item) in items.items().enumerate() {
                collect(item, format!("{pointer}/{index}"), inherited, lists - 1, found);
            }
        }
        _ => found.push(Object { node, pointer, api_version, kind }),
    }
}

/// The field that holds the texts of an object of `kind`, of a ConfigMap or a Secret.
#[must_use]
pub fn texts_key(kind: &str) -> Option<&'static str> {
    match kind {
        "ConfigMap" => Some("data"),
        "Secret" => Some("stringData"),
        _ => None,
    }
}
