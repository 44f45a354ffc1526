//! `goodturn check`: looks at everything, changes nothing, and says what to mend.
//!
//! Invariant: a line per thing that was looked at; the exit code says whether all is well.

use std::io::{self, Write};

use super::{MEND, WELL, database, discord, runtime, slack};
use crate::config::finding::Finding;
use crate::config::{Config, USUAL_FILE};

/// Prints what was found; the exit code is `MEND` if there is something to mend.
pub fn check(config: &Config, out: &mut dyn Write) -> io::Result<u8> {
    let findings = runtime()?.block_on(look(config));
    report(&findings, out)
}

async fn look(config: &Config) -> Vec<Finding> {
    let mut findings = vec![configuration(config), database::look(&config.database.url).await];
    findings.extend(config.strays.iter().map(stray));
    // Who is on Discord alone needs nothing of Slack; without any token Slack's steps are shown.
    let alone = config.slack.bot_token.is_none() && config.slack.app_token.is_none();
    if config.discord.bot_token.is_none() || !alone {
        findings.extend(slack::check(config).await);
    }
    findings.extend(discord::check(config).await);
    findings
}

fn configuration(config: &Config) -> Finding {
    let seen = match &config.file {
        Some(file) => format!("{file} is understood"),
        None => {
            format!("no file (none is named, and there is no ./{USUAL_FILE}); defaults and environment hold")
        }
    };
    Finding::ok("configuration", seen)
}

fn stray((name, meant): &(String, Option<&'static str>)) -> Finding {
    let hint = meant.map_or(String::new(), |meant| format!("; did you mean {meant}?"));
    Finding::warn(name, format!("nothing reads this variable{hint}"))
}

fn report(findings: &[Finding], out: &mut dyn Write) -> io::Result<u8> {
    for finding in findings {
        writeln!(out, "{finding}")?;
    }
    let mend = findings.iter().filter(|finding| finding.is_mend()).count();
    let closing = match mend {
        0 => "All is well: `goodturn` can run.".to_owned(),
        1 => "One thing to mend.".to_owned(),
        n => format!("{n} things to mend."),
    };
    writeln!(out, "\n{closing}")?;
    Ok(if mend == 0 { WELL } else { MEND })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_each_and_a_closing_word() {
        let findings = [
            Finding::ok("configuration", "goodturn.toml is understood"),
            Finding::warn("database", "is kept in memory"),
            Finding::mend("Slack bot token", "not set"),
        ];
        let mut out = Vec::new();
        assert_eq!(report(&findings, &mut out).unwrap(), MEND);
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
        let mut out = Vec::new();
        assert_eq!(report(&findings[..2], &mut out).unwrap(), WELL);
        assert!(String::from_utf8(out).unwrap().ends_with("All is well: `goodturn` can run.\n"));
    }
}
