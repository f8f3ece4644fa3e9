//! Arguments in, exit status out.

use std::io::{self, BufWriter, ErrorKind, IsTerminal, StderrLock, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use initlint::apply::{self, Changed, Fixer, Ignorer, Outcome, Stdin};
use initlint::baseline::Baseline;
use initlint::cli::{Cli, ColorChoice};
use initlint::config;
use initlint::describe::{self, Description};
use initlint::discover::{self, Found, Input, Walk};
use initlint::finding::{Finding, Safety, Severity};
use initlint::progress::Progress;
use initlint::report::ci_log::{CiLog, Syntax};
use initlint::report::concise::write_failures;
use initlint::report::describe::Form;
use initlint::report::text::visible;
use initlint::report::{self, Format, Look, Report, explain, output, summary, tally};
use initlint::rule::Group;
use initlint::settings::Settings;
use initlint::source::{Encoding, Source};
use initlint::{bounded, lsp, manual, pipeline, rules, terminal};
use mimalloc::MiMalloc;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Trees of YAML and of scripts are many small pieces, taken and given back by several threads at once.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The longest list of paths (bytes).
const MAX_LIST: u64 = 16 << 20;

/// How many mistakes of a config file are shown.
const MAX_MISTAKES: usize = 100;

/// Deeply nested manifests and scripts are bounded, but the bounds want more than 2 MiB.
const STACK_SIZE: usize = 16 << 20;

/// The bars and tables of a description need this much (columns).
const NARROWEST: usize = 40;

fn main() -> ExitCode {
    if let Some(file) = option_that_is_a_file() {
        return fail(&format!(
            "{} is the name of a file: write `--` before the names of files",
            visible(&file)
        ));
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    match run(&cli) {
        Ok(code) => code,
        // Whoever reads us (`| head`) has had enough.
        Err(Failed::Output(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(Failed::Output(error)) => fail(&format!("cannot write the output: {error}")),
        Err(Failed::Usage(message)) => fail(&message),
        Err(Failed::Config(source, findings)) => fail_in_config(source, findings, &cli),
    }
}

/// An argument that looks like an option and is the name of a file. pre-commit hands over the names of the files that
/// changed, and a file may be called `--write-baseline=x.json`.
fn option_that_is_a_file() -> Option<String> {
    std::env::var_os("PRE_COMMIT")?;
    let before_names = std::env::args_os().skip(1).take_while(|argument| argument != "--");
    let mut options = before_names.filter(|argument| argument.as_encoded_bytes().starts_with(b"-"));
    let file = options.find(|argument| argument != "-" && std::fs::symlink_metadata(argument).is_ok())?;
    Some(file.to_string_lossy().into_owned())
}

/// Shows what clap says of the arguments. Those may be names of files, and speak to whoever reads the log.
fn refuse(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        error.exit();
    }
    let colored = terminal::is_colored(ColorChoice::Auto, &io::stderr());
    let mut text = if colored { error.render().ansi().to_string() } else { error.render().to_string() };
    let arguments: Vec<String> = std::env::args_os().map(|own| own.to_string_lossy().into_owned()).collect();
    let values = arguments.iter().filter_map(|argument| Some(argument.split_once('=')?.1));
    for shown in arguments.iter().map(String::as_str).chain(values) {
        let safe = visible(shown);
        if safe != shown {
            text = text.replace(shown, &safe);
        }
    }
    let _ = write!(stderr(), "{text}");
    ExitCode::from(2)
}

/// Why a run gave up.
enum Failed {
    Usage(String),
    /// A config file, and what is wrong in it.
    Config(Arc<Source>, Vec<Finding>),
    Output(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Failed::Output(error)
    }
}

impl From<String> for Failed {
    fn from(message: String) -> Self {
        Failed::Usage(message)
    }
}

impl From<config::Problem> for Failed {
    fn from(problem: config::Problem) -> Self {
        match problem {
            config::Problem::Usage(message) => Failed::Usage(message),
            config::Problem::File { source, findings } => Failed::Config(source, findings),
        }
    }
}

fn stderr() -> CiLog<StderrLock<'static>> {
    CiLog::new(io::stderr().lock(), Syntax::Text)
}

fn fail(message: &str) -> ExitCode {
    // Standard error may be closed; there is nothing left to tell then.
    let lines: Vec<String> = message.lines().map(visible).collect();
    let _ = writeln!(stderr(), "error: {}", lines.join("\n"));
    ExitCode::from(2)
}

/// Shows what is wrong in a config file as findings are shown.
fn fail_in_config(source: Arc<Source>, mut findings: Vec<Finding>, cli: &Cli) -> ExitCode {
    let path = source.path.to_string();
    let count = findings.len();
    findings.truncate(MAX_MISTAKES);
    let report = Report { sources: vec![source].into(), findings, ..Report::default() };
    let _ = report.write(Format::Pretty, &terminal::look(cli.color, &io::stderr()), &mut stderr());
    fail(&format!("{path} has {}", summary::count(count, "mistake")))
}

fn run(cli: &Cli) -> Result<ExitCode, Failed> {
    let look = terminal::look(cli.color, &io::stdout());
    colored::control::set_override(look.color);
    let mut out = BufWriter::new(io::stdout().lock());
    if inform(cli, &look, &mut out)? {
        return Ok(ExitCode::SUCCESS);
    }
    if cli.lsp {
        drop(out);
        let is_in_order = lsp::serve(cli, &pool(cli)?, io::stdin(), &mut io::stdout())?;
        return Ok(ExitCode::from(u8::from(!is_in_order)));
    }
    let here = std::env::current_dir().map_err(|error| format!("cannot tell the working folder: {error}"))?;
    let config = config::load(cli, &here)?;
    if cli.dump_config {
        let mut out = CiLog::new(out, Syntax::Text);
        write!(out, "{}", config.dump())?;
        out.flush()?;
        return Ok(ExitCode::SUCCESS);
    }
    let settings = config.settings()?;
    let work = Work {
        cli,
        settings,
        notes: config.notes.clone(),
        paths: paths(cli)?,
        walk: Walk {
            exclude: config.excluded()?,
            force_exclude: cli.force_exclude,
            stdin: Some(PathBuf::from(&cli.stdin_filename)),
            no_ignore: cli.no_ignore,
            most: None,
        },
        pool: pool(cli)?,
    };
    if cli.describe {
        return work.describe(look, &mut out);
    }
    let fail_on = config.fail_on().value.severity();
    work.lint(config.baseline().as_deref(), fail_on, look, &mut out)
}

/// Lints inputs and sets aside what a baseline lists.
type Judge<'a> = &'a dyn Fn(&[Input], &Progress) -> Report;

/// What is the same whether a run lints or describes.
struct Work<'a> {
    cli: &'a Cli,
    settings: Settings,
    /// What the configuration says of itself.
    notes: Vec<String>,
    paths: Vec<PathBuf>,
    walk: Walk,
    pool: ThreadPool,
}

impl Work<'_> {
    /// Lints, mends what is to be mended, and writes the reports. Of what the baseline at `known` lists nothing counts,
    /// unless it is to be written.
    fn lint(
        &self,
        known: Option<&Path>,
        fail_on: Option<Severity>,
        look: Look,
        out: &mut dyn Write,
    ) -> Result<ExitCode, Failed> {
        let cli = self.cli;
        let outputs = cli.output_file.iter().map(|file| &*file.path).chain(cli.write_baseline.as_deref());
        output::check(outputs.clone())?;
        if let Some(path) = &cli.write_baseline {
            Baseline::replaced(path)?;
        }
        let known = known.filter(|_| cli.write_baseline.is_none());
        let baseline = known.map(Baseline::read).transpose()?;
        let progress = Progress::new(shows_progress(cli, &self.paths));
        let mut found = progress.watch(|| self.find());
        output::check_apart(outputs, &found.inputs)?;
        let changes = cli.fix || cli.diff || cli.add_ignore.is_some();
        let stdin = if changes { Stdin::take(&mut found.inputs, &cli.stdin_filename)? } else { None };
        let judge = |inputs: &[Input], progress: &Progress| self.judge(inputs, baseline.as_ref(), progress);
        let mut report = judge(&found.inputs, &progress);
        if cli.diff {
            pipeline::add_unread(found.failures, &self.settings, &mut report);
            report.notes.splice(0..0, self.notes.iter().cloned().chain(found.notes));
            return self.diff(found.inputs, report, &judge, out);
        }
        if changes {
            report = self.change(found.inputs, report, &judge, stdin.as_ref(), out)?;
        }
        pipeline::add_unread(found.failures, &self.settings, &mut report);
        report.notes.splice(0..0, self.notes.iter().cloned().chain(found.notes));
        if let Some(path) = &cli.write_baseline {
            write_baseline(path, &self.settings, &mut report)?;
        }
        if cli.omit_suppressed {
            report.suppressed.clear();
            report.baselined.clear();
            report.accepted.clear();
        }
        if stdin.is_some() {
            self.show(&report, terminal::look(cli.color, &io::stderr()), &mut io::stderr().lock())?;
        } else {
            self.show(&report, look, out)?;
        }
        Ok(ExitCode::from(report.exit_status(fail_on)))
    }

    fn find(&self) -> Found {
        self.pool.install(|| discover::find(&self.paths, &self.walk))
    }

    /// What is found in `inputs`, without what `baseline` lists.
    fn judge(&self, inputs: &[Input], baseline: Option<&Baseline>, progress: &Progress) -> Report {
        let lint = || pipeline::lint_watched(inputs, &self.cli.stdin_filename, &self.settings, progress);
        let mut report = progress.watch(|| self.pool.install(lint));
        if let Some(baseline) = baseline {
            baseline.apply(&mut report, &self.settings);
        }
        report
    }

    /// Writes the reports.
    fn show(&self, report: &Report, look: Look, out: &mut dyn Write) -> Result<(), Failed> {
        // Before standard output, whose reader may go away.
        colored::control::set_override(false);
        output::write_all(report, &self.cli.output_file)?;
        colored::control::set_override(look.color);
        let written = if self.cli.statistics {
            tally::write(report, self.cli.format, out)
        } else {
            report.write(self.cli.format, &look, out)
        };
        match written.and_then(|()| out.flush()) {
            // Whoever reads us (`| head`) has had enough; what was found counts all the same.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
            written => written?,
        }
        Ok(sum_up(self.cli, report)?)
    }

    /// Makes the changes that are asked for, in memory.
    fn changed(&self, inputs: Vec<Input>, report: Report, judge: Judge<'_>) -> Outcome {
        let allowed = if self.cli.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
        let lint = |inputs: &[Input]| judge(inputs, &Progress::new(false));
        if let Some(reason) = &self.cli.add_ignore {
            let pod_templates = &self.settings.pod_templates;
            return Ignorer { lint: &lint, pod_templates, reason }.run(inputs, report);
        }
        Fixer { lint: &lint, allowed }.run(inputs, report)
    }

    /// Makes the changes that are asked for; what is found afterwards, in the files as they are then.
    fn change(
        &self,
        inputs: Vec<Input>,
        report: Report,
        judge: Judge<'_>,
        stdin: Option<&Stdin>,
        out: &mut dyn Write,
    ) -> Result<Report, Failed> {
        let found = report.findings.len();
        // What is told of places in such a file isn't what is told of its text.
        let is_utf8 = |source: &Source| source.encoding == Encoding::Utf8;
        let are_utf8 = report.sources.iter().all(is_utf8);
        let Outcome { inputs: mended, changed, mut report, mut fixed, refused } =
            self.changed(inputs.clone(), report, judge);
        let unwritten = apply::write_all(&changed);
        if let Some(stdin) = stdin {
            match stdin.write(&mended, out) {
                // Whoever reads us has had enough; what was found counts all the same.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
                written => written?,
            }
        }
        let is_as_on_disk = unwritten.is_empty() && are_utf8;
        if !changed.is_empty() && !is_as_on_disk {
            let now = inputs.into_iter().zip(mended);
            let now = now.map(|(input, mended)| if input.is_file() { input } else { mended });
            report = judge(&now.collect::<Vec<_>>(), &Progress::new(false));
        }
        if !unwritten.is_empty() {
            fixed = found.saturating_sub(report.findings.len());
        }
        if fixed > 0 {
            report.notes.push(self.told(fixed, changed.len() - unwritten.len(), ""));
        }
        report.errors.extend(unwritten);
        report.notes.extend(refused);
        Ok(report)
    }

    /// `2 findings fixed in 1 file`.
    fn told(&self, findings: usize, files: usize, would: &str) -> String {
        let verb = if self.cli.add_ignore.is_some() { "suppressed" } else { "fixed" };
        let (findings, files) = (summary::count(findings, "finding"), summary::count(files, "file"));
        format!("{findings} {would}{verb} in {files}")
    }

    /// Shows what would be changed.
    fn diff(
        &self,
        inputs: Vec<Input>,
        report: Report,
        judge: Judge<'_>,
        out: &mut dyn Write,
    ) -> Result<ExitCode, Failed> {
        let (failures, mut notes) = (report.errors.clone(), report.notes.clone());
        let Outcome { changed, fixed, refused, .. } = self.changed(inputs, report, judge);
        let mut out = CiLog::new(out, Syntax::Text);
        for Changed { path, before, after, .. } in &changed {
            apply::diff(path, before, after, &mut out)?;
        }
        out.flush()?;
        let mut err = stderr();
        write_failures(&failures, &mut err)?;
        notes.extend(refused);
        notes.extend((fixed > 0).then(|| self.told(fixed, changed.len(), "would be ")));
        for note in notes.iter().filter(|_| !self.cli.quiet) {
            writeln!(err, "note: {}", visible(note))?;
        }
        let status = if failures.is_empty() { u8::from(!changed.is_empty()) } else { 2 };
        Ok(ExitCode::from(status))
    }

    /// Writes how the init phase of each Pod goes.
    fn describe(&self, look: Look, out: &mut dyn Write) -> Result<ExitCode, Failed> {
        let cli = self.cli;
        let form = Form::try_from(cli.format)?;
        let found = self.find();
        let describe = || describe::describe(&found.inputs, &cli.stdin_filename, &self.settings);
        let mut description = self.pool.install(describe);
        description.errors.splice(0..0, found.failures);
        description.notes = self.notes.iter().cloned().chain(found.notes).collect();
        show(&description, form, cli, &Look { width: terminal::columns().max(NARROWEST), ..look }, out)
    }
}

