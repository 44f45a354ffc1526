//! The operator's settings: typed, read once, and every value knows where it came from.
//!
//! Compiled-in defaults (`config/goodturn.toml`), then the operator's file, then the environment,
//! then flags. Invariant: a `Config` that exists is valid, and no text made from it shows a secret.
//! Not here: what a workspace changes for itself; those are rows.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use jiff::tz::TimeZone;
use secrecy::SecretString;

use crate::domain;
use crate::domain::duration::OfficeDuration;
use crate::domain::ids::{ChannelKey, TopicId};
use crate::domain::office_hours::weekly::Weekly;
use crate::domain::recurrence::Recurrence;
use crate::domain::settings::Settings;
use document::Document;
use layers::Layers;
use origin::{Origin, Problem, Shown};
use secret::DatabaseUrl;
use sources::Sources;

pub mod sources;

pub mod origin;

pub mod secret;

pub mod finding;

pub mod table;

mod document;

mod nearest;

mod value;

mod layers;

mod sections;

/// All settings of the operator.
#[derive(Debug, Clone)]
pub struct Config {
    /// `[database]`.
    pub database: Database,
    /// `[web]`.
    pub web: Web,
    /// `[log]`.
    pub log: Log,
    /// `[slack]`.
    pub slack: Slack,
    /// `[discord]`.
    pub discord: Discord,
    /// `[limits]`.
    pub limits: Limits,
    /// `[defaults]`: what holds for a workspace until somebody changes it there.
    pub defaults: Defaults,
    /// `[[topics]]`: topics that exist from the start.
    pub topics: Vec<Topic>,
    /// The file that was read, as it was named; none if there was none.
    pub file: Option<String>,
    /// Variables named `GOODTURN_…` that nothing reads, each with the one that may have been meant.
    pub strays: Vec<(String, Option<&'static str>)>,
    /// Every setting with its value and origin, in the order of the file; secrets are redacted.
    pub shown: Vec<Shown>,
}

/// Where everything is remembered.
#[derive(Debug, Clone)]
pub struct Database {
    /// Its address.
    pub url: DatabaseUrl,
}

/// Where health, readiness and metrics answer.
#[derive(Debug, Clone)]
pub struct Web {
    /// Address and port; port 0 lets the system choose.
    pub listen: SocketAddr,
}

/// What is logged, and how.
#[derive(Debug, Clone)]
pub struct Log {
    /// A filter as `tracing` reads it: `info,goodturn::slack=debug`.
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// How Slack is reached.
#[derive(Debug, Clone)]
pub struct Slack {
    /// The Web API's address, without a slash at the end.
    pub api_url: String,
    /// The bot token, `xoxb-…`.
    pub bot_token: Option<SecretString>,
    /// The app-level token for Socket Mode, `xapp-…`.
    pub app_token: Option<SecretString>,
    /// The secret that signs what Slack sends over HTTP; Socket Mode does without.
    pub signing_secret: Option<SecretString>,
    /// Web sockets held open at the same time, at least one.
    pub connections: usize,
    /// How long one call may take.
    pub request_timeout: Duration,
}

/// Slack's two tokens: with both, Goodturn can be on Slack.
#[derive(Debug, Clone)]
pub struct SlackTokens {
    /// The bot token.
    pub bot: SecretString,
    /// The app-level token.
    pub app: SecretString,
}

impl Slack {
    /// The tokens, if both are there.
    pub fn tokens(&self) -> Option<SlackTokens> {
        Some(SlackTokens { bot: self.bot_token.clone()?, app: self.app_token.clone()? })
    }
}

/// How Discord is reached.
#[derive(Debug, Clone)]
pub struct Discord {
    /// The API's address, without a slash at the end.
    pub api_url: String,
    /// The bot's token; with it, Goodturn can be on Discord.
    pub bot_token: Option<SecretString>,
    /// How many connections side by side; `None`: as many as Discord recommends.
    pub shards: Option<u32>,
    /// How long one call may take.
    pub request_timeout: Duration,
    /// Whether the words of messages are asked for.
    pub message_content: MessageContent,
}

/// Whether Discord is asked for the words of messages that are not meant for the bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageContent {
    /// Asked for; without them where they are not granted.
    Ask,
    /// Not asked for.
    Leave,
}

/// Bounds of what the process does at once.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Events that are handled at the same time.
    pub handlers: usize,
    /// Lanes of the outbox that are sent at the same time.
    pub deliveries: usize,
    /// How long started work may take to finish once we are told to stop.
    pub drain: Duration,
}

/// What holds for a workspace until somebody changes it there, and what only the operator says.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// What admins may change for their workspace.
    pub settings: Settings,
    /// People who may change everything: `@handle`, e-mail address or id.
    pub admins: Vec<String>,
    /// People who may change topics, named in the same ways.
    pub stewards: Vec<String>,
    /// When old rows are cleared away, in the time zone of the settings.
    pub housekeeping: Recurrence,
}

