//! What is remembered of a channel: who spoke when, about what, and with whom.
//!
//! Invariant: bounded, however long the channel is read: [`MOST_PEOPLE`] people, the words of each one's
//! last turn, and [`words::Rarity`].

use std::collections::HashMap;

use super::acts::Tone;
use super::names::{Named, Register};
use super::words::{self, Rarity};
use super::{Fact, Said, Side};
use crate::domain::ids::{MessageKey, UserKey};

/// A person in this memory; a number is never given twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Who(u32);

/// People remembered; beyond that, those silent longest are forgotten.
const MOST_PEOPLE: usize = 1_024;

/// Those who spoke last, as far as a message may be meant for one of them without saying so.
const LATELY: usize = 24;

/// Words remembered of one turn.
const TURN_WORDS: usize = 96;

/// A pause or so many messages of others end a turn.
const TURN_PAUSE_MS: i64 = 10 * 60 * 1_000;
const TURN_GAP: u64 = 15;

/// A minute between messages, until more is known.
const USUAL_PACE: f32 = 4.1;

/// One message as it is compared with others.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its number in the channel.
    pub number: u64,
    /// Who wrote it.
    pub author: Who,
    /// When, in milliseconds.
    pub at: i64,
    /// What its words do.
    pub tone: Tone,
    /// Its words and how rare they are.
    pub words: Vec<u32>,
    pub weights: Vec<f32>,
    /// Whom it names.
    pub named: Named<Who>,
    /// Whose message it replies to, where the platform says so.
    pub reply_to: Option<Who>,
}

impl Message {
    /// Whether it names anybody at all.
    pub fn names_somebody(&self) -> bool {
        self.named.stranger
            || self.reply_to.is_some()
            || !self.named.leading.is_empty()
            || !self.named.inline.is_empty()
    }

    /// Whether it names this person.
    pub fn names(&self, who: Who) -> bool {
        self.reply_to == Some(who) || self.named.leading.contains(&who) || self.named.inline.contains(&who)
    }
}

/// To whom a message goes, and how likely.
pub type Shares = Vec<(Who, f32)>;

/// Somebody in the channel.
#[derive(Clone, Debug)]
pub struct Person {
    key: UserKey,
    name: String,
    last: Option<MessageKey>,
    /// Which side they are on.
    pub side: Side,
    /// Messages read of theirs.
    pub messages: u32,
    /// Their last message.
    pub number: u64,
    /// When it was, in milliseconds.
    pub at: i64,
    /// The words of their last turn: messages of theirs with little between them.
    pub turn_words: Vec<u32>,
    /// Whether that turn asks something.
    pub turn_asks: bool,
    /// Whether it is the first turn of theirs that was read.
    pub first_turn: bool,
    /// The tone of their last message.
    pub tone: Tone,
    /// Whom their last message named.
    pub named: Vec<Who>,
    /// To whom their last message went.
    pub shares: Shares,
    /// How much was said to them since it.
    pub served: f32,
    /// How often they name whom they speak to: 0 to 1.
    pub habit: f32,
}

/// The memory of one channel.
#[derive(Clone, Debug)]
pub struct Memory {
    next: u32,
    messages: u64,
    keys: HashMap<UserKey, Who>,
    names: HashMap<String, Who>,
    people: HashMap<Who, Person>,
    /// Those who spoke last, the latest first.
    lately: Vec<Who>,
    rarity: Rarity,
    last_at: Option<i64>,
    /// The usual pause between messages, as the logarithm of seconds.
    pub pace: f32,
    /// How often messages here name whom they speak to: 0 to 1.
    pub habit: f32,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            next: 0,
            messages: 0,
            keys: HashMap::new(),
            names: HashMap::new(),
            people: HashMap::new(),
            lately: Vec::new(),
            rarity: Rarity::default(),
            last_at: None,
            pace: USUAL_PACE,
            habit: 0.0,
        }
    }
}

impl Memory {
    /// The message as it is compared with others; its author becomes known.
    pub fn take_in(&mut self, said: &Said<'_>, tone: Tone) -> Message {
        let author = self.meet(said, tone);
        let words = words::of(said.text);
        let weights = self.rarity.weights(&words);
        let mut named = super::names::named(said.text, &*self);
        named.leading.retain(|&who| who != author);
        named.inline.retain(|&who| who != author);
        let mut reply_to = None;
        for fact in said.facts {
            match fact {
                Fact::Mentions(key) => {
                    if let Some(who) =
                        self.who(key).filter(|who| *who != author && !named.leading.contains(who))
                    {
                        named.leading.push(who);
                    } else if !self.keys.contains_key(*key) {
                        named.stranger = true;
                    }
                }
                Fact::RepliesTo { author: key, .. } => reply_to = self.who(key).filter(|who| *who != author),
            }
        }
        let at = said.at.as_millisecond();
        Message { number: self.messages, author, at, tone, words, weights, named, reply_to }
    }

