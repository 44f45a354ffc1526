//! The buttons that many cards share.
//!
//! Invariant: the same thing is done by the same label everywhere.

use crate::chat::card::{Card, Weight};
use crate::chat::command::Command;
use crate::chat::notice::{Between, RequestView};
use crate::domain::request::Urgency;

/// The buttons of whoever holds it.
pub fn holder_buttons(card: Card, view: &RequestView) -> Card {
    let card = done(card, view, Weight::Main).button(
        "Give back",
        Command::GiveBackChoice(view.id.clone()),
        Weight::Plain,
    );
    write(card, view, "Send to requester")
}

/// **Send to requester**, or the way back, where the two cannot talk by themselves.
pub fn write(card: Card, view: &RequestView, label: &str) -> Card {
    match view.between {
        Between::Apart => card.button(label, Command::Write(view.id.clone()), Weight::Plain),
        Between::Together => card,
    }
}

/// **Done**
pub fn done(card: Card, view: &RequestView, weight: Weight) -> Card {
    card.button("Done", Command::DoneForm(view.id.clone()), weight)
}

/// **Withdraw**
pub fn withdraw(card: Card, view: &RequestView) -> Card {
    card.button("Withdraw", Command::Withdraw(view.id.clone()), Weight::Ending)
}

/// **Still waiting**
pub fn still_waiting(card: Card, view: &RequestView) -> Card {
    card.button("Still waiting", Command::StillWaiting(view.id.clone()), Weight::Plain)
}

/// **Urgent**, while it is not.
pub fn urgent(card: Card, view: &RequestView) -> Card {
    match view.urgency {
        Urgency::Normal => card.button("Urgent", Command::Urgent(view.id.clone()), Weight::Plain),
        Urgency::Urgent => card,
    }
}

/// **Pass on**
pub fn pass_on(card: Card, view: &RequestView) -> Card {
    card.button("Pass on", Command::PassOn(view.id.clone()), Weight::Plain)
}

/// **Reopen**, or another word for it.
pub fn reopen(card: Card, view: &RequestView, label: &str) -> Card {
    card.button(label, Command::Reopen(view.id.clone()), Weight::Plain)
}

/// "Open message", where there is one.
pub fn linked(card: Card, view: &RequestView) -> Card {
    match &view.link {
        Some(url) => card.link("Open message", url),
        None => card,
    }
}
