//! What comes unasked: every notice has its card here.
//!
//! Invariant: a reader learns who, what, what next and when; why it came stands in the small print.

use jiff::Timestamp;

use crate::chat::card::{Card, Tone, Weight};
use crate::chat::command::Command;
use crate::chat::notice::{Asked, Between, CameBack, Notice, Now, Possible, RequestView};
use crate::chat::say::{buttons, handoff, home, link, offers, pieces, relay, standing, status};
use crate::chat::text::{Moment, Text, Who, duration};
use crate::domain::ids::TopicId;
use crate::domain::request::{Outcome, Urgency};

/// The card of a notice.
pub fn card(notice: &Notice) -> Card {
    match notice {
        Notice::Status { reader, request } => status::status(reader, request),
        Notice::Offer { reader, n, why, until, state, request } => {
            offers::offer(reader, *n, why.as_ref(), *until, state, request)
        }
        Notice::ChannelOffer { n, until, request } => offers::in_channel(*n, *until, request),
        Notice::Introduction { volunteer, there_until, request } => {
            introduction(volunteer, *there_until, request)
        }
        Notice::Taken { reader, volunteer, city, there_until, request } => {
            taken(reader, volunteer, city.as_deref(), *there_until, request)
        }
        Notice::Holding { reader, asked, next, back, at, request } => {
            holding(reader, *asked, (*at, *next), back.as_ref(), request)
        }
        Notice::TopicWanted { topics, request } => topic_wanted(topics, request),
        Notice::Reminder { offered_on_at, request } => reminder(*offered_on_at, request),
        Notice::AskedAfter { by, request } => asked_after(by, request),
        Notice::CameBack { reader, from, why, request } => came_back(reader, from, *why, request),
        Notice::Closed { reader, by, outcome, note, request } => {
            closed(reader, by, (*outcome, note), request)
        }
        Notice::Reopened { reader, by, request } => match reader {
            Some(reader) if reader.id != request.holder.id => reopened_elsewhere(reader, by, request),
            _ => reopened(by, request),
        },
        Notice::Relayed { from, reader, words, request } => relay::relayed(from, reader, words, request),
        Notice::Linked { place, link, .. } => link::news(place, *link),
        Notice::Home(home) => home::home(home),
    }
}

fn introduction(volunteer: &Who, there_until: Option<Timestamp>, view: &RequestView) -> Card {
    let line =
        Text::new().mention(&view.requester).say(", meet ").mention(volunteer).say(", who has it from here");
    let line = match there_until {
        Some(at) => line.say(" and is there until ").at(at, Moment::Time).say("."),
        None => line.say("."),
    };
    let mut card = pieces::quoted(Card::line(line).tone(Tone::Good), view);
    if view.handed_by.id != view.requester.id {
        card = card.fact("Handed off by", Text::new().who(&view.handed_by));
    }
    if let Some(customer) = &view.customer {
        card = card.fact("Customer", pieces::gist(customer, pieces::GIST));
    }
    // Where they are apart, only one of the two reads this.
    let why = match view.between {
        Between::Together => Text::plain("You are both here because ")
            .who(volunteer)
            .say(" accepted this; from here it is yours to talk about"),
        Between::Apart => Text::new().who(volunteer).say(
            " accepted this in another workspace and does not read along here; press Write to the holder, and I pass your words on",
        ),
    };
    let card = buttons::write(card, view, "Write to the holder");
    pieces::because(buttons::linked(card, view), view, why)
}

fn taken(
    reader: &Who,
    volunteer: &Who,
    city: Option<&str>,
    there_until: Option<Timestamp>,
    view: &RequestView,
) -> Card {
    let line = Text::new().who(volunteer).say(" has it now");
    let line = match city {
        Some(city) => line.say(format!(", in {city}")),
        None => line,
    };
    let line = match there_until {
        Some(at) => line.say(", there until ").at(at, Moment::Time).say("."),
        None => line.say("."),
    };
    let card = Card::line(line).and(pieces::about(view)).tone(Tone::Good);
    let asked = view.requester.id == reader.id || view.handed_by.id == reader.id;
    let card = if asked { buttons::write(card, view, "Write to the holder") } else { card };
    pieces::because(card, view, pieces::relation(view, &reader.id))
}

fn holding(
    reader: &Who,
    asked: Asked,
    (at, next): (Timestamp, Timestamp),
    back: Option<&Who>,
    view: &RequestView,
) -> Card {
    let line = match asked {
        Asked::Nobody => Text::plain("Nobody on ").then(pieces::topic(view)).say(" is in right now. "),
        Asked::Everybody => Text::plain("I asked everybody who is in on ")
            .then(pieces::topic(view))
            .say(", and nobody could take it yet. "),
    };
    let line = match back {
        Some(who) => line.who(who).say(" is back "),
        None => line.say("I ask again "),
    };
    let line = line
        .then(pieces::when(next, at))
        .say(format!(" (in {}). ", duration(next.duration_since(at))))
        .then(pieces::subject(&view.holder, &reader.id, "hold", "holds"))
        .say(" it until then");
    let line = match view.urgency {
        Urgency::Normal => line.say("; if it cannot wait, press ").bold("Urgent").say("."),
        Urgency::Urgent => line.say("."),
    };
    let card = Card::line(line).and(pieces::about(view));
    let card = buttons::withdraw(buttons::urgent(card, view), view);
    pieces::because(card, view, pieces::relation(view, &reader.id))
}

