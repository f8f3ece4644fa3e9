//! What a scalar means to kubectl.
//!
//! kubectl turns YAML into JSON by `sigs.k8s.io/yaml`, whose fork of go-yaml v2 resolves scalars
//! by YAML 1.1 with additions (`goyaml.v2/resolve.go`, `resolve`), and then reads the JSON: a
//! float without a fraction becomes an integer there, and an integer past 64 bits a float.
//! Checked against kubectl 1.32; `tests/it/yaml_values.rs` holds the table.

use std::borrow::Cow;

/// The explicit tag of a scalar, as far as it decides about its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// No tag: a plain scalar is resolved, any other is a string.
    None,
    /// `!!bool`, `!!int`, `!!float`, `!!null`: resolved even where it is quoted.
    Resolved,
    /// `!!float`: as `Resolved`, and an integer is a float. JSON forgets the difference again.
    Float,
    /// `!!merge`, which lets `<<` merge.
    Merge,
    /// `!!binary`: a string, written in base64.
    Binary,
    /// `!!str`, `!!timestamp`, `!`, and the tags of others.
    String,
}

impl Tag {
    pub(super) fn of(tag: &granit_parser::Tag) -> Tag {
        match tag.suffix_in_namespace("tag:yaml.org,2002:").as_deref() {
            Some("bool" | "int" | "null") => Tag::Resolved,
            Some("float") => Tag::Float,
            Some("merge") => Tag::Merge,
            Some("binary") => Tag::Binary,
            _ => Tag::String,
        }
    }
}

/// What a scalar is once it is resolved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    String,
}

/// Resolves `text`, which is `plain` or not.
pub(super) fn resolve(text: &str, plain: bool, tag: Tag) -> Resolved {
    match tag {
        Tag::String | Tag::Binary | Tag::Merge => Resolved::String,
        Tag::None if !plain => Resolved::String,
        Tag::None | Tag::Resolved | Tag::Float => resolve_plain(text),
    }
}

/// Whether `text`, which is one plain scalar, is a string.
#[must_use]
pub fn is_string_unquoted(text: &str) -> bool {
    resolve(text, true, Tag::None) == Resolved::String
}

/// Whether a key merges its value into the mapping (go-yaml v2, `decode.go`, `isMerge`).
pub(super) fn is_merge(text: &str, plain: bool, tag: Tag) -> bool {
    text == "<<" && (tag == Tag::Merge || plain && tag == Tag::None)
}

fn resolve_plain(text: &str) -> Resolved {
    let Some(&first) = text.as_bytes().first() else { return Resolved::Null };
    match first {
        b'~' | b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' => word(text),
        b'.' => special_float(text).or_else(|| dotted_float(text)).unwrap_or(Resolved::String),
        b'+' | b'-' | b'0'..=b'9' => special_float(text).or_else(|| number(text)).unwrap_or(Resolved::String),
        _ => Resolved::String,
    }
}

fn word(text: &str) -> Resolved {
    match text {
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Resolved::Bool(false)
        }
        _ => Resolved::String,
    }
}

fn special_float(text: &str) -> Option<Resolved> {
    Some(Resolved::Float(match text {
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => f64::INFINITY,
        "-.inf" | "-.Inf" | "-.INF" => f64::NEG_INFINITY,
        _ => return None,
    }))
}

/// A float that starts with its point. Go lets an underscore stand between two digits.
fn dotted_float(text: &str) -> Option<Resolved> {
    let bytes = text.as_bytes();
    let stray = |at: usize| {
        let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
        bytes.get(at) == Some(&b'_') && !(digit(at.wrapping_sub(1)) && digit(at + 1))
    };
    if (0..bytes.len()).any(stray) {
        return None;
    }
    float(&text.replace('_', ""))
}

/// An integer or a float that starts with a digit or a sign; underscores don't count.
fn number(text: &str) -> Option<Resolved> {
    let digits: Cow<'_, str> = if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    integer(&digits).or_else(|| float(&digits))
}

