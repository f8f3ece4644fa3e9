//! A bar of what an effective request is made of.

use crate::kube::Quantity;

/// What a part of an effective request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// What sidecars ask for.
    Sidecars,
    /// What app containers ask for.
    Apps,
    /// What is set for the Pod as a whole.
    Pod,
    /// What the Pod's sandbox takes.
    Overhead,
    /// What only the init phase asks for.
    Surplus,
}

impl Part {
    /// The character that fills it.
    pub(super) fn fill(self, unicode: bool) -> char {
        match (self, unicode) {
            (Part::Sidecars, true) => '▓',
            (Part::Apps | Part::Pod, true) => '█',
            (Part::Overhead, true) => '▒',
            (Part::Surplus, true) => '░',
            (Part::Sidecars, false) => '=',
            (Part::Apps | Part::Pod, false) => '#',
            (Part::Overhead, false) => '+',
            (Part::Surplus, false) => '.',
        }
    }

    /// What it is, for the legend.
    pub(super) fn describe(self) -> &'static str {
        match self {
            Part::Sidecars => "sidecars",
            Part::Apps => "apps",
            Part::Pod => "set for the Pod",
            Part::Overhead => "overhead",
            Part::Surplus => "reserved but never used after start-up",
        }
    }
}

/// How many of `width` cells each of `amounts` gets, which are parts of one whole. Whatever is something gets a cell,
/// as far as there are enough. All 0 where nothing is above 0.
pub(super) fn cells(amounts: &[Quantity], width: usize) -> Vec<usize> {
    let amounts: Vec<u128> =
        amounts.iter().map(|amount| u128::try_from(amount.nano()).unwrap_or(0)).collect();
    let total = amounts.iter().fold(0u128, |sum, amount| sum.saturating_add(*amount));
    // Amounts at the end of the range would overflow when multiplied; a bar needs no such precision.
    let unit = (total >> 64).max(1);
    let boundary = |amount: u128| {
        let scaled = (amount / unit) * (width as u128) * 2 / (total / unit).max(1);
        usize::try_from(scaled.div_ceil(2)).unwrap_or(width).min(width)
    };
    let (mut at, mut sum) = (0, 0u128);
    let mut cells: Vec<usize> = Vec::new();
    for amount in &amounts {
        sum = sum.saturating_add(*amount);
        let end = boundary(sum);
        cells.push(end.saturating_sub(at));
        at = end;
    }
    for index in 0..cells.len() {
        let is_lost = amounts.get(index).is_some_and(|amount| *amount > 0) && cells.get(index) == Some(&0);
        let widest = cells.iter_mut().max_by_key(|cells| **cells).filter(|cells| is_lost && **cells > 1);
        let given = widest.map(|widest| *widest -= 1).is_some();
        if let Some(cells) = cells.get_mut(index) {
            *cells += usize::from(given);
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(amounts: &[&str], width: usize) -> Vec<usize> {
        let amounts: Vec<Quantity> = amounts.iter().map(|text| text.parse().unwrap()).collect();
        cells(&amounts, width)
    }

    #[test]
    fn cells_are_shared_out_by_amount() {
        assert_eq!(split(&["1", "1"], 10), [5, 5]);
        assert_eq!(split(&["500m", "0", "3500m"], 40), [5, 0, 35]);
        assert_eq!(split(&["1", "1", "1"], 10).iter().sum::<usize>(), 10);
    }

    #[test]
    fn what_is_small_is_still_seen() {
        assert_eq!(split(&["1m", "0", "100"], 20), [1, 0, 19]);
        assert_eq!(split(&["100", "1m"], 20), [19, 1]);
    }

    #[test]
    fn extremes_are_bounded() {
        assert_eq!(split(&["0", "0"], 20), [0, 0]);
        assert_eq!(split(&["-1", "1"], 20), [0, 20]);
        assert_eq!(split(&["1", "1"], 0), [0, 0]);
        let huge = "170000000000000000000000000000";
        assert_eq!(split(&[huge, huge], 20).iter().sum::<usize>(), 20);
    }
}
