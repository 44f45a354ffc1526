//! Reads a channel: what each message does, whether it needs an answer, to whom it goes, and which
//! message answers whom.
//!
//! Invariants: it depends on nothing but what it was given, in that order; a message costs what the
//! window costs, not what the channel is long; it keeps no text, only the numbers of `words`.
//! How the weights came about, and how well it judges: `docs/decisions/0010-reading.md`.

use jiff::Timestamp;

use crate::domain::ids::{MessageKey, UserKey};
use ask::{Ask, Responder};
use memory::{Memory, Message, Shares};

pub use acts::{Act, Need, tone};

pub mod acts;

mod ask;

mod cues;

mod link;

mod memory;

mod names;

mod weights;

mod words;

/// Messages that can be followed at once in one channel; beyond that the oldest is let go.
pub const MOST_FOLLOWED: usize = 1_024;

/// From this chance on a message counts as answered.
const ANSWERED: f32 = 0.5;

/// Which side of a watched channel somebody is on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Side {
    /// Outside: waits for answers, and answers nobody.
    Customer,
    /// Inside: may answer.
    Staff,
    /// Not known: either.
    #[default]
    Unknown,
}

/// What a channel is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Place {
    /// Many talk here, across one another.
    #[default]
    Channel,
    /// Whoever speaks here speaks about one matter.
    Thread,
}

/// What the platform itself says about a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fact<'a> {
    /// It mentions this person.
    Mentions(&'a UserKey),
    /// It replies to this message, or quotes it.
    RepliesTo {
        /// The message.
        message: &'a MessageKey,
        /// Who wrote that.
        author: &'a UserKey,
    },
}

/// One message of a channel, as it came. Bots and the platform's own notes are not told here.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    /// Which message it is.
    pub message: &'a MessageKey,
    /// Who wrote it.
    pub author: &'a UserKey,
    /// The name others see, by which they may call the author.
    pub name: &'a str,
    /// Which side the author is on.
    pub side: Side,
    /// When it was written.
    pub at: Timestamp,
    /// What it says; empty where the platform keeps that from us.
    pub text: &'a str,
    /// What the platform says about it.
    pub facts: &'a [Fact<'a>],
}

/// What was understood of a message.
#[derive(Clone, PartialEq, Debug)]
pub struct Heard {
    /// What it does.
    pub act: Act,
    /// Whether it needs an answer, by its words and what went before.
    pub need: Need,
    /// The message of the same person, minutes before, of which this is the continuation.
    pub continues: Option<MessageKey>,
    /// To whom it most likely goes, if rather to one person than to nobody or everybody.
    pub to: Option<UserKey>,
    /// The followed messages that count as answered now and did not before.
    pub answers: Vec<(MessageKey, Answer)>,
}

/// Whether a followed message was answered.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// How likely it was answered, 0 to 1.
    pub chance: f32,
    /// The answer, where it is more likely than not.
    pub answer: Option<Answer>,
}

/// The first message that answers, and why it is taken for that.
#[derive(Clone, PartialEq, Debug)]
pub struct Answer {
    /// The message.
    pub message: MessageKey,
    /// Who wrote it.
    pub who: UserKey,
    /// Why, the strongest reason first; never empty.
    pub because: Vec<Because>,
}

/// Why a message is taken for the answer to another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Because {
    /// The platform says that it replies to it.
    Reply,
    /// It stands in the thread of it.
    Thread,
    /// It names whoever asked.
    Mention,
    /// It followed the asker's words with at most that many messages of others between.
    Adjacent {
        /// Messages between.
        between: u64,
    },
    /// Both were talking with one another already.
    Talking,
    /// It uses rare words of the question.
    SharedWords {
        /// How many.
        count: u32,
    },
    /// The asker spoke to the one who answered afterwards.
    SpokeBack,
    /// The asker thanked afterwards.
    Thanked,
    /// Nothing else it could have been meant for was likelier.
    Likeliest,
}

/// One channel, or one thread: what is remembered of it, and the messages that are followed.
#[derive(Clone, Debug, Default)]
pub struct Channel {
    place: Place,
    memory: Memory,
    followed: Vec<Ask>,
    last: Option<(MessageKey, Message, Shares)>,
}

impl Channel {
    /// Nothing is known yet.
    pub fn new(place: Place) -> Self {
        Self { place, ..Self::default() }
    }

