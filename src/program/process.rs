//! The process of a container: its words, what it sees, and the script that it runs.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::lone_actions;
use crate::images::Images;
use crate::inputs::{ConfigData, InputSet};
use crate::kube::expansion::{Environment, Meaning};
use crate::kube::{Container, Field};
use crate::rerun;
use crate::shell::Parsed;
use crate::shell::invocation::{self, Invocation};
use crate::shell::options::Shell;
use crate::shell::semantics::{self, Unit, UnitKind, UnparsedText};
use crate::source::MappedText;

/// Variables of known values, and the names of others.
pub(super) type Variables = (Arc<BTreeMap<String, String>>, Arc<BTreeSet<String>>);

/// What a container runs, and what that sees: the same for all containers of a Pod that run one script in one way.
pub(super) struct Process<'p, 'd> {
    /// `command` and `args` as the process gets them.
    pub(super) argv: Vec<MappedText>,
    pub(super) environment: Environment<'d>,
    /// `workingDir`, where it is given.
    pub(super) directory: Option<&'d str>,
    pub(super) entry_point: EntryPoint,
    /// The text files that each mounted ConfigMap and Secret of the input holds.
    pub(super) files: Rc<Files<'p>>,
    /// Its variables for the analysis of a second run.
    variables: OnceCell<Variables>,
    /// The words as one command, where no script can be followed; made when it is asked for.
    exec: OnceCell<Option<Unit>>,
    /// The same for the analysis of a second run.
    for_analysis: OnceCell<Arc<rerun::Program>>,
}

impl<'p, 'd> Process<'p, 'd> {
    /// The process of these words; its script is parsed unless it is among those `known`.
    pub(super) fn new(surroundings: Surroundings<'p, 'd>, known: &Parsed) -> Self {
        let Surroundings { argv, environment, directory, files } = surroundings;
        let entry_point = entry_point(&argv, &files, known).unwrap_or(EntryPoint::Command);
        let (exec, for_analysis, variables) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { argv, environment, directory, entry_point, files, variables, exec, for_analysis }
    }

    /// A process of which nothing is read, since too much is given to the containers before it.
    pub(super) fn unread() -> Self {
        let surroundings = Surroundings {
            argv: Vec::new(),
            environment: Environment::default(),
            directory: None,
            files: Rc::default(),
        };
        Self { entry_point: EntryPoint::Unread, ..Self::new(surroundings, &Parsed::default()) }
    }

    /// Whether it is that of these words.
    pub(super) fn is_of(&self, other: &Surroundings<'p, 'd>) -> bool {
        self.argv == other.argv
            && self.environment == other.environment
            && self.directory == other.directory
            && (Rc::ptr_eq(&self.files, &other.files) || self.files == other.files)
    }

    /// The words as one command; `None` without any.
    pub(super) fn exec(&self) -> Option<&Unit> {
        self.exec.get_or_init(|| Unit::exec(&self.argv)).as_ref()
    }

    /// What the analysis of a second run makes of it.
    pub(super) fn for_analysis(&self) -> Arc<rerun::Program> {
        let program = || match &self.entry_point {
            EntryPoint::Script(unit) => rerun::Program::Script {
                script: Arc::clone(&unit.script),
                text: unit.text.as_str().to_owned(),
                options: unit.options,
                arguments: unit.parameters.iter().cloned().map(Option::unwrap_or_default).collect(),
                bash: unit.shell == Some(Shell::Bash),
            },
            EntryPoint::Unparsed(_) | EntryPoint::Command | EntryPoint::Unread => {
                rerun::Program::Exec(self.argv.iter().map(|word| word.as_str().to_owned()).collect())
            }
        };
        Arc::clone(self.for_analysis.get_or_init(|| Arc::new(program())))
    }
}

impl Process<'_, '_> {
    /// Its variables: those of known values, and the names of the others. What a template puts into its words is to a script
    /// as a variable that only the cluster knows.
    pub(super) fn variables(&self) -> Variables {
        let variables = || {
            let (known, mut unknown) = super::variables(&self.environment);
            unknown.extend(self.argv.iter().flat_map(|word| super::placeholders(word.as_str())));
            (Arc::new(known), Arc::new(unknown))
        };
        self.variables.get_or_init(variables).clone()
    }
}

impl semantics::Files for Process<'_, '_> {
    fn text(&self, path: &str) -> Option<MappedText> {
        self.files.get(path)?.mapped().cloned()
    }
}

/// All that a [`Process`] hangs on.
pub(super) struct Surroundings<'p, 'd> {
    pub(super) argv: Vec<MappedText>,
    pub(super) environment: Environment<'d>,
    pub(super) directory: Option<&'d str>,
    pub(super) files: Rc<Files<'p>>,
}

impl Surroundings<'_, '_> {
    /// How much room its variables take (bytes).
    pub(super) fn size(&self) -> usize {
        self.environment.variables().map(|(name, value)| name.len() + value.map_or(0, str::len) + ENTRY).sum()
    }
}

/// What an entry of a map takes besides its text (bytes, about).
const ENTRY: usize = 128;

/// Text files by absolute path.
#[derive(Default)]
pub(super) struct Files<'p> {
    by_path: BTreeMap<String, File<'p>>,
    /// The same for the analysis of a second run.
    texts: OnceCell<Arc<BTreeMap<String, Option<String>>>>,
}

impl<'p> Files<'p> {
    pub(super) fn insert(&mut self, path: String, file: File<'p>) {
        self.by_path.insert(path, file);
    }

