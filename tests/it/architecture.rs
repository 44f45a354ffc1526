//! The rules of the house that can be a test: who may use whom, what a file must say and how long it
//! may be, and where time, chance, the environment and words may come from. `ARCHITECTURE.md` has the
//! reasons.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What a layer may use of this crate, and of other crates. `std`, `core` and `self` are free.
struct Layer {
    name: &'static str,
    ours: &'static [&'static str],
    theirs: &'static [&'static str],
}

const LAYERS: &[Layer] = &[
    Layer { name: "domain", ours: &["domain"], theirs: &["jiff", "serde", "cron", "chrono", "thiserror"] },
    Layer { name: "chat", ours: &["chat", "domain"], theirs: &["jiff", "serde", "serde_json", "strsim"] },
    Layer {
        name: "store",
        ours: &["store", "chat", "domain"],
        theirs: &["jiff", "serde", "serde_json", "sqlx", "thiserror", "tracing", "tokio"],
    },
    Layer {
        name: "app",
        ours: &["app", "store", "chat", "domain"],
        theirs: &[
            "jiff",
            "serde",
            "serde_json",
            "strsim",
            "thiserror",
            "tracing",
            "tokio",
            "tokio_util",
            "rand",
            "uuid",
            "prometheus_client",
        ],
    },
    Layer { name: "slack", ours: &["slack", "app", "chat", "domain"], theirs: ANY },
    Layer { name: "discord", ours: &["discord", "app", "chat", "domain"], theirs: ANY },
    Layer { name: "playground", ours: &["playground", "app", "chat", "domain"], theirs: ANY },
    Layer { name: "web", ours: &["web", "app", "chat", "domain"], theirs: ANY },
    Layer { name: "config", ours: &["config", "domain"], theirs: ANY },
];

const ANY: &[&str] = &["*"];

/// Lines of code that a file may have, tests apart; the few longer ones say why here.
const LONGEST: usize = 400;
const LONGER: &[(&str, usize, &str)] = &[];

