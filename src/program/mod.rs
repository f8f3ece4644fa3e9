//! What a Pod's init containers and sidecars run: from the model to the analysis, and back to places.
//!
//! `command` and `args` are taken as the kubelet hands them over; a script may stand in them, or
//! in a ConfigMap or Secret of the same input that is mounted where it is looked for. Values of the environment may come of
//! a ConfigMap too.

mod lone_actions;
mod mounts;
mod own_folders;
mod process;
mod runs_as;

pub use own_folders::stays_in_image;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::Arc;

use crate::helm;
use crate::images::Images;
use crate::inputs::{ConfigData, InputSet};
use crate::kube::expansion::Environment;
use crate::kube::volume::{ConfigSource, Projection, VolumeSource};
use crate::kube::{Container, Field, Pod, Role, Version, VolumeMount};
use crate::rerun::{self, Analysis, Bound, Budget, Hazard, Running, Site, Userland};
use crate::shell::invocation;
use crate::shell::semantics::{Facts, Setting, Units, UnparsedText};
use crate::shell::{Parsed, Unparsed};
use crate::source::{FileId, MappedText, Span};
use mounts::VolumeNumbers;
use process::{EntryPoint, File, Files, Process, Surroundings, argv};
pub(crate) use runs_as::{is_root, user_of_image};
use runs_as::{restarts, userland};

/// What one init container or sidecar runs.
pub struct Program<'p, 'd> {
    /// The container.
    pub container: &'p Container<'d>,
    /// Which of the two it is.
    pub role: Role,
    /// What it runs; shared by those that run the same.
    process: Rc<Process<'p, 'd>>,
    /// The texts that the script hands to further shells.
    units: Units,
}

/// The programs of a Pod's init containers and sidecars, in order.
pub struct Programs<'p, 'd> {
    pod: &'p Pod<'d>,
    inputs: &'p InputSet,
    images: &'p Images,
    version: Version,
    budget: Option<&'p Budget>,
    /// Made when it is asked for.
    list: OnceCell<Vec<Program<'p, 'd>>>,
    /// Filled when they are asked for.
    analyses: OnceCell<Analyses<'d>>,
}

/// What comes of running each program again.
struct Analyses<'d> {
    list: Vec<Analysis>,
    volumes: VolumeNumbers<'d>,
}

impl<'p, 'd> Programs<'p, 'd> {
    /// The programs of `pod`, one of `inputs`, as `version` runs them in `images`.
    #[must_use]
    pub fn of(pod: &'p Pod<'d>, inputs: &'p InputSet, images: &'p Images, version: Version) -> Self {
        let (list, analyses) = (OnceCell::new(), OnceCell::new());
        Self { pod, inputs, images, version, budget: None, list, analyses }
    }

    /// The same, whose analysis takes no more than is left in `budget`.
    #[must_use]
    pub fn within(self, budget: &'p Budget) -> Self {
        Self { budget: Some(budget), ..self }
    }

    fn list(&self) -> &[Program<'p, 'd>] {
        self.list.get_or_init(|| {
            let Self { pod, inputs, images, version, .. } = *self;
            let own = Parsed::default();
            let parsed = self.budget.map_or(&own, Budget::parsed);
            let mut builder = ProgramBuilder::new(pod, inputs, images, parsed);
            let steps = pod.init_steps.iter();
            steps.map(|step| builder.program(step.container(), step.role_in(version))).collect()
        })
    }

    /// The scripts of which nothing could be told, and why; those of the analysis only where [`hazards`](Self::hazards)
    /// were asked for.
    pub fn unfollowed(&self) -> impl Iterator<Item = (&Program<'p, 'd>, Span, String)> {
        let analyses = self.analyses.get();
        self.list().iter().enumerate().filter_map(move |(index, program)| {
            let (span, why) = program.unfollowed(analyses.and_then(|analyses| analyses.list.get(index)))?;
            Some((program, span, why))
        })
    }

