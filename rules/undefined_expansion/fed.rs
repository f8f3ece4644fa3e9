//! What other tools put into a manifest before Kubernetes sees it.

use std::cell::OnceCell;

use crate::inputs::InputSet;
use crate::kube::Pod;
use crate::yaml::{Kind, Node};

/// Which expansions other tools make.
pub(super) struct Fed<'a> {
    object: Node<'a>,
    inputs: &'a InputSet,
    /// Found out once somebody asks: few Pods have an expansion that is in doubt.
    marks: OnceCell<Marks>,
}

/// What stands where neither the kubelet nor a shell expands anything.
#[derive(Default, Clone, Copy)]
struct Marks {
    /// `$(NAME)`: kustomize's `vars` are to fill it.
    vars: bool,
    /// `${NAME}`: envsubst or Flux are to.
    envsubst: bool,
}

impl<'a> Fed<'a> {
    pub(super) fn of(pod: &Pod<'a>, inputs: &'a InputSet) -> Self {
        Self { object: pod.template.object.node, inputs, marks: OnceCell::new() }
    }

    /// Whether kustomize's `vars` fill `$(NAME)`.
    pub(super) fn by_vars(&self) -> bool {
        self.marks().vars
    }

    /// Whether envsubst or Flux fill `${NAME}`.
    pub(super) fn by_envsubst(&self) -> bool {
        self.marks().envsubst
    }

    fn marks(&self) -> Marks {
        *self.marks.get_or_init(|| {
            let mut marks = Marks::default();
            marks.look(self.object, 0);
            marks
        })
    }

    /// Whether a kustomization of the input may name `name` among its `vars`.
    pub(super) fn is_var(&self, name: &str) -> bool {
        self.inputs.may_be_var(name)
    }
}

impl Marks {
    /// Looks at all texts but those that the kubelet or a shell expands.
    fn look(&mut self, node: Node<'_>, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        if let Kind::String(text) = node.kind() {
            self.vars |= text.contains("$(");
            self.envsubst |= text.contains("${");
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
}

/// Manifests have up to twenty levels.
const MAX_DEPTH: usize = 100;
