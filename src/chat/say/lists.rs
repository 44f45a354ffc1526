//! Lists: what is open, who is on, and the story of one request.
//!
//! Invariant: names, never mentions; a list that is cut says so and where the rest is.

use jiff::Timestamp;

use crate::chat::card::{Card, Weight};
use crate::chat::notice::{Now, RequestView};
use crate::chat::say::{buttons, offers, pieces, standing, status};
use crate::chat::text::{Moment, Text, Who};
use crate::domain::ids::PersonId;
use crate::domain::request::{Decline, GiveBack, Happening, Urgency};

/// Entries shown in one answer: with their buttons they fit into a message of every platform.
const SHOWN: usize = 20;

/// Entries with buttons that leave room for [`SHOWN`] others without, in one answer.
const SHOWN_BESIDE: usize = 12;

/// Characters of a choice while somebody types.
const CHOICE: usize = 100;

/// Who is on for a topic now.
#[derive(Clone, PartialEq, Debug)]
pub struct TopicOn {
    /// The topic's name.
    pub topic: String,
    /// Who can be asked now, and until when they are there.
    pub on: Vec<(Who, Option<Timestamp>)>,
    /// Who is there next, where nobody is now.
    pub next: Option<(Who, Timestamp)>,
    /// How many volunteer for it.
    pub volunteers: usize,
}

/// A name and what it is about, as a choice while somebody types: at most 100 characters.
pub fn named(name: &str, about: &str) -> String {
    if about.is_empty() { name.to_owned() } else { pieces::gist(&format!("{name}: {about}"), CHOICE) }
}

/// A request as a choice while somebody types: at most 100 characters.
pub fn numbered(number: i64, words: &str) -> String {
    pieces::gist(&format!("#{number} {words}"), CHOICE)
}

/// One thing that happened to a request.
#[derive(Clone, PartialEq, Debug)]
pub struct Past {
    /// When.
    pub at: Timestamp,
    /// Who did it, where a person did.
    pub actor: Option<Who>,
    /// What.
    pub what: Happening,
    /// Whom it concerns: who was asked, named, or keeps it.
    pub whom: Option<Who>,
}

/// What somebody holds, and what they wait for.
pub fn mine(holding: &[RequestView], waiting: &[RequestView]) -> Card {
    if holding.is_empty() && waiting.is_empty() {
        return Card::line("You hold nothing, and nothing is under way for you. Enjoy the quiet.");
    }
    let mut card = Card::default();
    if !holding.is_empty() {
        let entries = holding.iter().map(held_entry).collect();
        card = card.part(limited(Card::default().titled("You hold"), entries, SHOWN_BESIDE, None));
    }
    if !waiting.is_empty() {
        let entries = waiting.iter().map(waiting_line).collect();
        card = card.part(limited(Card::default().titled("You wait for"), entries, SHOWN, None));
    }
    card
}

/// What somebody is asked to take.
pub fn offered(offers: &[(usize, Timestamp, RequestView)]) -> Card {
    if offers.is_empty() {
        return Card::line("Nobody asks you for anything right now.");
    }
    let entries = offers.iter().map(|(n, until, request)| offer_entry(*n, *until, request)).collect();
    limited(Card::default().titled("Offers to you"), entries, SHOWN, None)
}

/// What is open in a topic.
pub fn in_topic(name: &str, requests: &[RequestView]) -> Card {
    if requests.is_empty() {
        return Card::line(Text::plain("Nothing is open in ").bold(name).say("."));
    }
    let entries = requests.iter().map(topic_entry).collect();
    limited(Card::default().titled(Text::plain(format!("Open in {name}"))), entries, SHOWN, None)
}

/// Who is on now.
pub fn who_is_on(topics: &[TopicOn]) -> Card {
    if topics.is_empty() {
        return Card::line("There is no topic yet, so nobody is on.");
    }
    topics.iter().fold(Card::default(), |card, topic| card.and(on(topic)))
}

/// One request with its story.
pub fn show(view: &RequestView, history: &[Past]) -> Card {
    let card = pieces::quoted(Card::line(pieces::asks_short(view)).and(standing::stands(view)), view);
    let card = match &view.topic {
        Some(topic) => card.fact("Topic", topic.as_str()),
        None => card,
    };
    let nobody = PersonId::from("");
    let card = pieces::facts(card, view, &nobody);
    let card =
        if matches!(view.now, Now::Closed { .. }) { card } else { pieces::holder(card, view, &nobody) };
    let story = history.iter().fold(Card::default().titled("What happened"), |story, past| {
        story.and(Text::new().at(past.at, Moment::DayTime).say(" · ").then(happened(past)))
    });
    let card = pieces::marked(buttons::linked(card, view), view).small(format!("Request {}", view.number));
    if history.is_empty() { card } else { card.part(story) }
}

/// The entries, cut where they are too many; `rest` is the command that shows more of them.
pub fn limited(card: Card, entries: Vec<Card>, most: usize, rest: Option<&str>) -> Card {
    let more = entries.len().saturating_sub(most);
    let card = entries.into_iter().take(most).fold(card, Card::part);
    if more == 0 {
        return card;
    }
    card.part(Card::line(match rest {
        Some(rest) => Text::plain(format!("… and {more} more: ")).code(rest),
        None => Text::plain(format!("… and {more} more.")),
    }))
}

