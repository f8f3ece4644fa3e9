//! The keys of a config file: what each means, what it takes, and what it sets.
//!
//! The reader, the schema and the documentation go by these tables.

use serde_json::{Value, json};

use super::reader::Reader;
use super::{Config, Override, schema};
use crate::cli::FailOn;
use crate::finding::Severity;
use crate::images::{OwnImage, Sh};
use crate::kube::PodTemplatePath;
use crate::kustomize::LoadRestrictor;
use crate::yaml::Node;

/// A key of a map that sets something of a `T`.
pub(super) struct Key<T> {
    pub(super) name: &'static str,
    /// What it means, in one sentence.
    pub(super) doc: &'static str,
    pub(super) is_required: bool,
    /// What it takes, as JSON schema.
    pub(super) schema: fn() -> Value,
    /// Reads its value, which isn't null.
    pub(super) read: fn(&mut Reader<'_>, Node<'_>, &mut T),
}

/// The file's own keys.
pub(super) static CONFIG: &[Key<Config>] = &[
    Key {
        name: "kubernetesVersion",
        doc: "The version of Kubernetes that the manifests are for, such as 1.31.",
        is_required: false,
        // Unquoted it is a number to YAML, and 1.30 the number 1.3; it is read as it is written.
        schema: || json!({ "type": ["string", "number"] }),
        read: |reader, node, config| config.kubernetes_version = reader.version(node),
    },
    Key {
        name: "failOn",
        doc: "The least severe finding that makes the exit status 1.",
        is_required: false,
        schema: schema::words::<FailOn>,
        read: |reader, node, config| config.fail_on = reader.word(node),
    },
    Key {
        name: "minSeverity",
        doc: "Report only findings at least this severe.",
        is_required: false,
        schema: schema::words::<Severity>,
        read: |reader, node, config| config.min_severity = reader.word(node),
    },
    Key {
        name: "pedantic",
        doc: "Report also what is only likely (findings of low confidence).",
        is_required: false,
        schema: || json!({ "type": "boolean" }),
        read: |reader, node, config| config.pedantic = reader.boolean(node),
    },
    Key {
        name: "loadRestrictor",
        doc: "Which files a kustomization may name, as kustomize's option --load-restrictor has it.",
        is_required: false,
        schema: schema::words::<LoadRestrictor>,
        read: |reader, node, config| config.load_restrictor = reader.word(node),
    },
    Key {
        name: "exclude",
        doc: "Globs of files and folders to leave out, relative to this file's folder.",
        is_required: false,
        schema: schema::strings,
        read: |reader, node, config| config.exclude = reader.globs(node),
    },
    Key {
        name: "baseline",
        doc: "The file that lists known findings, which don't count, relative to this file's folder.",
        is_required: false,
        schema: || json!({ "type": "string" }),
        read: |reader, node, config| config.baseline = reader.string(node).map(|path| reader.set(node, path)),
    },
    Key {
        name: "rules",
        doc: "For each rule or group of rules whether it runs and how bad its findings are; for a rule its options too.",
        is_required: false,
        schema: schema::rules,
        read: |reader, node, config| config.rules = reader.rules(node),
    },
    Key {
        name: "overrides",
        doc: "Rules as they are set in some files or for some objects only; later entries win.",
        is_required: false,
        schema: schema::overrides,
        read: |reader, node, config| config.overrides = reader.overrides(node),
    },
    Key {
        name: "podTemplates",
        doc: "Where custom resources that initlint doesn't know have their Pod templates.",
        is_required: false,
        schema: || schema::list_of(POD_TEMPLATE),
        read: |reader, node, config| config.pod_templates = reader.list_of(node, POD_TEMPLATE),
    },
    Key {
        name: "images",
        doc: "What images of one's own have, as initlint knows it of public ones.",
        is_required: false,
        schema: || schema::list_of(IMAGE),
        read: |reader, node, config| config.images = reader.list_of(node, IMAGE),
    },
];

