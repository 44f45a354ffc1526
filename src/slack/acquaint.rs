//! Who somebody is, learned before their first words are answered: so that colleagues read names, not
//! ids, and guests and admins are known as such from the first word on.
//! Invariant: best effort within a second; who could not be looked up is looked up later by the app.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use tokio::time::timeout;

use super::api::{Api, Granted};
use super::people;
use crate::chat::command::Command;
use crate::chat::inbound::{Event, Inbound, PersonFacts, Speech};
use crate::domain::ids::UserKey;

/// Whom this process has looked up; forgotten when there are too many.
#[derive(Debug, Default)]
pub struct Acquaintances(Mutex<HashSet<UserKey>>);

const PATIENCE: Duration = Duration::from_secs(1);
const KEPT: usize = 65_536;

impl Acquaintances {
    /// What Slack tells about those in a delivery whom this process has not looked up yet.
    pub async fn learn(
        &self,
        api: &Api,
        home: &Granted,
        inbound: &Inbound,
        now: Timestamp,
    ) -> Vec<PersonFacts> {
        let strangers: Vec<UserKey> = {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            people_in(inbound).into_iter().filter(|user| !known.contains(user)).collect()
        };
        let answers = join_all(strangers.iter().map(|user| timeout(PATIENCE, api.user(user.as_str())))).await;
        let users = answers.into_iter().filter_map(|answer| answer.ok()?.ok());
        users.filter_map(|user| people::facts(&user, home, now)).collect()
    }

    /// Their facts were taken in: they need not be looked up again.
    pub fn met(&self, facts: &[PersonFacts]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.extend(facts.iter().filter_map(|facts| facts.user.clone()));
    }
}

/// Who did it, and whom it names.
fn people_in(inbound: &Inbound) -> HashSet<UserKey> {
    let named: Vec<UserKey> = match &inbound.event {
        Event::Said(said) if said.to_bot == Speech::Overheard => return HashSet::new(),
        Event::Met(_) | Event::Removed => return HashSet::new(),
        Event::Command(Command::HandoffMessage(message)) => message.author.iter().cloned().collect(),
        Event::Command(Command::Submit(form)) => form.persons().cloned().collect(),
        Event::Command(_) | Event::Said(_) | Event::HomeOpened => Vec::new(),
    };
    let mentioned = inbound.mentions.iter().map(|mention| mention.user.clone());
    named.into_iter().chain(mentioned).chain(inbound.actor.clone()).collect()
}
