//! What people typed, made safe for Discord's Markdown.
//! Invariant: read by Discord, the result shows exactly what was typed: no mention, link, invite, time,
//! emoji, channel, heading, list, quote or formatting comes of it.

/// Escapes words wherever they stand in a message or an embed.
pub fn escape(words: &str) -> String {
    let letters: Vec<char> = words.chars().collect();
    let mut safe = String::with_capacity(words.len() + 8);
    let mut begins = true;
    for (at, c) in letters.iter().copied().enumerate() {
        let ahead = &letters[at + 1..];
        let backslash = match c {
            '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '[' | ']' => true,
            // Headings, small print and lists begin lines only.
            '#' | '-' | '+' => begins,
            '.' => numbered(&letters[..at]) || of_an_invite(&letters[..at]),
            ':' => ahead.first() == Some(&'/') || opens_an_emoji(ahead),
            _ => false,
        };
        if backslash {
            safe.push('\\');
        }
        safe.push(c);
        if c == '@' && opens_a_mention(&letters[..at], ahead) {
            // Discord looks for mentions before it looks at backslashes.
            safe.push('\u{200b}');
        }
        begins = c == '\n' || (begins && (c.is_whitespace() || matches!(c, '#' | '-' | '+' | '>')));
    }
    safe
}

/// Whether a key is one of Discord's ids: only those may stand in markup or in an address.
pub fn is_snowflake(key: &str) -> bool {
    (1..=20).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_digit())
}

/// `@everyone`, `@here`, `<@1>`, `<@!1>`, `<@&1>`
fn opens_a_mention(before: &[char], ahead: &[char]) -> bool {
    let all = ["everyone", "here"].iter().any(|name| starts_with(ahead, name));
    all || before.last() == Some(&'<') || ahead.first().is_some_and(|c| matches!(c, '&' | '!'))
}

/// `:name:`
fn opens_an_emoji(ahead: &[char]) -> bool {
    let name = ahead.iter().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '+' | '-')).count();
    name > 0 && ahead.get(name) == Some(&':')
}

/// `1.` at the beginning of a line
fn numbered(before: &[char]) -> bool {
    let line = before.rsplit(|c| *c == '\n').next().unwrap_or_default();
    let mut digits = line.iter().skip_while(|c| c.is_whitespace()).peekable();
    digits.peek().is_some() && digits.all(char::is_ascii_digit)
}

/// `discord.gg`, `discord.com/invite`, `dsc.gg` and their kin: they need no `https://` to become cards.
fn of_an_invite(before: &[char]) -> bool {
    ["discord", "discordapp", "dsc"].iter().any(|host| {
        let from = before.len().saturating_sub(host.len());
        before.len() >= host.len() && starts_with(&before[from..], host)
    })
}

fn starts_with(letters: &[char], word: &str) -> bool {
    let mut letters = letters.iter();
    word.chars().all(|c| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&c)))
}
