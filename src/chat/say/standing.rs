//! Where a request stands, who is asked, and what comes next.
//!
//! Invariant: one state of a request is told in the same words everywhere.

use crate::chat::notice::{AskedNow, Now, RequestView};
use crate::chat::say::pieces::{closed_by, deadline, subject, topic, you_or};
use crate::chat::text::{Moment, Span, Text};
use crate::domain::ids::PersonId;

/// Who is asked now, as a sentence with the time they have.
pub fn asked(view: &RequestView) -> Text {
    match &view.now {
        Now::Asking { who, until } => Text::plain("I asked ")
            .then(asked_now(who))
            .say(", who has until ")
            .at(*until, deadline(*until, view))
            .say("."),
        Now::Resting { .. } => resting(view),
        _ => stands(view),
    }
}

/// What is being done about it right now, as an answer to somebody who let go of it.
pub fn asking_on(view: &RequestView) -> Text {
    match &view.now {
        Now::Asking { who, .. } => Text::plain("I am asking ").then(asked_now(who)).say("."),
        _ => stands(view),
    }
}

/// Where it stands, in one sentence that is true for every reader.
pub fn stands(view: &RequestView) -> Text {
    stands_to(view, &PersonId::from(""))
}

/// Where it stands, in one sentence to this reader.
pub fn stands_to(view: &RequestView, reader: &PersonId) -> Text {
    match &view.now {
        Now::Unplaced => Text::plain("It has no topic yet, so nobody is asked."),
        Now::Asking { who, until } => Text::plain("I am asking ")
            .then(asked_now(who))
            .say(", who has until ")
            .at(*until, deadline(*until, view))
            .say("."),
        Now::Resting { .. } => resting(view),
        Now::Held => subject(&view.holder, reader, "have", "has").say(" it now."),
        Now::HeldBySender => subject(&view.holder, reader, "have", "has").say(" it back."),
        Now::Closed { by, outcome, .. } => {
            let who = if &by.id == reader { Text::plain("You") } else { Text::new().who(by) };
            closed_by(who, *outcome, "")
        }
    }
}

/// What is next and when, for those who wait.
pub fn next(view: &RequestView, reader: &PersonId) -> Option<Text> {
    Some(match &view.now {
        Now::Unplaced => {
            subject(&view.holder, reader, "pick", "picks").say(" a topic; then I ask its volunteers.")
        }
        Now::Asking { who, until } => {
            let until = Text::new().at(*until, deadline(*until, view));
            match who {
                AskedNow::Person(who) => {
                    Text::new().who(who).say(" has until ").then(until).say(", then I ask the next.")
                }
                AskedNow::Channel(_) => {
                    Text::plain("They have until ").then(until).say(", then I ask further.")
                }
            }
        }
        Now::Resting { until, back: Some(back) } => {
            Text::new().who(back).say(" is back ").at(*until, Moment::DayTime).say("; I ask again then.")
        }
        Now::Resting { until, back: None } => {
            Text::plain("I ask again ").at(*until, Moment::DayTime).say(".")
        }
        Now::Held => Text::plain("You hear from ")
            .then(you_or(&view.holder, reader))
            .say(", and from me once it is done."),
        Now::HeldBySender if &view.holder.id == reader => {
            Text::plain("Answer it, pass it on again, or withdraw it.")
        }
        Now::HeldBySender => Text::new().who(&view.holder).say(" answers it or passes it on again."),
        Now::Closed { .. } => return None,
    })
}

/// "Bo", or "everyone in #billing".
pub fn asked_now(who: &AskedNow) -> Text {
    match who {
        AskedNow::Person(who) => Text::new().who(who),
        AskedNow::Channel(channel) => Text::plain("everyone in ").span(Span::Channel(channel.clone())),
    }
}

fn resting(view: &RequestView) -> Text {
    let nobody = Text::plain("Nobody on ").then(topic(view)).say(" can take it right now. ");
    match &view.now {
        Now::Resting { until, back: Some(back) } => {
            nobody.say("I ask again ").at(*until, Moment::DayTime).say(", when ").who(back).say(" is back.")
        }
        Now::Resting { until, back: None } => nobody.say("I ask again ").at(*until, Moment::DayTime).say("."),
        _ => nobody,
    }
}
