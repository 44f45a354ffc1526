//! When the next call may go out: by bucket, as Discord names them in its answers, and for the whole bot.
//! Invariants: it decides from the instant it is given, and neither sleeps nor calls; what is forgotten
//! was free again.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::Method;
use tokio::time::Instant;

use super::answer::{Limit, Whole};

/// Calls a second for the whole bot; Discord allows 50.
const PACE: f64 = 45.0;
/// Buckets kept before the rested ones are forgotten.
const BUCKETS_KEPT: usize = 1024;

/// All limits of one bot.
#[derive(Debug)]
pub(super) struct Limits {
    /// The bucket of a route, as far as Discord named it.
    names: HashMap<(Method, &'static str), String>,
    buckets: HashMap<(String, String), Bucket>,
    tokens: f64,
    filled: Option<Instant>,
    closed: Option<Instant>,
}

/// What a caller must do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// Call now; the place is taken.
    Go,
    /// Ask again after this; nothing is taken.
    Wait(Duration),
}

#[derive(Debug)]
struct Bucket {
    limit: u32,
    remaining: u32,
    resets: Instant,
    /// How long a window lasts, where Discord told; else only the pause is known.
    window: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { names: HashMap::new(), buckets: HashMap::new(), tokens: PACE, filled: None, closed: None }
    }
}

impl Limits {
    /// Asks to call a route at `now`.
    pub(super) fn ask(&mut self, route: &'static str, method: &Method, major: &str, now: Instant) -> Pass {
        if let Some(opens) = self.closed.filter(|opens| *opens > now) {
            return Pass::Wait(opens - now);
        }
        self.closed = None;
        let key = self.key(route, method, major);
        if let Some(bucket) = self.buckets.get_mut(&key) {
            match bucket.window {
                // A new window; those who waited for it must not all go at once.
                Some(window) if bucket.resets <= now => {
                    bucket.remaining = bucket.limit;
                    bucket.resets = now + window;
                }
                None if bucket.resets <= now => {
                    self.buckets.remove(&key);
                }
                _ if bucket.remaining == 0 => return Pass::Wait(bucket.resets - now),
                _ => {}
            }
        }
        let earned = self.filled.map_or(0.0, |at| now.duration_since(at).as_secs_f64() * PACE);
        self.tokens = (self.tokens + earned).min(PACE);
        self.filled = Some(now);
        if self.tokens < 1.0 {
            return Pass::Wait(Duration::from_secs_f64((1.0 - self.tokens) / PACE));
        }
        self.tokens -= 1.0;
        if let Some(bucket) = self.buckets.get_mut(&key) {
            bucket.remaining = bucket.remaining.saturating_sub(1);
        }
        Pass::Go
    }

    /// Learns from the headers of an answer.
    pub(super) fn learn(
        &mut self,
        route: &'static str,
        method: &Method,
        major: &str,
        headers: &Limit,
        now: Instant,
    ) {
        if let Some(name) = &headers.bucket
            && self.names.get(&(method.clone(), route)) != Some(name)
        {
            self.names.insert((method.clone(), route), name.clone());
        }
        let (Some(limit), Some(remaining), Some(after)) =
            (headers.window, headers.remaining, headers.reset_after)
        else {
            return;
        };
        self.forget(now);
        let key = self.key(route, method, major);
        let resets = now + after;
        match self.buckets.get_mut(&key) {
            // Answers overtake each other; within a window the smaller number is the newer one.
            Some(known) if known.resets > now && known.limit == limit => {
                known.remaining = known.remaining.min(remaining);
                known.resets = resets;
                known.window = known.window.max(Some(after));
            }
            _ => {
                let window = Some(after);
                self.buckets.insert(key, Bucket { limit: limit.max(1), remaining, resets, window });
            }
        }
    }

    /// Discord asked for a pause of `after`, from `now`.
    pub(super) fn close(
        &mut self,
        route: &'static str,
        method: &Method,
        major: &str,
        whole: Whole,
        after: Duration,
        now: Instant,
    ) {
        let opens = now + after;
        match whole {
            Whole::Bot => self.closed = self.closed.max(Some(opens)),
            Whole::Bucket => {
                self.forget(now);
                let key = self.key(route, method, major);
                let (limit, window) =
                    self.buckets.get(&key).map_or((1, None), |bucket| (bucket.limit, bucket.window));
                self.buckets.insert(key, Bucket { limit, remaining: 0, resets: opens, window });
            }
        }
    }

    fn key(&self, route: &'static str, method: &Method, major: &str) -> (String, String) {
        let name = self.names.get(&(method.clone(), route)).cloned();
        (name.unwrap_or_else(|| format!("{method} {route}")), major.to_owned())
    }

    fn forget(&mut self, now: Instant) {
        if self.buckets.len() >= BUCKETS_KEPT {
            self.buckets.retain(|_, bucket| bucket.resets > now);
        }
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        self.buckets.len()
    }
}
