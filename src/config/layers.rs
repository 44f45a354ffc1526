//! The layers laid over each other: flag over environment over file over compiled-in default.
//!
//! Invariant: every key that is taken here is known, every key of the file that nobody took is a
//! problem, and every taken value is remembered with its origin for `config show`.

use std::collections::{BTreeMap, BTreeSet};

use super::document::{self, Document, Entry, Raw};
use super::nearest::{nearest_key, told};
use super::origin::{Origin, Problem, Shown};
use super::value::Checked;

/// A setting that is being taken: its path in the file, and its other names.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Section and name: `web.listen`.
    pub path: &'static str,
    /// The environment variable that sets it.
    pub env: Option<&'static str>,
    /// The flag that sets it.
    pub flag: Option<&'static str>,
}

/// The layers, and what was seen while values were taken from them.
pub struct Layers {
    defaults: Document,
    file: Document,
    environment: BTreeMap<String, String>,
    flags: BTreeMap<&'static str, String>,
    known: BTreeSet<&'static str>,
    taken: BTreeSet<String>,
    /// What was taken, in order.
    pub shown: Vec<Shown>,
    /// What is wrong, so far.
    pub problems: Vec<Problem>,
}

impl Layers {
    /// Lays the layers; the compiled-in defaults are the lowest.
    pub fn new(
        file: Document,
        environment: BTreeMap<String, String>,
        flags: BTreeMap<&'static str, String>,
    ) -> Self {
        let defaults =
            document::parse("defaults", super::TEMPLATE).expect("the template is checked by a test");
        let (known, taken) = (BTreeSet::from(["topics.name"]), BTreeSet::new());
        Self { defaults, file, environment, flags, known, taken, shown: Vec::new(), problems: Vec::new() }
    }

    /// How many topics the file has.
    pub fn topics(&self) -> usize {
        self.file.topics
    }

    /// A setting that has a default. Something wrong becomes a problem, and the default stands in.
    pub fn need<T>(&mut self, key: Key, check: impl Fn(&Raw) -> Checked<T>) -> T {
        let taken = self.take(key, &check);
        taken.unwrap_or_else(|| {
            let default =
                &self.defaults.entries.get(key.path).expect("a needed setting is in the template").raw;
            check(default).unwrap_or_else(|wrong| panic!("default of {}: {wrong}", key.path))
        })
    }

    /// A setting that may be missing. Something wrong becomes a problem.
    pub fn take<T>(&mut self, key: Key, check: impl Fn(&Raw) -> Checked<T>) -> Option<T> {
        self.take_at(key, key.path, check)
    }

    /// A setting of the `n`th topic; `path` is what the topics call it: `topics.name`.
    pub fn take_topic<T>(
        &mut self,
        n: usize,
        path: &'static str,
        check: impl Fn(&Raw) -> Checked<T>,
    ) -> Option<T> {
        let name = path.trim_start_matches("topics.");
        self.take_at(Key { path, env: None, flag: None }, &format!("topics[{n}].{name}"), check)
    }

    /// Where a key of the file stands, if it is there.
    pub fn place(&self, path: &str) -> Option<Origin> {
        self.file.entries.get(path).map(|entry| entry.key_at.clone())
    }

    /// An environment variable that is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// Tells of something wrong.
    pub fn problem(&mut self, origin: Origin, what: impl Into<String>) {
        self.problems.push(Problem { origin, what: what.into() });
    }

    /// Every key of the file that was not taken becomes a problem with the nearest known key.
    pub fn refuse_unknown(&mut self) {
        let known: Vec<&'static str> = self.known.iter().copied().collect();
        let mut told_sections: Vec<String> = Vec::new();
        for (path, entry) in &self.file.entries {
            let within = |section: &String| path.starts_with(&format!("{section}."));
            if self.taken.contains(path) || told_sections.iter().any(within) {
                continue;
            }
            let is_section = known.iter().any(|key| key.starts_with(&format!("{path}.")))
                || path.strip_prefix("topics[").is_some_and(|rest| rest.ends_with(']'));
            if entry.raw == Raw::Section {
                if is_section && path != "topics" {
                    continue;
                }
                told_sections.push(path.clone());
            }
            let what = if is_section { not_a_section(path, entry) } else { unknown(path, entry, &known) };
            self.problems.push(Problem { origin: entry.key_at.clone(), what });
        }
    }

