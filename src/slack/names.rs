//! Names for mentions that Slack sent as bare ids, so that words can be read.
//! Invariant: best effort within a second; words that stay unnamed are still right.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use tokio::time::timeout;

use super::api::Api;
use crate::chat::command::Command;
use crate::chat::inbound::{Event, Inbound, Speech};

/// Names that were looked up; forgotten when there are too many.
#[derive(Debug, Default)]
pub struct Names(Mutex<HashMap<String, String>>);

const PATIENCE: Duration = Duration::from_secs(1);
const KEPT: usize = 4096;

impl Names {
    /// Puts names in the place of bare ids, in words that somebody will read.
    pub async fn fill(&self, api: &Api, inbound: &mut Inbound) {
        let words = match &mut inbound.event {
            Event::Said(said) if said.to_bot == Speech::ToBot => &mut said.words,
            Event::Command(Command::HandoffMessage(message)) => &mut message.words,
            _ => return,
        };
        let bare: Vec<String> = inbound
            .mentions
            .iter()
            .filter(|mention| mention.shown == mention.user.as_str())
            .map(|mention| mention.shown.clone())
            .collect();
        let names = join_all(bare.iter().map(|id| self.name(api, id))).await;
        for (id, name) in bare.iter().zip(names) {
            let Some(name) = name else { continue };
            *words = words.replace(&format!("@{id}"), &format!("@{name}"));
            for mention in inbound.mentions.iter_mut().filter(|mention| mention.shown == *id) {
                mention.shown.clone_from(&name);
            }
        }
    }

    async fn name(&self, api: &Api, id: &str) -> Option<String> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if known.is_some() {
            return known;
        }
        let user = timeout(PATIENCE, api.user(id)).await.ok()?.ok()?;
        let name = handle(&user)?;
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= KEPT {
            names.clear();
        }
        names.insert(id.to_owned(), name.clone());
        Some(name)
    }
}

/// One word, so that it can be told from the words around it: the name if it is one, else the handle.
fn handle(user: &Value) -> Option<String> {
    let word = |value: &Value| {
        value
            .as_str()
            .map(str::trim)
            .filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))
            .map(str::to_owned)
    };
    word(&user["profile"]["display_name"]).or_else(|| word(&user["name"]))
}
