//! Days told in text: each script in `transcripts/` is played through the real app, and the chat as
//! people saw it stands in `transcripts/seen/`.
//!
//! Each is played twice from its one text: on Slack, whose chat is the one that stands there, and on
//! Discord, where people must see the same to the letter. Both ways go through the platform's own
//! payloads and drawings; see `support/skin.rs`. Scripts whose people are on both play there at once. What Discord cannot have is in [`APART`].
//!
//! To read one: a line that begins with a time is what somebody did; the lines under it, set in, are
//! what appeared on whose screen (`→` new, `✎` changed). To add one: write the script, name it below,
//! run the tests, read what came out as the people in it would, and accept it with `cargo insta accept`.

use std::path::Path;
use std::sync::Arc;

use crate::support::skin::Skin;
use crate::support::skin::discord::{Discord, UNDONE};
use crate::support::skin::slack::Slack;
use crate::support::world::{self, Played};

/// Scripts that turn on something that Discord does not have, and are played on Slack alone.
const APART: &[(&str, &str)] = &[
    ("do_not_disturb", "Discord tells a bot nobody's do-not-disturb"),
    ("escalation_is_checked_when_it_fires", "somebody in it does not want to be disturbed"),
];

/// Scripts in which words stand otherwise on Discord: the script, the words on Slack and on Discord.
const WORDED: &[(&str, &str, &str, &str)] = &[(
    "fake_mentions",
    "<https://evil.example|click>",
    "https://evil.example|click",
    "in angle brackets Discord shows an address without them, so nobody saw them",
)];

macro_rules! transcripts {
    ($($name:ident),+ $(,)?) => {
        const NAMES: &[&str] = &[$(stringify!($name)),+];

        $(
            #[tokio::test]
            async fn $name() {
                let script = include_str!(concat!("transcripts/", stringify!($name), ".txt"));
                let Played { told: seen, undone } = world::play(script, skins(script)).await;
                assert!(undone.is_empty(), "{undone:?}");
                insta::with_settings!({
                    snapshot_path => "transcripts/seen",
                    prepend_module_to_snapshot => false,
                    omit_expression => true,
                }, { insta::assert_snapshot!(stringify!($name), seen) });
                assert!(!seen.contains(" ! "), "somebody did not find what the script says:\n{seen}");
                same_on_discord(stringify!($name), script, &seen).await;
            }
        )+
    };
}

transcripts! {
    app_home,
    bad_weather,
    buttons_pressed_twice_and_late,
    capacity_is_kept,
    codes_are_guarded,
    decline_for_each_reason,
    deputies,
    direct_messages,
    do_not_disturb,
    escalation_is_checked_when_it_fires,
    fake_mentions,
    five_minutes_before_closing,
    give_back,
    hand_off_to_done,
    lunch_breaks_and_holidays,
    mention_in_a_thread,
    message_shortcut,
    no_topics_at_all,
    on_behalf_of_a_customer,
    one_request_across_both,
    outside_office_hours,
    private_requests,
    quiet_requests,
    requests_commands,
    roles_on_discord,
    service_commands,
    still_waiting,
    strangers,
    the_asked_person_leaves,
    the_ladder_is_frozen,
    the_sender_leaves,
    the_volunteer_leaves,
    two_accept_at_once,
    two_workspaces_link,
    unknown_topic,
    unlink,
    up_the_whole_ladder,
    urgent_requests,
    volunteer_commands,
    withdraw_undo_reopen,
    words_of_every_kind,
    zones_and_summer_time,
}

/// Where a script is played for its snapshot: on Slack, or on both at once if somebody in it is on Discord.
fn skins(script: &str) -> Vec<Arc<dyn Skin>> {
    let mut skins: Vec<Arc<dyn Skin>> = vec![Arc::new(Slack::new())];
    if on_both(script) {
        skins.push(Arc::new(Discord::beside()));
    }
    skins
}

fn on_both(script: &str) -> bool {
    script.lines().any(|line| line.starts_with("discord "))
}

/// Plays a script on Discord and holds it against what was seen on Slack. What Discord has no way to do
/// stays undone, and what only answers that is left out, as is what stands on App Home.
async fn same_on_discord(name: &str, script: &str, on_slack: &str) {
    if on_both(script) || APART.iter().any(|(apart, _)| *apart == name) {
        return;
    }
    let Played { told, undone } = world::play(script, vec![Arc::new(Discord::new())]).await;
    for (act, reason) in &undone {
        assert!(UNDONE.contains(reason), "{act}: {reason}");
        eprintln!("not on Discord: {act} ({reason})");
    }
    let worded = |told: &str| {
        let here = WORDED.iter().filter(|(script, ..)| *script == name);
        here.fold(told.to_owned(), |told, (_, slack, discord, _)| told.replace(slack, discord))
    };
    let wanted = shared(&worded(on_slack), &undone);
    let seen = shared(&worded(&told), &undone);
    assert!(wanted == seen, "on Discord people see something else:\n{}", differences(&wanted, &seen));
}

/// What both platforms show: without homes, and without the answers to what could not be done.
fn shared(told: &str, undone: &[(String, &'static str)]) -> String {
    let mut kept = Vec::new();
    let (mut in_undone, mut left_out) = (false, false);
    for line in told.lines() {
        if !line.starts_with(' ') {
            in_undone = undone.iter().any(|(act, _)| act == line);
            left_out = false;
        } else if !line.starts_with("     ") {
            let place = line.split(": ").next().unwrap_or_default();
            left_out = place.ends_with(" home") || (in_undone && place.ends_with(" privately"));
        }
        if !left_out {
            kept.push(line);
        }
    }
    kept.join("\n")
}

/// The lines that differ, as far as they stand against each other.
fn differences(wanted: &str, seen: &str) -> String {
    let apart = wanted.lines().zip(seen.lines()).position(|(wanted, seen)| wanted != seen);
    let from = apart.unwrap_or(0).saturating_sub(4);
    let some = |text: &str| text.lines().skip(from).take(14).collect::<Vec<_>>().join("\n");
    format!("-- on Slack\n{}\n-- on Discord\n{}", some(wanted), some(seen))
}

#[test]
fn what_differs_is_played_and_has_a_reason() {
    let worded = WORDED.iter().map(|(name, _, _, reason)| (name, reason));
    for (name, reason) in APART.iter().map(|(name, reason)| (name, reason)).chain(worded) {
        assert!(NAMES.contains(name) && !reason.is_empty(), "{name}");
    }
}

#[test]
fn every_script_is_played() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/transcripts");
    let mut written: Vec<String> = std::fs::read_dir(folder)
        .expect("the scripts are in the tree")
        .filter_map(|entry| {
            let name = entry.expect("a file").file_name().into_string().expect("a plain name");
            name.strip_suffix(".txt").map(str::to_owned)
        })
        .collect();
    written.sort();
    let mut played: Vec<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    played.sort();
    assert_eq!(written, played);
}
