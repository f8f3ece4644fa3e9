//! The layer of the command line.

use super::{Config, Set, ids};
use crate::cli::Cli;
use crate::path_text::text_of_path;
use crate::rules;
use crate::settings::Level;

impl Config {
    /// Puts the flags on top.
    ///
    /// # Errors
    /// A message that names what a flag doesn't take.
    pub(super) fn update_by_flags(&mut self, cli: &Cli) -> Result<(), String> {
        let version = cli.kubernetes_version.as_deref().map(str::parse).transpose();
        let version = version.map_err(|error: crate::kube::version::UnknownVersion| error.to_string())?;
        self.update(Config {
            kubernetes_version: version.map(|version| Set::by_flag("--kubernetes-version", version)),
            fail_on: cli.fail_on.map(|least| Set::by_flag("--fail-on", least)),
            min_severity: cli.min_severity.map(|least| Set::by_flag("--min-severity", least)),
            pedantic: cli.pedantic.then(|| Set::by_flag("--pedantic", true)),
            load_restrictor: cli.load_restrictor.map(|which| Set::by_flag("--load-restrictor", which)),
            exclude: cli.exclude.iter().map(|glob| Set::by_flag("--exclude", glob.clone())).collect(),
            baseline: cli.baseline.as_ref().map(|path| Set::by_flag("--baseline", text_of_path(path))),
            ..Config::default()
        });
        if cli.no_baseline {
            self.baseline = None;
        }
        let renamed = cli.select.iter().chain(&cli.ignore).filter_map(|id| rules::renamed(id.trim()));
        self.notes.extend(renamed);
        let select = known(&cli.select)?;
        let ignore = known(&cli.ignore)?;
        if !select.is_empty() && select.iter().all(|id| ignore.contains(id)) {
            return Err("--ignore leaves none of the rules that --select names".to_owned());
        }
        if !select.is_empty() {
            self.select(&select);
        }
        for id in ignore {
            self.set_level(id, Set::by_flag("--ignore", Level::Off));
        }
        Ok(())
    }

    /// Nobody asks for the other rules then. Those named run as the file has it, or where the file has
    /// them off as if it said nothing.
    fn select(&mut self, selected: &[&str]) {
        for id in ids() {
            let is_off = self.rule(id).level.is_some_and(|level| level.value == Level::Off);
            if !selected.contains(&id) {
                let level = if is_off { Level::Off } else { Level::Unasked };
                self.set_level(id, Set::by_flag("--select", level));
            } else if is_off {
                self.set_level(id, Set::by_flag("--select", Level::On));
            } else {
                self.unset_off(id);
            }
        }
    }

    /// Lets no override switch the rule `id` off.
    fn unset_off(&mut self, id: &str) {
        for rule in self.overrides.iter_mut().filter_map(|special| special.value.rules.get_mut(id)) {
            rule.level = rule.level.take().filter(|level| level.value != Level::Off);
        }
    }
}

/// The rules that are named, by themselves or by their group.
fn known(names: &[String]) -> Result<Vec<&'static str>, String> {
    let named: Vec<_> = names.iter().map(|name| rules::named(name.trim())).collect::<Result<_, String>>()?;
    Ok(named.into_iter().flatten().map(|rule| rule.id).collect())
}
