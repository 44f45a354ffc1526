//! What can go wrong on the way to Discord and back, scripted per route.
//!
//! Invariant: a scripted fault answers exactly one call and is then used up; `outage` answers every
//! call until it is lifted.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// One way for a call to fail.
#[derive(Clone, Debug)]
pub enum Fault {
    /// 429 of this route, with headers and body, in seconds; nothing was done.
    RateLimited(f64),
    /// 429 of everything; nothing was done.
    GlobalRateLimited(f64),
    /// 429 of the network before Discord: HTML, and no header says how long.
    Cloudflare,
    /// This HTTP status with an HTML body; nothing was done.
    Status(u16),
    /// This HTTP status with an HTML body, though the work was done.
    StatusAfter(u16),
    /// An error of Discord's: status, code, message; nothing was done.
    Refused(u16, u64, &'static str),
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

/// The scripted faults.
#[derive(Default)]
pub struct Faults {
    scripted: BTreeMap<String, VecDeque<Fault>>,
    outage: Option<Fault>,
}

impl Faults {
    /// The next call of `route` (`POST /channels/{channel_id}/messages`) fails like this, after the ones
    /// scripted before.
    pub fn script(&mut self, route: &str, fault: Fault) {
        self.scripted.entry(route.to_owned()).or_default().push_back(fault);
    }

    /// Every call fails like this from now on, until it is `None` again.
    pub fn set_outage(&mut self, fault: Option<Fault>) {
        self.outage = fault;
    }

    /// The fault that answers this call, if any.
    pub fn take(&mut self, route: &str) -> Option<Fault> {
        if self.outage.is_some() {
            return self.outage.clone();
        }
        self.scripted.get_mut(route)?.pop_front()
    }
}
