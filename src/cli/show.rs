//! `goodturn config show`: every setting, its value and where it came from.
//!
//! Invariant: it prints what the configuration prepared for showing, so no secret can slip in here.

use std::io::{self, Write};

use crate::config::origin::Shown;
use crate::config::{Config, USUAL_FILE};

/// Prints all settings in the form of the file, each with its origin behind it.
pub fn show(config: &Config, out: &mut dyn Write) -> io::Result<()> {
    match &config.file {
        Some(file) => writeln!(out, "# Read from {file}, the environment and the flags.")?,
        None => writeln!(out, "# No file is named and there is no ./{USUAL_FILE}.")?,
    }
    let mut section = "";
    for setting in &config.shown {
        let (its_section, name) = setting.path.rsplit_once('.').unwrap_or(("", &setting.path));
        if its_section != section {
            section = its_section;
            writeln!(out, "\n{}", header(section))?;
        }
        writeln!(out, "{}", line(name, setting))?;
    }
    Ok(())
}

fn header(section: &str) -> String {
    match section.split_once('[') {
        Some((list, _)) => format!("[[{list}]]"),
        None => format!("[{section}]"),
    }
}

fn line(name: &str, setting: &Shown) -> String {
    match (&setting.value, &setting.origin) {
        (Some(value), Some(origin)) if value == "set" => format!("# {name} is set, from {origin}"),
        (Some(value), Some(origin)) => format!("{:<44} # {origin}", format!("{name} = {value}")),
        _ => format!("# {name} is not set"),
    }
}
