//! Answers about somebody's own availability, and its form.
//!
//! Invariant: whatever was changed, the answer shows what now holds; no answer wants a reason.

use jiff::Timestamp;

use crate::chat::card::{Card, Tone, Weight};
use crate::chat::command::{Command, VolunteerCommand};
use crate::chat::form::{Field, Form, FormKind, Input, Need};
use crate::chat::inbound::Mend;
use crate::chat::notice::AvailabilityView;
use crate::chat::say::pieces;
use crate::chat::text::{Text, duration};
use crate::domain::person::Pause;

/// What is set now.
pub fn status(view: &AvailabilityView) -> Card {
    buttons(facts(Card::line(summary(view)), view), view)
}

/// One sentence: whether they are asked, and about what.
pub fn summary(view: &AvailabilityView) -> Text {
    if view.topics.is_empty() {
        return Text::plain("You volunteer for no topic yet, so nobody asks you. Join one with ")
            .code("/volunteer join billing")
            .say(".");
    }
    let topics = pieces::names(&view.topics, "and");
    match view.pause {
        Pause::No => Text::plain("You volunteer for ").then(topics).say("."),
        Pause::Until(at) => Text::plain("You pause until ")
            .at(at, crate::chat::text::Moment::DayTime)
            .say(". You volunteer for ")
            .then(topics)
            .say("."),
        Pause::Open => Text::plain("You pause until you resume. You volunteer for ").then(topics).say("."),
    }
}

/// The facts: hours, capacity, deputy.
pub fn facts(card: Card, view: &AvailabilityView) -> Card {
    let whose = if view.own_hours { "your own" } else { "as for everybody" };
    let card = card
        .fact("Hours", format!("{} · {} ({whose})", view.hours, view.zone))
        .fact("Open requests", format!("{} of at most {}", view.open, view.capacity));
    match &view.deputy {
        Some(who) => card.fact("While you pause", Text::new().who(who).say(" is asked in your place")),
        None => card,
    }
}

/// The buttons: pause or resume, change.
pub fn buttons(card: Card, view: &AvailabilityView) -> Card {
    let card = match view.pause {
        Pause::No => {
            card.button("Pause", Command::Volunteer(VolunteerCommand::Pause(String::new())), Weight::Plain)
        }
        Pause::Until(_) | Pause::Open => {
            card.button("Resume", Command::Volunteer(VolunteerCommand::Resume), Weight::Main)
        }
    };
    card.button("Change", Command::Volunteer(VolunteerCommand::Form), Weight::Plain)
}

/// They volunteer for these now.
pub fn joined(topics: &[String]) -> Card {
    Card::line(
        Text::plain("Thank you. You volunteer for ")
            .then(pieces::names(topics, "and"))
            .say(" now. I ask you in your hours, one at a time, and passing is always fine."),
    )
    .tone(Tone::Good)
    .button("Change hours", Command::Volunteer(VolunteerCommand::Form), Weight::Plain)
    .small(Text::plain("Stop any time: ").code(format!("/volunteer leave {}", topics.join(" "))))
}

/// They did already.
pub fn already_joined(topics: &[String]) -> Card {
    Card::line(
        Text::plain("You volunteer for ").then(pieces::names(topics, "and")).say(" already. Thank you."),
    )
}

/// They do no longer.
pub fn left(topics: &[String]) -> Card {
    Card::line(Text::plain("Done. You are not asked about ").then(pieces::names(topics, "or")).say(
        " any more; what you hold stays with you until you give it back. Thank you for the time you gave.",
    ))
}

/// They did not volunteer for these anyway.
pub fn not_joined(topics: &[String]) -> Card {
    Card::line(
        Text::plain("You do not volunteer for ")
            .then(pieces::names(topics, "or"))
            .say(", so nothing changed."),
    )
}

/// Their hours are set.
pub fn hours_set(view: &AvailabilityView) -> Card {
    let line = if view.own_hours {
        "I ask you in these hours only."
    } else {
        "The hours of the organisation apply to you again."
    };
    buttons(facts(Card::line(line), view), view)
}

/// Their capacity is set.
pub fn capacity_set(view: &AvailabilityView) -> Card {
    let line = match view.capacity {
        1 => "You hold one open request at most; beyond that I ask others.".to_owned(),
        most => format!("You hold {most} open requests at most; beyond that I ask others."),
    };
    buttons(facts(Card::line(line), view), view)
}

/// They pause.
pub fn paused(view: &AvailabilityView, now: Timestamp) -> Card {
    let line = match view.pause {
        Pause::Until(at) => Text::plain("Fine. I do not ask you before ")
            .at(at, pieces::moment(at, now))
            .say(format!(" (in {}).", duration(at.duration_since(now)))),
        Pause::Open | Pause::No => Text::plain("Fine. I do not ask you until you resume."),
    };
    let card = Card::line(line);
    let card = match &view.deputy {
        Some(who) => card.and(Text::plain("Meanwhile I ask ").who(who).say(" in your place.")),
        None => card,
    };
    let card = match view.open {
        0 => card,
        1 => card.and(
            Text::plain("You hold one open request; give it back if it cannot wait: ").code("/requests mine"),
        ),
        open => card.and(
            Text::plain(format!("You hold {open} open requests; give back what cannot wait: "))
                .code("/requests mine"),
        ),
    };
    buttons(card, view)
}