    /// The programs of the init containers, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Program<'p, 'd>> {
        self.list().iter().filter(|program| program.role == Role::Init)
    }

    /// The programs of the sidecars, in order.
    pub fn of_sidecars(&self) -> impl Iterator<Item = &Program<'p, 'd>> {
        self.list().iter().filter(|program| program.role == Role::Sidecar)
    }

    /// What makes each of them unsafe to run again.
    pub fn hazards(&self) -> impl Iterator<Item = (&Program<'p, 'd>, &[Hazard])> {
        let analyses = self.analyses().list.iter();
        self.list().iter().zip(analyses.map(|analysis| analysis.hazards.as_slice()))
    }

    /// The name of the volume that `hazard` is about.
    #[must_use]
    pub fn volume_of(&self, hazard: &Hazard) -> Option<&'d str> {
        self.analyses().volumes.name(hazard.volume?)
    }

    fn analyses(&self) -> &Analyses<'d> {
        self.analyses.get_or_init(|| {
            let mut volumes = VolumeNumbers::default();
            let running: Arc<[Running]> = mounts::running(self.pod, &mut volumes).into();
            let programs = self.list().iter();
            let sequence: Vec<rerun::Container> =
                programs.map(|program| program.for_analysis(self, &mut volumes, &running)).collect();
            let list = match self.budget {
                Some(budget) => rerun::analyse_within(&sequence, budget),
                None => rerun::analyse(&sequence),
            };
            Analyses { list, volumes }
        })
    }
}

struct ProgramBuilder<'b, 'p, 'd> {
    pod: &'p Pod<'d>,
    inputs: &'p InputSet,
    images: &'p Images,
    /// The scripts that are known.
    parsed: &'b Parsed,
    /// The processes that were made last.
    last: VecDeque<Rc<Process<'p, 'd>>>,
    /// How much the files and the variables of all processes take (bytes).
    given: usize,
}

/// How much the containers of a Pod may be given in files and variables together (bytes). Each may mount all of a ConfigMap.
const MAX_GIVEN: usize = 64 << 20;

impl<'b, 'p, 'd> ProgramBuilder<'b, 'p, 'd> {
    fn new(pod: &'p Pod<'d>, inputs: &'p InputSet, images: &'p Images, parsed: &'b Parsed) -> Self {
        Self { pod, inputs, images, parsed, last: VecDeque::new(), given: 0 }
    }

    fn program(&mut self, container: &'p Container<'d>, role: Role) -> Program<'p, 'd> {
        let texts = |name: &str| Some(self.config_map(name)?.texts(self.inputs));
        let environment = Environment::with(container, &texts);
        let argv = argv(container, &environment, self.images);
        let files = Rc::new(self.files(container, &argv));
        let directory = container.working_dir.map(|folder| folder.value);
        let process = self.process(Surroundings { argv, environment, directory, files });
        Program { container, role, process, units: Units::default() }
    }

    /// The process of a container, which may be that of one before it.
    fn process(&mut self, mut surroundings: Surroundings<'p, 'd>) -> Rc<Process<'p, 'd>> {
        /// With how many it is compared.
        const LAST: usize = 16;
        if let Some(process) = self.last.iter().find(|process| process.is_of(&surroundings)) {
            return Rc::clone(process);
        }
        let mut known = self.last.iter().map(|process| &process.files);
        match known.find(|known| **known == surroundings.files) {
            Some(known) => surroundings.files = Rc::clone(known),
            None => self.given += surroundings.files.size(),
        }
        self.given += surroundings.size();
        if self.given > MAX_GIVEN {
            return Rc::new(Process::unread());
        }
        let process = Rc::new(Process::new(surroundings, self.parsed));
        self.last.truncate(LAST - 1);
        self.last.push_front(Rc::clone(&process));
        process
    }

