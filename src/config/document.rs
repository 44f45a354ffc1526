//! The operator's file as a flat list of keys, each with its place.
//!
//! Invariant: an error names line and column, never the text of the line, which may hold a token.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::origin::{Origin, Problem};

/// A value as it stands in the file (or, as text, in the environment), not yet checked.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A date, a time or both, as written.
    Date(String),
    /// A list.
    List(Vec<Raw>),
    /// A section: `[name]` or `{ … }`; its keys are entries of their own.
    Section,
    /// Something that no setting takes: `a fraction`, `true or false`.
    Other(&'static str),
}

impl Raw {
    /// What this is, as an operator would call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a number",
            Self::Date(_) => "a date",
            Self::List(_) => "a list",
            Self::Section => "a section",
            Self::Other(kind) => kind,
        }
    }
}

/// A key of the file with its value and where both stand.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The value.
    pub raw: Raw,
    /// Where the key stands.
    pub key_at: Origin,
    /// Where the value stands.
    pub value_at: Origin,
}

/// All keys of a file by their path: `web.listen`, `topics[0].name`.
#[derive(Debug, Default, Clone)]
pub struct Document {
    /// The keys, sections among them.
    pub entries: BTreeMap<String, Entry>,
    /// How many `[[topics]]` there are.
    pub topics: usize,
}

/// Reads a file's text; every mistake in its syntax is a problem of its own.
pub fn parse(path: &str, text: &str) -> Result<Document, Vec<Problem>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(errors.iter().map(|error| syntax(path, text, error)).collect());
    }
    let mut document = Document::default();
    let walk = Walk { path, text };
    walk.table("", table.get_ref(), &mut document);
    Ok(document)
}

fn syntax(path: &str, text: &str, error: &toml::de::Error) -> Problem {
    let origin = match error.span() {
        Some(span) => place(path, text, span.start),
        None => Origin::WholeFile(path.into()),
    };
    // `message` is the parser's own words; only `Display` would add the source line.
    Problem { origin, what: format!("this is not valid TOML: {}", error.message()) }
}

fn place(path: &str, text: &str, offset: usize) -> Origin {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    Origin::File { path: path.into(), line, column }
}

struct Walk<'a> {
    path: &'a str,
    text: &'a str,
}

impl Walk<'_> {
    fn table(&self, prefix: &str, table: &DeTable<'_>, into: &mut Document) {
        for (key, value) in table {
            let path = if prefix.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{prefix}.{}", key.get_ref())
            };
            let key_at = self.place(key.span().start);
            self.value(&path, &key_at, value, into);
        }
    }

    fn value(&self, path: &str, key_at: &Origin, value: &Spanned<DeValue<'_>>, into: &mut Document) {
        let topics = value.get_ref().as_array().filter(|_| path == "topics");
        if let Some(list) = topics.filter(|list| list.iter().all(|topic| topic.get_ref().is_table())) {
            into.topics = list.len();
            for (n, topic) in list.iter().enumerate() {
                self.value(&format!("topics[{n}]"), &self.place(topic.span().start), topic, into);
            }
            return;
        }
        if let Some(table) = value.get_ref().as_table() {
            self.table(path, table, into);
        }
        let entry = Entry {
            raw: raw(value.get_ref()),
            key_at: key_at.clone(),
            value_at: self.place(value.span().start),
        };
        into.entries.insert(path.into(), entry);
    }

    fn place(&self, offset: usize) -> Origin {
        place(self.path, self.text, offset)
    }
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Raw::Other("a number that is too large"), Raw::Integer),
        DeValue::Float(_) => Raw::Other("a fraction"),
        DeValue::Boolean(_) => Raw::Other("true or false"),
        DeValue::Datetime(date) => Raw::Date(date.to_string()),
        DeValue::Array(items) => Raw::List(items.iter().map(|item| raw(item.get_ref())).collect()),
        DeValue::Table(_) => Raw::Section,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_flat_and_know_their_place() {
        let document = parse("f.toml", "[web]\n  listen = \"x\"\n[[topics]]\nname = \"ü\"\n").expect("valid");
        let listen = &document.entries["web.listen"];
        assert_eq!(listen.raw, Raw::Text("x".into()));
        assert_eq!(listen.key_at, Origin::File { path: "f.toml".into(), line: 2, column: 3 });
        assert_eq!(listen.value_at, Origin::File { path: "f.toml".into(), line: 2, column: 12 });
        assert_eq!(document.topics, 1);
        assert!(document.entries.contains_key("topics[0].name"));
    }

    #[test]
    fn broken_syntax_names_every_place_and_no_content() {
        let problems = parse("f.toml", "[slack]\nbot = xoxb-secret\nb = \"xoxb-open\n\nc = 1 xoxb-more\n")
            .expect_err("broken");
        assert!(problems.len() > 1, "{problems:?}");
        for problem in &problems {
            assert!(!problem.to_string().contains("xox"), "{problem}");
        }
        assert!(problems[0].to_string().starts_with("f.toml, line 2, column 7: "), "{}", problems[0]);
    }
}
