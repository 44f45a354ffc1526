//! A message that is followed until it is answered: who has spoken to its author since, and what the
//! author made of it.
//!
//! Invariant: at most [`MOST_RESPONDERS`] people are remembered for one ask.

use super::acts::{Act, Tone};
use super::link::{dot, yes};
use super::memory::{Memory, Message, Shares, Who, messages, seconds};
use super::weights;
use super::words::{Shared, number, shared};
use super::{Because, Said, Side};
use crate::domain::ids::{MessageKey, UserKey};

/// People remembered as having perhaps answered.
const MOST_RESPONDERS: usize = 12;

/// Shares smaller than this are no sign of anything.
const NOTHING: f32 = 0.03;

/// From this share on a message counts as the beginning of an answer.
const BEGINS: f32 = 0.4;

/// Signs that somebody answered.
pub const ANSWER_SIGNS: usize = 33;

/// Signs that the ask was answered by anybody.
pub const VERDICT_SIGNS: usize = 6;

/// A message that is followed.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The platform's name of it.
    pub key: MessageKey,
    number: u64,
    at: i64,
    /// Who wrote it.
    pub author: Who,
    /// Whether it was told already that it is answered.
    pub counts_as_answered: bool,
    words: Vec<u32>,
    weights: Vec<f32>,
    tone: Tone,
    named: Vec<Who>,
    newcomer: bool,
    /// With whom its author was talking just before.
    before: Shares,
    responders: Vec<Responder>,
    asked_again: u32,
    others_messages: u32,
    author_now: AuthorSince,
}

/// What the author did since asking.
#[derive(Clone, Debug)]
struct AuthorSince {
    messages: u32,
    /// Where and when the author spoke last.
    number: u64,
    at: i64,
    /// The longest silence, in messages of others and in time.
    silence: u64,
    silence_ms: i64,
    /// How much of what the author said reads like the beginning of something else.
    other_matters: f32,
    /// How likely none of it does.
    same_matter: f32,
}

/// Somebody who spoke to the author.
#[derive(Clone, Debug)]
pub struct Responder {
    /// Who it is.
    pub who: Who,
    /// The platform's name of them.
    pub key: UserKey,
    /// The first message that seems meant for the author, or the likeliest.
    pub message: MessageKey,
    /// Its number.
    pub number: u64,
    /// Whether it names the author.
    pub names: bool,
    /// What ties it to the ask beyond doubt, if anything does.
    pub tie: Option<Because>,
    /// How likely the author was talking to them when asking.
    pub were_talking: f32,
    /// How likely the best of their messages is for the author.
    pub share: f32,
    /// What their messages share with the ask.
    pub overlap: Shared,
    /// How likely the author spoke to them afterwards.
    pub back: f32,
    /// How often the author thanked.
    pub thanks: u32,
    at: i64,
    tone: Tone,
    begun: bool,
    any_name: bool,
    sum: f32,
    back_sum: f32,
    author_then: AuthorSince,
    author_after: u32,
    author_to_others: f32,
    asked_again: u32,
    /// Messages since the author's last words.
    pub since_author: u64,
    since_author_ms: i64,
}

impl Ask {
    /// Begins to follow a message.
    pub fn new(key: MessageKey, message: &Message, shares: &Shares, memory: &Memory) -> Self {
        let person = memory.person(message.author);
        Self {
            key,
            number: message.number,
            at: message.at,
            author: message.author,
            counts_as_answered: false,
            words: message.words.clone(),
            weights: message.weights.clone(),
            tone: message.tone,
            named: message.named.leading.iter().chain(&message.named.inline).copied().collect(),
            newcomer: person.is_some_and(|person| person.first_turn),
            before: shares.clone(),
            responders: Vec::new(),
            asked_again: 0,
            others_messages: 0,
            author_now: AuthorSince {
                messages: 0,
                number: message.number,
                at: message.at,
                silence: 0,
                silence_ms: 0,
                other_matters: 0.0,
                same_matter: 1.0,
            },
        }
    }

    /// Takes in a later message of the channel, and to whom it went; says whether that may have changed
    /// the verdict.
    pub fn take_in(
        &mut self,
        said: &Said<'_>,
        message: &Message,
        shares: &Shares,
        starts: f32,
        tie: Option<Because>,
    ) -> bool {
        if message.author == self.author {
            self.author_speaks(message, shares, starts);
            return true;
        }
        self.others_messages += 1;
        let share = share_of(shares, self.author);
        if said.side == Side::Customer || share < NOTHING && tie.is_none() {
            return false;
        }
        let place = match self.responders.iter().position(|responder| responder.who == message.author) {
            Some(place) => place,
            None if self.responders.len() < MOST_RESPONDERS => {
                self.responders.push(self.new_responder(said, message));
                self.responders.len() - 1
            }
            None => return false,
        };
        let overlap = shared(&self.words, &self.weights, &message.words);
        let names = message.names(self.author);
        let begins = tie.is_some() || share >= BEGINS;
        let responder = &self.responders[place];
        let tied_first = tie.is_some() && responder.tie.is_none();
        if !responder.begun && (begins || share > responder.share) || tied_first {
            let author = self.author_now.clone();
            let responder = &mut self.responders[place];
            responder.begun = begins;
            responder.tie = tie;
            responder.names = names;
            responder.message = said.message.clone();
            responder.number = message.number;
            responder.at = message.at;
            responder.tone = message.tone;
            responder.author_after = 0;
            responder.since_author = message.number - author.number;
            responder.since_author_ms = message.at - author.at;
            responder.author_then = author;
        }
        let responder = &mut self.responders[place];
        responder.sum += share;
        responder.any_name |= names;
        if overlap.weight > responder.overlap.weight {
            responder.overlap = overlap;
        }
        responder.share = responder.share.max(share);
        true
    }

