//! Which call is which: the table of all that is served.
//!
//! Invariant: templates are written as in the published specification, so that its schemas are found.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{Response, header};
use serde_json::{Value, json};

use super::state::State;
use super::{answers, channels, commands, guilds, messages, reactions, threads};

/// A request that was understood.
pub struct Req {
    pub route: String,
    /// The path's parameters in their order.
    pub params: Vec<String>,
    pub query: BTreeMap<String, String>,
    pub body: Value,
    /// Names and sizes.
    pub files: Vec<(String, usize)>,
}

impl Req {
    pub fn number(&self, name: &str) -> Option<usize> {
        self.query.get(name)?.parse().ok()
    }
}

/// An error as Discord sends it.
#[derive(Debug)]
pub struct ApiError {
    pub status: u16,
    pub code: u64,
    pub message: String,
    pub errors: Value,
}

impl ApiError {
    pub fn new(status: u16, code: u64, message: &str) -> Self {
        Self { status, code, message: message.to_owned(), errors: Value::Null }
    }

    /// 50035 with everything that is wrong.
    pub fn form(wrong: &[String]) -> Self {
        let all: Vec<Value> =
            wrong.iter().map(|what| json!({"code": "BASE_TYPE_BAD", "message": what})).collect();
        Self { errors: json!({"_errors": all}), ..Self::new(400, 50035, "Invalid Form Body") }
    }

    pub fn unknown(code: u64, what: &str) -> Self {
        Self::new(404, code, &format!("Unknown {what}"))
    }

    pub fn missing_access() -> Self {
        Self::new(403, 50001, "Missing Access")
    }

    pub fn missing_permissions() -> Self {
        Self::new(403, 50013, "Missing Permissions")
    }

    pub fn response(&self) -> Response<Body> {
        let mut body = json!({"message": self.message, "code": self.code});
        if !self.errors.is_null() {
            body["errors"] = self.errors.clone();
        }
        let response =
            Response::builder().status(self.status).header(header::CONTENT_TYPE, "application/json");
        response.body(body.to_string().into()).expect("plain headers")
    }
}

/// `Null` is 204.
pub type Answer = Result<Value, ApiError>;

pub struct Route {
    pub method: &'static str,
    pub template: &'static str,
    pub work: fn(&mut State, &Req) -> Answer,
}

impl Route {
    /// Whether the token in the path is all that is needed.
    pub fn is_open(&self) -> bool {
        self.template.starts_with("/interactions/")
            || self.template.starts_with("/webhooks/")
            || self.template == "/gateway"
    }

    /// Threads are answered with 201.
    pub fn creates(&self) -> bool {
        self.method == "POST" && self.template.ends_with("/threads")
    }

    /// The name of its rate limit.
    pub fn bucket(&self) -> String {
        let sum = format!("{} {}", self.method, self.template)
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
                (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
            });
        format!("{sum:016x}")
    }
}

const fn route(method: &'static str, template: &'static str, work: fn(&mut State, &Req) -> Answer) -> Route {
    Route { method, template, work }
}

const CHANNEL: &str = "/channels/{channel_id}";
const MESSAGES: &str = "/channels/{channel_id}/messages";
const MESSAGE: &str = "/channels/{channel_id}/messages/{message_id}";
const REACTION: &str = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}";
const MY_REACTION: &str = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji_name}/@me";
const THREAD_MEMBER: &str = "/channels/{channel_id}/thread-members/{user_id}";
const MY_THREAD: &str = "/channels/{channel_id}/thread-members/@me";
const COMMANDS: &str = "/applications/{application_id}/commands";
const GUILD_COMMANDS: &str = "/applications/{application_id}/guilds/{guild_id}/commands";
const ORIGINAL: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";
const FOLLOWUP: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}";