/// A topic that exists from the start; what is not set is inherited from the settings.
#[derive(Debug, Clone)]
pub struct Topic {
    /// Its name, in lower case, one word.
    pub name: String,
    /// What it is about, one line.
    pub about: Option<String>,
    /// Its channel: `#name` or id.
    pub channel: Option<String>,
    /// Who looks after it: `@handle`, e-mail address or id.
    pub steward: Option<String>,
    /// Each volunteer's time to answer an offer.
    pub offer_timeout: Option<OfficeDuration>,
    /// When an accepted request without life is looked at.
    pub stale_after: Option<OfficeDuration>,
    /// Its own office hours.
    pub office_hours: Option<Weekly>,
    /// The zone of its office hours.
    pub timezone: Option<TimeZone>,
}

impl Topic {
    /// The same as the rules know it, under this id.
    pub fn with_id(&self, id: TopicId) -> domain::topic::Topic {
        domain::topic::Topic {
            id,
            name: self.name.clone(),
            about: self.about.clone().unwrap_or_default(),
            channel: self.channel.clone().map(ChannelKey::from),
            steward: self.steward.clone(),
            offer_timeout: self.offer_timeout,
            stale_after: self.stale_after,
            hours: self.office_hours.clone(),
            zone: self.timezone.clone(),
        }
    }
}

/// Reads all settings, or tells everything that is wrong with them at once.
pub fn load(sources: Sources<'_>) -> Result<Config, Vec<Problem>> {
    let Sources { environment, flags, read } = sources;
    let strays = strays(&environment);
    let (file, document) = read_file(&environment, flags.config.as_deref(), read)?;
    let set = [("--listen", flags.listen), ("--log", flags.log)];
    let flags: BTreeMap<_, _> = set.into_iter().filter_map(|(flag, value)| Some((flag, value?))).collect();
    let mut layers = Layers::new(document, environment, flags);

    let config = sections::take(&mut layers, read);
    layers.refuse_unknown();
    match config {
        Some(config) if layers.problems.is_empty() => {
            Ok(Config { file, strays, shown: layers.shown, ..config })
        }
        _ => Err(in_reading_order(layers.problems)),
    }
}

/// The defaults of every setting with a comment each: what `goodturn config template` prints.
pub const TEMPLATE: &str = include_str!("../../config/goodturn.toml");

/// The file that is read when none is named and it is there.
pub const USUAL_FILE: &str = "goodturn.toml";

const VARIABLES: [&str; 3] = ["GOODTURN_CONFIG", "GOODTURN_LISTEN", "GOODTURN_LOG"];

fn strays(environment: &BTreeMap<String, String>) -> Vec<(String, Option<&'static str>)> {
    // What the tests of this project read is set on its developers' machines.
    let ours = |name: &str| name.starts_with("GOODTURN_TEST_") || name == "GOODTURN_SPEC_DIR";
    environment
        .keys()
        .filter(|name| name.starts_with("GOODTURN_") && !VARIABLES.contains(&name.as_str()) && !ours(name))
        .map(|name| (name.clone(), nearest::nearest(name, VARIABLES)))
        .collect()
}

type Read<'a> = &'a dyn Fn(&Path) -> std::io::Result<String>;

fn read_file(
    environment: &BTreeMap<String, String>,
    flag: Option<&str>,
    read: Read<'_>,
) -> Result<(Option<String>, Document), Vec<Problem>> {
    let variable = environment.get("GOODTURN_CONFIG").map(String::as_str).filter(|path| !path.is_empty());
    let (path, origin) = match (flag, variable) {
        (Some(path), _) => (path, Some(Origin::Flag("--config"))),
        (None, Some(path)) => (path, Some(Origin::Env("GOODTURN_CONFIG"))),
        (None, None) => (USUAL_FILE, None),
    };
    match (read(Path::new(path)), origin) {
        (Ok(text), _) => Ok((Some(path.to_owned()), document::parse(path, &text)?)),
        (Err(error), None) if error.kind() == ErrorKind::NotFound => Ok((None, Document::default())),
        (Err(error), origin) => {
            let origin = origin.unwrap_or_else(|| Origin::WholeFile(path.into()));
            let what = format!("cannot read {path:?}: {}", in_plain_words(&error));
            Err(vec![Problem { origin, what }])
        }
    }
}

fn in_plain_words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "it does not exist".into(),
        ErrorKind::PermissionDenied => "this user may not read it".into(),
        ErrorKind::IsADirectory => "it is a folder".into(),
        ErrorKind::InvalidData => "it is not text in UTF-8".into(),
        kind => kind.to_string(),
    }
}

fn in_reading_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| match &problem.origin {
        Origin::File { line, column, .. } => (*line, *column),
        _ => (usize::MAX, 0),
    });
    problems
}

#[cfg(test)]
mod tests;