    fn take_at<T>(&mut self, key: Key, path: &str, check: impl Fn(&Raw) -> Checked<T>) -> Option<T> {
        self.known.insert(key.path);
        self.taken.insert(path.to_owned());
        let Some((raw, origin)) = self.topmost(key, path) else {
            self.shown.push(Shown { path: path.into(), value: None, origin: None });
            return None;
        };
        match check(&raw) {
            Ok(value) => {
                self.shown.push(Shown { path: path.into(), value: Some(show(&raw)), origin: Some(origin) });
                Some(value)
            }
            Err(wrong) => {
                let name = path.rsplit('.').next().unwrap_or(path);
                // A flag or a variable is named by its origin already.
                let what = match origin {
                    Origin::Flag(_) | Origin::Env(_) => wrong,
                    _ => format!("{name}: {wrong}"),
                };
                self.problem(origin, what);
                None
            }
        }
    }

    fn topmost(&self, key: Key, path: &str) -> Option<(Raw, Origin)> {
        let flag = key.flag.and_then(|flag| Some((flag, self.flags.get(flag)?)));
        if let Some((flag, value)) = flag {
            return Some((Raw::Text(value.clone()), Origin::Flag(flag)));
        }
        let env = key.env.and_then(|name| Some((name, self.variable(name)?)));
        if let Some((name, value)) = env {
            return Some((Raw::Text(value.into()), Origin::Env(name)));
        }
        if let Some(entry) = self.file.entries.get(path) {
            return Some((entry.raw.clone(), entry.value_at.clone()));
        }
        self.defaults.entries.get(path).map(|entry| (entry.raw.clone(), Origin::Default))
    }
}

fn not_a_section(path: &str, entry: &Entry) -> String {
    match path {
        "topics" => "each topic begins with a line [[topics]], in two brackets".into(),
        _ => format!("{path:?} is a section, found {}; begin it with a line [{path}]", entry.raw.kind()),
    }
}

fn unknown(path: &str, entry: &Entry, known: &[&'static str]) -> String {
    let key = path.rsplit('.').next().unwrap_or(path);
    if !key.chars().all(|c| c.is_ascii_alphanumeric() || "-_[]".contains(c))
        || super::origin::looks_secret(key)
    {
        return "there is no setting of this name".into();
    }
    if let Some(variable) = secret_variable(path) {
        return format!("secrets are not read from this file: set {variable}, or name a file in {key}_file");
    }
    if entry.raw == Raw::Section {
        let sections: Vec<&str> = known.iter().filter_map(|key| key.split('.').next()).collect();
        let near = super::nearest::nearest(path, sections.iter().copied());
        let hint = near.map_or(String::new(), |near| format!("; did you mean [{near}]?"));
        return format!("there is no section [{path}]{hint}");
    }
    let near = nearest_key(path, known);
    let hint = near.map_or(String::new(), |near| format!("; did you mean {}?", told(near)));
    format!("there is no setting {}{hint}", told(path))
}

fn secret_variable(path: &str) -> Option<&'static str> {
    match path.rsplit('.').next().unwrap_or(path) {
        "bot_token" | "token" if path.starts_with("discord.") => Some("DISCORD_TOKEN"),
        "bot_token" => Some("SLACK_BOT_TOKEN"),
        "app_token" => Some("SLACK_APP_TOKEN"),
        "signing_secret" => Some("SLACK_SIGNING_SECRET"),
        _ => None,
    }
}

fn show(raw: &Raw) -> String {
    match raw {
        Raw::Text(text) if super::origin::looks_secret(text) => "(not shown)".into(),
        Raw::Text(text) | Raw::Date(text) => format!("{text:?}"),
        Raw::Integer(number) => number.to_string(),
        Raw::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Raw::Section | Raw::Other(_) => raw.kind().into(),
    }
}
