//! Bringing the bot to Discord: the link with its permissions, and the commands.
//!
//! Invariant: a seam; what is asked for and what is declared comes from the Discord adapter.

use std::io::{self, Write};

use super::{MEND, WELL, discord, runtime};
use crate::config::Config;
use crate::discord::api::{Api, CallError};
use crate::discord::{declare, invite as asked};

/// Prints the link and, in words, why each permission.
pub fn invite(config: &Config, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let Some(api) = api(config, err)? else { return Ok(MEND) };
    match runtime()?.block_on(api.application_id()) {
        Ok(application) => tell(&application, out).map(|()| WELL),
        Err(error) => refused(&error, config, err),
    }
}

/// Tells Discord of the commands, whether or not they changed.
pub fn register(config: &Config, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<u8> {
    let Some(api) = api(config, err)? else { return Ok(MEND) };
    match runtime()?.block_on(api.put_commands(&declare::commands())) {
        Ok(commands) => {
            let names: Vec<String> = commands
                .iter()
                .filter_map(|command| command["name"].as_str())
                .map(|name| if declare::is_typed(name) { format!("/{name}") } else { format!("\"{name}\"") })
                .collect();
            writeln!(out, "Discord has the commands: {}.", names.join(", "))?;
            Ok(WELL)
        }
        Err(error) => refused(&error, config, err),
    }
}

fn tell(application: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "Open this link, choose your server, and allow what it asks for:\n")?;
    writeln!(out, "  {}\n", asked::link(application))?;
    writeln!(out, "It asks for no more than this:")?;
    let widest = asked::PERMISSIONS.iter().map(|permission| permission.name.len()).max().unwrap_or_default();
    for permission in asked::PERMISSIONS {
        writeln!(out, "  {:widest$}  {}", permission.name, permission.why)?;
    }
    Ok(())
}

fn api(config: &Config, err: &mut dyn Write) -> io::Result<Option<Api>> {
    let Some(token) = &config.discord.bot_token else {
        writeln!(err, "goodturn: DISCORD_TOKEN is not set: {TOKEN_STEP}")?;
        return Ok(None);
    };
    match discord::api(config, token) {
        Ok(api) => Ok(Some(api)),
        Err(why) => {
            writeln!(err, "goodturn: {why}")?;
            Ok(None)
        }
    }
}

fn refused(error: &CallError, config: &Config, err: &mut dyn Write) -> io::Result<u8> {
    match error {
        CallError::Refused { status: 401, .. } => {
            writeln!(err, "goodturn: Discord refuses the token: {TOKEN_STEP}")?;
        }
        error => writeln!(err, "goodturn: {error}; is {} right?", config.discord.api_url)?,
    }
    Ok(MEND)
}

const TOKEN_STEP: &str = "open your application at https://discord.com/developers/applications, \"Bot\", \"Reset \
                          Token\", and set DISCORD_TOKEN to it";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_and_why_each_permission() {
        let mut out = Vec::new();
        tell("175928847299117063", &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
    }
}
