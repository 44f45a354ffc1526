//! The sections of the file, each taken from the layers into its type.
//!
//! Invariant: every setting is taken in exactly one place, here; what is not taken is unknown.

use std::path::Path;
use std::time::Duration;

use jiff::SignedDuration;
use secrecy::SecretString;

use super::layers::{Key, Layers};
use super::origin::{Origin, Shown, looks_secret};
use super::secret::{self, DatabaseUrl};
use super::{
    Config, Database, Defaults, Discord, Limits, Log, LogFormat, MessageContent, Read, Slack, Topic, Web,
};
use super::{document, in_plain_words, value};
use crate::domain::ids::ChannelKey;
use crate::domain::settings::Settings;

/// Takes every section; what is wrong is noted in the layers. None if nothing can stand in for it.
pub fn take(layers: &mut Layers, read: Read<'_>) -> Option<Config> {
    let url = database(layers, read);
    let web = Web { listen: layers.need(WEB_LISTEN, value::listen) };
    let log = Log {
        filter: layers.need(LOG_LEVEL, value::log_filter),
        format: layers.need(key("log.format"), |raw| {
            value::one_of(raw, &[("text", LogFormat::Text), ("json", LogFormat::Json)])
        }),
    };
    let slack = slack(layers, read);
    let discord = discord(layers, read);
    let limits = limits(layers);
    let defaults = defaults(layers);
    let topics = topics(layers);
    let database = Database { url: url? };
    Some(Config {
        database,
        web,
        log,
        slack,
        discord,
        limits,
        defaults,
        topics,
        file: None,
        strays: Vec::new(),
        shown: Vec::new(),
    })
}

const WEB_LISTEN: Key = Key { path: "web.listen", env: Some("GOODTURN_LISTEN"), flag: Some("--listen") };
const LOG_LEVEL: Key = Key { path: "log.level", env: Some("GOODTURN_LOG"), flag: Some("--log") };
const SLACK_API_URL: Key = Key { path: "slack.api_url", env: Some("SLACK_API_URL"), flag: None };
const DISCORD_API_URL: Key = Key { path: "discord.api_url", env: Some("DISCORD_API_URL"), flag: None };
const DATABASE_URL: Key = Key { path: "database.url", env: Some("DATABASE_URL"), flag: None };

const fn key(path: &'static str) -> Key {
    Key { path, env: None, flag: None }
}

fn database(layers: &mut Layers, read: Read<'_>) -> Option<DatabaseUrl> {
    let address = |raw: &document::Raw| DatabaseUrl::parse(&value::text(raw)?);
    let in_file = layers.place("database.url").is_some();
    let from_variable = layers.variable("DATABASE_URL").is_some();
    let url = layers.need(DATABASE_URL, address);
    if let Some(shown) = layers.shown.iter_mut().rfind(|shown| shown.path == "database.url") {
        shown.value = Some(format!("{:?}", url.to_string()));
    }
    if in_file && !from_variable && url.has_password() {
        let place = layers.place("database.url").unwrap_or(Origin::Default);
        layers.problem(
            place,
            "url: a password does not belong here; use DATABASE_URL, or a file named in url_file",
        );
    }
    let Some((text, origin)) = secret_file(layers, "database.url_file", read) else { return Some(url) };
    if from_variable {
        return Some(url);
    }
    if in_file {
        layers.problem(origin, "url_file: there is also a url; keep one of the two");
        return Some(url);
    }
    match DatabaseUrl::parse(&text) {
        Ok(url) => {
            layers.shown.retain(|shown| shown.path != "database.url");
            let value = Some(format!("{:?}", url.to_string()));
            layers.shown.push(Shown { path: "database.url".into(), value, origin: Some(origin) });
            Some(url)
        }
        Err(wrong) => {
            layers.problem(origin, format!("url_file: the file does not hold a good address: {wrong}"));
            None
        }
    }
}

fn slack(layers: &mut Layers, read: Read<'_>) -> Slack {
    let api_url = layers.need(SLACK_API_URL, value::api_url);
    let mut take_token =
        |variable, name, file, prefixes: &[&str]| token(layers, variable, name, file, prefixes, read);
    let bot_token =
        take_token("SLACK_BOT_TOKEN", "slack.bot_token", "slack.bot_token_file", &["xoxb-", "xoxe.xoxb-"]);
    let app_token = take_token("SLACK_APP_TOKEN", "slack.app_token", "slack.app_token_file", &["xapp-"]);
    let signing_secret =
        take_token("SLACK_SIGNING_SECRET", "slack.signing_secret", "slack.signing_secret_file", &[]);
    let connections = layers.need(key("slack.connections"), |raw| value::number(raw, 1, 10)) as usize;
    let request_timeout = layers.need(key("slack.request_timeout"), |raw| {
        value::duration(raw, Duration::from_secs(1), Duration::from_mins(2))
    });
    Slack { api_url, bot_token, app_token, signing_secret, connections, request_timeout }
}

fn discord(layers: &mut Layers, read: Read<'_>) -> Discord {
    Discord {
        api_url: layers.need(DISCORD_API_URL, value::api_url),
        bot_token: token(layers, "DISCORD_TOKEN", "discord.bot_token", "discord.bot_token_file", &[], read),
        shards: layers.need(key("discord.shards"), value::shards),
        request_timeout: layers.need(key("discord.request_timeout"), |raw| {
            value::duration(raw, Duration::from_secs(1), Duration::from_mins(2))
        }),
        message_content: layers.need(key("discord.message_content"), |raw| {
            value::one_of(raw, &[("ask", MessageContent::Ask), ("leave", MessageContent::Leave)])
        }),
    }
}

