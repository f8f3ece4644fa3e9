//! Random bytes: what fills a disk to test it is no key.

use super::Call;
use super::world::World;
use super::world::atoms::{Atom, NOISE};

/// More random bytes than any key or password has.
const MOST_OF_SECRET: u64 = 64 << 10;

/// What turns random bytes into as many others.
const ENCODES: [&str; 5] = ["base64", "xxd", "od", "hexdump", "tr"];

/// What `dd`, `openssl rand`, `head` and an encoder put out where it is noise; `None` where it is anything else. What is cut
/// out of noise, or a hash of it, may be a key again.
pub(super) fn of(world: &mut dyn World, call: &Call<'_>) -> Option<String> {
    let count = match call.name() {
        "dd" if operand(call, "if").is_some_and(is_device) => bytes_of_dd(call)?,
        "openssl" if call.words().get(1).is_some_and(|sub| sub == "rand") => most_bytes(call)?,
        "head" if is_random_input(world, call) => bytes(call.value("c bytes")?)?,
        name if ENCODES.contains(&name) => {
            return world.input().filter(|text| world.atoms().is_noise(text)).map(|noise| noise.to_string());
        }
        _ => return None,
    };
    let is_noise = count > MOST_OF_SECRET;
    is_noise.then(|| String::from(world.atom(Atom { never_empty: true, ..Atom::new(NOISE, "random bytes") })))
}

/// Puts `noise` out, or else what only the words of `call` tell.
pub(super) fn emit_or_unknown(world: &mut dyn World, call: &Call<'_>, noise: Option<String>) {
    match noise {
        Some(noise) => world.emit(&noise),
        None => world.emit_unknown(call.words(), false),
    }
}

/// The value of an operand of `dd`: `bs=1M`.
pub(super) fn operand<'w>(call: &Call<'w>, name: &str) -> Option<&'w str> {
    call.words().iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
}

fn is_random_input(world: &dyn World, call: &Call<'_>) -> bool {
    match call.operands() {
        [] => world.input().is_some_and(|text| world.atoms().mentions(&text, "/dev/urandom")),
        files => files.iter().any(|file| is_device(file)),
    }
}

fn is_device(path: &str) -> bool {
    matches!(path, "/dev/urandom" | "/dev/random")
}

/// The largest number among the words behind the subcommand.
fn most_bytes(call: &Call<'_>) -> Option<u64> {
    call.words().iter().skip(2).filter_map(|word| bytes(word)).max()
}

/// How many bytes `dd` copies, or at least a block of how many; `None` where that isn't written (POSIX XCU, *dd*: blocks of
/// 512 bytes).
fn bytes_of_dd(call: &Call<'_>) -> Option<u64> {
    let size = operand(call, "bs").or_else(|| operand(call, "ibs")).map_or(Some(512), bytes)?;
    let count = operand(call, "count").map_or(u64::MAX, |count| bytes(count).unwrap_or(1));
    Some(size.saturating_mul(count))
}

/// A number of bytes, perhaps in larger units: `4096`, `1k`, `10MB`, `1GiB` (GNU coreutils, *Block size*).
fn bytes(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at_checked(digits)?;
    let factor = match unit.trim_end_matches("iB").trim_end_matches('B').to_ascii_uppercase().as_str() {
        "" | "C" => 1,
        "B" => 512,
        "W" => 2,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        "T" => 1 << 40,
        _ => return None,
    };
    Some(number.parse::<u64>().ok()?.saturating_mul(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, size) in
            [("32", 32), ("1k", 1024), ("10M", 10 << 20), ("1GiB", 1 << 30), ("2b", 1024), ("4MB", 4 << 20)]
        {
            assert_eq!(bytes(text), Some(size), "{text}");
        }
        for text in ["", "$N", "x", "1x", "-5"] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }
}
