//! The settings as a table for people, made from the comments of `config/goodturn.toml`.
//!
//! Invariant: a setting and its explanation are written once, there.

use std::fmt::Write;

use super::TEMPLATE;

/// Every setting with its default and what it is for, as a Markdown table.
///
/// A setting without a default shows an example in its stead, marked as one.
pub fn markdown() -> String {
    let mut table = String::from("| setting | default | |\n|---|---|---|\n");
    for setting in settings() {
        let Setting { path, value, default, about } = setting;
        let value = if default { format!("`{value}`") } else { format!("none, e.g. `{value}`") };
        writeln!(table, "| `{path}` | {value} | {about} |").expect("a String takes everything");
    }
    table
}

/// A setting as the template explains it.
struct Setting {
    path: String,
    value: String,
    default: bool,
    about: String,
}

fn settings() -> Vec<Setting> {
    let mut settings = Vec::new();
    let (mut section, mut about) = (String::new(), String::new());
    for line in TEMPLATE.lines() {
        let bare = line.trim_start_matches("# ");
        if let Some(name) = bare.strip_prefix('[').map(|name| name.trim_matches(['[', ']'])) {
            name.clone_into(&mut section);
            about.clear();
        } else if let Some((key, value)) = bare.split_once(" = ").filter(|(key, _)| !key.contains(' ')) {
            let default = !line.starts_with('#');
            let (path, value) = (format!("{section}.{key}"), value.to_owned());
            settings.push(Setting { path, value, default, about: std::mem::take(&mut about) });
        } else if line.is_empty() {
            about.clear();
        } else {
            about.push_str(if about.is_empty() { "" } else { " " });
            about.push_str(bare);
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::sources::{Flags, Sources};

    #[test]
    fn every_setting_is_explained() {
        let read = |_: &std::path::Path| Ok("[[topics]]\nname = \"billing\"\n".to_owned());
        let sources = Sources { environment: [].into(), flags: Flags::default(), read: &read };
        let config = crate::config::load(sources).expect("valid");
        let settings = settings();
        for setting in &settings {
            assert!(setting.about.ends_with(['.', ']']), "{}: {:?}", setting.path, setting.about);
        }
        let secrets = ["slack.bot_token", "slack.app_token", "slack.signing_secret", "discord.bot_token"];
        for shown in config.shown.iter().filter(|shown| !secrets.contains(&shown.path.as_str())) {
            let path = shown.path.replace("[0]", "");
            assert!(settings.iter().any(|setting| setting.path == path), "{path} is not explained");
        }
        insta::assert_snapshot!(markdown());
    }
}
