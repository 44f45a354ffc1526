//! Up to which event of a session everything is handled: what a restart goes on from.
//! Invariant: the mark never passes an event that is still being handled, and never goes back.

use std::collections::BTreeSet;

/// The sequence numbers of one session.
#[derive(Debug, Default)]
pub struct Watermark {
    at_work: BTreeSet<u64>,
    highest: u64,
}

impl Watermark {
    /// A session of which everything up to `sequence` is handled.
    pub fn at(sequence: u64) -> Self {
        Self { at_work: BTreeSet::new(), highest: sequence }
    }

    /// An event was read.
    pub fn begin(&mut self, sequence: u64) {
        self.highest = self.highest.max(sequence);
        self.at_work.insert(sequence);
    }

    /// It is handled, or nothing needs to be done about it.
    pub fn done(&mut self, sequence: u64) {
        self.at_work.remove(&sequence);
    }

    /// Everything up to here is handled.
    pub fn low(&self) -> u64 {
        self.at_work.first().map_or(self.highest, |first| first.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_at_work_holds_the_mark() {
        let mut mark = Watermark::at(7);
        assert_eq!(mark.low(), 7);
        (8..=10).for_each(|n| mark.begin(n));
        assert_eq!(mark.low(), 7);
        mark.done(9);
        assert_eq!(mark.low(), 7);
        mark.done(8);
        assert_eq!(mark.low(), 9);
        mark.done(10);
        assert_eq!(mark.low(), 10);
        mark.done(10);
        mark.done(3);
        assert_eq!(mark.low(), 10);
    }

    proptest! {
        #[test]
        fn it_never_passes_what_is_at_work_and_never_goes_back(order in Just((1_u64..40).collect::<Vec<_>>()).prop_shuffle()) {
            let mut mark = Watermark::default();
            (1..40).for_each(|n| mark.begin(n));
            let mut done = Vec::new();
            let mut before = mark.low();
            for n in order {
                mark.done(n);
                done.push(n);
                let expected = (1..40).find(|n| !done.contains(n)).map_or(39, |open| open - 1);
                prop_assert_eq!(mark.low(), expected);
                prop_assert!(mark.low() >= before);
                before = mark.low();
            }
        }
    }
}