    /// Takes in the next message. Messages come in the order they were written.
    pub fn hear(&mut self, said: &Said<'_>) -> Heard {
        let tone = acts::tone(said.text);
        let message = self.memory.take_in(said, tone);
        let shares = link::shares(&link::signs(&self.memory, &message));
        let answers = self.look_at_followed(said, &message, &shares);
        let to = shares.iter().max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, share)| *share > 0.5);
        let to = to.and_then(|(who, _)| self.memory.person(*who));
        let asked = to.is_some_and(|person| person.tone.act == Act::Asks && person.side != Side::Customer);
        let need = match (tone.act, tone.need) {
            // Whoever was asked and gives an answer waits again.
            (Act::Says | Act::Answers | Act::Empty, Need::Unsure) if asked => Need::Answer,
            (Act::Assents | Act::Signs, Need::Nothing) if asked => Need::Unsure,
            (_, need) => need,
        };
        let heard = Heard {
            act: tone.act,
            need,
            continues: self.memory.continued(&message),
            to: to.map(|person| person.key().clone()),
            answers,
        };
        self.memory.keep(said.message, &message, &shares);
        self.last = Some((said.message.clone(), message, shares));
        heard
    }

    /// Follows the message just heard until it is let go.
    pub fn follow(&mut self) {
        let Some((key, message, shares)) = &self.last else { return };
        if self.followed.last().is_some_and(|ask| ask.key == *key) {
            return;
        }
        if self.followed.len() == MOST_FOLLOWED {
            self.followed.remove(0);
        }
        self.followed.push(Ask::new(key.clone(), message, shares, &self.memory));
    }

    /// Lets a followed message go: it is answered, deleted, or needs no answer.
    pub fn let_go(&mut self, key: &MessageKey) {
        self.followed.retain(|ask| ask.key != *key);
    }

    /// Whether a followed message is answered, as it looks now; nothing if it is not followed. What the
    /// asker says later may change it in either direction.
    pub fn verdict(&self, key: &MessageKey) -> Option<Verdict> {
        self.followed.iter().find(|ask| ask.key == *key).map(|ask| self.judge(ask))
    }

    fn look_at_followed(
        &mut self,
        said: &Said<'_>,
        message: &Message,
        shares: &Shares,
    ) -> Vec<(MessageKey, Answer)> {
        let starts = link::starts(&self.memory, message, shares);
        let mut concerned = Vec::new();
        for (place, ask) in self.followed.iter_mut().enumerate() {
            let replies = said
                .facts
                .iter()
                .any(|fact| matches!(fact, Fact::RepliesTo { message, .. } if **message == ask.key));
            let in_thread =
                self.place == Place::Thread && (!message.names_somebody() || message.names(ask.author));
            let tie = match (replies, in_thread) {
                (true, _) => Some(Because::Reply),
                (false, true) => Some(Because::Thread),
                (false, false) => None,
            };
            if ask.take_in(said, message, shares, starts, tie) {
                concerned.push(place);
            }
        }
        let mut answers = Vec::new();
        for place in concerned {
            let answer = self.judge(&self.followed[place]).answer;
            let ask = &mut self.followed[place];
            match answer {
                Some(answer) if !ask.counts_as_answered => {
                    ask.counts_as_answered = true;
                    answers.push((ask.key.clone(), answer));
                }
                Some(_) => {}
                None => ask.counts_as_answered = false,
            }
        }
        answers
    }

    fn judge(&self, ask: &Ask) -> Verdict {
        let likely = ask::likely(ask, &self.memory);
        let chance = ask::answered(ask, &likely);
        let answer = (chance > ANSWERED).then(|| first_answer(ask, &likely)).flatten();
        Verdict { chance, answer }
    }
}

/// The earliest of those who likely answered, or else the likeliest.
fn first_answer(ask: &Ask, likely: &[f32]) -> Option<Answer> {
    let all = || ask.responders().iter().zip(likely);
    let responder = all()
        .filter(|(_, likely)| **likely > ANSWERED)
        .map(|(responder, _)| responder)
        .min_by_key(|responder| responder.number)
        .or_else(|| all().max_by(|a, b| a.1.total_cmp(b.1)).map(|(responder, _)| responder))?;
    Some(Answer {
        message: responder.message.clone(),
        who: responder.key.clone(),
        because: because(responder),
    })
}

fn because(responder: &Responder) -> Vec<Because> {
    let mut because: Vec<Because> = responder.tie.into_iter().collect();
    let reasons = [
        (responder.names, Because::Mention),
        (responder.thanks > 0, Because::Thanked),
        (responder.back > 0.5, Because::SpokeBack),
        (responder.were_talking > 0.3, Because::Talking),
        (
            responder.overlap.count > 0 && responder.overlap.weight > 3.0,
            Because::SharedWords { count: responder.overlap.count },
        ),
        (
            responder.since_author <= 3,
            Because::Adjacent { between: responder.since_author.saturating_sub(1) },
        ),
    ];
    because.extend(reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason));
    if because.is_empty() {
        because.push(Because::Likeliest);
    }
    because
}

#[cfg(test)]
mod tests;
