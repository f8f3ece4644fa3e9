//! `resource.Quantity`: amounts of cpu, memory and the rest, exact and in Kubernetes' spelling.
//!
//! Follows `apimachinery/pkg/api/resource/{quantity,suffix,amount,math}.go`.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};
use std::str::FromStr;

const NANO_PER_UNIT: i128 = 1_000_000_000;
/// Kubernetes caps what is written with a binary suffix at the largest `int64`.
const BINARY_CAP: u128 = (i64::MAX as u128) * (NANO_PER_UNIT as u128);
/// What decimal amounts are capped at here; Kubernetes holds any.
const DECIMAL_CAP: i128 = 10i128.pow(38);
/// The digits that Kubernetes' fast path holds; with this many or fewer an overflow is an error.
const FAST_PATH_DIGITS: usize = 19;

/// An amount of a resource: cores of cpu, bytes of memory, pieces of a device.
///
/// Exact down to a billionth, which is as fine as Kubernetes keeps it. Compared by value alone: `0.5` equals
/// `500m`. Decimal amounts past 10²⁹, which Kubernetes would still hold, stand at that bound.
#[derive(Debug, Clone, Copy)]
pub struct Quantity {
    nano: i128,
    format: Format,
}

/// How a quantity was spelt, and is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `n u m k M G T P E`, or no suffix.
    DecimalSi,
    /// `Ki Mi Gi Ti Pi Ei`.
    BinarySi,
    /// `e3`, `E-3`.
    DecimalExponent,
}

/// Why a text is no quantity; the cases are those of Kubernetes' errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantityError {
    /// `ErrFormatWrong`: not a number and a suffix at all.
    Format,
    /// `ErrSuffix`: a number with a suffix that doesn't exist, such as `1K` or `1e`.
    Suffix,
    /// `ErrNumeric`: nineteen digits that don't fit an `int64`.
    Numeric,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "not a number with an optional suffix",
            Self::Suffix => {
                "unknown suffix; decimal suffixes are m, k, M, G, T, P, E, binary ones Ki, Mi, Gi, Ti, Pi, Ei"
            }
            Self::Numeric => "number out of range",
        })
    }
}

impl std::error::Error for QuantityError {}

/// The quantity that someone who wrote `text` meant, which is none: `100M` for `100MB`, `64Mi` for `64 MiB`.
#[must_use]
pub fn meant(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, suffix) = text.split_at_checked(end)?;
    let suffix = match suffix.trim_start() {
        "K" | "KB" | "kB" | "kb" => "k",
        "KiB" | "KIB" | "KI" | "kiB" | "kib" | "ki" => "Ki",
        "MB" | "mb" | "Mb" => "M",
        "MiB" | "MIB" | "MI" | "miB" | "mib" | "mi" | "Mi" => "Mi",
        "GB" | "gb" | "Gb" => "G",
        "GiB" | "GIB" | "GI" | "giB" | "gib" | "gi" | "Gi" => "Gi",
        "TB" | "tb" => "T",
        "TiB" | "tib" | "ti" | "Ti" => "Ti",
        _ => return None,
    };
    Some(format!("{number}{suffix}")).filter(|meant| meant.parse::<Quantity>().is_ok())
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Quantity = Quantity { nano: 0, format: Format::DecimalSi };

    /// A quantity of whole units.
    #[must_use]
    pub const fn from_units(units: i64, format: Format) -> Self {
        Self { nano: units as i128 * NANO_PER_UNIT, format }
    }

    /// A quantity of thousandths of a unit, as cpu is often written.
    #[must_use]
    pub const fn from_thousandths(thousandths: i64) -> Self {
        Self { nano: thousandths as i128 * (NANO_PER_UNIT / 1000), format: Format::DecimalSi }
    }

    /// The amount in billionths of a unit (of a core, a byte, a piece).
    #[must_use]
    pub const fn nano(self) -> i128 {
        self.nano
    }

    /// The amount in thousandths of a unit, rounded away from zero (`MilliValue`).
    #[must_use]
    pub const fn milli(self) -> i128 {
        div_away(self.nano, 1_000_000)
    }

    /// The amount in whole units (cores, bytes, pieces), rounded away from zero (`Value`).
    #[must_use]
    pub const fn units(self) -> i128 {
        div_away(self.nano, NANO_PER_UNIT)
    }

    /// How it is printed.
    #[must_use]
    pub const fn format(self) -> Format {
        self.format
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.nano == 0
    }

    /// Whether it is less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.nano < 0
    }

    /// Whether it is something, and of bytes so little that nothing can use it: less than a page of memory.
    #[must_use]
    pub const fn is_below_a_page(self) -> bool {
        self.nano > 0 && self.nano < 4096 * NANO_PER_UNIT
    }

    /// Whether it is a whole number of units.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.nano % NANO_PER_UNIT == 0
    }

    /// The amount as the API server stores it in a list of resources: rounded to thousandths, away
    /// from zero (`core/v1.SetDefaults_ResourceList`).
    #[must_use]
    pub fn round_up_to_milli(self) -> Self {
        Self { nano: self.milli().saturating_mul(1_000_000), format: self.format }
    }

    /// This amount `times` over, as for a workload's replicas.
    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { nano: self.nano.saturating_mul(i128::from(times)), format: self.format }
    }

    /// As people write it: `13.5Gi` for `13824Mi`, `3.5` for `3500m`. It is the same amount: where that takes more than three
    /// decimals of the largest unit, it is what Kubernetes prints.
    #[must_use]
    pub fn short(self) -> String {
        const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
        const DECIMAL: [&str; 7] = ["", "k", "M", "G", "T", "P", "E"];
        let sizes: Vec<(i128, &str)> = match self.format {
            Format::BinarySi => (1..).zip(BINARY).map(|(power, unit)| (1024_i128.pow(power), unit)).collect(),
            Format::DecimalSi => {
                (0..).zip(DECIMAL).map(|(power, unit)| (1000_i128.pow(power), unit)).collect()
            }
            Format::DecimalExponent => Vec::new(),
        };
        let thousandths = self.nano.checked_mul(1000).unwrap_or(0);
        let natural = sizes.into_iter().rev().map(|(size, unit)| (size * NANO_PER_UNIT, unit));
        let natural = natural.into_iter().find(|(size, _)| thousandths >= size * 1000);
        match natural.filter(|(size, _)| thousandths % size == 0) {
            Some((size, unit)) => {
                let (whole, rest) = (self.nano / size, thousandths / size % 1000);
                let decimals = format!(".{rest:03}");
                format!("{whole}{}{unit}", decimals.trim_end_matches('0').trim_end_matches('.'))
            }
            None => self.to_string(),
        }
    }

    /// How much this is above `other`; nothing where it isn't.
    #[must_use]
    pub fn surplus_over(self, other: Quantity) -> Self {
        if self > other { self - other } else { Self { nano: 0, format: self.format } }
    }
}

