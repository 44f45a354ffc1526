//! Our own client of Discord's REST interface, for all that is said and asked there.
//! Invariants: every call is bounded in time; limits are kept before they are hit; an error says whether
//! the thing may have been done, and holds no token, no words and no address; a token that Discord does
//! not take is not tried over and over.

mod answer;
mod error;
mod limits;
#[cfg(test)]
pub(in crate::discord) mod tests;

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::Instant;

pub use error::CallError;
use limits::{Limits, Pass};

/// Discord's public address.
pub const PUBLIC_URL: &str = "https://discord.com";

/// Where Discord is and with which token it is called.
#[derive(Debug, Clone)]
pub struct RestSettings {
    /// With or without `/api/v10` and a slash at the end; `http://` where the operator wants it so.
    pub url: String,
    /// The bot's token, without `Bot `.
    pub token: SecretString,
    /// The limit of every single call.
    pub call_within: Duration,
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is neither `https://` nor `http://`.
    #[error("the address of Discord's API must begin with https://")]
    Address,
    /// The token holds characters that no token has.
    #[error("DISCORD_TOKEN is not a token")]
    Token,
    /// The HTTP client could not be made.
    #[error("no HTTP client: {0}")]
    Http(reqwest::Error),
}

/// A client of one bot.
pub struct Rest {
    said: reqwest::Client,
    /// Answers to interactions wait behind nothing else.
    answers: reqwest::Client,
    base: String,
    call_within: Duration,
    limits: Mutex<Limits>,
    refused: Mutex<Option<Instant>>,
}

/// What is called: a method and a route with its ids.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    method: Method,
    /// The route without its ids: what limits are kept by until Discord names the bucket.
    route: &'static str,
    path: String,
    /// The channel or server, by which Discord tells buckets apart.
    major: String,
    query: Vec<(&'static str, String)>,
    body: Option<&'a Value>,
    audience: Audience,
}

/// On whose behalf a call is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    /// The bot's, under its limits.
    Bot,
    /// An interaction's: its token is the permission, and the global limit does not count.
    Interaction,
}

/// Waited out in one call altogether before the caller is told to come back.
const PATIENCE: Duration = Duration::from_secs(5);
/// An interaction that is not answered within 3 s is lost, so its answer does not wait longer.
const ANSWER_WITHIN: Duration = Duration::from_millis(2500);
/// A token that was refused is tried again after this time.
const REFUSED_FOR: Duration = Duration::from_mins(1);

impl<'a> Call<'a> {
    /// A call of a route such as `/channels/{}/messages`, with the ids that belong there; the first one
    /// tells buckets apart. `None` where an id is none: nothing but ids may stand in an address.
    pub fn new(method: Method, route: &'static str, ids: &[&str]) -> Option<Self> {
        let path = fill(route, ids)?;
        let major = ids.first().copied().unwrap_or_default().to_owned();
        let audience = Audience::Bot;
        Some(Self { method, route, path, major, query: Vec::new(), body: None, audience })
    }

    /// A call that an interaction's token permits.
    pub fn answer(method: Method, route: &'static str, ids: &[&str]) -> Option<Self> {
        Some(Self { audience: Audience::Interaction, ..Self::new(method, route, ids)? })
    }

    /// With a body.
    #[must_use]
    pub fn body(mut self, body: &'a Value) -> Self {
        self.body = Some(body);
        self
    }

    /// With a parameter.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.query.push((name, value.to_owned()));
        self
    }
}

impl Rest {
    /// Makes the client; calls nothing.
    pub fn new(settings: &RestSettings) -> Result<Self, SetupError> {
        // Whoever comes first wins; everybody chooses ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base = base(&settings.url)?;
        let token = settings.token.expose_secret().trim();
        let mut permission = HeaderValue::from_str(&format!("Bot {token}")).map_err(|_| SetupError::Token)?;
        permission.set_sensitive(true);
        let with_token = HeaderMap::from_iter([(AUTHORIZATION, permission)]);
        let client = |headers: HeaderMap, within: Duration| {
            reqwest::Client::builder()
                .https_only(base.starts_with("https://"))
                .redirect(reqwest::redirect::Policy::none())
                .user_agent(user_agent())
                .default_headers(headers)
                .connect_timeout(settings.call_within.min(Duration::from_secs(5)))
                .timeout(within)
                .build()
                .map_err(SetupError::Http)
        };
        Ok(Self {
            said: client(with_token, settings.call_within)?,
            answers: client(HeaderMap::new(), settings.call_within.min(ANSWER_WITHIN))?,
            base,
            call_within: settings.call_within,
            limits: Mutex::default(),
            refused: Mutex::default(),
        })
    }