fn limits(layers: &mut Layers) -> Limits {
    Limits {
        handlers: layers.need(key("limits.handlers"), |raw| value::number(raw, 1, 10_000)) as usize,
        deliveries: layers.need(key("limits.deliveries"), |raw| value::number(raw, 1, 1_000)) as usize,
        drain: layers
            .need(key("limits.drain"), |raw| value::duration(raw, Duration::ZERO, Duration::from_mins(10))),
    }
}

fn defaults(layers: &mut Layers) -> Defaults {
    let timezone = layers.need(key("defaults.timezone"), value::timezone);
    let office_hours = layers.need(key("defaults.office_hours"), value::office_hours);
    let holidays = layers.need(key("defaults.holidays"), value::dates);
    let offer_timeout = layers.need(key("defaults.offer_timeout"), value::office_duration);
    let stale_after = layers.need(key("defaults.stale_after"), value::office_duration);
    let capacity = layers.need(key("defaults.capacity"), |raw| value::number(raw, 1, 100));
    let max_hops = layers.need(key("defaults.max_hops"), |raw| value::number(raw, 1, 20));
    let escalation = layers.take(key("defaults.escalation"), value::person);
    let front_desk = layers.take(key("defaults.front_desk"), value::channel).map(ChannelKey::from);
    let admins = layers.need(key("defaults.admins"), value::people);
    let stewards = layers.need(key("defaults.stewards"), value::people);
    let mut roles = |path| layers.need(key(path), value::roles);
    let staff_roles = roles("defaults.staff_roles");
    let steward_roles = roles("defaults.steward_roles");
    let admin_roles = roles("defaults.admin_roles");
    let mut wall = |path| layers.need(key(path), |raw| value::duration(raw, Duration::ZERO, YEAR));
    let (reopen_for, undo_for) = (wall("defaults.reopen_for"), wall("defaults.undo_for"));
    let housekeeping = layers.need(key("defaults.housekeeping"), value::cron);
    let signed = |time| SignedDuration::try_from(time).expect("a year at most");
    let settings = Settings {
        timezone,
        office_hours,
        holidays: holidays.into_iter().collect(),
        offer_timeout,
        stale_after,
        capacity,
        max_hops,
        escalation,
        front_desk,
        staff_roles,
        steward_roles,
        admin_roles,
        undo_for: signed(undo_for),
        reopen_for: signed(reopen_for),
    };
    Defaults { settings, admins, stewards, housekeeping }
}

const YEAR: Duration = Duration::from_hours(366 * 24);

fn topics(layers: &mut Layers) -> Vec<Topic> {
    let mut topics: Vec<Topic> = Vec::new();
    for n in 0..layers.topics() {
        let name = layers.take_topic(n, "topics.name", value::topic_name);
        let topic = Topic {
            name: name.clone().unwrap_or_default(),
            about: layers.take_topic(n, "topics.about", value::text),
            channel: layers.take_topic(n, "topics.channel", value::channel),
            steward: layers.take_topic(n, "topics.steward", value::person),
            offer_timeout: layers.take_topic(n, "topics.offer_timeout", value::office_duration),
            stale_after: layers.take_topic(n, "topics.stale_after", value::office_duration),
            office_hours: layers.take_topic(n, "topics.office_hours", value::office_hours),
            timezone: layers.take_topic(n, "topics.timezone", value::timezone),
        };
        let place = layers.place(&format!("topics[{n}].name"));
        match (name, place) {
            (Some(name), Some(place)) if topics.iter().any(|other| other.name == name) => {
                layers.problem(place, format!("name: there is already a topic {name:?}"));
            }
            (None, None) => {
                let place = layers.place(&format!("topics[{n}]")).unwrap_or(Origin::Default);
                layers.problem(place, "this topic has no name");
            }
            _ => {}
        }
        topics.push(topic);
    }
    topics
}

fn token(
    layers: &mut Layers,
    variable: &'static str,
    name: &'static str,
    file: &'static str,
    prefixes: &[&str],
    read: Read<'_>,
) -> Option<SecretString> {
    let from_variable = layers.variable(variable).map(|text| (text.to_owned(), Origin::Env(variable)));
    let from_file = secret_file(layers, file, read);
    let found = from_variable.or(from_file);
    let checked = found.map(|(text, origin)| (secret::token(&text, prefixes), origin));
    match checked {
        Some((Ok(Some(token)), origin)) => {
            layers.shown.push(Shown { path: name.into(), value: Some("set".into()), origin: Some(origin) });
            Some(token)
        }
        Some((Err(wrong), origin)) => {
            layers.problem(origin, format!("{}: {wrong}", setting(name)));
            None
        }
        Some((Ok(None), origin)) => {
            layers.problem(origin, format!("{}: the file is empty", setting(name)));
            None
        }
        None => {
            layers.shown.push(Shown { path: name.into(), value: None, origin: None });
            None
        }
    }
}

/// A setting as it is told, without its section.
fn setting(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The text of a file that a setting names. Neither the text nor the name is ever part of a message:
/// the secret itself may have been put where the name belongs.
fn secret_file(layers: &mut Layers, path: &'static str, read: Read<'_>) -> Option<(String, Origin)> {
    let name = layers.take(key(path), value::text)?;
    let origin = layers.place(path).unwrap_or(Origin::Default);
    match read(Path::new(&name)) {
        Ok(text) => Some((text, origin)),
        Err(error) => {
            let setting = setting(path);
            let hint = if looks_secret(&name) {
                "; it expects the name of a file, not the secret itself"
            } else {
                ""
            };
            layers.problem(
                origin,
                format!("{setting}: cannot read the file: {}{hint}", in_plain_words(&error)),
            );
            None
        }
    }
}
