//! Writes the seeds of all targets to `corpus/`, where `cargo fuzz` looks for them.

use std::path::Path;
use std::{fs, io};

use initlint_fuzz::{TARGETS, seeds};

fn main() -> io::Result<()> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for target in &TARGETS {
        let folder = here.join("corpus").join(target.name);
        fs::create_dir_all(&folder)?;
        for (number, seed) in seeds::of(target.name, &here.join("..")).into_iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:04}")), seed)?;
        }
    }
    Ok(())
}
