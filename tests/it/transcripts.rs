//! Days told in text: each script in `transcripts/` is played through the real app, and the chat as
//! people saw it stands in `transcripts/seen/`.
//!
//! To read one: a line that begins with a time is what somebody did; the lines under it, set in, are
//! what appeared on whose screen (`→` new, `✎` changed). To add one: write the script, name it below,
//! run the tests, read what came out as the people in it would, and accept it with `cargo insta accept`.

use std::path::Path;

use crate::support::world;

macro_rules! transcripts {
    ($($name:ident),+ $(,)?) => {
        const NAMES: &[&str] = &[$(stringify!($name)),+];

        $(
            #[tokio::test]
            async fn $name() {
                let script = include_str!(concat!("transcripts/", stringify!($name), ".txt"));
                let seen = world::play(script).await;
                insta::with_settings!({
                    snapshot_path => "transcripts/seen",
                    prepend_module_to_snapshot => false,
                    omit_expression => true,
                }, { insta::assert_snapshot!(stringify!($name), seen) });
                assert!(!seen.contains(" ! "), "somebody did not find what the script says:\n{seen}");
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
