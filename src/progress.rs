//! How far a run is: a line on standard error for those who wait, gone when the run ends.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// A run that ends before this is not spoken of.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often the line is written.
const PACE: Duration = Duration::from_millis(100);

/// Counts files, for any number of threads.
#[derive(Debug)]
pub struct Progress {
    is_shown: bool,
    started: Instant,
    files: AtomicUsize,
    read: AtomicUsize,
    checked: AtomicUsize,
}

impl Progress {
    /// Of a run that starts now.
    #[must_use]
    pub fn new(is_shown: bool) -> Self {
        let [files, read, checked] = [0; 3].map(AtomicUsize::new);
        Self { is_shown, started: Instant::now(), files, read, checked }
    }

    /// So many files were found.
    pub fn begin(&self, files: usize) {
        self.files.store(files, Relaxed);
    }

    /// One more was read.
    pub fn read_one(&self) {
        self.read.fetch_add(1, Relaxed);
    }

    /// One more was checked.
    pub fn checked_one(&self) {
        self.checked.fetch_add(1, Relaxed);
    }

    /// The line to show, without control characters; short, for no terminal may break it.
    #[must_use]
    pub fn line(&self) -> String {
        let [files, read, checked] = [&self.files, &self.read, &self.checked].map(|n| n.load(Relaxed));
        if files == 0 {
            "looking for files".to_owned()
        } else if read < files {
            format!("reading: {read} of {files} files")
        } else {
            format!("checking: {checked} of {files} files")
        }
    }

    /// Does `work`, and shows on standard error how far it is if the run takes long.
    pub fn watch<T>(&self, work: impl FnOnce() -> T) -> T {
        if !self.is_shown {
            return work();
        }
        // The end of `work` drops the sender, be it by a panic.
        let (working, until) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(move || show(self, &until));
            let result = work();
            drop(working);
            result
        })
    }
}

/// Writes the line again and again. Blanks erase it rather than an escape, which some terminal
/// would show. What can't be written is not missed.
fn show(progress: &Progress, until: &Receiver<()>) {
    let mut width = 0;
    let mut wait = PATIENCE.saturating_sub(progress.started.elapsed());
    while until.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
        let line = progress.line();
        width = width.max(line.len());
        let _ = write!(io::stderr(), "\r{line:width$}");
        wait = PACE;
    }
    if width > 0 {
        let _ = write!(io::stderr(), "\r{:width$}\r", "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_what_is_being_done() {
        let progress = Progress::new(true);
        assert_eq!(progress.line(), "looking for files");
        progress.begin(2);
        progress.read_one();
        assert_eq!(progress.line(), "reading: 1 of 2 files");
        progress.read_one();
        progress.checked_one();
        assert_eq!(progress.line(), "checking: 1 of 2 files");
    }

    #[test]
    fn watching_gives_what_the_work_gives() {
        assert_eq!(Progress::new(false).watch(|| 7), 7);
        assert_eq!(Progress::new(true).watch(|| 7), 7);
    }
}
