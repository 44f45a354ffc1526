//! How long to wait before the next attempt to connect.
//! Invariant: two attempts that both fail are never closer than half the first step, whatever the server does.

use std::time::Duration;

/// The waiting of one connection slot; grows with each failure, forgets after a healthy spell.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    most: Duration,
    failures: u32,
}

impl Backoff {
    /// Waits `first` after one failure, twice as long after each further one, at most `most`.
    pub(super) fn new(first: Duration, most: Duration) -> Self {
        Self { first, most, failures: 0 }
    }

    /// One more failure: the time to wait now. `jitter` in 0..1 spreads it over the upper half of the step.
    pub(super) fn failed(&mut self, jitter: f64) -> Duration {
        let step = self.first.saturating_mul(1_u32 << self.failures.min(20)).min(self.most);
        self.failures = self.failures.saturating_add(1);
        step.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
    }

    /// The connection has proved itself.
    pub(super) fn healthy(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_most_and_starts_again_after_health() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(30));
        let waits: Vec<u128> = (0..11).map(|_| backoff.failed(1.0).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000, 30000]);
        backoff.healthy();
        assert_eq!(backoff.failed(0.0), Duration::from_millis(50));
    }

    #[test]
    fn stays_finite_after_very_many_failures() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(30));
        for _ in 0..100_000 {
            assert!(backoff.failed(0.3) <= Duration::from_secs(30));
        }
    }
}
