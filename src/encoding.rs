//! From a file's bytes to its text.

use std::borrow::Cow;

use memchr::memmem;

use crate::source::Encoding;

/// Bytes that are no text in an encoding that kubectl reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undecoded {
    /// The line, from 1, that isn't text.
    pub line: usize,
    /// Whether they may hold a manifest all the same.
    pub may_be_manifest: bool,
    /// The encoding that the bytes seem to be in, by its name for `iconv`.
    guess: &'static str,
}

impl Undecoded {
    /// What is wrong, and how to mend it.
    #[must_use]
    pub fn message(self) -> String {
        format!("not valid UTF-8, which kubectl wants; convert it: iconv -f {} -t UTF-8", self.guess)
    }
}

/// Turns a file's bytes into text: UTF-8, or UTF-16 with a byte order mark, as kubectl's YAML
/// reader does (YAML 1.2.2, 5.2). UTF-8 isn't copied.
///
/// # Errors
/// Where the bytes are neither.
pub fn decode<'b>(bytes: impl Into<Cow<'b, [u8]>>) -> Result<(Cow<'b, str>, Encoding), Undecoded> {
    let bytes = bytes.into();
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, odd) = rest.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|&pair| unit(pair)).collect();
        match String::from_utf16(&units) {
            Ok(text) if odd.is_empty() => Ok((Cow::Owned(text), Encoding::Utf16)),
            _ => Err(Undecoded { line: 1, guess: "UTF-16", may_be_manifest: holds_manifest(&bytes) }),
        }
    };
    match &*bytes {
        [0xff, 0xfe, rest @ ..] => return utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return utf16(rest, u16::from_be_bytes),
        _ => {}
    }
    let text = match bytes {
        Cow::Borrowed(bytes) => {
            str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| undecoded(bytes, error.valid_up_to()))
        }
        Cow::Owned(bytes) => String::from_utf8(bytes)
            .map(Cow::Owned)
            .map_err(|error| undecoded(error.as_bytes(), error.utf8_error().valid_up_to())),
    };
    Ok((text?, Encoding::Utf8))
}

/// `text` in the bytes of `old`'s encoding, which [`decode`] understood.
#[must_use]
pub fn encode_as(old: &[u8], text: &str) -> Vec<u8> {
    let utf16 = |bytes: fn(u16) -> [u8; 2]| {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16());
        units.flat_map(bytes).collect()
    };
    match old {
        [0xff, 0xfe, ..] => utf16(u16::to_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::to_be_bytes),
        _ => text.as_bytes().to_vec(),
    }
}

fn undecoded(bytes: &[u8], valid: usize) -> Undecoded {
    let before = bytes.get(..valid).unwrap_or(bytes);
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let guess = match bytes {
        _ if memmem::find(bytes, &wide("apiVersion", u16::to_le_bytes)).is_some() => "UTF-16LE",
        _ if memmem::find(bytes, &wide("apiVersion", u16::to_be_bytes)).is_some() => "UTF-16BE",
        _ if is_cp949(bytes) => "CP949",
        _ => "WINDOWS-1252",
    };
    Undecoded { line, guess, may_be_manifest: holds_manifest(bytes) }
}

/// Whether bytes that aren't decoded may hold a manifest. The words stand as they are in every encoding that has ASCII in
/// it, and with zeros between their letters in UTF-16.
fn holds_manifest(bytes: &[u8]) -> bool {
    ["apiVersion", "initContainers"].into_iter().any(|word| {
        [word.as_bytes(), &wide(word, u16::to_le_bytes), &wide(word, u16::to_be_bytes)]
            .into_iter()
            .any(|form| memmem::find(bytes, form).is_some())
    })
}

/// ASCII in UTF-16.
fn wide(word: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    word.encode_utf16().flat_map(unit).collect()
}

/// Whether each byte past ASCII starts a pair of CP949, of which EUC-KR is a part.
fn is_cp949(bytes: &[u8]) -> bool {
    let mut bytes = bytes.iter();
    while let Some(byte) = bytes.next() {
        let is_pair = |second: &u8| matches!(second, b'A'..=b'Z' | b'a'..=b'z' | 0x81..=0xfe);
        let is_start = matches!(byte, 0x81..=0xfe);
        if !byte.is_ascii() && (!is_start || !bytes.next().is_some_and(is_pair)) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_knows_marks() {
        assert_eq!(decode(b"\xff\xfea\0"), Ok(("a".into(), Encoding::Utf16)));
        assert_eq!(decode(b"\xfe\xff\0a"), Ok(("a".into(), Encoding::Utf16)));
        assert_eq!(decode("\u{feff}a".as_bytes()), Ok(("\u{feff}a".into(), Encoding::Utf8)));
    }

    #[test]
    fn text_goes_back_into_the_bytes_that_it_came_from() {
        for bytes in [&b"\xff\xfe\x3d\xd8\x80\xdea\0"[..], b"\xfe\xff\xac\0", "\u{feff}가".as_bytes(), b"a"]
        {
            let (text, _) = decode(bytes).unwrap();
            let (owned, _) = decode(bytes.to_vec()).unwrap();
            assert_eq!(text, owned);
            assert_eq!(encode_as(bytes, &text), bytes);
        }
    }

    /// "설정" in EUC-KR, and "똠" of CP949 alone.
    const KOREAN: &[u8] = b"a: 1\n# \xbc\xb3\xc1\xa4 \x8c\x63\n";

    #[test]
    fn other_encodings_are_told_by_their_bytes() {
        let wide = wide("apiVersion: v1\n", u16::to_le_bytes);
        let wide = [wide.as_slice(), b"\xc1\xd8"].concat();
        for (bytes, line, guess) in [
            (KOREAN, 2, "CP949"),
            (b"a: caf\xe9\n", 1, "WINDOWS-1252"),
            (b"\xff\xfea", 1, "UTF-16"),
            (wide.as_slice(), 2, "UTF-16LE"),
        ] {
            let undecoded = decode(bytes).unwrap_err();
            assert_eq!((undecoded.line, undecoded.guess), (line, guess), "{bytes:?}");
            assert_eq!(decode(bytes.to_vec()), Err(undecoded));
        }
        let message = decode(KOREAN).unwrap_err().message();
        assert!(message.ends_with("iconv -f CP949 -t UTF-8"), "{message}");
    }

    #[test]
    fn a_manifest_is_told_in_any_encoding() {
        assert!(!holds_manifest(KOREAN));
        assert!(holds_manifest(&[KOREAN, b"apiVersion: v1"].concat()));
        assert!(holds_manifest(&wide("initContainers", u16::to_be_bytes)));
    }
}