/// `value / by`, rounded away from zero.
const fn div_away(value: i128, by: i128) -> i128 {
    let quotient = value / by;
    if value % by == 0 { quotient } else { quotient + value.signum() }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nano == other.nano
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nano.cmp(&other.nano)
    }
}

impl Default for Quantity {
    fn default() -> Self {
        Self::ZERO
    }
}

impl Add for Quantity {
    type Output = Self;

    /// The sum, in the format of the left side unless that is nothing (`Quantity.Add`).
    fn add(self, other: Self) -> Self {
        let format = if self.is_zero() { other.format } else { self.format };
        Self { nano: self.nano.saturating_add(other.nano), format }
    }
}

impl Sub for Quantity {
    type Output = Self;

    /// The difference, in the format of the left side unless that is nothing (`Quantity.Sub`).
    fn sub(self, other: Self) -> Self {
        let format = if self.is_zero() { other.format } else { self.format };
        Self { nano: self.nano.saturating_sub(other.nano), format }
    }
}

impl Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
        items.fold(Self::ZERO, Add::add)
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    /// Reads a quantity as `UnmarshalJSON` and `ParseQuantity` do: space around it is dropped, and a
    /// sign, a dot or a suffix with no digit at all is 0. What is finer than a billionth is rounded away from zero.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() {
            return Err(QuantityError::Format);
        }
        let parts = Parts::split(text)?;
        let (scale, format) = parse_suffix(parts.suffix).ok_or(QuantityError::Suffix)?;
        let magnitude = match scale {
            Scale::Ten(exponent) => parts.decimal_nano(exponent)?,
            // Large suffixes alone take Kubernetes' slow path, which wants a digit.
            Scale::Two(50..) if !parts.has_digits => return Err(QuantityError::Numeric),
            Scale::Two(exponent) => parts.binary_nano(exponent).min(BINARY_CAP),
        };
        let under_one = magnitude > 0 && magnitude < NANO_PER_UNIT.unsigned_abs();
        // A fraction of a byte can't be printed with a binary suffix.
        let format = if format == Format::BinarySi && under_one { Format::DecimalSi } else { format };
        let nano = i128::try_from(magnitude).map_or(DECIMAL_CAP, |nano| nano.min(DECIMAL_CAP));
        Ok(Self { nano: if parts.negative { -nano } else { nano }, format })
    }
}

/// What a suffix multiplies by.
#[derive(Clone, Copy)]
enum Scale {
    /// This power of ten.
    Ten(i64),
    /// This power of two.
    Two(u32),
}

fn parse_suffix(suffix: &str) -> Option<(Scale, Format)> {
    let decimal = |exponent| Some((Scale::Ten(exponent), Format::DecimalSi));
    let binary = |exponent| Some((Scale::Two(exponent), Format::BinarySi));
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(10),
        "Mi" => binary(20),
        "Gi" => binary(30),
        "Ti" => binary(40),
        "Pi" => binary(50),
        "Ei" => binary(60),
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E'])?.parse::<i64>().ok()?;
            Some((Scale::Ten(exponent), Format::DecimalExponent))
        }
    }
}

/// A quantity's text, cut into its parts.
struct Parts<'t> {
    negative: bool,
    /// Digits before the dot, without leading zeros.
    whole: &'t str,
    /// Digits after the dot.
    fraction: &'t str,
    /// Whether any digit was written, a leading zero included.
    has_digits: bool,
    suffix: &'t str,
}