fn pool(cli: &Cli) -> Result<ThreadPool, String> {
    let threads = ThreadPoolBuilder::new().stack_size(STACK_SIZE).num_threads(cli.jobs.unwrap_or(0));
    threads.build().map_err(|error| format!("cannot start threads: {error}"))
}

/// Says on standard error what isn't for a program to read: what failed, notes, the counts.
fn sum_up(cli: &Cli, report: &Report) -> io::Result<()> {
    colored::control::set_override(terminal::is_colored(cli.color, &io::stderr()));
    let mut err = stderr();
    if cli.format == Format::Gitlab || cli.statistics {
        // These forms have no room for them.
        write_failures(&report.errors, &mut err)?;
        if report.summary.accepted > 0 {
            writeln!(err, "{} accepted as unchecked", report.summary.accepted)?;
        }
        for line in summary::unjudged(&report.summary.unjudged, "lint") {
            writeln!(err, "{line}")?;
        }
    }
    if cli.format.is_text() && !cli.quiet {
        for note in &report.notes {
            writeln!(err, "note: {}", visible(note))?;
        }
        if !cli.no_summary {
            if cli.format == Format::Pretty && !cli.statistics {
                tally::write(report, cli.format, &mut err)?;
            }
            writeln!(err, "{}", summary::lines(report))?;
        }
    }
    Ok(())
}