/// Go's `strconv.ParseInt(digits, 0, 64)`, and past that `ParseUint`, which JSON makes a float.
fn integer(digits: &str) -> Option<Resolved> {
    let (negative, unsigned) = match digits.as_bytes().first()? {
        b'-' => (true, digits.get(1..)?),
        b'+' => (false, digits.get(1..)?),
        _ => (false, digits),
    };
    let (body, radix) = match (unsigned.get(..2), unsigned.as_bytes().first()) {
        (Some("0x" | "0X"), _) => (unsigned.get(2..)?, 16),
        (Some("0o" | "0O"), _) => (unsigned.get(2..)?, 8),
        (Some("0b" | "0B"), _) => (unsigned.get(2..)?, 2),
        (Some(_), Some(b'0')) => (unsigned.get(1..)?, 8),
        _ => (unsigned, 10),
    };
    if !body.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let value = i128::from(u64::from_str_radix(body, radix).ok()?);
    let value = if negative { -value } else { value };
    if let Ok(value) = i64::try_from(value) {
        return Some(Resolved::Int(value));
    }
    // A number below the smallest 64-bit one, and an unsigned one with a sign, are no integers to Go.
    let signed = unsigned.len() != digits.len();
    #[expect(clippy::cast_precision_loss, reason = "JSON's reader loses the same digits")]
    (!signed).then_some(Resolved::Float(value as f64))
}

/// A decimal float by go-yaml's `yamlStyleFloat`; too big a one is a string.
fn float(digits: &str) -> Option<Resolved> {
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    let starts = unsigned.strip_prefix('.').unwrap_or(unsigned).starts_with(|c: char| c.is_ascii_digit());
    let shaped = unsigned.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !starts || !shaped {
        return None;
    }
    let value: f64 = digits.parse().ok().filter(|value: &f64| value.is_finite())?;
    Some(as_json(value))
}

/// A float as it comes back out of JSON: whole numbers that fit 64 bits are integers.
fn as_json(value: f64) -> Resolved {
    // 2^63 is exact as a float; the largest integer isn't.
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    #[expect(clippy::cast_possible_truncation, reason = "whole and within bounds")]
    if value.fract() == 0.0 && (-BOUND..BOUND).contains(&value) {
        Resolved::Int(value as i64)
    } else {
        Resolved::Float(value)
    }
}

/// The string that kubectl makes of a key (`sigs.k8s.io/yaml`, `convertToJSONableObject`).
///
/// A float is told from an integer by its spelling here, since keys never pass through JSON as
/// numbers: `1e6` is the key `1e+06`.
pub(super) fn key(text: &str, plain: bool, tag: Tag) -> Cow<'_, str> {
    match resolve(text, plain, tag) {
        Resolved::Null | Resolved::String => Cow::Borrowed(text),
        Resolved::Bool(true) => Cow::Borrowed("true"),
        Resolved::Bool(false) => Cow::Borrowed("false"),
        Resolved::Int(_) | Resolved::Float(_) => {
            let digits = text.replace('_', "");
            match integer(&digits) {
                Some(Resolved::Int(value)) if tag != Tag::Float => Cow::Owned(value.to_string()),
                // kubectl refuses such a key; its own spelling serves to name it.
                Some(_) if tag != Tag::Float => Cow::Borrowed(text),
                _ => special_float(text)
                    .map(|_| Cow::Owned(text.trim_start_matches('+').to_ascii_lowercase()))
                    .or_else(|| digits.parse().ok().map(|value| Cow::Owned(float_key(value))))
                    .unwrap_or(Cow::Borrowed(text)),
            }
        }
    }
}

/// Go's `strconv.FormatFloat(value, 'g', -1, 32)`, with go-yaml's name for infinity.
fn float_key(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "Go formats it with 32 bits")]
    let value = value as f32;
    if value.is_infinite() {
        return if value > 0.0 { ".inf".to_owned() } else { "-.inf".to_owned() };
    }
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(exponent) if !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{mantissa}e{sign}{:02}", exponent.abs())
        }
        _ => value.to_string(),
    }
}

/// The bytes of a `!!binary` scalar, as text; `None` where they aren't base64.
///
/// Go's `base64.StdEncoding`: padded, line breaks are passed over. JSON replaces what isn't UTF-8.
pub(super) fn base64(text: &str) -> Option<String> {
    let encoded: Vec<u8> = text.bytes().filter(|b| !matches!(b, b'\n' | b'\r')).collect();
    if !encoded.len().is_multiple_of(4) {
        return None;
    }
    let body: &[u8] = encoded.strip_suffix(b"==").or(encoded.strip_suffix(b"=")).unwrap_or(&encoded);
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for &b in body {
        let six = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        held = held << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(held.wrapping_shr(bits).to_le_bytes()[0]);
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
