//! Answers about accounts that are linked, and organisations that are joined.
//!
//! Invariant: a code is shown to nobody but whom it was given to; what would change is said before it
//! is pressed.

use crate::chat::card::{Card, Tone, Weight};
use crate::chat::command::{Command, ServiceCommand};
use crate::chat::notice::LinkNews;
use crate::chat::say::pieces;
use crate::chat::text::{Text, Who};

/// A code, and what to do with it.
pub fn code(code: &str) -> Card {
    Card::line("This links your account in another workspace with this one. Type there, within 10 minutes:")
        .and(Text::new().code(format!("/service link {code}")))
        .small("The code is good once, and for whoever types it · keep it to yourself")
}

/// Two accounts are one person.
pub fn linked(owner: &Who, place: &str) -> Card {
    let line = Text::plain("Done. You here and ")
        .who(owner)
        .say(" in ")
        .then(name(place))
        .say(" are one person to me now.");
    reach(Card::line(line).tone(Tone::Good)).small(Text::plain("Not you? ").code("/service unlink"))
}

/// The other account could do less than this one.
pub fn is_that_you(owner: &Who, place: &str, code: &str) -> Card {
    let line = Text::plain("This code was given to ").who(owner).say(" in ").then(name(place)).say(".");
    Card::line(line.say(" Linked, that account may do all that you may do here."))
        .and("Press only if it is your own.")
        .button("That is me", Command::Service(ServiceCommand::Join(code.to_owned())), Weight::Main)
        .small("Good until the code runs out · do nothing, and all stays as it is")
}

/// So are two organisations.
pub fn joined(place: &str) -> Card {
    let line = Text::plain("Done. This workspace and ").then(name(place)).say(" are one organisation now.");
    let card = Card::line(line)
        .and("Requests find volunteers in both. Others link their accounts with /service link, too.")
        .tone(Tone::Good);
    reach(card)
}

/// The same for the side where the code was given, unasked.
pub fn news(place: &str, link: LinkNews) -> Card {
    let place = || name(place);
    let card =
        match link {
            LinkNews::Linked => Card::line(
                Text::plain("Your account in ")
                    .then(place())
                    .say(" is linked with this one: you are one person to me."),
            ),
            LinkNews::Joined => Card::line(Text::plain("The workspace ").then(place()).say(
                " has joined this one: you are one organisation to me, and your account there is linked.",
            )),
            LinkNews::Unlinked => Card::line(
                Text::plain("Your account in ").then(place()).say(" is no longer linked with this one."),
            ),
        };
    let why = Text::plain("You asked for it in the other workspace · ")
        .code("/service unlink")
        .say(" undoes a link");
    match link {
        LinkNews::Linked | LinkNews::Joined => reach(card).small(why),
        LinkNews::Unlinked => card.small(Text::plain("You asked for it in the other workspace")),
    }
}

/// They are one already.
pub fn already_linked(place: &str) -> Card {
    reach(Card::line(Text::plain("You here and you in ").then(name(place)).say(" are linked already.")))
}

/// Two organisations could be one: what would change.
pub fn join_offered(owner: &Who, place: &str, here: &str, code: &str) -> Card {
    Card::line(
        Text::plain("This code was given to ")
            .who(owner)
            .say(", an admin of another organisation: ")
            .then(name(place))
            .say(". If that is you, ")
            .then(name(here))
            .say(" can join it:"),
    )
    .and("Requests from either side find volunteers on both. Topics of the same name become one.")
    .and("The settings over there hold for both, and requests from here get new numbers. Joining cannot be undone.")
    .button("Join the two", Command::Service(ServiceCommand::Join(code.to_owned())), Weight::Main)
    .small("Good until the code runs out · do nothing, and all stays as it is")
}

/// Two organisations, and no admin of both.
pub fn join_is_for_admins(place: &str) -> Card {
    Card::line(Text::plain("The code is good, and from another organisation than ").then(name(place)).say("."))
        .and("Somebody who is an admin of both can join the two with /service link; after that your accounts can be linked.")
}

/// No code, or not any more.
pub fn no_such_code() -> Card {
    Card::line("I do not know this code. It is good once, for 10 minutes; get a fresh one over there with:")
        .and(Text::new().code("/service link"))
}

/// Their own, typed where it was given.
pub fn own_code(code: &str) -> Card {
    Card::line("This is the code you got here. Type it in the other workspace:")
        .and(Text::new().code(format!("/service link {code}")))
}

/// Somebody else's of the same workspace.
pub fn code_of_this_workspace() -> Card {
    Card::line(
        "This code was given in this workspace. It links an account in another one: its owner types it there.",
    )
}

/// One person would have two accounts in one workspace.
pub fn linked_otherwise(place: &str) -> Card {
    Card::line(
        Text::plain("One of the two accounts, here or in ")
            .then(name(place))
            .say(", is linked with another one already."),
    )
    .and("Linked together, somebody would have two in one workspace. Undo the other link first, with:")
    .and(Text::new().code("/service unlink"))
}

/// They are not one of us here, and may be elsewhere.
pub fn code_from_there() -> Card {
    Card::line("I do not know you as one of us here. If you are in another workspace, type there:")
        .and(Text::new().code("/service link"))
        .and("You get a code that links this account with yours; type it here.")
}

/// Guessing does not pay.
pub fn too_many_tries() -> Card {
    Card::line("Those were many codes in a short time. Try again in 10 minutes, with a fresh one.")
}

/// Where somebody is reached.
pub fn reached_here(place: &str) -> Card {
    Card::line(Text::plain("From now on I write to you here, in ").then(name(place)).say(".")).small(
        Text::plain("Type ").code("/service link here").say(" in another workspace to be reached there"),
    )
}

/// They are two again.
pub fn unlinked(place: &str) -> Card {
    Card::line(
        Text::plain("This account and the one in ").then(name(place)).say(" are two people to me again."),
    )
    .and("What you hold, asked for and volunteer for stays with the account over there.")
}

/// There is nothing to unlink.
pub fn nothing_linked() -> Card {
    Card::line("This account is linked with no other. To link one:").and(Text::new().code("/service link"))
}

fn reach(card: Card) -> Card {
    card.and("I write to you where a request came from. Do you want all of it here?").button(
        "Reach me here",
        Command::Service(ServiceCommand::ReachHere),
        Weight::Plain,
    )
}

fn name(place: &str) -> Text {
    Text::plain(pieces::gist(place, 60))
}