    pub(super) fn get(&self, path: &str) -> Option<&File<'p>> {
        self.by_path.get(path)
    }

    pub(super) fn texts(&self) -> Arc<BTreeMap<String, Option<String>>> {
        let texts = self.by_path.iter().map(|(path, file)| (path.clone(), file.text.map(str::to_owned)));
        Arc::clone(self.texts.get_or_init(|| Arc::new(texts.collect())))
    }

    /// How much room they take (bytes).
    pub(super) fn size(&self) -> usize {
        let text = |file: &File<'_>| file.text.map_or(0, str::len);
        self.by_path.iter().map(|(path, file)| 2 * path.len() + text(file) + ENTRY).sum()
    }
}

impl PartialEq for Files<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.by_path == other.by_path
    }
}

/// A file that a ConfigMap or Secret holds. Where each part of its text stands is found out only when it is asked for: the maps
/// have many that no script speaks of.
pub(super) struct File<'p> {
    pub(super) data: ConfigData<'p>,
    pub(super) key: String,
    /// `None` where the values of a chart tell it.
    pub(super) text: Option<&'p str>,
    pub(super) inputs: &'p InputSet,
    pub(super) mapped: OnceCell<Option<MappedText>>,
}

impl File<'_> {
    pub(super) fn mapped(&self) -> Option<&MappedText> {
        self.mapped.get_or_init(|| self.data.mapped(&self.key, self.inputs)).as_ref()
    }
}

impl PartialEq for File<'_> {
    fn eq(&self, other: &Self) -> bool {
        let is_same = match (self.text, other.text) {
            (Some(own), Some(others)) => std::ptr::eq(own, others),
            (own, others) => own == others,
        };
        self.key == other.key && is_same
    }
}

/// What a process starts with.
pub(super) enum EntryPoint {
    Script(Box<Unit>),
    /// A script that isn't parsed.
    Unparsed(UnparsedText),
    /// No script: the words themselves.
    Command,
    /// Nobody has read it.
    Unread,
}

/// The words of the container's process: `command` and `args`, or what its image is known to start with `args`.
pub(super) fn argv(
    container: &Container<'_>,
    environment: &Environment<'_>,
    images: &Images,
) -> Vec<MappedText> {
    let expand = |words: Vec<Field<'_, &str>>| -> Vec<MappedText> {
        words.iter().map(|word| environment.expand(&word.node.mapped()).text).collect()
    };
    if let Some(words) = container.argv() {
        return expand(words);
    }
    let args = expand(container.args.clone().unwrap_or_default());
    of_image(container, &args, environment, images).unwrap_or_default()
}

/// The words of the process that the container's image is known to start with `args`. Those that the image adds stand
/// where the first of `args` does, or where the image is named.
fn of_image(
    container: &Container<'_>,
    args: &[MappedText],
    environment: &Environment<'_>,
    images: &Images,
) -> Option<Vec<MappedText>> {
    let may_be = |name: &str, value: &str| match environment.lookup(name) {
        Meaning::Known(known) => &*known == value,
        Meaning::Unknown => true,
        Meaning::Undefined => false,
    };
    let texts: Vec<&str> = args.iter().map(MappedText::as_str).collect();
    let words = images.process(&container.image()?, &texts, &may_be)?;
    let place = args.first().map_or(container.image?.span(), MappedText::whole);
    let added = words.len().saturating_sub(args.len());
    let added = words.iter().take(added).map(|word| {
        let mut text = MappedText::new(place);
        text.push(word, place.range());
        text
    });
    Some(added.chain(args.iter().cloned()).collect())
}

/// The script that `argv` runs, if it is one.
fn entry_point(argv: &[MappedText], files: &Files<'_>, known: &Parsed) -> Option<EntryPoint> {
    let words: Vec<Option<&str>> = argv.iter().map(|word| Some(word.as_str())).collect();
    let after = |at: usize| argv.iter().skip(at).map(|word| Some(word.as_str().to_owned())).collect();
    let (text, wrapper, shell, options, parameters) = match invocation::of(&words) {
        Invocation::Script { wrapper, text, shell, options } => {
            (argv.get(text)?.clone(), wrapper, shell, options, after(text + 1))
        }
        Invocation::File { wrapper, path, shell, options } => {
            let text = files.get(argv.get(path)?.as_str())?.mapped()?.clone();
            let (shell, options) = match shell {
                Some(shell) => (shell, options),
                None => invocation::of_first_line(text.as_str())?,
            };
            (text, wrapper, shell, options, after(path))
        }
        Invocation::Exec { program } => {
            let text = files.get(argv.get(program)?.as_str())?.mapped()?.clone();
            let (shell, options) = invocation::of_first_line(text.as_str())?;
            (text, program, shell, options, after(program))
        }
        Invocation::Elsewhere | Invocation::OtherLanguage(_) | Invocation::Unknown => return None,
    };
    let (text, parsed) = lone_actions::parse(text, known);
    Some(match parsed {
        Ok(script) => EntryPoint::Script(Box::new(Unit {
            script,
            text,
            kind: UnitKind::Main,
            shell: Some(shell),
            options,
            parameters,
            wrapper: argv.iter().take(wrapper).map(|word| word.as_str().to_owned()).collect(),
        })),
        Err(why) => EntryPoint::Unparsed(UnparsedText { text, shell: Some(shell), why, is_fatal: true }),
    })
}
