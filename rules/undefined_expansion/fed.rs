//! What other tools put into a manifest before Kubernetes sees it.

use crate::inputs::InputSet;
use crate::kube::Pod;
use crate::yaml::{Kind, Node};

/// Which expansions other tools make.
pub(super) struct Fed<'i> {
    /// `$(NAME)` stands where the kubelet expands nothing: kustomize's `vars` are to fill it.
    pub(super) by_vars: bool,
    /// `${NAME}` stands there: envsubst or Flux are to.
    pub(super) by_envsubst: bool,
    inputs: &'i InputSet,
}

impl<'i> Fed<'i> {
    pub(super) fn of(pod: &Pod<'_>, inputs: &'i InputSet) -> Self {
        let mut fed = Self { by_vars: false, by_envsubst: false, inputs };
        fed.look(pod.template.object.node, 0);
        fed
    }

    /// Looks at all texts but those that the kubelet or a shell expands.
    fn look(&mut self, node: Node<'_>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        if let Kind::String(text) = node.kind() {
            self.by_vars |= text.contains("$(");
            self.by_envsubst |= text.contains("${");
        }
        for item in node.items() {
            self.look(item, depth + 1);
        }
        for entry in node.entries() {
            if !matches!(&*entry.name(), "command" | "args" | "env" | "data" | "annotations" | "subPathExpr")
            {
                self.look(entry.value, depth + 1);
            }
        }
    }

    /// Whether a kustomization of the input names `name` among its `vars`.
    pub(super) fn is_var(&self, name: &str) -> bool {
        let mut files = self.inputs.files().iter().map(|file| &file.source);
        files.any(|file| {
            let is_kustomization = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
            is_kustomization.iter().any(|end| file.path.ends_with(end))
                && file.text.contains("vars:")
                && file.text.contains(name)
        })
    }
}

/// Manifests have up to twenty levels.
const MAX_DEPTH: usize = 100;
