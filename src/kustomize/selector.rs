//! Which resources a patch or a replacement is for.

use regex_automata::meta::{Config, Regex};
use regex_automata::util::syntax;

use super::resource::Resource;
use crate::yaml::Value;

/// The most that a compiled expression may take (bytes).
const MAX_EXPRESSION: usize = 1 << 20;

/// The `target` of a patch, or the `select` of a replacement (kustomize, `types.Selector`). Each field that is written
/// must match.
pub(super) struct Selector {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Vec<Requirement>,
    annotations: Vec<Requirement>,
}

impl Selector {
    /// Reads the selector `target`.
    ///
    /// # Errors
    /// A message where a field isn't an expression.
    pub(super) fn of(target: &Value) -> Result<Self, String> {
        let text = |key| target.get(key).and_then(Value::text).unwrap_or("");
        let pattern =
            |key| Pattern::anchored(text(key)).ok_or_else(|| format!("its `{key}` is no regular expression"));
        Ok(Self {
            group: pattern("group")?,
            version: pattern("version")?,
            kind: pattern("kind")?,
            name: pattern("name")?,
            namespace: pattern("namespace")?,
            labels: requirements(text("labelSelector")),
            annotations: requirements(text("annotationSelector")),
        })
    }

    /// Whether it selects `resource`, by what it is called now or was called first.
    pub(super) fn selects(&self, resource: &Resource) -> bool {
        let (now, first) = (resource.id(), resource.original_id());
        let either =
            |pattern: &Pattern, now: &str, first: &str| pattern.matches(now) || pattern.matches(first);
        self.kind.matches(now.kind)
            && either(&self.name, now.name, first.name)
            && either(&self.namespace, now.effective_namespace(), first.effective_namespace())
            && self.group.matches(now.group)
            && self.version.matches(now.version)
            && self.fits(resource)
    }

    fn fits(&self, resource: &Resource) -> bool {
        let all = |requirements: &[Requirement], key| {
            let texts = resource.value.at(&["metadata", key]);
            requirements.iter().all(|requirement| requirement.fits(texts))
        };
        all(&self.labels, "labels") && all(&self.annotations, "annotations")
    }
}

/// An expression that a whole text must match; an empty one matches all.
pub(super) enum Pattern {
    Any,
    /// No character in it means anything but itself.
    Text(String),
    Expression(Regex),
}

impl Pattern {
    /// Go's `^(?:expression)$`; `None` where it isn't one.
    pub(super) fn anchored(expression: &str) -> Option<Self> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | ':' | '@');
        if expression.is_empty() {
            Some(Pattern::Any)
        } else if expression.chars().all(is_plain) {
            Some(Pattern::Text(expression.to_owned()))
        } else {
            let config = Config::new()
                .utf8_empty(false)
                .nfa_size_limit(Some(MAX_EXPRESSION))
                .onepass_size_limit(Some(MAX_EXPRESSION))
                .hybrid_cache_capacity(MAX_EXPRESSION);
            let syntax = syntax::Config::new().unicode(false).utf8(false);
            let regex = Regex::builder()
                .configure(config)
                .syntax(syntax)
                .build(&format!("^(?:{expression})$"))
                .ok()?;
            Some(Pattern::Expression(regex))
        }
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Pattern::Any => true,
            Pattern::Text(own) => own == text,
            Pattern::Expression(regex) => regex.is_match(text),
        }
    }
}

/// One part of a label selector (apimachinery, `labels.Parse`).
struct Requirement {
    key: String,
    test: Test,
}

enum Test {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
}

impl Requirement {
    fn fits(&self, texts: Option<&Value>) -> bool {
        let found = texts.and_then(|texts| texts.get(&self.key)).and_then(Value::text);
        let among = |values: &[String]| found.is_some_and(|found| values.iter().any(|value| value == found));
        match &self.test {
            Test::Exists => found.is_some(),
            Test::Missing => found.is_none(),
            Test::In(values) => among(values),
            Test::NotIn(values) => !among(values),
        }
    }
}

fn requirements(selector: &str) -> Vec<Requirement> {
    let mut depth = 0_u32;
    let parts = selector.split(|c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty()).map(requirement).collect()
}

fn requirement(part: &str) -> Requirement {
    let new = |key: &str, test| Requirement { key: key.trim().to_owned(), test };
    let list = |values: &str| -> Vec<String> {
        values.trim().trim_matches(['(', ')']).split(',').map(|value| value.trim().to_owned()).collect()
    };
    if let Some((key, values)) = part.split_once(" notin ").or_else(|| part.split_once(" notin(")) {
        new(key, Test::NotIn(list(values)))
    } else if let Some((key, values)) = part.split_once(" in ").or_else(|| part.split_once(" in(")) {
        new(key, Test::In(list(values)))
    } else if let Some((key, value)) = part.split_once("!=") {
        new(key, Test::NotIn(vec![value.trim().to_owned()]))
    } else if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        new(key, Test::In(vec![value.trim().to_owned()]))
    } else if let Some(key) = part.strip_prefix('!') {
        new(key, Test::Missing)
    } else {
        new(part, Test::Exists)
    }
}
