//! Pieces that many sentences share: the gist of words, facts, marks, outcomes, the small print.
//!
//! Invariant: the same fact is told in the same words everywhere.

use jiff::Timestamp;

use crate::chat::card::Card;
use crate::chat::notice::{Now, RequestView};
use crate::chat::text::{Moment, Text, Who};
use crate::domain::ids::PersonId;
use crate::domain::request::{Outcome, Privacy, Urgency};

/// Characters of somebody's words within a sentence.
pub const GIST: usize = 120;

/// Names in one sentence.
const NAMES: usize = 25;

/// Characters of somebody's words as a quote.
const QUOTE: usize = 2_500;

/// Words on one line, at most `most` characters, cut at a word where one ends in the second half.
pub fn gist(words: &str, most: usize) -> String {
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let cut: String = line.chars().take(most.saturating_sub(1)).collect();
    let end = cut.rfind(' ').filter(|end| *end > cut.len() / 2).unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end_matches([' ', ',', ';', ':', '.']))
}

/// The card with a request's words in full, as far as a message takes them.
pub fn quoted(card: Card, view: &RequestView) -> Card {
    let words = view.words.trim();
    if words.is_empty() {
        return card;
    }
    if words.chars().count() <= QUOTE {
        return card.quoting(words);
    }
    let cut: String = words.chars().take(QUOTE - 1).collect();
    card.quoting(&format!("{}…", cut.trim_end()))
}

/// [`quoted`], where the sentence above does not carry all of the words already.
pub fn quoted_if_longer(card: Card, view: &RequestView) -> Card {
    if gist(&view.words, GIST) == view.words.trim() { card } else { quoted(card, view) }
}

/// "billing", stressed.
pub fn topic(view: &RequestView) -> Text {
    Text::new().bold(view.topic.as_deref().unwrap_or("no topic yet"))
}

/// The gist, in somebody's voice; a lack of words is said.
pub fn what(view: &RequestView) -> Text {
    let words = gist(&view.words, GIST);
    if words.is_empty() { Text::plain("something without words") } else { Text::new().quote(words) }
}

/// "Ana asks for Globex: *refund stuck since Monday*".
pub fn asks(view: &RequestView) -> Text {
    let text = Text::new().who(&view.requester).say(" asks");
    let text = match &view.customer {
        Some(customer) => text.say(format!(" for {}", gist(customer, 60))),
        None => text,
    };
    text.say(": ").then(what(view))
}

/// A sentence that ends with somebody's words, with a full stop where they bring no ending of their own.
pub fn ended(text: Text, words: &str) -> Text {
    if gist(words, GIST).ends_with(['.', '?', '!', '…']) { text } else { text.say(".") }
}

/// "Ana asks for Globex", where the words stand beside it.
pub fn asks_short(view: &RequestView) -> Text {
    let text = Text::new().who(&view.requester).say(" asks");
    match &view.customer {
        Some(customer) => text.say(format!(" for {}.", gist(customer, 60))),
        None => text.say("."),
    }
}

/// "About: *refund stuck since Monday*", beneath what became of it.
pub fn about(view: &RequestView) -> Text {
    Text::plain("About: ").then(what(view))
}

/// "you", or a name.
pub fn you_or(who: &Who, reader: &PersonId) -> Text {
    if &who.id == reader { Text::plain("you") } else { Text::new().who(who) }
}

/// The same at the start of a sentence, with the verb in the form it takes: "You hold", "Ana holds".
pub fn subject(who: &Who, reader: &PersonId, yours: &str, theirs: &str) -> Text {
    if &who.id == reader {
        Text::plain(format!("You {yours}"))
    } else {
        Text::new().who(who).say(format!(" {theirs}"))
    }
}

/// "You hold it until someone accepts."
pub fn holds_until(view: &RequestView, reader: &PersonId, until: &str) -> Text {
    subject(&view.holder, reader, "hold", "holds").say(format!(" it {until}."))
}