    /// Who may have answered.
    pub fn responders(&self) -> &[Responder] {
        &self.responders
    }

    /// What speaks for this person having answered.
    pub fn signs_of(&self, responder: &Responder, memory: &Memory) -> [f32; ANSWER_SIGNS] {
        let share = responder.share.clamp(0.01, 0.99);
        let gap = seconds(responder.at - self.at);
        [
            1.0,
            (share / (1.0 - share)).ln(),
            share,
            responder.sum.ln_1p(),
            yes(responder.any_name),
            messages(responder.number - self.number),
            gap,
            gap - memory.pace,
            responder.overlap.share,
            responder.overlap.weight.ln_1p(),
            responder.back,
            responder.back_sum.ln_1p(),
            yes(responder.author_after == 0),
            yes(responder.thanks > 0),
            yes(self.named.contains(&responder.who)),
            yes(!self.named.is_empty() && !self.named.contains(&responder.who)),
            number(responder.author_then.messages).ln_1p(),
            responder.were_talking,
            responder.author_to_others.min(4.0),
            number(responder.asked_again.min(3)),
            yes(self.tone.act == Act::Asks),
            yes(responder.tone.act == Act::Asks),
            yes(matches!(responder.tone.act, Act::Thanks | Act::Assents | Act::Settles | Act::Greets)),
            yes(self.newcomer),
            messages(responder.author_then.silence),
            seconds(responder.author_then.silence_ms),
            responder.author_then.other_matters.min(3.0),
            responder.author_then.same_matter,
            responder.author_then.same_matter * share,
            yes(!responder.any_name) * memory.habit,
            yes(!responder.any_name) * memory.person(responder.who).map_or(0.0, |person| person.habit),
            messages(responder.since_author),
            seconds(responder.since_author_ms),
        ]
    }

    /// What speaks for anybody having answered, given how likely each did.
    pub fn verdict_signs(&self, likely: &[f32]) -> [f32; VERDICT_SIGNS] {
        let none =
            likely.iter().map(|share| 1.0 - share.clamp(0.0, 0.999)).product::<f32>().clamp(0.001, 0.999);
        let most = likely.iter().copied().fold(0.001, f32::max).min(0.999);
        [
            1.0,
            ((1.0 - none) / none).ln(),
            (most / (1.0 - most)).ln(),
            yes(self.author_now.messages == 0),
            number(self.asked_again.min(3)),
            number(self.others_messages).ln_1p(),
        ]
    }

    fn new_responder(&self, said: &Said<'_>, message: &Message) -> Responder {
        Responder {
            who: message.author,
            key: said.author.clone(),
            message: said.message.clone(),
            number: message.number,
            names: false,
            tie: None,
            were_talking: share_of(&self.before, message.author),
            share: 0.0,
            overlap: Shared::default(),
            back: 0.0,
            thanks: 0,
            at: message.at,
            tone: message.tone,
            begun: false,
            any_name: false,
            sum: 0.0,
            back_sum: 0.0,
            author_then: self.author_now.clone(),
            author_after: 0,
            author_to_others: 0.0,
            asked_again: 0,
            since_author: 0,
            since_author_ms: 0,
        }
    }

    fn author_speaks(&mut self, message: &Message, shares: &Shares, starts: f32) {
        let overlap = shared(&self.words, &self.weights, &message.words);
        let asks = message.tone.act == Act::Asks;
        let again = u32::from(asks && overlap.share > 0.5);
        let to_anybody: f32 = shares.iter().map(|(_, share)| share).sum();
        self.asked_again += again;
        let author = &mut self.author_now;
        author.messages += 1;
        author.silence = author.silence.max(message.number - author.number);
        author.silence_ms = author.silence_ms.max(message.at - author.at);
        author.number = message.number;
        author.at = message.at;
        author.other_matters += starts;
        author.same_matter *= 1.0 - starts;
        let closes = matches!(message.tone.act, Act::Thanks | Act::Settles);
        for responder in &mut self.responders {
            let back = share_of(shares, responder.who);
            responder.back = responder.back.max(back);
            responder.back_sum += back;
            responder.author_after += 1;
            responder.author_to_others += to_anybody - back;
            responder.thanks += u32::from(closes && back > 0.3);
            responder.asked_again += again;
        }
    }
}

/// How likely each of the responders answered, in their order.
pub fn likely(ask: &Ask, memory: &Memory) -> Vec<f32> {
    let logistic = |score: f32| 1.0 / (1.0 + (-score).exp());
    ask.responders
        .iter()
        .map(|responder| {
            if responder.tie.is_some() {
                0.999
            } else {
                logistic(dot(&ask.signs_of(responder, memory), &weights::ANSWER))
            }
        })
        .collect()
}

/// How likely anybody answered.
pub fn answered(ask: &Ask, likely: &[f32]) -> f32 {
    1.0 / (1.0 + (-dot(&ask.verdict_signs(likely), &weights::VERDICT)).exp())
}

fn share_of(shares: &Shares, who: Who) -> f32 {
    shares.iter().find(|(other, _)| *other == who).map_or(0.0, |(_, share)| *share)
}
