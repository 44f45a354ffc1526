//! Every command, declared once: name, arguments, who may, examples. The manifest, typed options and
//! their completion, help, the table in the README and the permission check come from here; a test holds
//! them together.

use std::fmt::Write;

use crate::chat::command::{Command, RequestsCommand, ServiceCommand, VolunteerCommand};
use crate::chat::form::Need;

/// One slash command.
#[derive(Debug)]
pub struct Declared {
    /// Without the slash.
    pub name: &'static str,
    /// What it does, in one sentence of at most 100 characters.
    pub summary: &'static str,
    /// What follows, where it has no parts.
    pub args: &'static [Arg],
    /// Its parts, where it has some; the first one is meant when none is given.
    pub parts: &'static [Part],
    /// As people type it.
    pub examples: &'static [&'static str],
}

/// One part of a slash command: its first word.
#[derive(Debug)]
pub struct Part {
    /// The word, or two words.
    pub name: &'static str,
    /// What follows.
    pub args: &'static [Arg],
    /// What it does, in one sentence of at most 100 characters.
    pub summary: &'static str,
    /// Who may.
    pub may: May,
}

/// One argument. The words of all, in this order, are what [`crate::chat::parse::slash`] reads.
#[derive(Debug)]
pub struct Arg {
    /// One word in lower case: its name where a platform asks for arguments one by one.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// Whether it must be there. What may be left out comes last.
    pub need: Need,
    /// What is asked, in at most 100 characters.
    pub summary: &'static str,
    shown: &'static str,
}

/// What an argument takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    /// The name of a topic.
    Topic,
    /// Names of topics.
    Topics,
    /// Somebody.
    Person,
    /// The number of a request.
    Request,
    /// The name of a setting.
    Setting,
    /// The name of a command.
    Command,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number from 1.
    Number,
    /// One word.
    Word,
    /// Words, to the end.
    Words,
}

/// Who may use a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum May {
    /// Everybody of the staff.
    Staff,
    /// The topic's steward, and admins.
    Stewards,
    /// Admins.
    Admins,
}

/// A shortcut on a message.
#[derive(Debug)]
pub struct Shortcut {
    /// Its name on the wire.
    pub callback: &'static str,
    /// Its label, at most 24 characters.
    pub label: &'static str,
    /// What it does.
    pub summary: &'static str,
}

/// The shortcut that hands a message off.
pub const HAND_OFF: Shortcut = Shortcut {
    callback: "handoff_message",
    label: "Hand off",
    summary: "Hand this message to the volunteers of a topic",
};

/// The shortcut that hands a person to a topic, on platforms where people have a menu.
pub const HAND_PERSON: Shortcut = Shortcut {
    callback: "handoff_person",
    label: "Hand this person to …",
    summary: "Hand what this person needs to the volunteers of a topic",
};

const fn part(name: &'static str, args: &'static [Arg], summary: &'static str) -> Part {
    Part { name, args, summary, may: May::Staff }
}

const fn needs(name: &'static str, takes: Takes, summary: &'static str) -> Arg {
    Arg { name, takes, need: Need::Required, summary, shown: name }
}

const fn takes(name: &'static str, takes: Takes, summary: &'static str) -> Arg {
    Arg { name, takes, need: Need::Optional, summary, shown: name }
}