/// The facts of a request, in the order people look for them: from whom, for which customer, holder.
pub fn facts(mut card: Card, view: &RequestView, reader: &PersonId) -> Card {
    if &view.requester.id != reader {
        card = card.fact("From", Text::new().who(&view.requester));
    }
    if view.handed_by.id != view.requester.id && &view.handed_by.id != reader {
        card = card.fact("Handed off by", Text::new().who(&view.handed_by));
    }
    if let Some(customer) = &view.customer {
        card = card.fact("Customer", gist(customer, GIST));
    }
    card
}

/// The fact who holds it and since when.
pub fn holder(card: Card, view: &RequestView, reader: &PersonId) -> Card {
    let who = if &view.holder.id == reader { Text::plain("You") } else { Text::new().who(&view.holder) };
    card.fact("Holder", who.say(", since ").at(view.held_since, Moment::DayTime))
}

/// The marks of a request: urgent, private.
pub fn marked(mut card: Card, view: &RequestView) -> Card {
    if view.urgency == Urgency::Urgent {
        card = card.small(Text::plain("Urgent: it does not wait for office hours."));
    }
    if view.privacy == Privacy::Private {
        card = card.small(Text::plain("Private: only those asked see it."));
    }
    card
}

/// The last small print: which request, and why it came.
pub fn because(card: Card, view: &RequestView, why: Text) -> Card {
    marked(card, view).small(Text::plain(format!("Request {} · ", view.number)).then(why))
}

/// Why it concerns somebody who waits for it: "You handed this off".
pub fn relation(view: &RequestView, reader: &PersonId) -> Text {
    if &view.handed_by.id == reader {
        Text::plain("You handed this off")
    } else if &view.requester.id == reader {
        Text::new().who(&view.handed_by).say(" handed this off for you")
    } else if &view.holder.id == reader && !matches!(view.now, Now::Closed { .. }) {
        Text::plain("You hold this")
    } else {
        Text::plain("You had a part in this")
    }
}

/// What an outcome is called where one is chosen.
pub fn outcome_label(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "Done",
        Outcome::Answered => "Answered",
        Outcome::WrongTopic => "Wrong topic",
        Outcome::NotNeeded => "Not needed after all",
        Outcome::KindNo => "A kind no (with an alternative)",
        Outcome::Withdrawn => "Withdrawn",
    }
}

/// What somebody did who closed it so: "Bo answered it".
pub fn outcome_said(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "got it done",
        Outcome::Answered => "answered it",
        Outcome::WrongTopic => "closed it: it belongs elsewhere",
        Outcome::NotNeeded => "closed it: it is not needed after all",
        Outcome::KindNo => "had to say no, and offered another way",
        Outcome::Withdrawn => "withdrew it",
    }
}

/// "Bo answered it: *note*."
pub fn closed_by(who: Text, outcome: Outcome, note: &str) -> Text {
    let said = who.say(" ").say(outcome_said(outcome));
    let note = gist(note, 300);
    match (note.is_empty(), outcome) {
        (true, _) => said.say("."),
        (false, Outcome::WrongTopic | Outcome::NotNeeded) => said.say(". ").quote(note),
        (false, _) => said.say(": ").quote(note),
    }
}

/// A time near enough for the hour alone is told without its day.
pub fn moment(at: Timestamp, now: Timestamp) -> Moment {
    if at.duration_since(now) < jiff::SignedDuration::from_hours(6) { Moment::Time } else { Moment::DayTime }
}

/// Until when somebody has time to answer: with its day, where the card may be read on another one.
pub fn deadline(until: Timestamp, view: &RequestView) -> Moment {
    moment(until, view.held_since)
}

/// "at 17:00", "Monday 09:00".
pub fn when(at: Timestamp, now: Timestamp) -> Text {
    match moment(at, now) {
        Moment::Time => Text::plain("at ").at(at, Moment::Time),
        Moment::DayTime => Text::new().at(at, Moment::DayTime),
    }
}

/// "billing, contracts and travel", the names stressed.
pub fn names(all: &[String], last: &str) -> Text {
    let mut text = Text::new();
    let shown = all.len().min(NAMES);
    for (n, name) in all.iter().take(shown).enumerate() {
        if n > 0 {
            text = text.say(if n + 1 == all.len() { format!(" {last} ") } else { ", ".to_owned() });
        }
        text = text.bold(name.as_str());
    }
    if shown < all.len() { text.say(format!(" {last} {} more", all.len() - shown)) } else { text }
}