/// An offer in a list.
pub fn offer_entry(n: usize, until: Timestamp, view: &RequestView) -> Card {
    let line = entry(pieces::asks(view), view)
        .say(" You have until ")
        .at(until, pieces::deadline(until, view))
        .say(".");
    offers::accept(Card::line(line), n, view).menu("Decline", offers::declines(n, view))
}

/// Something the reader holds, in a list.
pub fn held_entry(view: &RequestView) -> Card {
    let line =
        entry(pieces::asks(view), view).say(" You hold it since ").at(view.held_since, Moment::DayTime);
    let card = Card::line(line.say("."));
    match &view.now {
        Now::Held => buttons::linked(buttons::holder_buttons(card, view), view),
        Now::HeldBySender => buttons::pass_on(buttons::done(card, view, Weight::Plain), view),
        Now::Unplaced | Now::Asking { .. } | Now::Resting { .. } | Now::Closed { .. } => {
            card.and(standing::stands(view))
        }
    }
}

/// Something the reader waits for, in a list, with its buttons.
pub fn waiting_entry(view: &RequestView, reader: &PersonId) -> Card {
    status::buttons(waiting_line(view), view, reader)
}

fn waiting_line(view: &RequestView) -> Card {
    Card::line(entry(pieces::what(view), view).say(" ").then(standing::stands(view)))
}

fn topic_entry(view: &RequestView) -> Card {
    let card = Card::line(entry(pieces::asks(view), view).say(" ").then(standing::stands(view)));
    match &view.now {
        Now::Asking { .. } | Now::Resting { .. } => offers::accept(card, None, view),
        _ => card,
    }
}

/// The beginning of an entry: number, marks, words.
fn entry(words: Text, view: &RequestView) -> Text {
    let urgent = match view.urgency {
        Urgency::Urgent => "Urgent · ",
        Urgency::Normal => "",
    };
    pieces::ended(Text::plain(format!("#{} · {urgent}", view.number)).then(words), &view.words)
}

fn on(topic: &TopicOn) -> Text {
    let text = Text::new().bold(topic.topic.as_str()).say(": ");
    if topic.volunteers == 0 {
        return text.say("nobody volunteers yet. ").code(format!("/volunteer join {}", topic.topic));
    }
    if topic.on.is_empty() {
        return match &topic.next {
            Some((who, at)) => text
                .say("nobody is in right now. ")
                .who(who)
                .say(" is back ")
                .at(*at, Moment::DayTime)
                .say("."),
            None => text.say("nobody is in right now."),
        };
    }
    let mut text = text;
    for (n, (who, until)) in topic.on.iter().enumerate() {
        text = if n > 0 { text.say(", ") } else { text }.who(who);
        if let Some(until) = until {
            text = text.say(" until ").at(*until, Moment::Time);
        }
    }
    text.say(".")
}

/// One plain sentence.
fn happened(past: &Past) -> Text {
    let actor = || person(past.actor.as_ref().or(past.whom.as_ref()));
    let whom = || person(past.whom.as_ref().or(past.actor.as_ref()));
    match &past.what {
        Happening::HandedOff => actor().say(" handed it off."),
        Happening::Placed => actor().say(" gave it its topic."),
        Happening::TopicWanted => Text::plain("I asked which topic it belongs to."),
        Happening::Asked(_) => {
            Text::plain("I asked ").then(person_or(past.whom.as_ref(), "the channel")).say(".")
        }
        Happening::TimedOut(_) => {
            person_or(past.whom.as_ref(), "The channel").say("'s time to answer went by.")
        }
        Happening::Away(_) => whom().say(" was not to be disturbed."),
        Happening::Declined(_, Decline::Knows(_)) => match (&past.actor, &past.whom) {
            (Some(actor), Some(whom)) if actor.id != whom.id => {
                Text::new().who(actor).say(" passed, and named ").who(whom).say(".")
            }
            _ => actor().say(" passed, and named somebody."),
        },
        Happening::Declined(..) => actor().say(" passed."),
        Happening::Accepted(..) => whom().say(" accepted."),
        Happening::NobodyThere(at) => {
            Text::plain("Nobody was in; I ask again ").at(*at, Moment::DayTime).say(".")
        }
        Happening::NobodyAccepted(at) => {
            Text::plain("Everybody was asked; I ask again ").at(*at, Moment::DayTime).say(".")
        }
        Happening::Reminded => {
            Text::plain("I reminded ").then(person_or(past.whom.as_ref(), "the holder")).say(".")
        }
        Happening::AskedAfter => actor().say(" asked how it is going."),
        Happening::OfferedOn(_) => Text::plain("It was quiet with ")
            .then(person_or(past.whom.as_ref(), "the holder"))
            .say(", so it went on."),
        Happening::GivenBack(_, GiveBack::Next) => whom().say(" gave it back, on to the next."),
        Happening::GivenBack(_, GiveBack::Sender) => whom().say(" gave it back to whoever handed it off."),
        Happening::Left(_) => whom().say(" is no longer here."),
        Happening::KeptBy(_) => whom().say(" keeps it now."),
        Happening::Urgent => actor().say(" marked it as urgent."),
        Happening::Closed(outcome) => actor().say(" ").say(pieces::outcome_said(*outcome)).say("."),
        Happening::Reopened(_) => actor().say(" opened it again."),
    }
}

fn person(who: Option<&Who>) -> Text {
    person_or(who, "Somebody")
}

fn person_or(who: Option<&Who>, otherwise: &str) -> Text {
    who.map_or_else(|| Text::plain(otherwise), |who| Text::new().who(who))
}
