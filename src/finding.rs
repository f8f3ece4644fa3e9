//! What a rule found: where, how bad, how sure, and what to do.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use crate::helm::Placeholders;
use crate::source::{FileId, Span};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Advice; never changes the exit status by default.
    Info,
    /// It works until something restarts, or it wastes or risks something.
    Warning,
    /// The API server rejects it, or the Pod can never become Ready, now or after a restart.
    Error,
}

impl Severity {
    /// `error`, `warning` or `info`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How sure a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// Shown only with `--pedantic`.
    Low,
    /// An image's usual behaviour was assumed.
    Medium,
    /// Every fact is literal in the manifest.
    High,
}

/// One thing that is wrong in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The id of the rule that found it.
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// What is wrong, with the real names and numbers, and why that hurts.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The smallest thing that has to change.
    pub span: Span,
    /// A few words for the place itself, shown under its caret.
    pub caption: String,
    /// Other places that the finding speaks of.
    pub labels: Vec<Label>,
    /// The object that it is about.
    pub resource: Option<Resource>,
    /// The container or else the Pod spec that it is about, be the finding itself in a ConfigMap
    /// or at an anchor elsewhere: what is suppressed for all of it is suppressed here too.
    pub about: Option<Span>,
    /// The object and the Pod spec that it is about, where a kustomization puts them together of several files: what is
    /// suppressed for all of either is suppressed here too.
    pub around: Vec<Span>,
    /// The folders of the kustomizations in whose builds it is found; none for a file that is applied as it stands.
    pub builds: Vec<String>,
    /// How to mend it by machine.
    pub fix: Option<Fix>,
    /// Why it can't be mended so where it stands, though others like it can.
    pub withheld: Option<Withheld>,
}

/// The longest word that is kept whole (bytes): Kubernetes' longest names have 253.
const LONGEST_WORD: usize = 300;

fn abridge(text: &mut String) {
    let short = match abridged(text) {
        Cow::Owned(short) => short,
        Cow::Borrowed(_) => return,
    };
    *text = short;
}

/// `text` without the middle of absurdly long words.
#[must_use]
pub fn abridged(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST_WORD || text.split(' ').all(|word| word.len() <= LONGEST_WORD) {
        return Cow::Borrowed(text);
    }
    let shorten = |word: &str| {
        let start = word.get(..word.floor_char_boundary(LONGEST_WORD / 2)).unwrap_or("");
        let end =
            word.get(word.ceil_char_boundary(word.len().saturating_sub(LONGEST_WORD / 4))..).unwrap_or("");
        if word.len() <= LONGEST_WORD { word.to_owned() } else { format!("{start}...{end}") }
    };
    Cow::Owned(text.split(' ').map(shorten).collect::<Vec<_>>().join(" "))
}

/// A finding that a suppression silenced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuppressedFinding {
    /// The finding.
    pub finding: Finding,
    /// The reason that the suppression gives.
    pub justification: Option<String>,
}

/// Another place that a finding speaks of, perhaps in another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there.
    pub message: String,
    /// Whether the same is wrong there, so that it has to be mended too.
    pub is_likewise: bool,
}

/// Which Kubernetes object a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// `apps/v1`.
    pub api_version: String,
    /// `Deployment`.
    pub kind: String,
    /// As written; `None` where the manifest leaves it to the client.
    pub namespace: Option<String>,
    /// `metadata.name`, or `generateName` with a `*` for what the server appends.
    pub name: Option<String>,
    /// JSON pointer from the object to its Pod spec: `/spec/template/spec`.
    pub pointer: String,
    /// The container, where it is about one.
    pub container: Option<String>,
    /// What that container is in its Pod, where that is known.
    pub role: Option<ContainerRole>,
    /// The Pods of a cluster that it speaks for, where they are several.
    pub siblings: Option<Siblings>,
}

/// What a container is in its Pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerRole {
    /// An init container that runs to its end.
    Init,
    /// An init container that goes on running: a native sidecar.
    Sidecar,
    /// One of `containers`.
    App,
}

/// Pods of a cluster that one controller made alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Siblings {
    /// How many they are.
    pub count: usize,
    /// The controller: `ReplicaSet web-5d9`.
    pub owner: String,
}

/// A change of the source that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Whether it can change what the manifest means.
    pub safety: Safety,
    /// What it does.
    pub message: String,
    /// Apart from each other, in order.
    pub edits: Vec<Edit>,
}

