//! The card of whoever asked or handed off: one per request, edited in place.
//!
//! Invariant: whatever the state, it names the holder, and what is next and when while it is open.

use crate::chat::card::{Card, Tone, Weight};
use crate::chat::notice::{Now, Possible, RequestView};
use crate::chat::say::{buttons, pieces, standing};
use crate::chat::text::{Moment, Text, Who};
use crate::domain::ids::PersonId;

/// Where it stands, for somebody who waits for it.
pub fn status(reader: &Who, view: &RequestView) -> Card {
    let reader = &reader.id;
    let card = pieces::quoted(Card::line(headline(view, reader)), view);
    let card = pieces::facts(card, view, reader);
    let open = !matches!(view.now, Now::Closed { .. });
    let card = if open { pieces::holder(card, view, reader) } else { card.tone(Tone::Quiet) };
    let card = match standing::next(view, reader) {
        Some(next) => card.fact("Next", next),
        None => card,
    };
    // Who kept it for others, and does not any more, can only look on.
    let theirs = [&view.requester, &view.handed_by, &view.holder].iter().any(|who| &who.id == reader);
    let card = if theirs { buttons(card, view, reader) } else { card };
    pieces::because(card, view, pieces::relation(view, reader))
}

/// "Passed to **billing**. I asked Bo."
fn headline(view: &RequestView, reader: &PersonId) -> Text {
    let passed = || Text::plain("Passed to ").then(pieces::topic(view)).say(". ");
    match &view.now {
        Now::Unplaced => Text::plain("Kept, and not passed on yet: it has no topic."),
        Now::Asking { who, .. } => passed().say("I asked ").then(standing::asked_now(who)).say("."),
        Now::Resting { .. } => {
            Text::plain("Passed to ").then(pieces::topic(view)).say(", where nobody can take it right now.")
        }
        Now::Held => Text::new().who(&view.holder).say(" has it now."),
        Now::HeldBySender => pieces::subject(&view.holder, reader, "have", "has").say(" it back."),
        Now::Closed { by, outcome, note, .. } => {
            let who = if &by.id == reader { Text::plain("You") } else { Text::new().who(by) };
            pieces::closed_by(who, *outcome, note)
        }
    }
}

/// What somebody who waits can do about it.
pub fn buttons(card: Card, view: &RequestView, reader: &PersonId) -> Card {
    match &view.now {
        Now::Unplaced => buttons::withdraw(card, view),
        // Until another day is long: there is a way out.
        Now::Asking { until, .. } if pieces::deadline(*until, view) == Moment::DayTime => {
            buttons::withdraw(buttons::still_waiting(buttons::urgent(card, view), view), view)
        }
        Now::Asking { .. } => buttons::withdraw(buttons::still_waiting(card, view), view),
        Now::Held => {
            let card = buttons::write(card, view, "Write to the holder");
            buttons::withdraw(buttons::still_waiting(card, view), view)
        }
        Now::Resting { .. } => {
            buttons::withdraw(buttons::still_waiting(buttons::urgent(card, view), view), view)
        }
        Now::HeldBySender if &view.holder.id == reader => {
            let card = buttons::done(card, view, Weight::Main);
            buttons::withdraw(buttons::pass_on(card, view), view)
        }
        Now::HeldBySender => buttons::withdraw(buttons::pass_on(card, view), view),
        Now::Closed { reopen: Possible::Yes, .. } => buttons::reopen(card, view, "Reopen"),
        Now::Closed { .. } => card,
    }
}
