//! To whom a message goes: everybody who spoke lately, and "nobody in particular", each get a share.
//!
//! Invariant: the shares and what is left for nobody add up to 1.

use super::acts::{Act, Cues};
use super::memory::{Memory, Message, Person, Shares, Who, messages, seconds};
use super::weights;
use super::words::{Shared, shared};

/// Signs that a message goes to a person.
pub const TO_SIGNS: usize = 32;

/// Signs that a message goes to nobody in particular.
pub const NOBODY_SIGNS: usize = 16;

/// Signs that a message begins another matter than its author's last.
pub const START_SIGNS: usize = 20;

/// What speaks for each of those to whom a message may go.
#[derive(Clone, Debug)]
pub struct Signs {
    /// For each person.
    pub to: Vec<(Who, [f32; TO_SIGNS])>,
    /// For nobody in particular.
    pub nobody: [f32; NOBODY_SIGNS],
}

/// Gathers the signs of a message, before it is kept.
pub fn signs(memory: &Memory, message: &Message) -> Signs {
    let me = memory.person(message.author).expect("whoever speaks has been met");
    let named = message.named.leading.iter().chain(&message.named.inline).chain(&message.reply_to);
    let mut possible: Vec<Who> =
        memory.spoke_lately().iter().copied().filter(|who| *who != message.author).collect();
    for who in named {
        if !possible.contains(who) {
            possible.push(*who);
        }
    }
    let overlaps: Vec<Shared> = possible
        .iter()
        .map(|&who| {
            let words = memory.person(who).map_or(&[][..], |person| &person.turn_words);
            shared(&message.words, &message.weights, words)
        })
        .collect();
    let to = possible
        .iter()
        .enumerate()
        .filter_map(|(place, &who)| {
            let person = memory.person(who)?;
            let best_other = overlaps
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != place)
                .map(|(_, o)| o.weight)
                .fold(0.0, f32::max);
            Some((who, sign_to(memory, message, me, who, person, place, overlaps[place], best_other)))
        })
        .collect();
    Signs { to, nobody: sign_nobody(memory, message, me) }
}

/// Divides a message among those to whom it may go.
pub fn shares(signs: &Signs) -> Shares {
    let nobody = dot(&signs.nobody, &weights::NOBODY);
    let scores: Vec<f32> = signs.to.iter().map(|(_, signs)| dot(signs, &weights::TO)).collect();
    let most = scores.iter().copied().fold(nobody, f32::max);
    let all: f32 = scores.iter().map(|score| (score - most).exp()).sum::<f32>() + (nobody - most).exp();
    signs.to.iter().zip(scores).map(|((who, _), score)| (*who, (score - most).exp() / all)).collect()
}

/// How likely a message begins another matter than what its author spoke of before.
pub fn starts(memory: &Memory, message: &Message, shares: &Shares) -> f32 {
    1.0 / (1.0 + (-dot(&start_signs(memory, message, shares), &weights::START)).exp())
}

/// What speaks for a message beginning another matter.
pub fn start_signs(memory: &Memory, message: &Message, shares: &Shares) -> [f32; START_SIGNS] {
    let me = memory.person(message.author).expect("whoever speaks has been met");
    let tone = &message.tone;
    let nobody = 1.0 - shares.iter().map(|(_, share)| share).sum::<f32>();
    let own_gap = if me.messages == 0 { 1_000 } else { message.number - me.number };
    let gap = messages(own_gap);
    let own = shared(&message.words, &message.weights, &me.turn_words).share;
    let asks = yes(tone.act == Act::Asks);
    [
        1.0,
        nobody,
        asks,
        asks * nobody,
        yes(tone.cues.has(Cues::GREETS)),
        yes(tone.cues.has(Cues::EVERYBODY)),
        gap,
        seconds(message.at - me.at),
        nobody * gap,
        asks * nobody * gap,
        own,
        nobody * own,
        yes(me.messages == 0),
        yes(matches!(tone.act, Act::Thanks | Act::Assents | Act::Settles)),
        yes(message.names_somebody()),
        f32::from(tone.length).ln_1p(),
        yes(me.turn_asks && me.served < 0.5),
        yes(tone.act == Act::Answers),
        seconds(message.at - me.at) - memory.pace,
        yes(tone.cues.has(Cues::MYSELF)),
    ]
}

fn share_of(shares: &Shares, who: Who) -> f32 {
    shares.iter().find(|(other, _)| *other == who).map_or(0.0, |(_, share)| *share)
}

