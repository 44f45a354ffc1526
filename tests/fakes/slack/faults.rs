//! What can go wrong on the way to Slack and back, scripted per method.
//!
//! Invariant: a scripted fault answers exactly one call and is then used up; `outage` answers every
//! call until it is lifted.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// One way for a call to fail.
#[derive(Clone, Debug)]
pub enum Fault {
    /// 429 with `Retry-After` in seconds; nothing was done.
    RateLimited(u64),
    /// This HTTP status with an HTML body; nothing was done.
    Status(u16),
    /// `{"ok":false,"error":…}`; nothing was done.
    Error(&'static str),
    /// The request is read and never answered; nothing was done.
    Hang,
    /// The work was done, but the answer never comes.
    HangAfter,
    /// 200 and a body that is no JSON; the work was done.
    Malformed,
    /// The connection ends before anything was done.
    DropBefore,
    /// The work was done, and the connection ends without an answer.
    DropAfter,
    /// A slow answer.
    Delay(Duration),
}

impl Fault {
    /// The name that the record of calls shows.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RateLimited(_) => "429",
            Self::Status(_) => "status",
            Self::Error(code) => code,
            Self::Hang => "hang",
            Self::HangAfter => "hang after",
            Self::Malformed => "malformed",
            Self::DropBefore => "drop before",
            Self::DropAfter => "drop after",
            Self::Delay(_) => "delay",
        }
    }
}

/// The scripted faults.
#[derive(Default)]
pub struct Faults {
    scripted: BTreeMap<String, VecDeque<Fault>>,
    outage: Option<Fault>,
}

impl Faults {
    /// The next call of `method` fails like this, after the ones scripted before.
    pub fn script(&mut self, method: &str, fault: Fault) {
        self.scripted.entry(method.to_owned()).or_default().push_back(fault);
    }

    /// Every call fails like this from now on, until it is `None` again.
    pub fn set_outage(&mut self, fault: Option<Fault>) {
        self.outage = fault;
    }

    /// The fault that answers this call of `method`, if any.
    pub fn take(&mut self, method: &str) -> Option<Fault> {
        if self.outage.is_some() {
            return self.outage.clone();
        }
        self.scripted.get_mut(method)?.pop_front()
    }
}
