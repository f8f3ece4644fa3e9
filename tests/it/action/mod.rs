//! The GitHub Action, its steps run as the runner runs them.

#[cfg(unix)]
mod inputs;
#[cfg(unix)]
mod install;
#[cfg(unix)]
mod release;
#[cfg(unix)]
mod runner;

#[cfg(not(unix))]
#[test]
fn skipped() {
    println!("skipped: the action's scripts are run on Unix only");
}
