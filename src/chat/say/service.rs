//! Answers about help, topics and settings.
//!
//! Invariant: help is written nowhere else than in the catalog; an answer about a bad value shows a
//! good one.

use crate::chat::card::{Card, Weight};
use crate::chat::catalog::{COMMANDS, Declared, HAND_OFF, May, SPOKEN, declared};
use crate::chat::command::Command;
use crate::chat::say::pieces;
use crate::chat::text::{Span, Text};
use crate::domain::ids::ChannelKey;
use crate::domain::settings::{BadValue, Layer, SettingName, Settings};

/// A topic as shown.
#[derive(Clone, PartialEq, Debug)]
pub struct TopicView {
    /// What people type.
    pub name: String,
    /// What belongs to it.
    pub about: String,
    /// Where its volunteers meet.
    pub channel: Option<ChannelKey>,
    /// Who cares for it, as written by a person.
    pub steward: Option<String>,
    /// How many volunteer for it.
    pub volunteers: usize,
}

/// Help, on one command or on all.
pub fn help(about: &str) -> Card {
    match declared(about.trim_start_matches('/')) {
        Some(command) => help_on(command),
        None => help_on_all(),
    }
}

fn help_on_all() -> Card {
    let mut card = Card::line(
        "Nobody says \"not my department\" here: hand it off, and I find a colleague who takes it. You hold it until someone accepts.",
    );
    for command in COMMANDS {
        card =
            card.and(Text::new().code(format!("/{}", command.name)).say(format!(" · {}", command.summary)));
    }
    card =
        card.and(Text::plain("On a message: ").bold(HAND_OFF.label).say(format!(" · {}.", HAND_OFF.summary)));
    card = card.and("In a thread with my name in front, or directly to me:");
    for (words, what) in SPOKEN {
        card = card.and(Text::new().code(*words).say(format!(" · {what}.")));
    }
    card.small(Text::plain("More on one: ").code("/service help volunteer"))
}

fn help_on(command: &Declared) -> Card {
    let usage = format!("/{} {}", command.name, command.usage());
    let mut card = Card::line(Text::new().code(usage.trim_end())).and(command.summary);
    for part in command.parts {
        let usage = format!("/{} {} {}", command.name, part.name, part.usage());
        let who = match part.may {
            May::Staff => "",
            May::Stewards => " (stewards and admins)",
            May::Admins => " (admins)",
        };
        card = card.and(Text::new().code(usage.trim_end()).say(format!(" · {}{who}", part.summary)));
    }
    for example in command.examples {
        card = card.and(Text::plain("For example: ").code(*example));
    }
    card.small(Text::plain("All commands: ").code("/service help"))
}

/// Somebody said thanks.
pub fn thanked() -> Card {
    Card::line("Gladly. When something needs somebody, tell me in a sentence, and I find out who.").button(
        "Hand something off",
        Command::Handoff(String::new()),
        Weight::Plain,
    )
}

/// All topics.
pub fn topics(topics: &[TopicView]) -> Card {
    if topics.is_empty() {
        return Card::line("There is no topic yet. An admin adds the first one:")
            .and(Text::new().code("/service topic add billing invoices, refunds"));
    }
    topics
        .iter()
        .fold(Card::default(), |card, topic| card.and(topic_line(topic)))
        .small(Text::plain("Volunteer for one: ").code(format!("/volunteer join {}", topics[0].name)))
}

fn topic_line(topic: &TopicView) -> Text {
    let mut text = Text::new().bold(topic.name.as_str());
    if !topic.about.is_empty() {
        text = text.say(format!(": {}", pieces::gist(&topic.about, pieces::GIST)));
    }
    text = text.say(match topic.volunteers {
        0 => " · nobody volunteers yet".to_owned(),
        1 => " · 1 volunteer".to_owned(),
        many => format!(" · {many} volunteers"),
    });
    if let Some(channel) = &topic.channel {
        text = text.say(" · ").span(Span::Channel(channel.clone()));
    }
    match &topic.steward {
        Some(written) => text.say(format!(" · steward {}", pieces::gist(written, 60))),
        None => text,
    }
}

/// A new topic.
pub fn topic_added(name: &str) -> Card {
    Card::line(Text::plain("Added ").bold(name).say(". Requests find it as soon as somebody volunteers:"))
        .and(Text::new().code(format!("/volunteer join {name}")))
        .and(
            Text::plain("A channel to ask when nobody is left: ")
                .code(format!("/service topic edit {name} channel #{name}")),
        )
}

