//! The command line's words. No logic: `main.rs` and `config.rs` act on them.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{ArgGroup, Parser, ValueEnum};
use clap_complete::Shell;

use crate::finding::Severity;
use crate::kustomize::LoadRestrictor;
use crate::report::Format;
use crate::report::output::OutputFile;

/// Finds what goes wrong with Kubernetes init containers and native sidecars, before `kubectl apply`.
#[derive(Debug, Clone, Parser)]
#[command(name = "initlint", version, max_term_width = 100, after_help = EXIT_STATUS)]
#[command(group(ArgGroup::new("changes").args(["fix", "diff"]).multiple(true)))]
pub struct Cli {
    /// Files, folders, globs, or `-` for standard input [default: .]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Form of the output
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    pub format: Format,

    /// Print only how many findings there are of each rule (--format pretty, concise or json)
    #[arg(long, conflicts_with_all = ["describe", "quiet"], help_heading = "Output")]
    pub statistics: bool,

    /// Write the report also to a file, in another form (repeatable)
    #[arg(long, value_name = "FORMAT=PATH", conflicts_with = "describe", help_heading = "Output")]
    pub output_file: Vec<OutputFile>,

    /// Leave suppressed and baselined findings out of SARIF and JUnit (GitHub shows them as open)
    #[arg(long, help_heading = "Output")]
    pub omit_suppressed: bool,

    /// When to use colours
    #[arg(long, value_enum, default_value_t, value_name = "WHEN", help_heading = "Output")]
    pub color: ColorChoice,

    /// Print findings only: no summary, no notes
    #[arg(long, short, help_heading = "Output")]
    pub quiet: bool,

    /// Leave out the summary
    #[arg(long, help_heading = "Output")]
    pub no_summary: bool,

    /// The least severe finding that makes the exit status 1 [default: warning]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Findings")]
    pub fail_on: Option<FailOn>,

    /// Report only findings at least this severe [default: info]
    #[arg(long, value_enum, value_name = "SEVERITY", help_heading = "Findings")]
    pub min_severity: Option<Severity>,

    /// Run only these rules or groups of rules (comma-separated)
    #[arg(long, value_name = "RULE,…", value_delimiter = ',', help_heading = "Findings")]
    pub select: Vec<String>,

    /// Don't run these rules or groups of rules (comma-separated)
    #[arg(long, value_name = "RULE,…", value_delimiter = ',', help_heading = "Findings")]
    pub ignore: Vec<String>,

    /// Report also what is only likely (findings of low confidence)
    #[arg(long, help_heading = "Findings")]
    pub pedantic: bool,

    /// Count only findings that this file doesn't list
    #[arg(long, value_name = "FILE", conflicts_with = "describe", help_heading = "Findings")]
    pub baseline: Option<PathBuf>,

    /// Count all findings, though the config file names a baseline
    #[arg(long, conflicts_with = "baseline", help_heading = "Findings")]
    pub no_baseline: bool,

    /// List all findings in this file, for --baseline
    #[arg(long, value_name = "FILE", conflicts_with = "describe", help_heading = "Findings")]
    pub write_baseline: Option<PathBuf>,

    /// Mend what can be mended without changing what the manifest means
    #[arg(long, conflicts_with_all = ["describe", "write_baseline"], help_heading = "Fixes")]
    pub fix: bool,

    /// With --fix or --diff: also mend what a person should read afterwards
    #[arg(long, requires = "changes", help_heading = "Fixes")]
    pub unsafe_fixes: bool,

    /// Show what --fix would change, and change nothing (exit status 1 if that is anything)
    #[arg(long, conflicts_with_all = ["describe", "write_baseline", "output_file", "statistics"], help_heading = "Fixes")]
    pub diff: bool,

