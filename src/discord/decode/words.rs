//! Discord's way of writing text, read back into the words that a person saw.
//! Invariant: total; anything that is not Discord's markup stays as it stands, markdown included.

use jiff::Timestamp;

use crate::chat::inbound::Mentioned;

/// Words as read, and whom they mention.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Plain.
    pub text: String,
    /// In order of appearance, each person once; `shown` is the id where no name is known.
    pub mentions: Vec<Mentioned>,
    /// Whether the bot is among the mentioned.
    pub bot: bool,
}

/// The names behind ids; `None` where one is not known.
pub trait Names {
    /// Whether it is the bot's.
    fn is_bot(&self, user: &str) -> bool;
    /// A person's.
    fn person(&self, user: &str) -> Option<String>;
    /// A channel's, without `#`.
    fn channel(&self, channel: &str) -> Option<String>;
    /// A role's, without `@`.
    fn role(&self, role: &str) -> Option<String>;
}

/// Reads Discord's text. A mention of the bot at the start is taken off; elsewhere it stays a word, but
/// is not counted among the mentions.
pub fn read(raw: &str, names: &dyn Names) -> Words {
    let mut words = Words::default();
    let mut rest = raw;
    while let Some(open) = rest.find('<') {
        words.text.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let close = after.find(['>', '<', '\n']).filter(|at| after[*at..].starts_with('>'));
        if let Some(at) = close.filter(|at| words.markup(&after[..*at], names)) {
            rest = &after[at + 1..];
        } else {
            words.text.push('<');
            rest = after;
        }
    }
    words.text.push_str(rest);
    words.text = words.text.trim().to_owned();
    words
}

impl Words {
    /// Adds what a piece of markup shows; `false` where it is none.
    fn markup(&mut self, inside: &str, names: &dyn Names) -> bool {
        if let Some(role) = inside.strip_prefix("@&").filter(|id| is_id(id)) {
            self.text.push('@');
            self.text.push_str(names.role(role).as_deref().unwrap_or("role"));
        } else if let Some(user) = inside.strip_prefix('@') {
            let user = user.strip_prefix('!').unwrap_or(user);
            if !is_id(user) {
                return false;
            }
            self.person(user, names);
        } else if let Some(channel) = inside.strip_prefix('#').filter(|id| is_id(id)) {
            self.text.push('#');
            self.text.push_str(names.channel(channel).as_deref().unwrap_or(channel));
        } else if let Some(rest) = inside.strip_prefix("t:") {
            let Some(at) = instant(rest) else { return false };
            self.text.push_str(&at);
        } else if let Some(command) = inside.strip_prefix('/') {
            let Some((name, id)) = command.rsplit_once(':') else { return false };
            if !is_id(id) {
                return false;
            }
            self.text.push('/');
            self.text.push_str(name);
        } else if inside.starts_with("https://") || inside.starts_with("http://") {
            // In brackets the link has no preview; people see the link.
            self.text.push_str(inside);
        } else {
            return self.emoji(inside);
        }
        true
    }

    fn person(&mut self, user: &str, names: &dyn Names) {
        if names.is_bot(user) {
            self.bot = true;
            if !self.text.trim().is_empty() {
                self.text.push_str("@goodturn");
            }
            return;
        }
        let shown = names.person(user).unwrap_or_else(|| user.to_owned());
        self.text.push('@');
        self.text.push_str(&shown);
        if !self.mentions.iter().any(|known| known.user.as_str() == user) {
            self.mentions.push(Mentioned { shown, user: user.into() });
        }
    }

    /// `:name:id`, `a:name:id`
    fn emoji(&mut self, inside: &str) -> bool {
        let Some((name, id)) = inside
            .strip_prefix("a:")
            .or_else(|| inside.strip_prefix(':'))
            .and_then(|rest| rest.split_once(':'))
        else {
            return false;
        };
        let word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !word || !is_id(id) {
            return false;
        }
        self.text.push(':');
        self.text.push_str(name);
        self.text.push(':');
        true
    }
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= 20 && text.bytes().all(|c| c.is_ascii_digit())
}

/// `1700000000`, `1700000000:R`: each reader sees their own zone, so the one named here is UTC.
fn instant(rest: &str) -> Option<String> {
    let seconds: i64 = rest.split(':').next()?.parse().ok()?;
    let at = Timestamp::from_second(seconds).ok()?;
    Some(at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Few;

    impl Names for Few {
        fn is_bot(&self, user: &str) -> bool {
            user == "9"
        }
        fn person(&self, user: &str) -> Option<String> {
            (user == "1").then(|| "bo".to_owned())
        }
        fn channel(&self, channel: &str) -> Option<String> {
            (channel == "3").then(|| "billing".to_owned())
        }
        fn role(&self, role: &str) -> Option<String> {
            (role == "5").then(|| "ops".to_owned())
        }
    }

    #[test]
    fn reads_what_people_saw() {
        for (raw, seen) in [
            ("refund <stuck> & late **now**", "refund <stuck> & late **now**"),
            ("ask <@1> or <@!1> or <@2>", "ask @bo or @bo or @2"),
            ("in <#3> and <#4> by <@&5> <@&6>", "in #billing and #4 by @ops @role"),
            ("<:hat:77> <a:wave:78> <:no:x>", ":hat: :wave: <:no:x>"),
            ("by <t:1392734382> or <t:1392734382:R> or <t:x>", {
                "by 2014-02-18 14:39 UTC or 2014-02-18 14:39 UTC or <t:x>"
            }),
            ("use </service help:77>", "use /service help"),
            ("see <https://a.example/x>", "see https://a.example/x"),
            ("1 < 2 and <@1>", "1 < 2 and @bo"),
            ("@everyone <@everyone> open <", "@everyone <@everyone> open <"),
            ("<\n@1>", "<\n@1>"),
        ] {
            assert_eq!(read(raw, &Few).text, seen, "{raw}");
        }
    }

    #[test]
    fn the_bot_is_taken_off_the_start_only() {
        let first = read(" <@9> done, thanks <@1> and <@1>", &Few);
        assert_eq!((first.text.as_str(), first.bot), ("done, thanks @bo and @bo", true));
        assert_eq!(first.mentions, [Mentioned { shown: "bo".to_owned(), user: "1".into() }]);
        let later = read("hello <@!9>", &Few);
        assert_eq!((later.text.as_str(), later.bot, later.mentions.len()), ("hello @goodturn", true, 0));
    }

    proptest! {
        #[test]
        fn never_panics_and_keeps_plain_text(raw in "\\PC{0,80}", plain in "[a-z ]{0,20}") {
            let _ = read(&raw, &Few);
            prop_assert_eq!(read(&plain, &Few).text, plain.trim());
        }

        #[test]
        fn never_panics_on_markup(raw in "[<>@#!&:/ta1é\\n ]{0,40}") {
            let _ = read(&raw, &Few);
        }
    }
}