/// They are asked again.
pub fn resumed(view: &AvailabilityView) -> Card {
    let line = Text::plain("Welcome back. ").then(summary(view));
    buttons(Card::line(line), view)
}

/// Their deputy is set, or nobody.
pub fn deputy_set(view: &AvailabilityView) -> Card {
    Card::line(match &view.deputy {
        Some(who) => Text::plain("While you pause I ask ").who(who).say(" in your place."),
        None => Text::plain("Nobody is asked in your place while you pause."),
    })
}

/// The form was taken: what now holds.
pub fn changed(view: &AvailabilityView) -> Card {
    let card = Card::line(Text::plain("Changed. ").then(summary(view)));
    buttons(facts(card, view), view)
}

/// The form with all of it.
pub fn form(view: &AvailabilityView) -> Form {
    let hours = if view.own_hours { view.hours.clone() } else { String::new() };
    let deputy = match &view.deputy {
        Some(who) => format!("{} is asked now. Left empty, it stays so.", pieces::gist(&who.name, 60)),
        None => "Nobody is set now.".to_owned(),
    };
    Form {
        kind: FormKind::Availability,
        about: String::new(),
        title: "Your availability".to_owned(),
        submit: "Save".to_owned(),
        fields: vec![
            Field::new("hours", "Your hours", Need::Optional, Input::Line { initial: hours, max: 200 })
                .hint("As in Mon-Thu 08:30-12:30, 13:00-16:00. Empty: as for everybody."),
            Field::new(
                "capacity",
                "Open requests at most",
                Need::Optional,
                Input::Line { initial: view.capacity.to_string(), max: 5 },
            )
            .hint("A number. Empty: as for everybody."),
            Field::new("deputy", "Who is asked while you pause?", Need::Optional, Input::Person)
                .hint(&deputy),
        ],
    }
}

/// Hours that are not understood.
pub fn bad_hours(text: &str) -> Card {
    Card::line(
        Text::plain("I cannot read ").quote(pieces::gist(text, 60)).say(" as hours. Try one of these:"),
    )
    .and(Text::new().code("/volunteer hours Mon-Fri 09:00-17:00"))
    .and(Text::new().code("/volunteer hours Mon-Thu 08:30-12:30, 13:00-16:00"))
    .and(Text::new().code("/volunteer hours").say(" alone: as for everybody."))
}

/// A capacity that is no number.
pub fn bad_capacity(text: &str) -> Card {
    Card::line(
        Text::plain("I cannot read ")
            .quote(pieces::gist(text, 60))
            .say(" as a number of requests. Try ")
            .code("/volunteer capacity 3")
            .say(", or ")
            .code("/volunteer capacity")
            .say(" alone for what applies to everybody."),
    )
}

/// A pause that is not understood, or is over already.
pub fn bad_pause(text: &str) -> Card {
    Card::line(
        Text::plain("I cannot read ")
            .quote(pieces::gist(text, 60))
            .say(" as a time to come. Nothing changed. Try one of these:"),
    )
    .and(Text::new().code("/volunteer pause 2h"))
    .and(Text::new().code("/volunteer pause 17:00"))
    .and(Text::new().code("/volunteer pause tomorrow"))
    .and(Text::new().code("/volunteer pause 2026-12-24"))
    .and(Text::new().code("/volunteer pause").say(" alone: until you resume."))
}

/// A deputy who cannot be one: themselves.
pub fn deputy_is_self() -> Card {
    Card::line("A deputy is asked in your place while you pause, so it is somebody else. Whom do you mean?")
}

/// Join or leave, without a topic.
pub fn no_topics_named(all: &[String]) -> Card {
    if all.is_empty() {
        return Card::line("There is no topic yet to volunteer for. An admin adds the first one:")
            .and(Text::new().code("/service topic add billing invoices, refunds"));
    }
    let there = if all.len() == 1 { "There is " } else { "There are " };
    Card::line(Text::plain("Which topics? ").say(there).then(pieces::names(all, "and")).say("."))
        .and(Text::plain("For example: ").code(format!("/volunteer join {}", all[0])))
}

/// Leave, without a topic: theirs.
pub fn which_to_leave(mine: &[String]) -> Card {
    match mine {
        [] => Card::line("You volunteer for no topic, so there is none to leave."),
        [first, ..] => {
            Card::line(Text::plain("Which one? You volunteer for ").then(pieces::names(mine, "and")).say("."))
                .and(Text::plain("For example: ").code(format!("/volunteer leave {first}")))
        }
    }
}

/// Hours in the form that are not understood.
pub fn mend_hours() -> Mend {
    Mend {
        field: "hours".to_owned(),
        why: "I cannot read this. Try: Mon-Fri 09:00-12:30, 13:30-17:00".to_owned(),
    }
}

/// A capacity in the form that is no number.
pub fn mend_capacity() -> Mend {
    Mend { field: "capacity".to_owned(), why: "A number from 1 to 1000 would do, such as 3.".to_owned() }
}

/// A deputy in the form who cannot be one.
pub fn mend_deputy() -> Mend {
    Mend { field: "deputy".to_owned(), why: "Pick a colleague who is not yourself.".to_owned() }
}
