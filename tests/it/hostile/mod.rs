//! What somebody who means harm may put into a checkout: it must not hang the run, fill the memory, hide or speak.

mod opening;
mod output;
mod shapes;
#[cfg(unix)]
mod shared;
mod silence;
mod suppressions;
mod work;
