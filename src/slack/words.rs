//! Slack's way of writing text, read back into the words that a person saw.
//! Invariant: total; anything that is not Slack's markup stays as it stands.

use crate::chat::inbound::Mentioned;
use crate::domain::ids::UserKey;

/// Words as read, and whom they mention.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Plain.
    pub text: String,
    /// In order of appearance, each person once; `shown` is the id where Slack gave no name.
    pub mentions: Vec<Mentioned>,
    /// Whether the bot is among the mentioned.
    pub bot: bool,
}

/// Reads Slack's text. A mention of `bot` at the start is taken off; elsewhere it stays a word, but is
/// not counted among the mentions.
pub fn read(raw: &str, bot: &UserKey) -> Words {
    let mut words = Words::default();
    let mut rest = raw;
    while let Some(open) = rest.find('<') {
        words.text.push_str(&unescape(&rest[..open]));
        let after = &rest[open + 1..];
        // A bracket that people type arrives as &lt;, so one without an end is no markup.
        let Some(close) = after.find(['>', '<']).filter(|at| after[*at..].starts_with('>')) else {
            words.text.push('<');
            rest = after;
            continue;
        };
        words.markup(&after[..close], bot);
        rest = &after[close + 1..];
    }
    words.text.push_str(&unescape(rest));
    words.text = words.text.trim().to_owned();
    words
}

impl Words {
    fn markup(&mut self, inside: &str, bot: &UserKey) {
        let (target, label) = match inside.split_once('|') {
            Some((target, label)) => (target, Some(unescape(label)).filter(|label| !label.trim().is_empty())),
            None => (inside, None),
        };
        if let Some(user) = target.strip_prefix('@') {
            self.user(user, label.as_deref(), bot);
        } else if let Some(channel) = target.strip_prefix('#') {
            self.text.push('#');
            self.text.push_str(label.as_deref().unwrap_or(channel).trim_start_matches('#'));
        } else if let Some(special) = target.strip_prefix('!') {
            self.special(special, label);
        } else {
            self.link(target, label);
        }
    }

    fn user(&mut self, user: &str, label: Option<&str>, bot: &UserKey) {
        if user == bot.as_str() {
            self.bot = true;
            if !self.text.trim().is_empty() {
                self.text.push('@');
                self.text.push_str(label.unwrap_or("goodturn"));
            }
            return;
        }
        let shown = label.unwrap_or(user).trim_start_matches('@').to_owned();
        self.text.push('@');
        self.text.push_str(&shown);
        if !self.mentions.iter().any(|known| known.user.as_str() == user) {
            self.mentions.push(Mentioned { shown, user: user.into() });
        }
    }

    /// `!here`, `!subteam^S1|@group`, `!date^…|fallback`
    fn special(&mut self, special: &str, label: Option<String>) {
        let name = special.split('^').next().unwrap_or_default();
        let label = label.unwrap_or_else(|| if name == "subteam" { "group" } else { name }.to_owned());
        if name != "date" && !label.starts_with('@') {
            self.text.push('@');
        }
        self.text.push_str(&label);
    }

    fn link(&mut self, target: &str, label: Option<String>) {
        let target = unescape(target);
        let address =
            target.strip_prefix("mailto:").or_else(|| target.strip_prefix("tel:")).unwrap_or(&target);
        match label {
            Some(label) if !address.ends_with(label.trim_end_matches('/')) => {
                self.text.push_str(&label);
                if address == target {
                    self.text.push_str(" (");
                    self.text.push_str(address);
                    self.text.push(')');
                }
            }
            _ => self.text.push_str(address),
        }
    }
}

/// Slack escapes these three and nothing else.
fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(raw: &str) -> Words {
        read(raw, &"UBOT".into())
    }

    #[test]
    fn reads_what_people_saw() {
        for (raw, seen) in [
            ("refund &lt;stuck&gt; &amp; late &amp;lt;", "refund <stuck> & late &lt;"),
            ("ask <@U1|bo> or <@U2>", "ask @bo or @U2"),
            ("in <#C1|billing> and <#C2> and <#C3|>", "in #billing and #C2 and #C3"),
            ("<!channel> <!here|here> <!subteam^S1|@ops> <!subteam^S2>", "@channel @here @ops @group"),
            ("by <!date^1392734382^{date}|Feb 18>", "by Feb 18"),
            ("see <https://a.example/x?a=1&amp;b=2>", "see https://a.example/x?a=1&b=2"),
            ("see <https://a.example|a.example>", "see https://a.example"),
            ("see <https://a.example|the page>", "see the page (https://a.example)"),
            ("<mailto:ana@example.com|ana@example.com>", "ana@example.com"),
            ("<tel:+4930|call us>", "call us"),
            ("1 < 2 and <@U1|bo>", "1 < 2 and @bo"),
            ("open <", "open <"),
        ] {
            assert_eq!(words(raw).text, seen, "{raw}");
        }
    }

    #[test]
    fn the_bot_is_taken_off_the_start_only() {
        let first = words(" <@UBOT> done, thanks <@U1>");
        assert_eq!((first.text.as_str(), first.bot, first.mentions.len()), ("done, thanks @U1", true, 1));
        let later = words("hello <@UBOT|helper>");
        assert_eq!((later.text.as_str(), later.bot, later.mentions.len()), ("hello @helper", true, 0));
    }

    #[test]
    fn a_person_mentioned_twice_is_listed_once() {
        let words = words("<@U1|bo> and <@U1|bo>");
        assert_eq!(words.mentions, [Mentioned { shown: "bo".to_owned(), user: "U1".into() }]);
    }

    proptest! {
        #[test]
        fn never_panics_and_keeps_plain_text(raw in "\\PC{0,80}", plain in "[a-z ]{0,20}") {
            let _ = words(&raw);
            prop_assert_eq!(words(&plain).text, plain.trim());
        }

        #[test]
        fn never_panics_on_markup(raw in "[<>@#!|^&ltgm;U1: ]{0,40}") {
            let _ = words(&raw);
        }
    }
}