/// Literal parts come before parameters where both fit.
const ROUTES: &[Route] = &[
    route("GET", "/gateway", guilds::gateway),
    route("GET", "/gateway/bot", guilds::gateway_bot),
    route("GET", "/users/@me", guilds::me),
    route("GET", "/users/@me/guilds", guilds::my_guilds),
    route("DELETE", "/users/@me/guilds/{guild_id}", guilds::leave),
    route("POST", "/users/@me/channels", channels::open_direct),
    route("GET", "/users/{user_id}", guilds::user),
    route("GET", "/applications/@me", guilds::application),
    route("GET", "/oauth2/applications/@me", guilds::application),
    route("GET", "/guilds/{guild_id}", guilds::guild),
    route("GET", "/guilds/{guild_id}/channels", channels::of_guild),
    route("GET", "/guilds/{guild_id}/roles", guilds::roles),
    route("GET", "/guilds/{guild_id}/threads/active", threads::active),
    route("GET", "/guilds/{guild_id}/members", guilds::members),
    route("GET", "/guilds/{guild_id}/members/search", guilds::search),
    route("GET", "/guilds/{guild_id}/members/{user_id}", guilds::member),
    route("GET", CHANNEL, channels::get),
    route("PATCH", CHANNEL, channels::edit),
    route("DELETE", CHANNEL, channels::delete),
    route("GET", MESSAGES, messages::history),
    route("POST", MESSAGES, messages::create),
    route("GET", MESSAGE, messages::get),
    route("PATCH", MESSAGE, messages::edit),
    route("DELETE", MESSAGE, messages::delete),
    route("PUT", MY_REACTION, reactions::react),
    route("DELETE", MY_REACTION, reactions::unreact),
    route("GET", REACTION, reactions::reactions),
    route("POST", "/channels/{channel_id}/typing", channels::typing),
    route("POST", "/channels/{channel_id}/messages/{message_id}/threads", threads::from_message),
    route("POST", "/channels/{channel_id}/threads", threads::create),
    route("GET", "/channels/{channel_id}/threads/archived/public", threads::archived),
    route("GET", "/channels/{channel_id}/threads/archived/private", threads::archived_private),
    route("GET", "/channels/{channel_id}/thread-members", threads::members),
    route("PUT", MY_THREAD, threads::join),
    route("DELETE", MY_THREAD, threads::quit),
    route("GET", THREAD_MEMBER, threads::member),
    route("PUT", THREAD_MEMBER, threads::add),
    route("DELETE", THREAD_MEMBER, threads::remove),
    route("GET", COMMANDS, commands::list),
    route("PUT", COMMANDS, commands::overwrite),
    route("GET", GUILD_COMMANDS, commands::list),
    route("PUT", GUILD_COMMANDS, commands::overwrite),
    route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", answers::callback),
    route("POST", "/webhooks/{webhook_id}/{webhook_token}", answers::follow_up),
    route("GET", ORIGINAL, answers::get),
    route("PATCH", ORIGINAL, answers::edit),
    route("DELETE", ORIGINAL, answers::delete),
    route("GET", FOLLOWUP, answers::get),
    route("PATCH", FOLLOWUP, answers::edit),
    route("DELETE", FOLLOWUP, answers::delete),
];

/// The route of a path below `/api/v10`, and its parameters.
pub fn find(method: &str, path: &str) -> Option<(&'static Route, Vec<String>)> {
    let segments: Vec<String> = path.trim_start_matches('/').split('/').map(decoded).collect();
    let fits = |route: &&Route| {
        let wanted: Vec<&str> = route.template.trim_start_matches('/').split('/').collect();
        let one = |(wanted, given): (&&str, &String)| wanted.starts_with('{') || *wanted == given.as_str();
        route.method == method && wanted.len() == segments.len() && wanted.iter().zip(&segments).all(one)
    };
    let route = ROUTES.iter().find(fits)?;
    let wanted = route.template.trim_start_matches('/').split('/');
    let given = wanted.zip(segments).filter(|(wanted, _)| wanted.starts_with('{'));
    Some((route, given.map(|(_, given)| given).collect()))
}

fn decoded(segment: &str) -> String {
    let escaped = segment.replace('+', "%2B");
    let url = reqwest::Url::parse(&format!("http://localhost/?x={escaped}")).expect("a segment fits a query");
    url.query_pairs().next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}
