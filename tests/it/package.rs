//! The package itself: what may become part of the program, and what the container is like.

use std::process::Command;

use serde_json::Value;

const LOCK: &str = include_str!("../../Cargo.lock");
const MANIFEST: &str = include_str!("../../Cargo.toml");
const DENY: &str = include_str!("../../deny.toml");
const DOCKERFILE: &str = include_str!("../../Dockerfile");

fn toml(text: &str) -> toml::Table {
    text.parse().expect("a file of ours is valid TOML")
}

#[test]
fn nothing_banned_is_locked() {
    let deny = toml(DENY);
    let banned: Vec<&str> = deny["bans"]["deny"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["name"].as_str().expect("a name"))
        .collect();
    let lock = toml(LOCK);
    let packages = lock["package"].as_array().expect("a list");
    let found: Vec<&str> = packages.iter().map(|package| package["name"].as_str().expect("a name")).collect();
    for name in banned {
        assert!(!found.contains(&name), "{name} is banned by deny.toml, but it is in Cargo.lock");
    }
}

#[test]
fn everything_comes_from_the_registry() {
    for package in toml(LOCK)["package"].as_array().expect("a list") {
        let source = package.get("source").and_then(toml::Value::as_str);
        let ours = package["name"].as_str() == Some("goodturn");
        assert!(
            ours || source.is_some_and(|source| source.starts_with("registry+")),
            "{} comes from elsewhere",
            package["name"]
        );
    }
}

#[test]
fn every_dependency_says_what_it_is_for() {
    let mut in_dependencies = false;
    for line in MANIFEST.lines() {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies");
        } else if in_dependencies && !line.trim().is_empty() {
            let reason = line.split_once(" # ").map_or("", |(_, reason)| reason);
            assert!(!reason.trim().is_empty(), "no reason is given for: {line}");
        }
    }
}

#[test]
fn every_licence_is_welcome() {
    let deny = toml(DENY);
    let allow: Vec<&str> = deny["licenses"]["allow"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(toml::Value::as_str)
        .collect();
    for package in metadata()["packages"].as_array().expect("a list") {
        let name = package["name"].as_str().expect("a name");
        let licence = package["license"].as_str().unwrap_or_else(|| panic!("{name} names no licence"));
        assert!(is_welcome(licence, &allow), "{name}: {licence:?} is not among the licences of deny.toml");
    }
}

/// What is built on this machine, as cargo tells it.
fn metadata() -> Value {
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc is there, it built this");
    let about = String::from_utf8(rustc.stdout).expect("text");
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let arguments = ["metadata", "--format-version=1", "--locked", "--filter-platform", host];
    let told = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo is there, it runs this");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).expect("cargo answers in JSON")
}

/// Whether an SPDX expression can be met with the licences of a list: `A OR (B AND C)`, `A/B`.
fn is_welcome(expression: &str, allow: &[&str]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let welcome = any(&mut rest, allow);
    assert!(rest.is_empty(), "{expression:?} is not understood");
    welcome
}

fn any(rest: &mut &[&str], allow: &[&str]) -> bool {
    let mut welcome = all(rest, allow);
    while let ["OR", after @ ..] = *rest {
        *rest = after;
        welcome |= all(rest, allow);
    }
    welcome
}

fn all(rest: &mut &[&str], allow: &[&str]) -> bool {
    let mut welcome = one(rest, allow);
    while let ["AND", after @ ..] = *rest {
        *rest = after;
        welcome &= one(rest, allow);
    }
    welcome
}

fn one(rest: &mut &[&str], allow: &[&str]) -> bool {
    match *rest {
        ["(", after @ ..] => {
            *rest = after;
            let welcome = any(rest, allow);
            *rest = rest.strip_prefix(&[")"]).expect("a bracket closes");
            welcome
        }
        [name, "WITH", exception, after @ ..] => {
            *rest = after;
            allow.contains(&format!("{name} WITH {exception}").as_str())
        }
        [name, after @ ..] => {
            *rest = after;
            allow.contains(name)
        }
        [] => false,
    }
}

#[test]
fn licences_are_understood() {
    let allow = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];
    for (expression, expected) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(GPL-3.0 OR ISC) AND MIT", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("Apache-2.0", false),
    ] {
        assert_eq!(is_welcome(expression, &allow), expected, "{expression}");
    }
}

#[test]
fn the_container_is_small_and_runs_as_nobody_special() {
    let stages: Vec<&str> = DOCKERFILE.lines().filter(|line| line.starts_with("FROM ")).collect();
    assert_eq!(stages.len(), 2, "one stage builds, one runs: {stages:?}");
    for stage in &stages {
        let image = stage.split_whitespace().nth(1).expect("an image");
        let tag = image.split_once(':').map_or("latest", |(_, tag)| tag);
        assert_ne!(tag, "latest", "{stage}");
    }
    let last = DOCKERFILE.rsplit("FROM ").next().expect("the last stage");
    let user =
        last.lines().filter_map(|line| line.strip_prefix("USER ")).next_back().expect("a user is named");
    assert!(user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id >= 1000)), "USER {user}");
    assert!(
        last.contains("ENTRYPOINT [\"/usr/local/bin/goodturn\"]"),
        "signals must reach the program itself"
    );
}