    /// The files of each mounted ConfigMap and Secret; only where the words could speak of them, or a script that the
    /// words name, so that none is parsed in vain.
    fn files(&self, container: &Container<'d>, argv: &[MappedText]) -> Files<'p> {
        let mut files = Files::default();
        let mounts = container.volume_mounts.iter();
        let mounts = mounts.filter_map(|mount| Some((mount, mount.mount_path?.value.trim_end_matches('/'))));
        let (of_words, others): (Vec<_>, Vec<_>) =
            mounts.partition(|(_, path)| argv.iter().any(|word| word.as_str().contains(path)));
        for (mount, path) in of_words {
            self.add_files(mount, path, &mut files);
        }
        let scripts: Vec<&str> = argv.iter().filter_map(|word| files.get(word.as_str())?.text).collect();
        for (mount, path) in others {
            if scripts.iter().any(|script| script.contains(path)) {
                self.add_files(mount, path, &mut files);
            }
        }
        files
    }

    fn add_files(&self, mount: &VolumeMount<'d>, path: &str, files: &mut Files<'p>) {
        let Some(volume) = self.pod.volume_of(mount) else { return };
        for (source, data) in self.data_of(&volume.source) {
            for (file, key, text) in entries(source, data, self.inputs) {
                let text = File { data, key, text, inputs: self.inputs, mapped: OnceCell::new() };
                match mount.sub_path {
                    Some(sub_path) if sub_path.value == file => files.insert(path.to_owned(), text),
                    Some(_) => {}
                    None => files.insert(format!("{path}/{file}"), text),
                }
            }
        }
    }

    /// The ConfigMaps and Secrets of the input that become files of a volume.
    fn data_of<'v>(&self, volume: &'v VolumeSource<'d>) -> Vec<(&'v ConfigSource<'d>, ConfigData<'p>)> {
        let with = |source: &'v ConfigSource<'d>, data: Option<ConfigData<'p>>| Some((source, data?));
        let config_map = |source: &'v ConfigSource<'d>| with(source, self.mounted_config_map(source.name?));
        let secret = |source: &'v ConfigSource<'d>| with(source, self.mounted_secret(source.name?));
        match volume {
            VolumeSource::ConfigMap(source) => config_map(source).into_iter().collect(),
            VolumeSource::Secret(source) => secret(source).into_iter().collect(),
            VolumeSource::Projected { sources } => {
                let data = sources.iter().filter_map(|source| match source {
                    Projection::ConfigMap(source) => config_map(source),
                    Projection::Secret(source) => secret(source),
                    Projection::Other => None,
                });
                data.collect()
            }
            _ => Vec::new(),
        }
    }

    fn config_map(&self, name: &str) -> Option<ConfigData<'p>> {
        self.inputs.config_map(self.file(), self.namespace(), name)
    }

    /// The ConfigMap that a volume names: one of the input, or of the same chart.
    fn mounted_config_map(&self, name: Field<'d, &'d str>) -> Option<ConfigData<'p>> {
        self.config_map(name.value).or_else(|| self.inputs.data_of_chart(self.file(), "ConfigMap", name.node))
    }

    /// As [`Self::mounted_config_map`], a Secret.
    fn mounted_secret(&self, name: Field<'d, &'d str>) -> Option<ConfigData<'p>> {
        self.secret(name.value).or_else(|| self.inputs.data_of_chart(self.file(), "Secret", name.node))
    }

    fn secret(&self, name: &str) -> Option<ConfigData<'p>> {
        self.inputs.secret(self.file(), self.namespace(), name)
    }

    fn file(&self) -> FileId {
        self.pod.spec().span().file
    }

    fn namespace(&self) -> Option<&'p str> {
        self.pod.template.object.namespace()
    }
}

/// A container's process that never ends by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndlessProcess {
    /// The command as people call it: `nginx`, `sleep`.
    pub command: String,
    /// Its words, or the image that starts it.
    pub span: Span,
}