/// All slash commands, in the order of help.
pub const COMMANDS: &[Declared] = &[
    Declared {
        name: "handoff",
        summary: "Hand a request to the volunteers of a topic; alone, it opens a form.",
        args: &[
            takes("topic", Takes::Topic, "The topic it belongs to, if you know it."),
            takes("request", Takes::Words, "What is needed; a form asks if you leave it out.")
                .shown("what is needed"),
        ],
        parts: &[],
        examples: &["/handoff billing Refund for Globex stuck since Monday", "/handoff"],
    },
    Declared {
        name: "volunteer",
        summary: "Say which topics you help with, and when.",
        args: &[],
        parts: &[
            part("status", &[], "What is set for you now."),
            part(
                "join",
                &[needs("topics", Takes::Topics, "One topic or several.").shown("topic [topic …]")],
                "Volunteer for topics.",
            ),
            part(
                "leave",
                &[needs("topics", Takes::Topics, "One topic or several.").shown("topic [topic …]")],
                "Stop volunteering for topics.",
            ),
            part(
                "hours",
                &[takes("hours", Takes::Words, "Such as Mon-Thu 08:30-12:30, 13:00-16:00.")
                    .shown("Mon-Fri 09:00-17:00")],
                "Set your own hours; alone, the organisation's hours apply again.",
            ),
            part(
                "capacity",
                &[takes("number", Takes::Number, "Open requests at most; empty: the organisation's number.")],
                "How many open requests you want to hold at most.",
            ),
            part(
                "pause",
                &[takes("until", Takes::Words, "Such as 2h, 17:00, tomorrow or 2026-12-24.")
                    .shown("2h | 17:00 | tomorrow | 2026-12-24")],
                "Not be asked until then, or until you resume.",
            ),
            part("resume", &[], "Be asked again."),
            part(
                "deputy",
                &[takes("person", Takes::Person, "A colleague; empty: nobody.").shown("@person | nobody")],
                "Who is asked in your place while you pause.",
            ),
        ],
        examples: &[
            "/volunteer join billing contracts",
            "/volunteer hours Mon-Thu 08:30-12:30, 13:00-16:00",
            "/volunteer pause tomorrow",
        ],
    },
    Declared {
        name: "requests",
        summary: "See what is open, and who is on now.",
        args: &[],
        parts: &[
            part("mine", &[], "What you hold and what you wait for."),
            part("offered", &[], "What you are asked to take."),
            part("topic", &[needs("name", Takes::Topic, "The topic.")], "What is open in a topic."),
            part("who", &[takes("topic", Takes::Topic, "One topic; empty: all.")], "Who is on now."),
            part(
                "show",
                &[needs("number", Takes::Request, "Its number, or words that stand in it.")],
                "One request, with everything that happened.",
            ),
        ],
        examples: &["/requests", "/requests who billing", "/requests show 17"],
    },
    Declared {
        name: "service",
        summary: "Help, topics and settings.",
        args: &[],
        parts: &[
            part(
                "help",
                &[takes("command", Takes::Command, "One command; empty: all.")],
                "How to use the bot; only you see the answer.",
            ),
            part("topic list", &[], "All topics, with their volunteers and channels."),
            Part {
                name: "topic add",
                args: &[
                    needs("name", Takes::Word, "One word, as people will type it."),
                    needs("about", Takes::Words, "Such as invoices, refunds, payment terms.")
                        .shown("what belongs to it"),
                ],
                summary: "Add a topic.",
                may: May::Admins,
            },
            Part {
                name: "topic edit",
                args: &[
                    needs("name", Takes::Topic, "The topic."),
                    needs("what", Takes::OneOf(TOPIC_FACTS), "What to change."),
                    takes("value", Takes::Words, "Its new value; empty: the default again."),
                ],
                summary: "Change a topic; without a value, the default applies again.",
                may: May::Stewards,
            },
            Part {
                name: "topic remove",
                args: &[needs("name", Takes::Topic, "The topic.")],
                summary: "Remove a topic that has no open requests.",
                may: May::Stewards,
            },
            part(
                "settings",
                &[
                    takes("name", Takes::Setting, "One setting; empty: all."),
                    takes("value", Takes::Words, "Its new value, or default."),
                ],
                "See all settings and where each comes from; admins change them.",
            ),
            part(
                "link",
                &[takes("code", Takes::Word, "The code you got in the other one; empty: a new code.")
                    .shown("code | here")],
                "Link your accounts in two workspaces; `here`: be reached in this one first.",
            ),
            part("unlink", &[], "Link this account with no other any more."),
        ],
        examples: &[
            "/service help handoff",
            "/service topic add billing invoices, refunds, payment terms",
            "/service topic edit billing channel #billing",
            "/service settings offer_timeout 15m",
        ],
    },
];

/// What can be changed about a topic.
const TOPIC_FACTS: &[&str] = &["about", "channel", "steward", "offer_timeout", "stale_after", "hours"];

/// What can be said to the bot in a thread or directly, where slash commands do not work.
pub const SPOKEN: &[(&str, &str)] = &[
    ("handoff [topic] [what is needed]", "hand this thread, or these words, to the volunteers of a topic"),
    ("done [what helped]", "close the request of this thread"),
    ("help", "this help"),
];

/// The declaration of a command.
pub fn declared(name: &str) -> Option<&'static Declared> {
    COMMANDS.iter().find(|command| command.name == name)
}

/// The arguments of a command and its part, as `service` and `topic add`; an empty part where it has none.
pub fn args(command: &str, part: &str) -> Option<&'static [Arg]> {
    let command = declared(command)?;
    if command.parts.is_empty() {
        return part.is_empty().then_some(command.args);
    }
    command.parts.iter().find(|known| known.name == part).map(|part| part.args)
}