/// A topic as it is now.
pub fn topic_changed(topic: &TopicView) -> Card {
    Card::line(Text::plain("Changed. ").then(topic_line(topic)))
}

/// A topic is gone.
pub fn topic_removed(name: &str) -> Card {
    Card::line(Text::plain("Removed ").bold(name).say(". What was closed in it stays in the records."))
}

/// A topic with open requests stays.
pub fn topic_busy(name: &str, open: usize) -> Card {
    let open = match open {
        1 => "one open request".to_owned(),
        many => format!("{many} open requests"),
    };
    Card::line(
        Text::new()
            .bold(name)
            .say(format!(" has {open}, and nobody is left standing: it can be removed once there is none. "))
            .code(format!("/requests topic {name}")),
    )
}

/// A name that cannot be one.
pub fn bad_topic_name(name: &str) -> Card {
    Card::line(
        Text::new()
            .quote(if name.is_empty() { "nothing".to_owned() } else { pieces::gist(name, 40) })
            .say(" cannot be a topic's name. One word that people can type, up to 40 letters, digits or hyphens, as in ")
            .code("/service topic add billing invoices, refunds")
            .say("."),
    )
}

/// The name is taken.
pub fn topic_exists(name: &str) -> Card {
    Card::line(
        Text::plain("There is a topic ")
            .bold(name)
            .say(" already. Change what belongs to it with ")
            .code(format!("/service topic edit {name} about …"))
            .say("."),
    )
}

/// A value that a topic cannot have.
pub fn bad_topic_value(what: &str, example: &str) -> Card {
    Card::line(
        Text::plain("I cannot read that as ")
            .code(pieces::gist(what, 30))
            .say(". It takes something like ")
            .code(example)
            .say("; nothing changed."),
    )
}

/// A thing that a topic does not have.
pub fn unknown_topic_part(what: &str) -> Card {
    let line = if what.is_empty() {
        Text::plain("What should change?")
    } else {
        Text::plain("A topic has no ").quote(pieces::gist(what, 30)).say(".")
    };
    Card::line(
        line.say(" It has about, channel, steward, offer_timeout, stale_after and hours, as in ")
            .code("/service topic edit billing channel #billing")
            .say("."),
    )
}

/// All settings, and where each comes from.
pub fn settings(settings: &[(SettingName, String, Layer)]) -> Card {
    let built_in = Settings::default();
    settings
        .iter()
        .fold(Card::default(), |card, (name, value, layer)| {
            let from = match layer {
                Layer::Organisation => "set here",
                Layer::Defaults if built_in.get(*name) == *value => "default",
                Layer::Defaults => "set by the operator",
            };
            let value = if value.is_empty() { "none" } else { value.as_str() };
            let text = Text::new().code(name.as_str()).say(format!(": {}", pieces::gist(value, 200)));
            card.and(text.say(format!(" · {from}")))
        })
        .small(Text::plain("Admins change one with ").code("/service settings offer_timeout 15m"))
}

/// A setting as it is now.
pub fn setting_changed(name: SettingName, value: &str, layer: Layer) -> Card {
    let value = if value.is_empty() { "none" } else { value };
    let text = Text::new().code(name.as_str()).say(format!(" is {} now", pieces::gist(value, 200)));
    Card::line(match layer {
        Layer::Defaults => text.say(", the operator's default again."),
        Layer::Organisation => text.say("."),
    })
    .small("Requests that are under way keep what applied when they began")
}

/// A value that is not understood.
pub fn bad_setting(bad: &BadValue) -> Card {
    Card::line(
        Text::plain("I cannot read that as ")
            .code(bad.name.as_str())
            .say("; nothing changed. It takes something like ")
            .code(format!("/service settings {} {}", bad.name.as_str(), bad.example))
            .say("."),
    )
}

/// A setting that is not there.
pub fn unknown_setting(name: &str, nearest: Option<&str>) -> Card {
    let line = Text::plain("I do not know a setting ").quote(pieces::gist(name, 40)).say(". ");
    Card::line(match nearest {
        Some(nearest) => line.say("Did you mean ").code(nearest).say("?"),
        None => line.say("All of them: ").code("/service settings").say("."),
    })
}
