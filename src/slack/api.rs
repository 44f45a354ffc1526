//! Slack's Web API: one way to call any method, every call inside a time-out and behind its gate.
//! Invariants: tokens go to the configured address only and are never printed; nothing is sent without
//! encryption unless that address itself is `http://`; an error says whether the thing may have been done.

mod error;
mod methods;
#[cfg(test)]
mod tests;
mod web;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use slack_morphism::prelude::{
    SlackApiToken, SlackClient, SlackClientHyperConnector, SlackClientHyperHttpsConnector,
};
use tokio::time::{Instant, timeout};

pub use error::CallError;
pub use methods::{Page, Posted};
pub use web::Granted;

use super::gate::{Gates, Pass};
use super::socket::Transport;

/// Where Slack is and with which tokens it is called.
#[derive(Debug, Clone)]
pub struct ApiSettings {
    /// With or without a slash at the end; `http://` where the operator wants it so.
    pub url: String,
    /// `xoxb-…`
    pub bot_token: SecretString,
    /// `xapp-…`
    pub app_token: SecretString,
    /// The limit of every single call.
    pub call_within: Duration,
}

/// Slack's public address.
pub const PUBLIC_URL: &str = "https://slack.com/api";

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The address is neither `https://` nor `http://`.
    #[error("SLACK_API_URL must begin with https://")]
    Address,
    /// The system's certificates could not be read.
    #[error("no TLS certificates of this system could be read: {0}")]
    Certificates(std::io::Error),
    /// The HTTP client could not be made.
    #[error("no HTTP client: {0}")]
    Http(reqwest::Error),
}

/// A client of one workspace.
pub struct Api {
    client: SlackClient<SlackClientHyperHttpsConnector>,
    web: reqwest::Client,
    url: String,
    bot: SlackApiToken,
    app: SlackApiToken,
    call_within: Duration,
    transport: Transport,
    gates: Mutex<Gates>,
    direct: Mutex<HashMap<String, String>>,
    channels: Mutex<methods::ChannelNames>,
}

/// Who calls: the bot, or the app (which may only open connections).
#[derive(Clone, Copy)]
enum As {
    Bot,
    App,
}

/// What is asked for.
enum Ask<'a> {
    Get(&'a [(&'a str, &'a str)]),
    Post(&'a Value),
}

impl Api {
    /// Makes the client; calls nothing.
    pub fn new(settings: &ApiSettings) -> Result<Self, SetupError> {
        // Whoever comes first wins; everybody chooses ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let url = settings.url.trim_end_matches('/').to_owned();
        let transport = transport(&url)?;
        let roots = hyper_rustls::HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(SetupError::Certificates)?;
        let schemes = match transport {
            Transport::Plain => roots.https_or_http(),
            Transport::Encrypted => roots.https_only(),
        };
        let https = schemes.enable_http1().enable_http2().build();
        let connector: SlackClientHyperHttpsConnector =
            SlackClientHyperConnector::from(https).with_slack_api_url(&url);
        let web = reqwest::Client::builder()
            .https_only(transport == Transport::Encrypted)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(settings.call_within)
            .build()
            .map_err(SetupError::Http)?;
        Ok(Self {
            client: SlackClient::new(connector),
            web,
            url,
            bot: SlackApiToken::new(settings.bot_token.expose_secret().into()),
            app: SlackApiToken::new(settings.app_token.expose_secret().into()),
            call_within: settings.call_within,
            transport,
            gates: Mutex::default(),
            direct: Mutex::default(),
            channels: Mutex::default(),
        })
    }

    /// Calls a reading method as the bot.
    pub async fn get(&self, method: &str, params: &[(&str, &str)]) -> Result<Value, CallError> {
        self.call(As::Bot, method, None, Ask::Get(params)).await
    }

    /// Calls a writing method as the bot.
    pub async fn post(&self, method: &str, body: &Value) -> Result<Value, CallError> {
        self.call(As::Bot, method, None, Ask::Post(body)).await
    }

    /// Calls a writing method that Slack paces by channel.
    async fn post_to(&self, method: &str, channel: &str, body: &Value) -> Result<Value, CallError> {
        self.call(As::Bot, method, Some(channel), Ask::Post(body)).await
    }

    async fn call(
        &self,
        caller: As,
        method: &str,
        lane: Option<&str>,
        ask: Ask<'_>,
    ) -> Result<Value, CallError> {
        let pass = self.gates().ask(method, lane, Instant::now());
        match pass {
            Pass::In(wait) if wait.is_zero() => {}
            Pass::In(wait) => pause(wait).await,
            Pass::Later(after) => return Err(CallError::RateLimited { after }),
        }
        let token = match caller {
            As::Bot => &self.bot,
            As::App => &self.app,
        };
        let session = self.client.open_session(token);
        let answering = async {
            match ask {
                Ask::Get(params) => {
                    let params: Vec<(&str, Option<&str>)> =
                        params.iter().map(|(name, value)| (*name, Some(*value))).collect();
                    session.http_session_api.http_get::<Value, _, _>(method, &params, None).await
                }
                Ask::Post(body) => session.http_session_api.http_post::<_, Value>(method, body, None).await,
            }
        };
        let result = match timeout(self.call_within, answering).await {
            Err(_) => Err(CallError::Unsure { why: "no answer in time" }),
            Ok(Err(error)) => Err(error.into()),
            Ok(Ok(answer)) => sound(answer),
        };
        if let Err(CallError::RateLimited { after }) = &result {
            self.gates().close(method, lane, *after, Instant::now());
            tracing::warn!(method, seconds = after.as_secs(), "Slack asks for a pause");
        }
        result
    }

    fn gates(&self) -> MutexGuard<'_, Gates> {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("url", &self.url).finish_non_exhaustive()
    }
}

fn transport(url: &str) -> Result<Transport, SetupError> {
    let parsed = reqwest::Url::parse(url).map_err(|_| SetupError::Address)?;
    match parsed.scheme() {
        "https" => Ok(Transport::Encrypted),
        "http" => Ok(Transport::Plain),
        _ => Err(SetupError::Address),
    }
}

/// An answer counts only when it says that it is one.
fn sound(answer: Value) -> Result<Value, CallError> {
    match answer["ok"].as_bool() {
        Some(true) => Ok(answer),
        Some(false) => Err(CallError::refused(answer["error"].as_str().unwrap_or("unknown_error"), &answer)),
        None => Err(CallError::Malformed),
    }
}

#[expect(clippy::disallowed_methods, reason = "keeps the pace that Slack allows a channel")]
async fn pause(wait: Duration) {
    tokio::time::sleep(wait).await;
}