/// Writes what is asked about initlint itself; `false` where nothing is.
fn inform(cli: &Cli, look: &Look, out: &mut dyn Write) -> Result<bool, Failed> {
    if cli.rules {
        let form = Form::try_from(cli.format)
            .map_err(|_| "--rules takes --format pretty, concise or json".to_owned())?;
        report::rules::write(form, look, out)?;
    } else if let Some(id) = &cli.explain {
        let form = explain::Form::try_from(cli.format)?;
        if let Some(group) = Group::of_name(id) {
            let ids: Vec<&str> = rules::of_group(group).map(|rule| rule.id).collect();
            return Err(format!("`{id}` is a group: {}", ids.join(", ")).into());
        }
        let rule = rules::find(id)?;
        if let Some(note) = rules::renamed(id) {
            writeln!(stderr(), "note: {note}")?;
        }
        explain::write(rule, form, look, out)?;
    } else if cli.config_schema {
        serde_json::to_writer_pretty(&mut *out, &config::schema()).map_err(io::Error::from)?;
        writeln!(out)?;
    } else if let Some(shell) = cli.completions {
        out.write_all(&manual::completions(shell))?;
    } else if cli.man {
        out.write_all(&manual::page()?)?;
    } else {
        return Ok(false);
    }
    out.flush()?;
    Ok(true)
}