    /// Remembers a message that went to those.
    pub fn keep(&mut self, key: &MessageKey, message: &Message, shares: &Shares) {
        for (who, share) in shares {
            if let Some(person) = self.people.get_mut(who) {
                person.served += share;
            }
        }
        if let Some(last) = self.last_at {
            self.pace += 0.05 * (seconds(message.at - last) - self.pace);
        }
        self.last_at = Some(message.at);
        let names = if message.names_somebody() { 1.0 } else { 0.0 };
        self.habit += 0.01 * (names - self.habit);
        self.rarity.learn(&message.words);
        self.messages += 1;
        self.lately.retain(|who| *who != message.author);
        self.lately.insert(0, message.author);
        self.lately.truncate(LATELY);
        if let Some(person) = self.people.get_mut(&message.author) {
            person.keep(message, shares, names);
            person.last = Some(key.clone());
        }
        self.forget();
    }

    /// Somebody remembered.
    pub fn person(&self, who: Who) -> Option<&Person> {
        self.people.get(&who)
    }

    /// Who has this key, if they are remembered.
    pub fn who(&self, key: &UserKey) -> Option<Who> {
        self.keys.get(key).copied()
    }

    /// The author's message before, if this one continues it: not yet kept, minutes later.
    pub fn continued(&self, message: &Message) -> Option<MessageKey> {
        let person = self.people.get(&message.author)?;
        person.last.clone().filter(|_| message.at - person.at <= TURN_PAUSE_MS)
    }

    /// Those who spoke last, the latest first.
    pub fn spoke_lately(&self) -> &[Who] {
        &self.lately
    }

    /// The logarithm of the seconds since the last message of anybody.
    pub fn pause(&self, at: i64) -> f32 {
        self.last_at.map_or(0.0, |last| seconds(at - last))
    }

    /// How many people, keys, names and words are remembered.
    #[cfg(test)]
    pub fn sizes(&self) -> [usize; 4] {
        [self.people.len(), self.keys.len(), self.names.len(), self.rarity.known()]
    }

    fn meet(&mut self, said: &Said<'_>, tone: Tone) -> Who {
        if let Some(&who) = self.keys.get(said.author) {
            if let Some(person) = self.people.get_mut(&who) {
                person.side = said.side;
            }
            return who;
        }
        let who = Who(self.next);
        self.next += 1;
        let name = said.name.to_lowercase();
        if let Some(first) = name.split_whitespace().next().filter(|first| first.len() < name.len()) {
            self.names.entry(first.to_owned()).or_insert(who);
        }
        self.names.insert(name.clone(), who);
        self.keys.insert(said.author.clone(), who);
        self.people.insert(
            who,
            Person {
                key: said.author.clone(),
                name,
                last: None,
                side: said.side,
                messages: 0,
                number: self.messages,
                at: said.at.as_millisecond(),
                turn_words: Vec::new(),
                turn_asks: false,
                first_turn: true,
                tone,
                named: Vec::new(),
                shares: Vec::new(),
                served: 0.0,
                habit: self.habit,
            },
        );
        who
    }

    fn forget(&mut self) {
        if self.people.len() <= MOST_PEOPLE {
            return;
        }
        let mut last: Vec<u64> = self.people.values().map(|person| person.number).collect();
        last.sort_unstable();
        let border = last[last.len() / 4];
        let people = &mut self.people;
        people.retain(|_, person| person.number > border);
        self.keys.retain(|_, who| people.contains_key(who));
        self.names.retain(|_, who| people.contains_key(who));
        self.lately.retain(|who| people.contains_key(who));
    }
}

impl Person {
    /// The key they were met under.
    pub fn key(&self) -> &UserKey {
        &self.key
    }

    fn keep(&mut self, message: &Message, shares: &Shares, names: f32) {
        let pause = message.at - self.at > TURN_PAUSE_MS || message.number - self.number > TURN_GAP;
        if self.messages > 0 && pause {
            self.turn_words.clear();
            self.turn_asks = false;
            self.first_turn = false;
        }
        self.turn_words.extend_from_slice(&message.words);
        self.turn_words.sort_unstable();
        self.turn_words.dedup();
        self.turn_words.truncate(TURN_WORDS);
        self.turn_asks |= message.tone.act == super::Act::Asks;
        self.messages += 1;
        self.number = message.number;
        self.at = message.at;
        self.tone = message.tone;
        self.named = message.named.leading.iter().chain(&message.named.inline).copied().collect();
        self.shares.clone_from(shares);
        self.served = 0.0;
        self.habit += 0.1 * (names - self.habit);
    }
}

impl Register for Memory {
    type Person = Who;

    fn by_name(&self, name: &str) -> Option<Who> {
        self.names.get(name).copied()
    }

    fn lately(&self) -> impl Iterator<Item = (Who, &str)> {
        self.lately.iter().filter_map(|who| Some((*who, self.people.get(who)?.name.as_str())))
    }
}

/// Milliseconds as the logarithm of seconds.
#[expect(clippy::cast_precision_loss, reason = "a pause; its logarithm is what counts")]
pub fn seconds(ms: i64) -> f32 {
    (ms.max(0) as f32 / 1_000.0).ln_1p()
}

/// A number of messages as its logarithm.
#[expect(clippy::cast_precision_loss, reason = "a count; its logarithm is what counts")]
pub fn messages(count: u64) -> f32 {
    (count as f32).ln_1p()
}
