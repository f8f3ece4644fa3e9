//! The files of a run, checked beside each other. What is found in all of them has to find room in memory.

use rayon::prelude::*;

use super::file_result::FileResult;
use super::linter::{MOST_FINDINGS, of_file};
use crate::progress::Progress;
use crate::read::InputFile;

/// How many files are checked before what came of them is counted.
const BATCH: usize = 256;

/// How many findings the files of a batch may have together while it is checked.
const MAX_WAITING: usize = 25_000;

/// Checks each of `files`, in parallel. One with so many findings that a batch of its kind would fill the memory is
/// checked once more by itself. It is the first files that have theirs shown where not all of them can. `add` is given what
/// comes of each, in their order.
pub(super) fn check_each(
    files: &[&InputFile],
    check: impl Fn(&InputFile) -> FileResult + Sync,
    progress: &Progress,
    mut add: impl FnMut(FileResult),
) {
    let (mut room, mut left_out) = (MOST_FINDINGS, LeftOut::default());
    for batch in files.chunks(BATCH) {
        let most = MAX_WAITING / batch.len().max(1);
        let within = |file: &&InputFile| Some(check(file)).filter(|result| result.findings.len() <= most);
        let checked: Vec<Option<FileResult>> =
            batch.par_iter().with_max_len(1).map(within).inspect(|_| progress.checked_one()).collect();
        for (file, result) in batch.iter().zip(checked) {
            let result = result.or_else(|| (room > most).then(|| check(file)));
            match result.filter(|result| result.findings.len() <= room) {
                Some(result) => {
                    room -= result.findings.len();
                    add(result);
                }
                None => left_out.add(file),
            }
        }
    }
    left_out.told().into_iter().for_each(add);
}

/// The files of which nothing is shown.
#[derive(Default)]
struct LeftOut<'f> {
    first: Option<&'f InputFile>,
    others: usize,
}

impl<'f> LeftOut<'f> {
    fn add(&mut self, file: &'f InputFile) {
        self.others += usize::from(self.first.is_some());
        self.first.get_or_insert(file);
    }

    fn told(&self) -> Option<FileResult> {
        let others = match self.others {
            0 => String::new(),
            others => format!(", nor {others} others"),
        };
        let message = format!("too much is wrong in all files: this one is not shown{others}");
        Some(FileResult::unchecked(of_file(self.first?, message)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Finding, Severity};
    use crate::source::{FileId, Source, Span};

    /// How many findings each file has, and how many are kept of it.
    fn kept(counts: &[usize]) -> (Vec<usize>, Vec<String>) {
        let file = |(id, _)| InputFile::new(Source::new(FileId(id), format!("{id}.yaml"), ""));
        let files: Vec<InputFile> = (0..).zip(counts).map(file).collect();
        let check = |file: &InputFile| {
            let finding = Finding::new(Severity::Error, Span::new(file.source.id, 0..0), "");
            let count = counts[file.source.id.0 as usize];
            let mut result = FileResult::default();
            result.findings.resize(count, finding);
            result
        };
        let files: Vec<&InputFile> = files.iter().collect();
        let mut results = Vec::new();
        check_each(&files, check, &Progress::new(false), |result| results.push(result));
        let told = results.iter().flat_map(|result| &result.unchecked);
        let told = told.map(|finding| format!("{}: {}", finding.span.file.0, finding.message)).collect();
        (results.iter().map(|result| result.findings.len()).collect(), told)
    }

    #[test]
    fn what_finds_room_is_kept_in_order() {
        assert_eq!(kept(&[3, 0, MAX_WAITING]), (vec![3, 0, MAX_WAITING], vec![]));
        let most = MOST_FINDINGS;
        assert_eq!(kept(&[most]), (vec![most], vec![]));
        let told = "1: too much is wrong in all files: this one is not shown".to_owned();
        assert_eq!(kept(&[most - 1, 2, 1]), (vec![most - 1, 1, 0], vec![told.clone()]));
        let told = format!("{told}, nor 2 others");
        assert_eq!(kept(&[most, 1, 1, 1]), (vec![most, 0], vec![told]));
    }
}