    /// Calls, waiting out short pauses; the answer's body, or null where it has none.
    pub async fn call(&self, call: &Call<'_>) -> Result<Value, CallError> {
        let begun = now();
        loop {
            match self.ask(call) {
                Pass::Go => {}
                Pass::Wait(wait) if begun.elapsed() + wait <= self.patience(call) => {
                    pause(wait).await;
                    continue;
                }
                Pass::Wait(after) => return Err(CallError::RateLimited { after }),
            }
            match self.once(call).await {
                Err(CallError::RateLimited { after }) if begun.elapsed() + after <= self.patience(call) => {
                    pause(after).await;
                }
                result => return result,
            }
        }
    }

    fn patience(&self, call: &Call<'_>) -> Duration {
        match call.audience {
            Audience::Bot => PATIENCE.min(self.call_within),
            Audience::Interaction => Duration::from_millis(500),
        }
    }

    fn ask(&self, call: &Call<'_>) -> Pass {
        match call.audience {
            Audience::Bot => self.limits().ask(call.route, &call.method, &call.major, now()),
            Audience::Interaction => Pass::Go,
        }
    }

    async fn once(&self, call: &Call<'_>) -> Result<Value, CallError> {
        let bot = call.audience == Audience::Bot;
        if bot && self.is_refused() {
            return Err(CallError::refused(401, 0));
        }
        let client = if bot { &self.said } else { &self.answers };
        let mut request = client.request(call.method.clone(), format!("{}{}", self.base, call.path));
        if !call.query.is_empty() {
            request = request.query(&call.query);
        }
        if let Some(body) = call.body {
            request = request.json(body);
        }
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Err(CallError::unanswered(&error)),
        };
        let status = response.status().as_u16();
        let headers = answer::Limit::read(response.headers());
        let body = response.bytes().await;
        if bot {
            self.limits().learn(call.route, &call.method, &call.major, &headers, now());
        }
        let result = answer::sort(status, &headers, body.ok().as_deref());
        match &result {
            Err(CallError::RateLimited { after }) if bot => {
                let whole = answer::whole(&headers);
                self.limits().close(call.route, &call.method, &call.major, whole, *after, now());
                let after = after.as_millis();
                tracing::warn!(route = call.route, after, ?whole, "Discord asks for a pause");
            }
            Err(CallError::Refused { status: 401, .. }) if bot => {
                tracing::error!("Discord does not take the bot token: check DISCORD_TOKEN");
                *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(now());
            }
            _ => {}
        }
        result
    }

    /// Whether the token was refused a short while ago: thousands of such calls would lock us out.
    fn is_refused(&self) -> bool {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.is_some_and(|at| at.elapsed() >= REFUSED_FOR) {
            *refused = None;
        }
        refused.is_some()
    }

    fn limits(&self) -> MutexGuard<'_, Limits> {
        self.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rest").field("base", &self.base).finish_non_exhaustive()
    }
}

/// As Discord wants every library to name itself.
fn user_agent() -> String {
    format!("DiscordBot (https://discord.com/developers/docs, {}) Goodturn", env!("CARGO_PKG_VERSION"))
}

/// `https://host/api/v10`, however it was written.
fn base(url: &str) -> Result<String, SetupError> {
    let parsed = reqwest::Url::parse(url).map_err(|_| SetupError::Address)?;
    if !matches!(parsed.scheme(), "https" | "http") {
        return Err(SetupError::Address);
    }
    let root = url.trim_end_matches('/');
    let root = root.strip_suffix("/api/v10").or_else(|| root.strip_suffix("/api")).unwrap_or(root);
    Ok(format!("{root}/api/v10"))
}

/// The route with its ids; `None` where one of them could lead elsewhere.
fn fill(route: &'static str, ids: &[&str]) -> Option<String> {
    let mut ids = ids.iter();
    let mut path = String::new();
    for (n, piece) in route.split("{}").enumerate() {
        if n > 0 {
            let id = ids.next()?;
            let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '@');
            // Tokens of interactions may hold dots, but nothing may be only that.
            let sound = !id.is_empty() && id.chars().all(|c| safe(c) || c == '.') && id.chars().any(safe);
            path.push_str(sound.then_some(id)?);
        }
        path.push_str(piece);
    }
    Some(path)
}

#[expect(clippy::disallowed_methods, reason = "waits out what Discord asks for")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}

fn now() -> Instant {
    Instant::now()
}
