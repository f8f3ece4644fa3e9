//! What an input costs: time of the processor, which is the same on a machine that does other things too.

use std::fs;
use std::time::Duration;

/// What this process has taken so far. Zero where the system doesn't tell (`proc(5)`).
#[must_use]
pub fn cpu_time() -> Duration {
    /// `sysconf(_SC_CLK_TCK)` on every Linux.
    const TICKS_PER_SECOND: u64 = 100;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The program's name in parentheses may hold spaces. `utime` and `stime` are the fields 14 and 15.
    let fields = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND)
}

/// What an input of so many bytes may take: two seconds for each megabyte, and two.
#[must_use]
pub fn bound(size: usize) -> Duration {
    Duration::from_secs(2) + Duration::from_micros(2 * size as u64)
}
