//! Every no, said kindly: what is the matter, and the next step.
//!
//! Invariant: nobody is blamed, nobody is made to ask again for what the answer could have told.

use crate::chat::card::{Card, Weight};
use crate::chat::catalog::May;
use crate::chat::command::{Command, ServiceCommand};
use crate::chat::notice::{Now, RequestView};
use crate::chat::say::{buttons, pieces, standing};
use crate::chat::text::{Moment, Text, Who};
use crate::domain::ids::PersonId;
use crate::domain::refusal::Refusal;

/// A rule said no.
pub fn refusal(refusal: &Refusal, who: &dyn Fn(&PersonId) -> Who, view: Option<&RequestView>) -> Card {
    match refusal {
        Refusal::TakenBy(person) => Card::line(
            Text::new().who(&who(person)).say(" was a second faster. Thank you for reaching for it."),
        ),
        Refusal::AlreadyYours => with_holder_buttons(Card::line("It is yours already. Thank you."), view),
        Refusal::AlreadyClosed => {
            let card = Card::line("This one is over already; nothing is left to do.");
            match view {
                Some(view) => card.and(standing::stands(view)),
                None => card,
            }
        }
        Refusal::StillOpen => {
            let card = Card::line("This one is still open.");
            match view {
                Some(view) => card.and(standing::stands(view)),
                None => card,
            }
        }
        Refusal::NotAsked => Card::line("This was asked of somebody else. Thank you for looking."),
        Refusal::NotHolder(person) => Card::line(
            Text::new()
                .who(&who(person))
                .say(" holds this one now, so that is up to them. A word to them helps."),
        ),
        Refusal::NotRequester => {
            let line = Text::plain("That is up to whoever asked or handed it off");
            Card::line(match view {
                Some(view) => line.say(": ").who(&view.handed_by).say("."),
                None => line.say("."),
            })
        }
        Refusal::TooLate(until) => Card::line(
            Text::plain("That was possible until ")
                .at(*until, Moment::DayTime)
                .say(". If it is needed again, hand it off anew."),
        )
        .button("Hand something off", Command::Handoff(String::new()), Weight::Plain),
        Refusal::NoTopicYet => {
            let card =
                Card::line("It has no topic yet, so nobody can be asked. Pick one first, on its card.");
            match view {
                Some(view) if matches!(view.now, Now::Unplaced) => buttons::withdraw(card, view),
                _ => card,
            }
        }
        Refusal::OwnRequest => {
            Card::line("You asked for this one yourself, so it needs somebody else. I keep asking.")
        }
        Refusal::NotStaff(person) => Card::line(
            Text::plain("I can ask colleagues only, and ")
                .who(&who(person))
                .say(" is not one, or not any more. Is there somebody else?"),
        ),
        Refusal::RemindedRecently(next) => {
            let holder = match view {
                Some(view) => Text::new().who(&view.holder),
                None => Text::plain("The holder"),
            };
            Card::line(
                holder.say(" knows that you wait. You can ask again after ").at(*next, Moment::Time).say("."),
            )
        }
    }
}

/// Words for somebody who is not there any more.
pub fn nobody_to_write_to() -> Card {
    Card::line("Whoever asked for this is not here any more, so there is nobody to write to.")
}

/// Not theirs to do: who may, and how one comes to be one of them.
pub fn may_not(may: May) -> Card {
    let admins = "the owners and admins of this workspace, and whoever the operator of Goodturn names";
    let line = match may {
        May::Admins => Text::plain(format!(
            "That is for {admins}. Ask one of them, or ask the operator to name you under admins in the settings."
        )),
        May::Stewards => Text::plain("That is for the steward of the topic (")
            .code("/service topic list")
            .say(format!(" names them), {admins}. One of them will help you.")),
        May::Staff => Text::plain("Colleagues can do that; one of them will help you."),
    };
    Card::line(line).button("Help", help(""), Weight::Plain)
}

/// A guest or customer pressed or typed something.
pub fn outsiders() -> Card {
    Card::line(
        "I work for the people of this company, so I cannot do that for you. Tell one of us what you need, in your own words; that is all it takes.",
    )
}

/// Not understood.
pub fn unknown_command(name: &str, words: &str, nearest: Option<&str>) -> Card {
    let typed = if name.is_empty() { words.to_owned() } else { format!("/{name} {words}") };
    let line = Text::plain("I do not know ").quote(pieces::gist(&typed, 60)).say(".");
    let line = match nearest {
        Some(nearest) => {
            line.say(" Did you mean ").code(format!("/{}", nearest.trim_start_matches('/'))).say("?")
        }
        None => line.say(" Nothing was done."),
    };
    Card::line(line).button("Help", help(name), Weight::Plain)
}

/// A topic that is not there.
pub fn unknown_topic(name: &str, nearest: &[String], all: &[String]) -> Card {
    let line = Text::plain("I do not know a topic ").quote(pieces::gist(name, 40)).say(".");
    if all.is_empty() {
        return Card::line(line.say(" There is none yet. An admin adds the first one:"))
            .and(Text::new().code("/service topic add billing invoices, refunds"));
    }
    if nearest.is_empty() {
        return Card::line(line.say(" There are ").then(pieces::names(all, "and")).say("."));
    }
    let card = Card::line(line.say(" Did you mean ").then(pieces::names(nearest, "or")).say("?"));
    if all.len() > nearest.len() {
        card.and(Text::plain("There are ").then(pieces::names(all, "and")).say("."))
    } else {
        card
    }
}

/// Nobody of that name is known.
pub fn unknown_person(name: &str) -> Card {
    Card::line(
        Text::plain("I do not know ")
            .quote(pieces::gist(name, 60))
            .say(". Name a colleague by mention, handle or e-mail address, as in ")
            .code("@bo")
            .say("."),
    )
}

/// Several of that name.
pub fn ambiguous_person(name: &str, n: usize) -> Card {
    Card::line(
        Text::plain(format!("There are {n} people called "))
            .quote(pieces::gist(name, 60))
            .say(". A mention or an e-mail address tells me which one."),
    )
}

/// A number that no request has.
pub fn unknown_request(text: &str) -> Card {
    Card::line(
        Text::plain("I know no request ")
            .quote(pieces::gist(text, 40))
            .say(". Yours are in ")
            .code("/requests mine")
            .say("; a number does it, as in ")
            .code("/requests show 17")
            .say("."),
    )
}

/// It is private.
pub fn not_visible() -> Card {
    Card::line("That one is private: only those who asked and those who are asked see it.")
}

/// Our fault.
pub fn failure(reference: &str) -> Card {
    Card::line(format!("I could not save that; nothing was sent. Try again in a minute. (ref {reference})"))
}

/// A button of old, or of something that is gone.
pub fn old_button() -> Card {
    Card::line(
        Text::plain(
            "That button is from an older message and leads nowhere now. What is open for you is in ",
        )
        .code("/requests mine")
        .say("."),
    )
}

/// More words than are taken.
pub fn too_long(limit: usize) -> Card {
    let limit =
        if limit < 1_000 { limit.to_string() } else { format!("{},{:03}", limit / 1_000, limit % 1_000) };
    Card::line(format!(
        "That is longer than I can pass on: up to {limit} characters. The gist and a link do it; nothing was sent."
    ))
}

fn with_holder_buttons(card: Card, view: Option<&RequestView>) -> Card {
    match view {
        Some(view) => buttons::holder_buttons(card, view),
        None => card,
    }
}

fn help(about: &str) -> Command {
    Command::Service(ServiceCommand::Help(about.chars().take(20).collect()))
}