impl<'t> Parts<'t> {
    /// `parseQuantityString`: sign, digits, dot, digits, suffix letters, sign, digits, end.
    fn split(text: &'t str) -> Result<Self, QuantityError> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (digits, rest) = take_digits(unsigned);
        let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), take_digits);
        let exponent =
            suffix.trim_start_matches(['e', 'E', 'i', 'n', 'u', 'm', 'k', 'K', 'M', 'G', 'T', 'P']);
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if !take_digits(exponent).1.is_empty() {
            return Err(QuantityError::Format);
        }
        Ok(Self {
            negative: text.starts_with('-'),
            whole: digits.trim_start_matches('0'),
            fraction,
            has_digits: !digits.is_empty() || !fraction.is_empty(),
            suffix,
        })
    }

    fn digits(&self) -> impl Iterator<Item = u8> + '_ {
        self.whole.bytes().chain(self.fraction.bytes()).map(|byte| byte - b'0')
    }

    /// The magnitude times 10^`exponent`, in billionths, rounded up.
    fn decimal_nano(&self, exponent: i64) -> Result<u128, QuantityError> {
        let places = i64::try_from(self.fraction.len()).unwrap_or(i64::MAX);
        let scale = exponent.saturating_sub(places);
        let count = self.whole.len().max(1) + self.fraction.len();
        if scale >= -9 && count <= FAST_PATH_DIGITS {
            let value = self.digits().fold(0u128, |value, digit| value * 10 + u128::from(digit));
            if value > i64::MAX.unsigned_abs().into() {
                return Err(QuantityError::Numeric);
            }
        } else if !self.has_digits {
            return Err(QuantityError::Numeric);
        }
        let shift = scale.saturating_add(9);
        let dropped = usize::try_from(shift.saturating_neg().max(0)).unwrap_or(usize::MAX);
        let kept = (self.whole.len() + self.fraction.len()).saturating_sub(dropped);
        let value = self
            .digits()
            .take(kept)
            .fold(0u128, |value, digit| value.saturating_mul(10).saturating_add(digit.into()));
        let rest = self.digits().skip(kept).any(|digit| digit != 0);
        let power = u32::try_from(shift.max(0)).unwrap_or(u32::MAX);
        let value = if value == 0 { 0 } else { value.saturating_mul(10u128.saturating_pow(power)) };
        Ok(value.saturating_add(u128::from(rest)))
    }

    /// The magnitude times 2^`exponent`, in billionths, rounded up.
    fn binary_nano(&self, exponent: u32) -> u128 {
        let unit = NANO_PER_UNIT.unsigned_abs() << exponent.min(60);
        let whole = self
            .whole
            .bytes()
            .fold(0u128, |value, byte| value.saturating_mul(10).saturating_add((byte - b'0').into()));
        // From the last digit to the first, so that no number grows past ten units.
        let (fraction, rest) = self.fraction.bytes().rev().fold((0u128, false), |(sum, rest), byte| {
            let sum = u128::from(byte - b'0') * unit + sum;
            (sum / 10, rest || !sum.is_multiple_of(10))
        });
        whole.saturating_mul(unit).saturating_add(fraction).saturating_add(u128::from(rest))
    }
}

/// The ASCII digits that `text` starts with, and what follows them.
fn take_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(end).unwrap_or((text, ""))
}

impl fmt::Display for Quantity {
    /// The canonical form (`CanonicalizeBytes`): no fraction, the largest suffix that loses nothing.
    /// Kubernetes repeats some spellings as they were read (`+1`, `1.001`); this never does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0");
        }
        let units = self.nano / NANO_PER_UNIT;
        match self.format {
            Format::BinarySi if self.is_whole() && units.abs() >= 1024 => {
                let mut amount = units;
                let mut suffix = "";
                for larger in ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] {
                    if amount % 1024 != 0 {
                        break;
                    }
                    amount /= 1024;
                    suffix = larger;
                }
                write!(f, "{amount}{suffix}")
            }
            Format::DecimalExponent => self.write_decimal(f, None),
            Format::DecimalSi | Format::BinarySi => {
                self.write_decimal(f, Some(&["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]))
            }
        }
    }
}

impl Quantity {
    /// The amount with the largest power of 1000 that divides it; past the `suffixes`, or without, as an exponent.
    fn write_decimal(self, f: &mut fmt::Formatter<'_>, suffixes: Option<&[&str]>) -> fmt::Result {
        let mut amount = self.nano;
        let mut thousands = 0;
        while amount % 1000 == 0 && amount != 0 {
            amount /= 1000;
            thousands += 1;
        }
        write!(f, "{amount}")?;
        let suffix = suffixes.and_then(|suffixes| suffixes.get(thousands));
        match (suffix, thousands) {
            (Some(suffix), _) => f.write_str(suffix),
            (None, 3) => Ok(()),
            (None, _) => write!(f, "e{}", 3 * i64::try_from(thousands).unwrap_or(0) - 9),
        }
    }
}