#[test]
fn every_layer_keeps_to_the_layers_below_it() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(layer) = LAYERS.iter().find(|layer| in_layer(&path, layer.name)) else { continue };
        for (line, word) in paths(&text) {
            let (first, rest) = word.split_once("::").unwrap_or((&word, ""));
            let fine = match first {
                "crate" => {
                    let used = rest.split("::").next().unwrap_or_default();
                    used.is_empty() || layer.ours.contains(&used)
                }
                "std" | "core" | "self" | "super" => true,
                krate if KRATES.contains(&krate) => layer.theirs == ANY || layer.theirs.contains(&krate),
                _ => true,
            };
            if !fine {
                wrong.push(format!("{}:{line} uses {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "a layer reaches beyond what it may use:\n{}", wrong.join("\n"));
}

#[test]
fn the_rules_are_pure() {
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| in_layer(path, "domain")) {
        for (line, code) in code_lines(&text) {
            if code.contains("async ") || code.contains(".await") || code.contains("::now()") {
                wrong.push(format!("{}:{line}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "domain neither waits nor asks what time it is:\n{}", wrong.join("\n"));
}

#[test]
fn sql_is_in_the_store_only() {
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| !in_layer(path, "store")) {
        for (line, code) in code_lines(&text) {
            let code = code.to_lowercase();
            let spoken = ["select ", "insert into ", "update ", "delete from "];
            if spoken.iter().any(|verb| code.contains(&format!("\"{verb}"))) || code.contains("sqlx::") {
                wrong.push(format!("{}:{line}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "SQL outside the store:\n{}", wrong.join("\n"));
}

#[test]
fn no_platform_is_named_below_the_platforms() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if !["domain", "chat", "store", "app"].iter().any(|layer| in_layer(&path, layer)) {
            continue;
        }
        for (line, code) in code_lines(&text) {
            let named = ["Slack", "Discord", "slack", "discord"].iter().any(|name| code.contains(name));
            // Its kind is data like any other.
            if named && !code.contains("PlatformKind") && !path.ends_with("domain/ids.rs") {
                wrong.push(format!("{}:{line}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "a platform is named where none is known:\n{}", wrong.join("\n"));
}

#[test]
fn people_are_spoken_to_from_chat_only() {
    let mut wrong = Vec::new();
    for (path, text) in sources().into_iter().filter(|(path, _)| in_layer(path, "app")) {
        for (line, code) in code_lines(&text) {
            if code.contains("Text::plain(") || code.contains("Card::line(") || code.contains("Mend {") {
                wrong.push(format!("{}:{line}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "wording outside chat:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_opens_with_its_purpose_and_stays_short() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if !text.starts_with("//!") {
            wrong.push(format!("{} does not open with its purpose", path.display()));
        }
        let name = path.to_string_lossy();
        let most =
            LONGER.iter().find(|(file, ..)| name.ends_with(file)).map_or(LONGEST, |(_, most, _)| *most);
        let lines = code_lines(&text).len();
        if lines > most {
            wrong.push(format!("{} has {lines} lines of code; {most} are enough", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_left_for_later() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (line, code) in text.lines().enumerate() {
            if ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!("].iter().any(|mark| code.contains(mark)) {
                wrong.push(format!("{}:{}", path.display(), line + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "left for later:\n{}", wrong.join("\n"));
}

#[test]
fn the_two_databases_have_the_same_steps() {
    let steps = |engine: &str| -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(root().join("migrations").join(engine))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(steps("sqlite"), steps("postgres"));
}

#[test]
fn the_map_shows_every_room() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut missing = BTreeSet::new();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().trim_end_matches(".rs").to_owned();
        if !map.contains(&format!("`{name}")) && !matches!(name.as_str(), "lib" | "main") {
            missing.insert(name);
        }
    }
    assert!(missing.is_empty(), "ARCHITECTURE.md does not show {missing:?}");
}

#[test]
fn the_readme_says_what_the_program_says() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let table = goodturn::chat::catalog::table();
    assert!(readme.contains(table.trim()), "README's command table is not the catalog's:\n{table}");
    let settings = goodturn::config::table::markdown();
    assert!(readme.contains(settings.trim()), "README's settings are not the program's:\n{settings}");
}

/// The crates of `Cargo.toml`, as paths begin with them.
const KRATES: &[&str] = &[
    "anyhow",
    "axum",
    "chrono",
    "clap",
    "clap_complete",
    "cron",
    "flate2",
    "futures_util",
    "hyper_rustls",
    "jiff",
    "prometheus_client",
    "rand",
    "reqwest",
    "rustls",
    "secrecy",
    "serde",
    "serde_json",
    "serenity",
    "sha2",
    "slack_morphism",
    "sqlx",
    "strsim",
    "thiserror",
    "tokio",
    "tokio_tungstenite",
    "tokio_util",
    "toml",
    "tracing",
    "tracing_subscriber",
    "twilight_gateway",
    "uuid",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All source files with their text; files that hold only tests are left out.
fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = fs::read_to_string(&path).expect("text");
                let path = path.strip_prefix(root()).expect("below the root").to_path_buf();
                found.push((path, text));
            }
        }
    }
    found.retain(|(path, _)| !is_test(path));
    found.sort();
    assert!(found.len() > 50, "the sources are not where this test looks");
    found
}

/// Files that hold only tests.
fn is_test(path: &Path) -> bool {
    path.iter().any(|part| part == "tests" || part == "tests.rs" || part == "properties.rs")
}

fn in_layer(path: &Path, layer: &str) -> bool {
    let file = format!("{layer}.rs");
    path.iter().nth(1).is_some_and(|part| part == layer || *part == *file)
}

/// Lines of code with their numbers: no comments, no blank lines, nothing from the tests of the file.
fn code_lines(text: &str) -> Vec<(usize, &str)> {
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..end]
        .lines()
        .enumerate()
        .map(|(line, code)| (line + 1, code.trim()))
        .filter(|(_, code)| !code.is_empty() && !code.starts_with("//"))
        .collect()
}

/// Everything that looks like a path, with its line.
fn paths(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (line, code) in code_lines(text) {
        for word in code.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | ':'))) {
            if word.contains("::") {
                found.push((line, word.trim_matches(':').to_owned()));
            }
        }
    }
    found
}