impl Declared {
    /// What follows, as shown in completion.
    pub fn usage(&self) -> String {
        if self.parts.is_empty() {
            return usage(self.args);
        }
        let mut words: Vec<&str> =
            self.parts.iter().map(|part| part.name.split(' ').next().unwrap_or(part.name)).collect();
        words.dedup();
        format!("[{}]", words.join(" | "))
    }
}

impl Part {
    /// What follows, as shown in completion.
    pub fn usage(&self) -> String {
        usage(self.args)
    }
}

impl Arg {
    /// With other words for it in the usage than its name.
    const fn shown(mut self, shown: &'static str) -> Self {
        self.shown = shown;
        self
    }

    fn usage(&self) -> String {
        let shown = match self.takes {
            Takes::OneOf(words) => words.join(" | "),
            _ => self.shown.to_owned(),
        };
        match self.need {
            Need::Required => shown,
            Need::Optional => format!("[{shown}]"),
        }
    }
}

fn usage(args: &[Arg]) -> String {
    args.iter().map(Arg::usage).collect::<Vec<_>>().join(" ")
}

/// Who may use a command. Whether somebody is the steward of the topic is for the caller to say.
pub fn may(command: &Command) -> May {
    match command {
        Command::Service(ServiceCommand::TopicAdd { .. } | ServiceCommand::Set { .. }) => May::Admins,
        Command::Service(ServiceCommand::TopicEdit { .. } | ServiceCommand::TopicRemove { .. }) => {
            May::Stewards
        }
        _ => May::Staff,
    }
}

/// The catalog's name of a command and its part, for help on something not understood.
pub fn name_of(command: &Command) -> &'static str {
    match command {
        Command::Volunteer(volunteer) => match volunteer {
            VolunteerCommand::Join(_) => "volunteer join",
            VolunteerCommand::Leave(_) => "volunteer leave",
            VolunteerCommand::Hours(_) => "volunteer hours",
            VolunteerCommand::Capacity(_) => "volunteer capacity",
            VolunteerCommand::Pause(_) => "volunteer pause",
            VolunteerCommand::Resume => "volunteer resume",
            VolunteerCommand::Deputy(_) => "volunteer deputy",
            VolunteerCommand::Status | VolunteerCommand::Form => "volunteer status",
        },
        Command::Requests(requests) => match requests {
            RequestsCommand::Mine => "requests mine",
            RequestsCommand::Offered => "requests offered",
            RequestsCommand::Topic(_) => "requests topic",
            RequestsCommand::Who(_) => "requests who",
            RequestsCommand::Show(_) => "requests show",
        },
        Command::Service(service) => match service {
            ServiceCommand::Help(_) => "service help",
            ServiceCommand::TopicList => "service topic list",
            ServiceCommand::TopicAdd { .. } => "service topic add",
            ServiceCommand::TopicEdit { .. } => "service topic edit",
            ServiceCommand::TopicRemove { .. } => "service topic remove",
            ServiceCommand::Settings | ServiceCommand::Set { .. } => "service settings",
            ServiceCommand::Link(_) | ServiceCommand::Join(_) | ServiceCommand::ReachHere => "service link",
            ServiceCommand::Unlink => "service unlink",
        },
        _ => "handoff",
    }
}

/// The command table in Markdown, as in the README.
pub fn table() -> String {
    let mut table = String::from("| command | what it does |\n|---|---|\n");
    for command in COMMANDS {
        if command.parts.is_empty() {
            row(&mut table, command.name, &command.usage(), command.summary, May::Staff);
        }
        for part in command.parts {
            let name = format!("{} {}", command.name, part.name);
            row(&mut table, &name, &part.usage(), part.summary, part.may);
        }
    }
    for (on, shortcut) in [("message", HAND_OFF), ("person", HAND_PERSON)] {
        let _ = writeln!(table, "| {on} shortcut **{}** | {}. |", shortcut.label, shortcut.summary);
    }
    for (words, what) in SPOKEN {
        let _ = writeln!(table, "| `@goodturn {words}` in a thread, or directly | {what} |");
    }
    table
}

fn row(table: &mut String, name: &str, usage: &str, summary: &str, may: May) {
    let usage = usage.replace('|', "\\|");
    let space = if usage.is_empty() { "" } else { " " };
    let who = match may {
        May::Staff => "",
        May::Stewards => " (stewards and admins)",
        May::Admins => " (admins)",
    };
    // Writing to a String cannot fail.
    let _ = writeln!(table, "| `/{name}{space}{usage}` | {summary}{who} |");
}

#[cfg(test)]
mod tests;