/// Those keys of an entry of `overrides` that say where it counts: one of them at least is there.
pub(super) const SELECTORS: [&str; 3] = ["paths", "resources", "namespaces"];

/// The keys of an entry of `overrides`.
pub(super) static OVERRIDE: &[Key<Override>] = &[
    Key {
        name: "paths",
        doc: "Globs of the files, relative to this file's folder.",
        is_required: false,
        schema: schema::strings,
        read: |reader, node, special| special.paths = reader.globs(node),
    },
    Key {
        name: "resources",
        doc: "The objects, by kind and name, such as `Job/*` or `StatefulSet/db`; `*` stands for any part of a name.",
        is_required: false,
        schema: || json!({ "type": "array", "items": { "type": "string", "pattern": "^[^/]+/[^/]+$" } }),
        read: |reader, node, special| special.resources = reader.resources(node),
    },
    Key {
        name: "namespaces",
        doc: "The namespaces that the objects name; `*` stands for any part of a name.",
        is_required: false,
        schema: schema::strings,
        read: |reader, node, special| special.namespaces = reader.globs(node),
    },
    Key {
        name: "rules",
        doc: "What is set for rules there, over what the file sets for all.",
        is_required: true,
        schema: schema::rules,
        read: |reader, node, special| special.rules = reader.rules(node),
    },
];

/// The keys of an entry of `podTemplates`.
pub(super) static POD_TEMPLATE: &[Key<PodTemplatePath>] = &[
    Key {
        name: "group",
        doc: "The API group, such as `example.com`; any where it is left out.",
        is_required: false,
        schema: || json!({ "type": "string" }),
        read: |reader, node, template| template.group = reader.string(node),
    },
    Key {
        name: "kind",
        doc: "The kind.",
        is_required: true,
        schema: || json!({ "type": "string" }),
        read: |reader, node, template| template.kind = reader.string(node).unwrap_or_default(),
    },
    Key {
        name: "path",
        doc: "The path to the Pod template or its spec, as `kubectl explain` writes it, such as \
              `spec.workers.*.template`; `*` stands for every item of a list or value of a map.",
        is_required: true,
        schema: || json!({ "type": "string" }),
        read: |reader, node, template| template.path = reader.path(node).unwrap_or_default(),
    },
    Key {
        name: "complete",
        doc: "Whether Pods come of this template alone; else an operator may add containers, and \
              rules that need to know all of them stay silent.",
        is_required: false,
        schema: || json!({ "type": "boolean", "default": false }),
        read: |reader, node, template| {
            template.is_whole = reader.boolean(node).is_some_and(|set| set.value);
        },
    },
];

/// The keys of an entry of `images`.
pub(super) static IMAGE: &[Key<OwnImage>] = &[
    Key {
        name: "name",
        doc: "The image; with a tag it is that one alone.",
        is_required: true,
        schema: || json!({ "type": "string" }),
        read: |reader, node, image| image.name = reader.string(node).unwrap_or_default(),
    },
    Key {
        name: "sh",
        doc: "What `sh` is: busybox's ash, Debian's dash, bash, or none.",
        is_required: false,
        schema: schema::words::<Sh>,
        read: |reader, node, image| image.sh = reader.word(node).map(|set| set.value),
    },
    Key {
        name: "user",
        doc: "The user that it runs as, by number or name.",
        is_required: false,
        schema: || json!({ "type": ["string", "integer"] }),
        read: |reader, node, image| image.user = reader.text(node),
    },
    Key {
        name: "entrypoint",
        doc: "Its entrypoint.",
        is_required: false,
        schema: schema::strings,
        read: |reader, node, image| image.entrypoint = Some(reader.strings(node)),
    },
    Key {
        name: "commands",
        doc: "The commands that it has beside those of its base; of others, what busybox (`ash`) or Debian (`dash`) lacks \
              is missing.",
        is_required: false,
        schema: schema::strings,
        read: |reader, node, image| image.commands = Some(reader.strings(node)),
    },
];