impl Fix {
    /// What can't change more than what was found; `message` says what it does.
    #[must_use]
    pub fn safe(message: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { safety: Safety::Safe, message: message.into(), edits }
    }

    /// What a person should read; `message` says what it does.
    #[must_use]
    pub fn for_review(message: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { safety: Safety::Unsafe, message: message.into(), edits }
    }
}

/// Whether a fix can change what the manifest means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// It can't, beyond mending what was found.
    Safe,
    /// It may; a person should read it.
    Unsafe,
}

/// A fix that isn't offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withheld {
    /// How safe it would be.
    pub safety: Safety,
    /// Why it isn't offered.
    pub why: &'static str,
}

/// A range of a file, and what to put there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// By what; empty to remove it.
    pub replacement: String,
}

impl Resource {
    /// Puts the actions of a template in place of their placeholders.
    pub fn reveal(&mut self, placeholders: &Placeholders) {
        let texts = [&mut self.name, &mut self.namespace, &mut self.container];
        for text in texts.into_iter().flatten() {
            *text = placeholders.reveal(text);
        }
    }
}

impl Finding {
    /// A finding of high confidence at `span`. The rule and the resource are filled in when
    /// it is reported.
    #[must_use]
    pub fn new(severity: Severity, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule: "",
            severity,
            confidence: Confidence::High,
            message: message.into(),
            help: None,
            span,
            caption: String::new(),
            labels: Vec::new(),
            resource: None,
            about: None,
            around: Vec::new(),
            builds: Vec::new(),
            fix: None,
            withheld: None,
        }
    }

    /// The finding without its fix, which must not be made for this reason.
    #[must_use]
    pub fn without_fix(mut self, why: &'static str) -> Self {
        let fix = self.fix.take();
        self.withheld = fix.map(|fix| Withheld { safety: fix.safety, why }).or(self.withheld);
        self
    }

    /// The finding as people who know the template read it: each placeholder replaced by its action.
    #[must_use]
    pub fn revealed(mut self, placeholders: &Placeholders) -> Self {
        let reveal = |text: &mut String| *text = placeholders.reveal(text);
        self.resource.iter_mut().for_each(|resource| resource.reveal(placeholders));
        self.labels.iter_mut().for_each(|label| reveal(&mut label.message));
        let title = self.fix.iter_mut().map(|fix| &mut fix.message);
        self.help.iter_mut().chain(title).chain([&mut self.message, &mut self.caption]).for_each(reveal);
        self
    }

    /// Leaves the middle of absurdly long words out of all its texts.
    pub fn abridge(&mut self) {
        let title = self.fix.iter_mut().map(|fix| &mut fix.message);
        let texts = [&mut self.message, &mut self.caption].into_iter().chain(&mut self.help).chain(title);
        texts.chain(self.labels.iter_mut().map(|label| &mut label.message)).for_each(abridge);
        if let Some(resource) = &mut self.resource {
            let names = [&mut resource.name, &mut resource.namespace, &mut resource.container];
            names.into_iter().flatten().for_each(abridge);
            [&mut resource.kind, &mut resource.api_version].into_iter().for_each(abridge);
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the words under the caret.
    #[must_use]
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = caption.into();
        self
    }

    /// Adds a place that the finding speaks of.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: message.into(), is_likewise: false });
        self
    }

    /// Adds another place where the same is wrong.
    #[must_use]
    pub fn likewise(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: message.into(), is_likewise: true });
        self
    }

    /// The places where it is wrong: its own, then those that are wrong likewise.
    pub fn places(&self) -> impl Iterator<Item = Span> {
        let likewise = self.labels.iter().filter(|label| label.is_likewise).map(|label| label.span);
        std::iter::once(self.span).chain(likewise)
    }

    /// The files that it speaks of.
    pub fn files(&self) -> impl Iterator<Item = FileId> {
        let labels = self.labels.iter().map(|label| label.span);
        let edits = self.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        self.suppressible_at().chain(labels).chain(edits).map(|span| span.file)
    }

    /// Where it may be suppressed: at its own place, then at what it is about, be that in another file.
    pub fn suppressible_at(&self) -> impl Iterator<Item = Span> {
        std::iter::once(self.span).chain(self.about).chain(self.around.iter().copied())
    }

    /// Lowers the confidence.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Adds a fix.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}