/// What `container` runs for ever, by its words or by what its image is known, by `images`, to start. `None` where it ends, where that
/// isn't known, and where a shell reads a script, of which [`Program::facts`] tell.
#[must_use]
pub fn endless_process(container: &Container<'_>, images: &Images) -> Option<EndlessProcess> {
    let argv = argv(container, &Environment::of(container), images);
    let words: Vec<Option<&str>> = argv.iter().map(|word| Some(word.as_str())).collect();
    let command = invocation::runs_for_ever(&words)?;
    let span = argv.iter().map(MappedText::whole).reduce(Span::to)?;
    Some(EndlessProcess { command, span })
}

/// File names, the keys that they hold and the texts of these, if they are known: `items`, or each key as a file of its name.
fn entries<'p>(
    source: &ConfigSource<'_>,
    data: ConfigData<'p>,
    inputs: &'p InputSet,
) -> Vec<(String, String, Option<&'p str>)> {
    let texts = data.entries(inputs);
    let Some(items) = &source.items else {
        return texts.into_iter().map(|(key, text)| (key.to_string(), key.into_owned(), text)).collect();
    };
    let entry = |file: &str, key: &str| Some((file.to_owned(), key.to_owned(), *texts.get(key)?));
    items.iter().filter_map(|item| entry(item.path?.value, item.key?.value)).collect()
}

