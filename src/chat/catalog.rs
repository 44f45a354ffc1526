//! Every command, declared once: name, usage, who may, examples. The manifest, help, the table in the
//! README and the permission check come from here; a test holds them together.

use std::fmt::Write;

use crate::chat::command::{Command, RequestsCommand, ServiceCommand, VolunteerCommand};

/// One slash command.
#[derive(Debug)]
pub struct Declared {
    /// Without the slash.
    pub name: &'static str,
    /// What follows, as shown in completion.
    pub usage: &'static str,
    /// What it does, in one sentence of at most 100 characters.
    pub summary: &'static str,
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
    pub usage: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Who may.
    pub may: May,
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

const fn part(name: &'static str, usage: &'static str, summary: &'static str) -> Part {
    Part { name, usage, summary, may: May::Staff }
}

/// All slash commands, in the order of help.
pub const COMMANDS: &[Declared] = &[
    Declared {
        name: "handoff",
        usage: "[topic] [what is needed]",
        summary: "Hand a request to the volunteers of a topic; alone, it opens a form.",
        parts: &[],
        examples: &["/handoff billing Refund for Globex stuck since Monday", "/handoff"],
    },
    Declared {
        name: "volunteer",
        usage: "[status | join | leave | hours | capacity | pause | resume | deputy]",
        summary: "Say which topics you help with, and when.",
        parts: &[
            part("status", "", "What is set for you now."),
            part("join", "topic [topic …]", "Volunteer for topics."),
            part("leave", "topic [topic …]", "Stop volunteering for topics."),
            part(
                "hours",
                "[Mon-Fri 09:00-17:00]",
                "Set your own hours; alone, the organisation's hours apply again.",
            ),
            part("capacity", "[number]", "How many open requests you want to hold at most."),
            part(
                "pause",
                "[2h | 17:00 | tomorrow | 2026-12-24]",
                "Not be asked until then, or until you resume.",
            ),
            part("resume", "", "Be asked again."),
            part("deputy", "@person | nobody", "Who is asked in your place while you pause."),
        ],
        examples: &[
            "/volunteer join billing contracts",
            "/volunteer hours Mon-Thu 08:30-12:30, 13:00-16:00",
            "/volunteer pause tomorrow",
        ],
    },
    Declared {
        name: "requests",
        usage: "[mine | offered | topic | who | show]",
        summary: "See what is open, and who is on now.",
        parts: &[
            part("mine", "", "What you hold and what you wait for."),
            part("offered", "", "What you are asked to take."),
            part("topic", "name", "What is open in a topic."),
            part("who", "[topic]", "Who is on now."),
            part("show", "number", "One request, with everything that happened."),
        ],
        examples: &["/requests", "/requests who billing", "/requests show 17"],
    },
    Declared {
        name: "service",
        usage: "[help | topic | settings | link | unlink]",
        summary: "Help, topics and settings.",
        parts: &[
            part("help", "[command]", "How to use the bot; only you see the answer."),
            part("topic list", "", "All topics, with their volunteers and channels."),
            Part {
                name: "topic add",
                usage: "name what belongs to it",
                summary: "Add a topic.",
                may: May::Admins,
            },
            Part {
                name: "topic edit",
                usage: "name about | channel | steward | offer_timeout | stale_after | hours [value]",
                summary: "Change a topic; without a value, the default applies again.",
                may: May::Stewards,
            },
            Part {
                name: "topic remove",
                usage: "name",
                summary: "Remove a topic that has no open requests.",
                may: May::Stewards,
            },
            Part {
                name: "settings",
                usage: "[name] [value]",
                summary: "See all settings and where each comes from; admins change them.",
                may: May::Staff,
            },
            part(
                "link",
                "[code | here]",
                "Link your accounts in two workspaces; `here`: be reached in this one first.",
            ),
            part("unlink", "", "Link this account with no other any more."),
        ],
        examples: &[
            "/service help handoff",
            "/service topic add billing invoices, refunds, payment terms",
            "/service topic edit billing channel #billing",
            "/service settings offer_timeout 15m",
        ],
    },
];

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
            row(&mut table, command.name, command.usage, command.summary, May::Staff);
        }
        for part in command.parts {
            row(&mut table, &format!("{} {}", command.name, part.name), part.usage, part.summary, part.may);
        }
    }
    table.push_str("| message shortcut **Hand off** | ");
    table.push_str(HAND_OFF.summary);
    table.push_str(". |\n");
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
