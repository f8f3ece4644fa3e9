//! `--dump-config`: what is in force, as a config file, and where each value was set.

use std::fmt::{Display, Write as _};

use clap::ValueEnum;

use super::keys::SELECTORS;
use super::reader::SEVERITY;
use super::{Config, Origin, Override, RuleConfig, Rules, Set};
use crate::images::OwnImage;
use crate::kube::PodTemplatePath;
use crate::options::OptionValue;
use crate::report::json::quoted;
use crate::report::text::visible;
use crate::rule::Rule;
use crate::rules;
use crate::settings::Level;
use crate::unchecked::UNCHECKED;

impl Config {
    /// All that is in force, as YAML that a config file may hold. A comment behind each value says
    /// where it was set.
    #[must_use]
    pub fn dump(&self) -> String {
        let mut out = Dump::default();
        let version = self.kubernetes_version();
        out.value("", "kubernetesVersion", &quoted(&version.value.to_string()), &version.origin);
        let (fail_on, min_severity, pedantic) = (self.fail_on(), self.min_severity(), self.pedantic());
        out.value("", "failOn", &word(&fail_on.value), &fail_on.origin);
        out.value("", "minSeverity", &word(&min_severity.value), &min_severity.origin);
        out.value("", "pedantic", &pedantic.value, &pedantic.origin);
        let load_restrictor = self.load_restrictor();
        out.value("", "loadRestrictor", &word(&load_restrictor.value), &load_restrictor.origin);
        out.strings("", "exclude", &self.exclude);
        if let Some(Set { value, origin }) = &self.baseline {
            out.value("", "baseline", &quoted(value), origin);
        }
        out.line("rules:");
        for rule in rules::ALL {
            out.rule("  ", rule, &self.rule(rule.id), true);
        }
        out.unchecked("  ", &self.rules);
        out.list("overrides", &self.overrides, Dump::special);
        out.list("podTemplates", &self.pod_templates, Dump::pod_template);
        out.list("images", &self.images, Dump::image);
        out.0
    }
}

#[derive(Default)]
struct Dump(String);

impl Dump {
    fn line(&mut self, text: &str) {
        self.0.push_str(text);
        self.0.push('\n');
    }

    fn value(&mut self, indent: &str, key: &str, value: &dyn Display, origin: &Origin) {
        // A `String` takes all that is written to it.
        let _ = writeln!(self.0, "{indent}{key}: {value} # {}", described(origin));
    }

    fn strings(&mut self, indent: &str, key: &str, values: &[Set<String>]) {
        if values.is_empty() {
            return self.value(indent, key, &"[]", &Origin::Default);
        }
        self.line(&format!("{indent}{key}:"));
        for value in values {
            self.line(&format!("{indent}- {} # {}", quoted(&value.value), described(&value.origin)));
        }
    }

    fn list<T>(&mut self, key: &str, values: &[Set<T>], write: fn(&mut Self, &T)) {
        if values.is_empty() {
            return self.value("", key, &"[]", &Origin::Default);
        }
        self.line(&format!("{key}:"));
        for Set { value, origin } in values {
            self.line(&format!("- # {}", described(origin)));
            write(self, value);
        }
    }

    /// What is set for a rule; with `all`, its defaults too.
    fn rule(&mut self, indent: &str, rule: &Rule, config: &RuleConfig, all: bool) {
        let default = all.then(|| Set::by_default(Level::On));
        let level = config.level.as_ref().or(default.as_ref());
        let deeper = format!("{indent}  ");
        let is_level_alone = config.options.is_empty() && (!all || rule.options.is_empty());
        if is_level_alone {
            if let Some(level) = level {
                self.value(indent, rule.id, &level.value.word(), &level.origin);
            }
            return;
        }
        self.line(&format!("{indent}{}:", rule.id));
        if let Some(level) = level {
            self.value(&deeper, SEVERITY, &level.value.word(), &level.origin);
        }
        for option in rule.options {
            let default = all.then(|| Set::by_default(option.default()));
            if let Some(set) = config.options.get(option.name()).or(default.as_ref()) {
                self.value(&deeper, option.name(), &written(&set.value), &set.origin);
            }
        }
    }

    fn unchecked(&mut self, indent: &str, rules: &Rules) {
        if let Some(level) = rules.get(UNCHECKED).and_then(|set| set.level.as_ref()) {
            self.value(indent, UNCHECKED, &level.value.word(), &level.origin);
        }
    }

    fn special(&mut self, special: &Override) {
        let Override { paths, resources, namespaces, .. } = special;
        for (key, list) in SELECTORS.iter().zip([paths, resources, namespaces]) {
            if !list.is_empty() {
                self.strings("  ", key, list);
            }
        }
        let set = |id: &str| special.rules.get(id).filter(|rule| **rule != RuleConfig::default());
        let rules: Vec<_> = rules::ALL.iter().filter_map(|rule| Some((rule, set(rule.id)?))).collect();
        self.line(if rules.is_empty() && !special.rules.contains_key(UNCHECKED) {
            "  rules: {}"
        } else {
            "  rules:"
        });
        for (rule, config) in rules {
            self.rule("    ", rule, config, false);
        }
        self.unchecked("    ", &special.rules);
    }

    fn pod_template(&mut self, template: &PodTemplatePath) {
        if let Some(group) = &template.group {
            self.line(&format!("  group: {}", quoted(group)));
        }
        self.line(&format!("  kind: {}", quoted(&template.kind)));
        self.line(&format!("  path: {}", quoted(&template.path.replace('/', "."))));
        self.line(&format!("  complete: {}", template.is_whole));
    }
}

impl Dump {
    fn image(&mut self, image: &OwnImage) {
        self.line(&format!("  name: {}", quoted(&image.name)));
        if let Some(sh) = &image.sh {
            self.line(&format!("  sh: {}", word(sh)));
        }
        if let Some(user) = &image.user {
            self.line(&format!("  user: {}", quoted(user)));
        }
        for (key, list) in [("entrypoint", &image.entrypoint), ("commands", &image.commands)] {
            if let Some(list) = list {
                let words: Vec<String> = list.iter().map(|word| quoted(word)).collect();
                self.line(&format!("  {key}: [{}]", words.join(", ")));
            }
        }
    }
}

fn described(origin: &Origin) -> String {
    match origin {
        Origin::Default => "default".to_owned(),
        Origin::File(path, line) => format!("{}:{line}", visible(path)),
        Origin::Flag(flag) => (*flag).to_owned(),
    }
}

fn word<T: ValueEnum>(value: &T) -> String {
    value.to_possible_value().map_or(String::new(), |word| word.get_name().to_owned())
}

fn written(value: &OptionValue) -> String {
    match value {
        OptionValue::Number(number) => number.to_string(),
        OptionValue::Quantities(quantities) => {
            let entries = quantities
                .iter()
                .map(|(resource, least)| format!("{}: {}", quoted(resource), quoted(&least.to_string())));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}
