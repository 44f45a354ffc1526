//! Plain HTTP where the client crate does not reach: granted scopes (a header) and response addresses.
//! Invariant: a response address gets no token, and only over https (or loopback, in tests).

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};
use serde_json::Value;
use slack_morphism::prelude::ValueStruct;

use super::error::UNSAID_PAUSE;
use super::{Api, CallError, methods, sound};
use crate::domain::ids::{UserKey, WorkspaceKey};

/// Who we are to Slack, and what we may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    /// The workspace; for an org-wide install the enterprise's own id may stand here.
    pub team: WorkspaceKey,
    /// The workspace's name.
    pub team_name: String,
    /// The bot as a member.
    pub user: UserKey,
    /// The bot as a bot, which is what its messages carry.
    pub bot: Option<String>,
    /// Enterprise Grid's id, if there is one.
    pub enterprise: Option<String>,
    /// The workspace's address in the browser, with a slash at the end.
    pub url: Option<String>,
    /// Scopes of the token.
    pub scopes: Vec<String>,
}

impl Api {
    /// `auth.test`, with the scopes that Slack names in a header of its answer.
    pub async fn granted(&self) -> Result<Granted, CallError> {
        let response = self
            .web
            .post(format!("{}/auth.test", self.url))
            .bearer_auth(self.bot.token_value.value())
            .send()
            .await
            .map_err(|error| failed(&error))?;
        let scopes = response
            .headers()
            .get("x-oauth-scopes")
            .and_then(|header| header.to_str().ok())
            .map(|header| header.split(',').map(|scope| scope.trim().to_owned()).collect::<Vec<_>>())
            .unwrap_or_default();
        let answer: Value = settled(response)?.json().await.map_err(|_| CallError::Malformed)?;
        let answer = sound(answer)?;
        let optional = |name: &str| answer[name].as_str().map(str::to_owned);
        Ok(Granted {
            team: methods::text(&answer, "team_id")?.into(),
            team_name: optional("team").unwrap_or_default(),
            user: methods::text(&answer, "user_id")?.into(),
            url: optional("url"),
            bot: optional("bot_id"),
            enterprise: optional("enterprise_id"),
            scopes: scopes.into_iter().filter(|scope| !scope.is_empty()).collect(),
        })
    }

    /// Answers through the `response_url` of a command or a press (30 minutes, five times).
    pub async fn respond(&self, address: &str, message: &Value) -> Result<(), CallError> {
        let response = self.web.post(address).json(message).send().await.map_err(|error| failed(&error))?;
        settled(response).map(drop)
    }
}

fn settled(response: Response) -> Result<Response, CallError> {
    match response.status() {
        status if status.is_success() => Ok(response),
        StatusCode::TOO_MANY_REQUESTS => {
            let header = response.headers().get(RETRY_AFTER).and_then(|after| after.to_str().ok());
            let seconds = header.and_then(|after| after.parse().ok());
            Err(CallError::RateLimited { after: seconds.map_or(UNSAID_PAUSE, Duration::from_secs) })
        }
        status => Err(CallError::status(status.as_u16())),
    }
}

fn failed(error: &reqwest::Error) -> CallError {
    if error.is_builder() {
        return CallError::Refused { code: "unsafe_address".to_owned(), needed: None };
    }
    if error.is_connect() { CallError::NotSent } else { CallError::Unsure { why: "no answer in time" } }
}