impl<'d> Program<'_, 'd> {
    fn for_analysis(
        &self,
        programs: &Programs<'_, 'd>,
        volumes: &mut VolumeNumbers<'d>,
        running: &Arc<[Running]>,
    ) -> rerun::Container {
        let Programs { pod, images, inputs, version, .. } = *programs;
        let (environment, unknown_environment) = self.process.variables();
        rerun::Container {
            program: self.process.for_analysis(),
            mounts: mounts::of(pod, self.container, volumes),
            environment,
            unknown_environment,
            working_dir: self.container.working_dir.map(|folder| folder.value.to_owned()),
            userland: if self.brings_userland() {
                Userland::Unknown
            } else {
                userland(self.container, images)
            },
            is_sidecar: self.role == Role::Sidecar,
            restarts: self.role == Role::Sidecar || restarts(pod, self.container, version),
            root: is_root(pod, self.container, images, inputs),
            host_network: pod.host.network,
            entries: mounts::entries(pod, self.container),
            running: Arc::clone(running),
            files: self.process.files.texts(),
        }
    }

    /// Whether its script speaks of GNU's commands, as one does that installs them.
    fn brings_userland(&self) -> bool {
        matches!(&self.process.entry_point, EntryPoint::Script(unit) if unit.text.as_str().contains("coreutils"))
    }

    /// What is known of its script, or of its one command.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        let process = &*self.process;
        let main = match &process.entry_point {
            EntryPoint::Script(unit) => Some(&**unit),
            EntryPoint::Unparsed(unparsed) => {
                return Facts { unparsed: vec![unparsed.clone()], ..Facts::default() };
            }
            EntryPoint::Command => process.exec(),
            EntryPoint::Unread => None,
        };
        let Some(main) = main else { return Facts::default() };
        let (environment, unknown_environment) = variables(&process.environment);
        let directory = process.directory.map(str::to_owned);
        let (units, files) = (&self.units, process);
        Facts::of(&Setting { main, units, files, directory, environment, unknown_environment })
    }

    /// The number of what it runs: the same for programs of a Pod of which the same is known.
    pub(crate) fn process_id(&self) -> usize {
        Rc::as_ptr(&self.process).addr()
    }

    /// Whether it is a script that is parsed.
    pub(crate) fn is_script(&self) -> bool {
        matches!(self.process.entry_point, EntryPoint::Script(_))
    }

    /// Its container, for people: "init container `seed`".
    #[must_use]
    pub fn describe(&self) -> String {
        format!("{} `{}`", self.role.describe(), self.container.name())
    }

    /// The words of `command` and `args` as the process gets them.
    #[must_use]
    pub fn argv(&self) -> &[MappedText] {
        &self.process.argv
    }

    /// Where `site` stands: in the manifest, or in the ConfigMap or Secret that holds the script.
    #[must_use]
    pub fn span(&self, site: &Site) -> Span {
        let text = self.text_of(site);
        text.map_or_else(|| self.words_span(), |text| text.span(site.range.clone()))
    }

    /// The text that the range of `site` counts in; `None` where there is no script.
    #[must_use]
    pub fn text_of(&self, site: &Site) -> Option<&MappedText> {
        match &site.file {
            Some(file) => self.process.files.get(file).and_then(File::mapped),
            None => self.text(),
        }
    }

    /// The text of its script, parsed or not.
    #[must_use]
    pub fn text(&self) -> Option<&MappedText> {
        match &self.process.entry_point {
            EntryPoint::Script(unit) => Some(&unit.text),
            EntryPoint::Unparsed(unparsed) => Some(&unparsed.text),
            EntryPoint::Command | EntryPoint::Unread => None,
        }
    }

    /// Why its script isn't followed, and where; `analysis` is that of the program, if there is one.
    fn unfollowed(&self, analysis: Option<&Analysis>) -> Option<(Span, String)> {
        let script = format!("the script of {}", self.describe());
        if matches!(self.process.entry_point, EntryPoint::Unread) {
            let why = "the containers of its Pod are given too many files and variables together";
            return Some((self.container.name_span(), format!("{script} is not followed: {why}")));
        }
        let words = self.container.command.iter().chain(&self.container.args).flatten();
        if let Some(word) =
            words.map(|word| word.node.mapped()).find(|word| self.process.environment.cuts(word))
        {
            return Some((word.whole(), format!("{script} is not followed: a variable in it is too long")));
        }
        if let EntryPoint::Unparsed(UnparsedText { text, why, .. }) = &self.process.entry_point {
            return Some(match why {
                Unparsed::Bound { message } => (
                    text.whole(),
                    format!("{script} is too large or too deeply nested to be followed: {message}"),
                ),
                // What an action puts there may make it whole.
                Unparsed::Syntax { .. } if helm::has_placeholder(text.as_str()) => return None,
                Unparsed::Syntax { range, message, .. } => {
                    (text.span(range.clone()), format!("{script} can't be parsed: {message}"))
                }
            });
        }
        let bound = analysis.filter(|analysis| analysis.hazards.is_empty())?.unfinished?;
        if bound == Bound::Unparsed && self.text().is_some_and(|text| helm::has_placeholder(text.as_str())) {
            return None;
        }
        // A sidecar needn't come to an end.
        if self.role == Role::Sidecar && bound == Bound::Steps {
            return None;
        }
        Some(self.cut_short(bound))
    }

    /// That its script isn't followed to its end, for `bound`.
    pub(crate) fn cut_short(&self, bound: Bound) -> (Span, String) {
        let place = self.text().map_or_else(|| self.words_span(), MappedText::whole);
        (place, format!("the script of {} is not followed to its end: {bound}", self.describe()))
    }

    /// From the first to the last word of a command without a script.
    fn words_span(&self) -> Span {
        let mut spans = self.process.argv.iter().map(MappedText::whole);
        let first = spans.next().unwrap_or_else(|| self.container.name_span());
        spans.fold(first, Span::to)
    }
}

/// What a template puts into `text`: to a script it is as a variable that only the cluster knows.
fn placeholders(text: &str) -> impl Iterator<Item = String> {
    text.chars().filter(|&char| helm::is_placeholder(char)).map(String::from)
}

/// The environment variables whose values are known, and those that only the cluster knows.
fn variables(environment: &Environment<'_>) -> (BTreeMap<String, String>, BTreeSet<String>) {
    let (mut known, mut unknown) = (BTreeMap::new(), BTreeSet::new());
    for (name, value) in environment.variables() {
        match value {
            Some(value) => _ = known.insert(name.to_owned(), value.to_owned()),
            None => _ = unknown.insert(name.to_owned()),
        }
    }
    (known, unknown)
}