/// Writes what `--describe` found.
fn show(
    description: &Description,
    form: Form,
    cli: &Cli,
    look: &Look,
    out: &mut dyn Write,
) -> Result<ExitCode, Failed> {
    report::describe::write(description, form, cli.top, look, out)?;
    out.flush()?;
    let mut err = stderr();
    if form == Form::Json {
        report::describe::write_errors(description, &mut err)?;
    } else if !cli.quiet {
        for note in &description.notes {
            writeln!(err, "note: {}", visible(note))?;
        }
        if !cli.no_summary {
            writeln!(err, "{}", report::describe::summary_line(description))?;
        }
    }
    Ok(ExitCode::from(description.exit_status()))
}

/// Lists the findings of `report` in the baseline at `path`, and sets them aside.
fn write_baseline(path: &Path, settings: &Settings, report: &mut Report) -> Result<(), String> {
    if !report.errors.is_empty() {
        let why = "some paths could not be checked";
        report.notes.push(format!("{} was not written: {why}", path.display()));
        return Ok(());
    }
    let mut baseline = Baseline::of(report, path);
    let old = Baseline::replaced(path)?;
    let kept = old.map_or(0, |old| baseline.keep_unseen(old, report, settings));
    baseline.write(path)?;
    let findings = summary::count(report.findings.len() + report.baselined.len(), "finding");
    let kept = match kept {
        0 => String::new(),
        kept => format!("; {kept} kept that this run didn't look for"),
    };
    report.notes.push(format!("{findings} written to {}{kept}", path.display()));
    baseline.apply(report, settings);
    Ok(())
}

/// The paths of the command line and those that `--files-from` lists.
fn paths(cli: &Cli) -> Result<Vec<PathBuf>, String> {
    let mut paths = cli.paths.clone();
    if let Some(list) = &cli.files_from {
        let bytes = if list.as_os_str() == "-" {
            bounded::read_all(io::stdin().lock(), MAX_LIST)
        } else {
            bounded::read(list, MAX_LIST)
        };
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).map_err(io::Error::other));
        let text = text.map_err(|error| format!("--files-from {}: {error}", list.display()))?;
        paths.extend(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from));
        if paths.is_empty() {
            return Err(format!("--files-from {}: no path in it", list.display()));
        }
    }
    Ok(paths)
}

/// Whether someone waits who can be told how far the run is. While standard input is read they
/// may be writing it.
fn shows_progress(cli: &Cli, paths: &[PathBuf]) -> bool {
    let reads_input = paths.iter().any(|path| path.as_os_str() == "-");
    io::stderr().is_terminal() && !terminal::is_dumb() && !cli.quiet && !reads_input
}
