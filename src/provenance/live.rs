//! Objects that a cluster printed: `kubectl get … -o json`.
//!
//! It prints what a controller made as well as what it was made of, with defaults and with what admission added. Each
//! workload is to be judged once, by what its author wrote.

use foldhash::{HashMap, HashMapExt, HashSet};

use crate::finding::Siblings;
use crate::kube::{Object, Workload, templates};
use crate::yaml::Node;

/// Whether the cluster printed `object`: only the API server sets a `uid`.
#[must_use]
pub fn is_live(object: &Object<'_>) -> bool {
    let set =
        |key| object.metadata().and_then(|metadata| metadata.get(key)).is_some_and(|node| !node.is_null());
    set("uid")
        && (set("resourceVersion")
            || set("creationTimestamp")
            || set("ownerReferences")
            || has_status(object))
}

fn has_status(object: &Object<'_>) -> bool {
    object.node.get("status").is_some_and(Node::is_mapping)
}

/// What is to be done with an object of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Share {
    /// It speaks for itself.
    Own,
    /// It speaks for Pods like it.
    First(Siblings),
    /// What made it is in the document too, or a Pod like it.
    Covered,
}

/// What speaks for what, for each of `objects` in their order.
#[must_use]
pub fn shares(objects: &[Object<'_>]) -> Vec<Share> {
    let is_live: Vec<bool> = objects.iter().map(is_live).collect();
    if !is_live.contains(&true) {
        return vec![Share::Own; objects.len()];
    }
    let known = Known::of(objects);
    let mut first: HashMap<Alike<'_>, usize> = HashMap::new();
    let mut shares: Vec<Share> = Vec::with_capacity(objects.len());
    for (object, is_live) in objects.iter().zip(is_live) {
        let Some(owner) = Owner::of(object).filter(|_| is_live) else {
            shares.push(Share::Own);
            continue;
        };
        if known.has(&owner, object) {
            shares.push(Share::Covered);
            continue;
        }
        let at = *first.entry(Alike::of(object, &owner)).or_insert(shares.len());
        match shares.get_mut(at) {
            Some(Share::First(siblings)) => siblings.count += 1,
            Some(share) => *share = Share::First(Siblings { count: 2, owner: owner.shown() }),
            None => {}
        }
        shares.push(if at == shares.len() { Share::Own } else { Share::Covered });
    }
    shares
}

/// The controller of an object, by its `ownerReferences`.
struct Owner<'d> {
    kind: &'d str,
    name: &'d str,
    uid: &'d str,
}

impl<'d> Owner<'d> {
    fn of(object: &Object<'d>) -> Option<Self> {
        let references = || object.metadata()?.get("ownerReferences").map(Node::items);
        let is_controller =
            |node: &Node<'d>| node.get("controller").is_some_and(|is| is.text() == Some("true"));
        let reference = references()?.find(is_controller).or_else(|| references()?.next())?;
        let string = |key| reference.get(key).and_then(Node::as_str);
        Some(Self { kind: string("kind")?, name: string("name")?, uid: string("uid")? })
    }

    fn shown(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }
}

/// The objects of a document that may have made others.
struct Known<'d> {
    uids: HashSet<&'d str>,
    /// Deployments by namespace and name, since the ReplicaSet between them and their Pods is seldom asked for.
    deployments: HashSet<(Option<&'d str>, &'d str)>,
}

impl<'d> Known<'d> {
    fn of(objects: &[Object<'d>]) -> Self {
        let workload = |object: &Object<'d>| Workload::of(object.group(), object.kind);
        let makes_pods = |object: &&Object<'d>| {
            !matches!(workload(object), Workload::Pod) && !templates(object, &[]).is_empty()
        };
        let uid = |object: &Object<'d>| object.metadata()?.get("uid")?.as_str();
        let deployments = objects.iter().filter(|object| workload(object) == Workload::Deployment);
        Self {
            uids: objects.iter().filter(makes_pods).filter_map(uid).collect(),
            deployments: deployments
                .filter_map(|object| Some((object.namespace(), object.name()?)))
                .collect(),
        }
    }

    /// Whether the owner of `object`, or the Deployment that owns the owner, is among them.
    fn has(&self, owner: &Owner<'d>, object: &Object<'d>) -> bool {
        let hash =
            object.metadata().and_then(|metadata| metadata.get("labels")?.get("pod-template-hash")?.as_str());
        let deployment = hash.and_then(|hash| owner.name.strip_suffix(hash)?.strip_suffix('-'));
        let is_of_deployment = owner.kind == "ReplicaSet"
            && deployment.is_some_and(|name| self.deployments.contains(&(object.namespace(), name)));
        self.uids.contains(owner.uid) || is_of_deployment
    }
}

/// What Pods that one controller made of one template have in common. A controller may make different ones: the kubelet's
/// static Pods all belong to their node.
#[derive(PartialEq, Eq, Hash)]
struct Alike<'d> {
    owner: &'d str,
    kind: &'d str,
    /// Of each container what it runs.
    containers: Vec<[&'d str; 4]>,
}

impl<'d> Alike<'d> {
    fn of(object: &Object<'d>, owner: &Owner<'d>) -> Self {
        let templates = templates(object, &[]);
        let lists = templates.iter().flat_map(|template| {
            ["initContainers", "containers"].into_iter().filter_map(|key| template.spec.get(key))
        });
        let text = |container: Node<'d>, key| container.get(key).map_or("", Node::source_text);
        let containers = lists
            .flat_map(Node::items)
            .map(|container| ["name", "image", "command", "args"].map(|key| text(container, key)));
        Self { owner: owner.uid, kind: object.kind, containers: containers.collect() }
    }
}
