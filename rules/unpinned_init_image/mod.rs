//! Init containers whose image may be another one the next time.

use crate::finding::{Finding, Severity};
use crate::helm::has_placeholder;
use crate::images;
use crate::kube::image::Image;
use crate::kube::{Container, Pod};
use crate::rule::{Group, PodContext, Rule, Target};
use crate::source::Span;
use crate::yaml::{Lookup, Node};

/// The rule.
pub static RULE: Rule = Rule {
    id: "unpinned-init-image",
    summary: "An init container's image without a tag, or with the tag `latest`: a re-run may run other code",
    group: Group::Hygiene,
    severity: Severity::Warning,
    fix: None,
    since: "0.1.0",
    doc: include_str!("doc.md"),
    options: &[],
    target: Target::Pod { literals: &["initContainers"], check },
};

fn check(pod: &Pod<'_>, cx: &mut PodContext<'_>) {
    let object = pod.template.object.name().unwrap_or_default();
    let unpinned: Vec<Unpinned<'_, '_>> = pod
        .init_containers()
        .filter_map(|init| Unpinned::of(init))
        .filter(|one| !cx.inputs.pins_image(one.image.repository, one.place().file))
        .filter(|one| !cx.inputs.replaces_image(one.container.name(), object))
        .collect();
    // The worst first, and of those the first that runs.
    let Some(first) = unpinned.iter().min_by_key(|one| (one.pull, one.container.node.span().start)) else {
        return;
    };
    let mut finding = first.finding();
    for other in unpinned.iter().filter(|other| !std::ptr::eq(*other, first)) {
        finding = finding.likewise(
            other.place(),
            format!("`{}` of `{}` {}", other.image.reference, other.container.name(), other.beside(first)),
        );
    }
    cx.report_in(first.container, finding);
}

/// A container with an image that is whatever is newest.
struct Unpinned<'p, 'd> {
    container: &'p Container<'d>,
    image: Image<'d>,
    pull: Pull,
}

/// The image of `container` where a template's action says only from which registry or folder it is: whatever is set there,
/// its tag is the one that is written.
fn of_some_registry<'d>(container: &Container<'d>) -> Option<Image<'d>> {
    let reference = container.node.get("image").filter(|image| image.is_unknown())?.identity()?;
    let (registry, name) = reference.rsplit_once('/')?;
    let is_known =
        has_placeholder(registry) && !has_placeholder(name) && !Image::parse(name).is_placeholder();
    is_known.then(|| Image::parse(reference))
}

/// When the kubelet pulls the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Pull {
    /// Each time that the container starts; the default for such an image (`SetDefaults_Container`).
    Always,
    /// Where the node hasn't got it, or when only Helm knows.
    IfNotPresent,
}

impl Pull {
    fn of(container: &Container<'_>) -> Option<Self> {
        let policy = match container.node.lookup("imagePullPolicy") {
            Lookup::Present(policy) if policy.is_unknown() => return Some(Self::IfNotPresent),
            Lookup::Unknown => return Some(Self::IfNotPresent),
            Lookup::Present(_) | Lookup::Absent => container.image_pull_policy,
        };
        match policy.map(|policy| policy.value) {
            None | Some("Always") => Some(Self::Always),
            Some("IfNotPresent") => Some(Self::IfNotPresent),
            // With `Never` the image is put on the node by hand; anything else isn't known.
            Some(_) => None,
        }
    }
}

impl<'p, 'd> Unpinned<'p, 'd> {
    fn of(container: &'p Container<'d>) -> Option<Self> {
        let is_pulled = |image: &Image<'_>| {
            !image.is_placeholder() && !images::is_bare_name(image) && !images::is_of_cluster(image)
        };
        let image = container.image().filter(is_pulled).or_else(|| of_some_registry(container))?;
        let pull = Pull::of(container)?;
        image.is_latest().then_some(Self { container, image, pull })
    }

    fn place(&self) -> Span {
        self.container.node.get("image").map_or_else(|| self.container.name_span(), Node::span)
    }

    /// What is said of it beside `first`.
    fn beside(&self, first: &Self) -> &'static str {
        if self.pull == first.pull { "likewise" } else { "isn't pinned either" }
    }

    fn finding(&self) -> Finding {
        let (name, reference) = (self.container.name(), self.image.reference);
        let what = if self.image.tag.is_some() { "is whatever is newest" } else { "has no tag" };
        let (severity, when) = match self.pull {
            Pull::Always => (Severity::Warning, "each start pulls it again, so a re-run may run other code"),
            Pull::IfNotPresent => {
                (Severity::Info, "nodes that pull it at different times run different code")
            }
        };
        Finding::new(
            severity,
            self.place(),
            format!("the image `{reference}` of init container `{name}` {what}: {when}"),
        )
        .caption(if self.image.tag.is_some() { "`latest` moves" } else { "no tag" })
        .help("name a version, as in `IMAGE:1.2.3`, or a digest, as in `IMAGE@sha256:…`")
    }
}