fn topic_wanted(topics: &[(TopicId, String)], view: &RequestView) -> Card {
    let card = if topics.is_empty() {
        Card::line("This waits for a topic, and there is none yet.").and(handoff::who_adds_topics())
    } else {
        Card::line("This waits for a topic, so nobody is asked yet. Which one does it belong to?")
    };
    let card = pieces::quoted(card.tone(Tone::Ask), view);
    let card = handoff::topic_menu(card, "Pick a topic", topics, view);
    let why = pieces::relation(view, &view.holder.id)
        .say(" · I ask once a day until it has a topic or is withdrawn");
    pieces::because(buttons::withdraw(card, view), view, why)
}

fn reminder(offered_on_at: Option<Timestamp>, view: &RequestView) -> Card {
    let card = Card::line("This one has been quiet for a while. Are you still on it?").tone(Tone::Ask);
    let card = match offered_on_at {
        Some(at) => card.and(
            Text::plain("Without a word from you I ask somebody else ")
                .at(at, Moment::DayTime)
                .say(", so that nobody is left waiting."),
        ),
        None => card,
    };
    let card = pieces::facts(pieces::quoted(card, view), view, &view.holder.id);
    let card = card.button("Still on it", Command::StillOnIt(view.id.clone()), Weight::Main);
    let card = buttons::done(card, view, Weight::Plain);
    let card = if view.now == Now::HeldBySender {
        buttons::pass_on(card, view)
    } else {
        card.button("Give back", Command::GiveBackChoice(view.id.clone()), Weight::Plain)
    };
    let why = Text::plain("You hold this · any of the buttons stops the reminders for a while");
    pieces::because(buttons::linked(card, view), view, why)
}

fn asked_after(by: &Who, view: &RequestView) -> Card {
    let line =
        Text::new().who(by).say(" still waits for this and asks how it is going. One line to them helps.");
    let card = pieces::quoted(Card::line(line).tone(Tone::Ask), view);
    let card = buttons::holder_buttons(card, view).button(
        "Still on it",
        Command::StillOnIt(view.id.clone()),
        Weight::Plain,
    );
    let why = Text::plain("You hold this · they can ask once an hour at most");
    pieces::because(buttons::linked(card, view), view, why)
}

fn came_back(reader: &Who, from: &Who, why: CameBack, view: &RequestView) -> Card {
    let line = match why {
        CameBack::GivenBack | CameBack::ToYou => {
            Text::new().who(from).say(" gave this back, and that is fine. ")
        }
        CameBack::Stale => {
            Text::plain("It has been quiet with ").who(from).say(" for a while, so it goes on. ")
        }
        CameBack::Left => Text::new().who(from).say(" is no longer here, so it goes on. "),
    };
    let line = match (&view.now, why) {
        (_, CameBack::ToYou) | (Now::HeldBySender, _) => line.say("You have it again."),
        (Now::Asking { .. } | Now::Resting { .. }, _) => line
            .then(standing::asking_on(view))
            .say(" ")
            .then(pieces::holds_until(view, &reader.id, "until someone accepts")),
        _ => line.then(standing::stands_to(view, &reader.id)),
    };
    let card = pieces::quoted(Card::line(line), view);
    let card = match &view.now {
        Now::HeldBySender => {
            let card = buttons::done(card.tone(Tone::Ask), view, Weight::Main);
            buttons::withdraw(buttons::pass_on(card, view), view)
        }
        Now::Resting { .. } => buttons::withdraw(buttons::urgent(card, view), view),
        Now::Asking { .. } | Now::Unplaced => buttons::withdraw(card, view),
        Now::Held | Now::Closed { .. } => card,
    };
    pieces::because(card, view, pieces::relation(view, &reader.id))
}

fn closed(reader: &Who, by: &Who, (outcome, note): (Outcome, &str), view: &RequestView) -> Card {
    let own = reader.id == by.id;
    let who = if own { Text::plain("You") } else { Text::new().who(by) };
    let card = Card::line(pieces::closed_by(who, outcome, note)).and(pieces::about(view));
    let card = card.tone(match outcome {
        Outcome::Done | Outcome::Answered => Tone::Good,
        _ => Tone::Quiet,
    });
    let waits = reader.id == view.requester.id || reader.id == view.handed_by.id;
    let card = match &view.now {
        Now::Closed { undo: Possible::Yes, .. } if own => buttons::reopen(card, view, "Undo"),
        Now::Closed { reopen: Possible::Yes, .. } if waits => buttons::reopen(card, view, "Reopen"),
        _ => card,
    };
    pieces::because(card, view, pieces::relation(view, &reader.id))
}

/// For those who had read that it was over, and do not hold it.
fn reopened_elsewhere(reader: &Who, by: &Who, view: &RequestView) -> Card {
    let line = Text::new().who(by).say(" opened this again. ").then(standing::stands_to(view, &reader.id));
    let card = Card::line(line).and(pieces::about(view));
    pieces::because(card, view, pieces::relation(view, &reader.id))
}

fn reopened(by: &Who, view: &RequestView) -> Card {
    let line = if by.id == view.holder.id {
        Text::plain("It is open again, and you hold it.")
    } else {
        Text::new().who(by).say(" opened this again: it is not solved yet. You hold it.")
    };
    let card = pieces::facts(pieces::quoted(Card::line(line).tone(Tone::Ask), view), view, &view.holder.id);
    let card = match &view.now {
        Now::Held => buttons::linked(buttons::holder_buttons(card, view), view),
        Now::HeldBySender => buttons::pass_on(buttons::done(card, view, Weight::Main), view),
        Now::Asking { .. } | Now::Resting { .. } | Now::Unplaced => {
            buttons::withdraw(card.and(standing::stands(view)), view)
        }
        Now::Closed { .. } => card,
    };
    pieces::because(card, view, Text::plain("You hold this"))
}
