//! What stands behind a button or a form on Discord: the command's token and the workspace it belongs
//! to, since a direct conversation there belongs to no workspace.
//!
//! Invariant: at most 100 bytes, and `decode(encode(command, workspace)) == (command, Some(workspace))`.

use crate::chat::command::Command;
use crate::domain::ids::WorkspaceKey;

/// What Discord takes at most.
pub const LONGEST: usize = 100;

/// The token of a command in a workspace; `None` for commands that never stand behind a button.
pub fn encode(command: &Command, workspace: &WorkspaceKey) -> Option<String> {
    let token = format!("{}@{workspace}", command.encode()?);
    (token.len() <= LONGEST).then_some(token)
}

/// What a token says. What is not understood any more is [`Command::Outdated`].
pub fn decode(token: &str) -> (Command, Option<WorkspaceKey>) {
    let (command, workspace) = split(token);
    (Command::decode(command).unwrap_or(Command::Outdated), workspace)
}

/// A token and the workspace behind it.
pub fn split(token: &str) -> (&str, Option<WorkspaceKey>) {
    match token.rsplit_once('@') {
        Some((token, workspace)) if !workspace.is_empty() => (token, Some(workspace.into())),
        _ => (token, None),
    }
}
