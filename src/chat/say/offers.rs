//! The card of somebody who is asked, from the question to the end, and the one in a topic's channel.
//!
//! Invariant: the choice is real: passing is as easy as taking, and is never held against anybody.

use jiff::Timestamp;

use crate::chat::card::{Card, Tone, Weight};
use crate::chat::command::{Command, DeclineChoice};
use crate::chat::notice::{AskedNow, Now, OfferView, RequestView, ViaView, WhyView};
use crate::chat::say::{buttons, pieces};
use crate::chat::text::{Moment, Text, Who};

/// The card of one person who is asked.
pub fn offer(
    reader: &Who,
    n: usize,
    why: Option<&WhyView>,
    until: Timestamp,
    state: &OfferView,
    view: &RequestView,
) -> Card {
    match state {
        OfferView::Open => {
            let mut card = question(view).tone(Tone::Ask);
            if let Some(why) = why {
                card = card.and(why_you(why, view));
            }
            let card = card.and(
                Text::plain("You have until ")
                    .at(until, pieces::deadline(until, view))
                    .say("; passing on it is fine."),
            );
            let card = accept(pieces::quoted_if_longer(card, view), n, view);
            let card = buttons::linked(card.menu("Decline", declines(n, view)), view);
            pieces::because(card, view, why_small(why, view))
        }
        OfferView::Yours => {
            let card = Card::line(Text::plain("You have this one. Thank you.")).tone(Tone::Good);
            let card = pieces::facts(pieces::quoted(card, view), view, &reader.id);
            let card = pieces::holder(card, view, &reader.id);
            let card = buttons::linked(buttons::holder_buttons(card, view), view);
            pieces::because(card, view, Text::plain("You accepted this"))
        }
        OfferView::Lapsed => {
            let card = question(view).and("It went on to the next; you can still take it.").tone(Tone::Quiet);
            let card = accept(pieces::quoted_if_longer(card, view), n, view);
            pieces::because(card, view, why_small(why, view))
        }
        OfferView::Declined => {
            let card =
                over(view, Text::plain("You passed on this one, and that is fine."), why_small(why, view));
            // While nobody has it, a change of mind is welcome.
            match &view.now {
                Now::Asking { .. } | Now::Resting { .. } => accept(card, n, view),
                _ => card,
            }
        }
        OfferView::Taken(who) => {
            over(view, Text::new().who(who).say(" took this one."), why_small(why, view))
        }
        OfferView::Again => over(view, Text::plain("I asked you again further down."), why_small(why, view)),
        OfferView::Passed => {
            let gone = Text::plain("This one has moved on. Thank you for having had it.");
            over(view, gone, Text::plain("You had this for a while"))
        }
        OfferView::Over => {
            over(view, Text::plain("This one is over; nothing is left to do."), why_small(why, view))
        }
    }
}

/// The card in a topic's channel.
pub fn in_channel(n: usize, until: Timestamp, view: &RequestView) -> Card {
    let why = Text::plain("The volunteers for ")
        .then(pieces::topic(view))
        .say(" meet here · a steward can change that with ")
        .code(format!("/service topic edit {} channel", view.topic.as_deref().unwrap_or("…")));
    match &view.now {
        // Another time means that it was asked here again, on a card of its own.
        Now::Asking { who: AskedNow::Channel(_), until: asked } if *asked == until => {
            let card = question(view).tone(Tone::Ask).and(
                Text::plain("Who can take it? Whoever presses first has it. After ")
                    .at(until, pieces::deadline(until, view))
                    .say(" I ask further."),
            );
            let card = accept(pieces::quoted_if_longer(card, view), n, view);
            pieces::because(card, view, why)
        }
        Now::Unplaced | Now::Asking { .. } | Now::Resting { .. } => {
            let card = question(view).and("I went on asking; anybody here can still take it.");
            let card = accept(pieces::quoted_if_longer(card.tone(Tone::Quiet), view), n, view);
            pieces::because(card, view, why)
        }
        Now::Held => over(view, Text::new().who(&view.holder).say(" took this one."), why),
        Now::HeldBySender => over(view, Text::new().who(&view.holder).say(" has this one back."), why),
        Now::Closed { .. } => over(view, Text::plain("This one is over; nothing is left to do."), why),
    }
}

/// **Accept**, for an offer or for a request seen in a list.
pub fn accept(card: Card, n: impl Into<Option<usize>>, view: &RequestView) -> Card {
    card.button("Accept", Command::Accept(view.id.clone(), n.into()), Weight::Main)
}

/// The choices of **Decline**.
pub fn declines(n: usize, view: &RequestView) -> Vec<(String, Command)> {
    DeclineChoice::ALL
        .into_iter()
        .map(|choice| (decline_label(choice).to_owned(), Command::Decline(view.id.clone(), n, choice)))
        .collect()
}

fn decline_label(choice: DeclineChoice) -> &'static str {
    match choice {
        DeclineChoice::Busy => "Busy",
        DeclineChoice::NotMine => "Not mine",
        DeclineChoice::KnowsWho => "I know who",
        DeclineChoice::NotToday => "Not today",
    }
}

fn question(view: &RequestView) -> Card {
    let card = Card::line(pieces::ended(pieces::asks(view), &view.words));
    if view.handed_by.id == view.requester.id {
        card
    } else {
        card.and(Text::new().who(&view.handed_by).say(" handed it off."))
    }
}

fn over(view: &RequestView, what: Text, why: Text) -> Card {
    let card = Card::line(what).and(pieces::about(view)).tone(Tone::Quiet);
    pieces::because(card, view, why)
}

/// "Why you: billing, in your hours, 1 open, last asked Monday 10:00."
fn why_you(why: &WhyView, view: &RequestView) -> Text {
    let text = Text::plain("Why you: ");
    let text = match &why.via {
        ViaView::Volunteer => text.then(pieces::topic(view)),
        ViaView::DeputyOf(who) => {
            text.say("you stand in for ").who(who).say(" on ").then(pieces::topic(view))
        }
        ViaView::NamedBy(who) => text.who(who).say(" says that you know about this"),
        ViaView::Steward => text.say("you care for ").then(pieces::topic(view)),
        ViaView::Escalation => text.say("nobody on ").then(pieces::topic(view)).say(" could take it"),
    };
    let text = text.say(if why.in_hours { ", in your hours" } else { ", outside your hours" });
    let text = match why.open {
        0 => text.say(", nothing open"),
        open => text.say(format!(", {open} open")),
    };
    match why.last_asked {
        Some(at) => text.say(", last asked ").at(at, Moment::DayTime).say("."),
        None => text.say("."),
    }
}

/// Why it came and how to stop it.
fn why_small(why: Option<&WhyView>, view: &RequestView) -> Text {
    let Some(why) = why else { return Text::plain("You had a part in this") };
    let pause = |text: Text| text.say(" · ").code("/volunteer pause").say(" to take a break");
    match &why.via {
        ViaView::Volunteer => pause(Text::plain("You volunteer for ").then(pieces::topic(view))),
        ViaView::DeputyOf(who) => pause(Text::plain("You stand in for ").who(who)),
        ViaView::NamedBy(who) => Text::new().who(who).say(" named you · decline, and I ask somebody else"),
        ViaView::Steward => Text::plain("You are the steward of ")
            .then(pieces::topic(view))
            .say(" · change it with ")
            .code(format!("/service topic edit {} steward", view.topic.as_deref().unwrap_or("…"))),
        ViaView::Escalation => Text::plain("You are asked last of all · an admin can change it with ")
            .code("/service settings escalation"),
    }
}