    /// Suppress all that is found, with a comment at each place (in JSON: an annotation), for this reason
    #[arg(
        long,
        value_name = "REASON",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = NO_REASON,
        conflicts_with_all = ["fix", "describe", "write_baseline"],
        help_heading = "Fixes"
    )]
    pub add_ignore: Option<String>,

    /// Version of Kubernetes that the manifests are for, such as 1.31 [default: the newest known]
    #[arg(long, value_name = "VERSION", help_heading = "Findings")]
    pub kubernetes_version: Option<String>,

    /// Which files a kustomization may name, as kustomize's option has it [default: those in its folder; others are noted]
    #[arg(long, value_enum, value_name = "WHICH", help_heading = "Findings")]
    pub load_restrictor: Option<LoadRestrictor>,

    /// Config file [default: .initlint.yaml here or in the nearest folder above]
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub config: Option<PathBuf>,

    /// Read no config file
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    pub no_config: bool,

    /// Print what is in force and where it was set, and exit
    #[arg(long, help_heading = "Configuration")]
    pub dump_config: bool,

    /// Print the config file's JSON schema and exit
    #[arg(long, help_heading = "Configuration")]
    pub config_schema: bool,

    /// Leave out paths that match this glob (repeatable)
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    pub exclude: Vec<String>,

    /// Leave out what --exclude or the config file excludes also where it is named on the command line
    #[arg(long, help_heading = "Files")]
    pub force_exclude: bool,

    /// Read files that .gitignore leaves out
    #[arg(long, help_heading = "Files")]
    pub no_ignore: bool,

    /// Read paths from a file, one on each line (`-`: standard input)
    #[arg(long, value_name = "FILE", help_heading = "Files")]
    pub files_from: Option<PathBuf>,

    /// Name to show for standard input
    #[arg(long, value_name = "PATH", default_value = "<stdin>", help_heading = "Files")]
    pub stdin_filename: String,

    /// Number of threads [default: one for each core]
    #[arg(long, short = 'j', value_name = "N", help_heading = "Files")]
    pub jobs: Option<usize>,

    /// Instead of linting, show how each Pod starts: in which order, who asks for what, and what stays
    /// reserved without use (--format pretty, concise or json)
    #[arg(long, conflicts_with_all = ["output_file", "baseline", "write_baseline"], help_heading = "Information")]
    pub describe: bool,

    /// Serve an editor over standard input and output, as a language server (LSP)
    #[arg(long, conflicts_with_all = ["describe", "output_file", "write_baseline", "fix", "diff", "add_ignore", "statistics"], help_heading = "Information")]
    pub lsp: bool,

    /// Show a table of the N Pods that leave most unused after they have started
    #[arg(long, value_name = "N", requires = "describe", help_heading = "Information")]
    pub top: Option<usize>,

    /// Explain a rule and exit (--format pretty, markdown or json)
    #[arg(long, value_name = "RULE", help_heading = "Information")]
    pub explain: Option<String>,

    /// List the rules and exit (--format pretty, concise or json)
    #[arg(long, help_heading = "Information")]
    pub rules: bool,

    /// Print completions for a shell and exit
    #[arg(long, value_name = "SHELL", help_heading = "Information")]
    pub completions: Option<Shell>,

    /// Print the manual page and exit (initlint --man | man -l -)
    #[arg(long, help_heading = "Information")]
    pub man: bool,
}

/// The reason that --add-ignore gives where the user gives none.
const NO_REASON: &str = "written by --add-ignore, not looked at yet";

/// What the exit status means, as the help ends.
pub(crate) const EXIT_STATUS: &str = "Exit status:
  0  no finding at or above --fail-on
  1  findings
  2  something could not be checked (usage, config file, a path that is not there or can't be read,
     a script that can't be followed)";

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The least severe finding that makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FailOn {
    /// Errors
    Error,
    /// Errors and warnings
    #[default]
    Warning,
    /// Any finding
    Info,
    /// None
    Never,
}

/// Here, for kustomizations know nothing of a command line.
impl ValueEnum for LoadRestrictor {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::RootOnly, Self::None]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::RootOnly => {
                PossibleValue::new("LoadRestrictionsRootOnly").help("Those in its own folder and below it")
            }
            Self::None => PossibleValue::new("LoadRestrictionsNone").help("Any of the work tree"),
        })
    }
}

/// Here, for findings know nothing of a command line.
impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &[Severity::Info, Severity::Warning, Severity::Error]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Severity::Info => "Advice; never changes the exit status by default",
            Severity::Warning => "It works until something restarts, or it wastes or risks something",
            Severity::Error => {
                "The API server rejects it, or the Pod can never become Ready, now or after a restart"
            }
        };
        Some(PossibleValue::new(self.name()).help(help))
    }
}

impl FailOn {
    /// As a severity; `None` for never.
    #[must_use]
    pub fn severity(self) -> Option<Severity> {
        match self {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Info => Some(Severity::Info),
            FailOn::Never => None,
        }
    }
}
