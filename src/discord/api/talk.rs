//! Answers to interactions: what their tokens permit, for three seconds and for fifteen minutes.
//! Invariant: the bot's token goes along with none of these.

use reqwest::Method;
use serde_json::Value;

use super::{Api, CallError};
use crate::discord::rest::Call;
use crate::domain::ids::MessageKey;

impl Api {
    /// The one answer to an interaction, within 3 s: `response` is the whole body, `type` included.
    pub async fn callback(&self, interaction: &str, token: &str, response: &Value) -> Result<(), CallError> {
        let route = "/interactions/{}/{}/callback";
        self.answer(Method::POST, route, &[interaction, token], response).await.map(drop)
    }

    /// Puts a message in the place of the answer; safe to repeat, within 15 minutes.
    pub async fn edit_original(&self, token: &str, message: &Value) -> Result<(), CallError> {
        let application = self.application_id().await?;
        let route = "/webhooks/{}/{}/messages/@original";
        self.answer(Method::PATCH, route, &[&application, token], message).await.map(drop)
    }

    /// Another message after the answer, within 15 minutes; `flags: 64` in it where only the one who asked
    /// sees it.
    pub async fn followup(&self, token: &str, message: &Value) -> Result<MessageKey, CallError> {
        let application = self.application_id().await?;
        let route = "/webhooks/{}/{}";
        let answer = self.answer(Method::POST, route, &[&application, token], message).await?;
        super::text(&answer, "id").map(Into::into)
    }

    /// Takes the answer away again; safe to repeat.
    pub async fn delete_original(&self, token: &str) -> Result<(), CallError> {
        let application = self.application_id().await?;
        let route = "/webhooks/{}/{}/messages/@original";
        let call = Call::answer(Method::DELETE, route, &[&application, token]);
        self.rest.call(&call.ok_or_else(CallError::no_id)?).await.map(drop)
    }

    async fn answer(
        &self,
        method: Method,
        route: &'static str,
        ids: &[&str],
        body: &Value,
    ) -> Result<Value, CallError> {
        let call = Call::answer(method, route, ids).ok_or_else(CallError::no_id)?;
        self.rest.call(&call.body(body)).await
    }
}
