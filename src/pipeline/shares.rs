//! What many objects may take together, shared out in a way that doesn't hang on which thread is first.

use std::sync::Arc;

use rayon::prelude::*;

use crate::rerun::Budget;

/// Checks each of `items` with an equal share of `budget`, in parallel. Those for which that isn't enough are checked once
/// more, one after the other, with what the others left.
pub(super) fn check_each<T: Sync, R: Send>(
    items: &[T],
    budget: &Arc<Budget>,
    check: impl Fn(&T, &Arc<Budget>) -> R + Sync,
) -> Vec<R> {
    let count = u64::try_from(items.len()).unwrap_or(u64::MAX).max(1);
    let share = (budget.left() / count).max(1);
    let within_share = |item| {
        let own = Arc::new(Budget::of(share, budget.memo()));
        (check(item, &own), own.left())
    };
    let first: Vec<(R, u64)> = items.par_iter().with_max_len(8).map(within_share).collect();
    let spent = first.iter().filter(|(_, left)| *left > 0).map(|(_, left)| share - left).sum();
    budget.spend(spent);
    let again = |((result, left), item)| if left > 0 { result } else { check(item, budget) };
    first.into_iter().zip(items).map(again).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of what each item takes: its own number, or all that there is.
    fn checked(items: &[u64], budget: u64) -> Vec<bool> {
        let check = |takes: &u64, budget: &Arc<Budget>| {
            let is_enough = budget.left() > *takes;
            budget.spend(*takes);
            is_enough
        };
        check_each(items, &Arc::new(Budget::of(budget, &Arc::default())), check)
    }

    #[test]
    fn each_has_its_share_and_what_others_leave_goes_in_order() {
        assert_eq!(checked(&[1, 2, 3], 30), [true; 3]);
        assert_eq!(checked(&[20, 1, 1], 30), [true; 3], "what others leave");
        assert_eq!(checked(&[90, 1, 90], 30), [false, true, false], "a share is nobody else's");
        assert_eq!(checked(&[20, 20, 1], 30), [true, false, true], "the first of those that need more");
        assert_eq!(checked(&[], 30), [false; 0]);
    }
}
