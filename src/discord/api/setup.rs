//! What is asked at the start, and the commands that Discord shows.
//! Invariant: nothing here is on the way of a message.

use reqwest::Method;
use serde_json::Value;

use super::{Api, CallError, list, text};

impl Api {
    /// The bot's own application: its `id`, and `flags` that tell which intents it was granted.
    pub async fn application(&self) -> Result<Value, CallError> {
        let application = self.read("/applications/@me", &[]).await?;
        // It never changes, so who came first is right, too.
        let _ = self.application.set(text(&application, "id")?);
        Ok(application)
    }

    /// The id of the bot's application; asked once.
    pub async fn application_id(&self) -> Result<String, CallError> {
        match self.application.get() {
            Some(id) => Ok(id.clone()),
            None => text(&self.application().await?, "id"),
        }
    }

    /// The application's id as the gateway told it, so that it need not be asked for.
    pub fn is_application(&self, id: &str) {
        let _ = self.application.set(id.to_owned());
    }

    /// The bot as a user.
    pub async fn me(&self) -> Result<Value, CallError> {
        self.read("/users/@me", &[]).await
    }

    /// Where the gateway is, how many shards it wants, and how many sessions may still be begun today.
    pub async fn gateway_bot(&self) -> Result<Value, CallError> {
        self.read("/gateway/bot", &[]).await
    }

    /// A server, with its roles and its owner.
    pub async fn guild(&self, guild: &str) -> Result<Value, CallError> {
        self.read("/guilds/{}", &[guild]).await
    }

    /// Puts these commands in the place of all others; safe to repeat.
    pub async fn put_commands(&self, commands: &Value) -> Result<Vec<Value>, CallError> {
        let application = self.application_id().await?;
        let route = "/applications/{}/commands";
        list(self.write(Method::PUT, route, &[&application], commands).await?)
    }
}