fn strongest_but(shares: &Shares, who: Who) -> f32 {
    shares.iter().filter(|(other, _)| *other != who).map(|(_, share)| *share).fold(0.0, f32::max)
}

#[expect(clippy::too_many_arguments, reason = "everything two people have to do with each other")]
fn sign_to(
    memory: &Memory,
    message: &Message,
    me: &Person,
    who: Who,
    them: &Person,
    place: usize,
    overlap: Shared,
    best_other: f32,
) -> [f32; TO_SIGNS] {
    let names = message.names(who);
    let names_other = message.names_somebody() && !names;
    let gap = message.number - them.number;
    let own_gap = if me.messages == 0 { 1_000 } else { message.number - me.number };
    let fresh = |age: u64| (-messages_f(age) / 15.0).exp();
    let mine_to_them = share_of(&me.shares, who) * fresh(own_gap);
    let mine_to_others = strongest_but(&me.shares, who) * fresh(own_gap);
    let theirs_to_me = share_of(&them.shares, message.author) * fresh(gap);
    let theirs_to_others = strongest_but(&them.shares, message.author) * fresh(gap);
    let tone = &message.tone;
    let asks = yes(tone.act == Act::Asks);
    let closes = yes(matches!(tone.act, Act::Thanks | Act::Assents | Act::Settles));
    let their_ask = yes(them.turn_asks);
    let since_me = yes(me.messages == 0 || them.number > me.number);
    let unnamed = yes(!message.names_somebody());
    [
        1.0,
        yes(message.named.leading.contains(&who) || message.reply_to == Some(who)),
        yes(message.named.inline.contains(&who)),
        yes(names_other && !message.named.stranger),
        yes(message.named.stranger && !names),
        unnamed * memory.habit,
        unnamed * me.habit,
        messages(gap),
        seconds(message.at - them.at),
        seconds(message.at - them.at) - memory.pace,
        yes(place == 0),
        yes(place == 1),
        messages(place as u64),
        mine_to_them,
        mine_to_others,
        theirs_to_me,
        theirs_to_others,
        yes(them.named.contains(&message.author)) * fresh(gap),
        yes(!them.named.is_empty() && !them.named.contains(&message.author)),
        overlap.share,
        overlap.weight.ln_1p(),
        yes(overlap.weight > best_other && overlap.weight > 0.0),
        their_ask,
        their_ask * yes(them.served < 0.5),
        them.served.min(3.0),
        asks * their_ask,
        yes(tone.act == Act::Answers) * their_ask,
        yes(tone.cues.has(Cues::YOU)) * their_ask,
        closes * theirs_to_me,
        yes(them.first_turn && them.turn_asks),
        since_me,
        closes,
    ]
}

fn sign_nobody(memory: &Memory, message: &Message, me: &Person) -> [f32; NOBODY_SIGNS] {
    let tone = &message.tone;
    let own_gap = if me.messages == 0 { 1_000 } else { message.number - me.number };
    let fresh = (-messages_f(own_gap) / 15.0).exp();
    let spoke_to = me.shares.iter().map(|(_, share)| *share).fold(0.0, f32::max);
    [
        0.0,
        yes(tone.act == Act::Asks),
        yes(tone.cues.has(Cues::QUESTION_MARK)),
        yes(tone.cues.has(Cues::GREETS)),
        yes(tone.cues.has(Cues::EVERYBODY)),
        yes(me.messages == 0),
        fresh * (1.0 - spoke_to),
        yes(own_gap <= 1),
        yes(tone.act == Act::Answers),
        yes(matches!(tone.act, Act::Thanks | Act::Assents | Act::Settles)),
        f32::from(tone.length).ln_1p(),
        yes(tone.cues.has(Cues::MYSELF)),
        yes(tone.cues.has(Cues::YOU)),
        memory.pause(message.at),
        yes(message.named.stranger),
        messages(own_gap),
    ]
}

pub(super) fn dot<const N: usize>(signs: &[f32; N], weights: &[f32; N]) -> f32 {
    signs.iter().zip(weights).map(|(sign, weight)| sign * weight).sum()
}

pub(super) fn yes(fact: bool) -> f32 {
    if fact { 1.0 } else { 0.0 }
}

#[expect(clippy::cast_precision_loss, reason = "a count of messages")]
fn messages_f(count: u64) -> f32 {
    count as f32
}
