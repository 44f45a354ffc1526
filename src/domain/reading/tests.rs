use proptest::prelude::*;

use super::*;

/// A channel where messages are named by their number, and people by their name.
struct Room {
    channel: Channel,
    said: u32,
    at: i64,
}

impl Room {
    fn new(place: Place) -> Self {
        Self { channel: Channel::new(place), said: 0, at: 1_800_000_000_000 }
    }

    fn wait(&mut self, minutes: i64) {
        self.at += minutes * 60_000;
    }

    fn hear(&mut self, side: Side, name: &str, text: &str, facts: &[Fact<'_>]) -> Heard {
        self.said += 1;
        self.at += 20_000;
        self.channel.hear(&Said {
            message: &key(self.said),
            author: &user(name),
            name,
            side,
            at: Timestamp::from_millisecond(self.at).unwrap(),
            text,
            facts,
        })
    }

    fn customer(&mut self, name: &str, text: &str) -> Heard {
        self.hear(Side::Customer, name, text, &[])
    }

    fn staff(&mut self, name: &str, text: &str) -> Heard {
        self.hear(Side::Staff, name, text, &[])
    }

    /// A customer asks, and is followed.
    fn ask(&mut self, name: &str, text: &str) -> MessageKey {
        let heard = self.customer(name, text);
        assert_eq!(heard.need, Need::Answer, "{text}");
        self.channel.follow();
        key(self.said)
    }

    fn answer(&self, ask: &MessageKey) -> Option<Answer> {
        self.channel.verdict(ask).expect("it is followed").answer
    }
}

fn key(number: u32) -> MessageKey {
    MessageKey::from(number.to_string())
}

fn user(name: &str) -> UserKey {
    UserKey::from(format!("U-{name}"))
}

#[test]
fn nobody_has_answered_what_was_asked_just_now() {
    let mut room = Room::new(Place::Channel);
    let ask = room.ask("carla", "How do I change the delivery address of order 7731?");
    let verdict = room.channel.verdict(&ask).unwrap();
    assert_eq!(verdict.answer, None);
    assert!(verdict.chance < 0.2, "{}", verdict.chance);
    assert_eq!(room.channel.verdict(&key(99)), None);
}

#[test]
fn a_mention_of_the_asker_answers() {
    let mut room = Room::new(Place::Channel);
    let ask = room.ask("carla", "How do I change the delivery address of order 7731?");
    room.customer("dora", "When do you open on Saturday?");
    let heard = room.staff("sam", "carla: open the order and press the pencil beside the address");
    let [(answered, answer)] = heard.answers.as_slice() else { panic!("{heard:?}") };
    assert_eq!((answered, &answer.message, &answer.who), (&ask, &key(3), &user("sam")));
    assert!(answer.because.contains(&Because::Mention), "{answer:?}");
    assert_eq!(heard.to, Some(user("carla")));
}

#[test]
fn a_mention_that_the_platform_tells_answers() {
    let mut room = Room::new(Place::Channel);
    let ask = room.ask("carla", "How do I change the delivery address of order 7731?");
    room.customer("dora", "When do you open on Saturday?");
    room.hear(Side::Staff, "sam", "press the pencil beside it", &[Fact::Mentions(&user("carla"))]);
    assert_eq!(room.answer(&ask).unwrap().because[0], Because::Mention);
}

#[test]
fn a_reply_answers_whatever_stands_between() {
    let mut room = Room::new(Place::Channel);
    let ask = room.ask("carla", "How do I change the delivery address of order 7731?");
    for number in 0..40 {
        room.customer(["dora", "emil", "fred"][number % 3], "the weather is lovely at the lake");
    }
    room.wait(90);
    let reply = Fact::RepliesTo { message: &ask, author: &user("carla") };
    let heard = room.hear(Side::Staff, "sam", "done", &[reply]);
    assert_eq!(heard.answers[0].1.because[0], Because::Reply);
    assert_eq!(heard.answers[0].0, ask);
}

#[test]
fn in_a_thread_whoever_speaks_answers_unless_it_is_for_another() {
    let mut room = Room::new(Place::Thread);
    let ask = room.ask("carla", "How do I change the delivery address of order 7731?");
    room.hear(Side::Staff, "sam", "can you take this one", &[Fact::Mentions(&user("tina"))]);
    assert_eq!(room.answer(&ask), None);
    room.wait(600);
    room.staff("tina", "It is changed.");
    let answer = room.answer(&ask).unwrap();
    assert_eq!((answer.message, answer.because[0]), (key(3), Because::Thread));
}

#[test]
fn the_next_words_of_staff_answer_without_a_name() {
    let mut room = Room::new(Place::Channel);
    let ask = room.ask("carla", "Hi, where do I find the invoice for the green chairs?");
    room.staff("sam", "You find the invoice under Orders, behind the green chairs");
    let chance = room.channel.verdict(&ask).unwrap().chance;
    let answer = room.answer(&ask).unwrap_or_else(|| panic!("{chance}"));
    assert!(answer.because.contains(&Because::Adjacent { between: 0 }), "{answer:?}");
    assert!(
        answer.because.iter().any(|reason| matches!(reason, Because::SharedWords { count: 1.. })),
        "{answer:?}"
    );
}

#[test]
fn what_the_asker_says_afterwards_is_a_reason() {
    let mut room = Room::new(Place::Channel);
    let ask = room.ask("carla", "Where do I find the invoice for the green chairs?");
    room.staff("sam", "carla: under Orders");
    room.customer("carla", "sam: thanks, got it");
    let because = room.answer(&ask).unwrap().because;
    assert!(because.contains(&Because::Thanked) && because.contains(&Because::SpokeBack), "{because:?}");
}

#[test]
fn customers_do_not_answer_for_staff() {
    let mut room = Room::new(Place::Channel);
    let ask = room.ask("carla", "Where do I find the invoice for the green chairs?");
    let heard = room.customer("dora", "carla: I wonder about the invoice too");
    assert_eq!((heard.answers.len(), room.answer(&ask)), (0, None));
}

#[test]
fn staff_talking_among_themselves_do_not_answer() {
    let mut room = Room::new(Place::Channel);
    room.staff("sam", "tina: did the lorry from Ghent arrive");
    room.staff("tina", "sam: it did, all of it");
    let ask = room.ask("carla", "Where do I find the invoice for the green chairs?");
    room.staff("sam", "tina: great, then lunch at one");
    room.staff("tina", "sam: yes, see you there");
    assert_eq!(room.answer(&ask), None);
}

#[test]
fn thanks_after_the_answer_need_nothing_and_trouble_after_it_does() {
    let mut room = Room::new(Place::Channel);
    room.ask("carla", "The export fails with error 12, what can I do?");
    room.staff("sam", "carla: clear the cache and try again");
    assert_eq!(room.customer("carla", "Thanks!").need, Need::Nothing);
    assert_eq!(room.customer("carla", "thanks, but it still fails").need, Need::Answer);
}

#[test]
fn whoever_was_asked_and_answers_waits_again() {
    let mut room = Room::new(Place::Channel);
    room.ask("carla", "The export fails, what can I do?");
    room.staff("sam", "carla: which version do you have?");
    let heard = room.customer("carla", "sam: the one from last Tuesday, on the big machine");
    assert_eq!((heard.need, heard.to), (Need::Answer, Some(user("sam"))));
    room.staff("sam", "carla: is it the blue one?");
    assert_eq!(room.customer("carla", "sam: yes").need, Need::Unsure);
}

#[test]
fn a_second_message_minutes_later_continues_the_first() {
    let mut room = Room::new(Place::Channel);
    assert_eq!(room.customer("carla", "Hi").continues, None);
    room.wait(9);
    assert_eq!(room.customer("carla", "I have a question").continues, Some(key(1)));
    room.wait(10);
    assert_eq!(room.customer("carla", "are you open").continues, None);
}

#[test]
fn what_is_let_go_is_followed_no_more() {
    let mut room = Room::new(Place::Channel);
    let ask = room.ask("carla", "Where is the invoice?");
    room.channel.let_go(&ask);
    assert_eq!(room.channel.verdict(&ask), None);
    assert_eq!(room.staff("sam", "carla: here").answers, []);
}

#[test]
fn the_oldest_is_let_go_when_too_many_are_followed() {
    let mut room = Room::new(Place::Channel);
    let first = room.ask("carla", "Where is the invoice?");
    for _ in 0..MOST_FOLLOWED {
        room.ask("dora", "Where is the invoice?");
    }
    assert_eq!(room.channel.verdict(&first), None);
    assert_eq!(room.channel.followed.len(), MOST_FOLLOWED);
}

#[test]
fn memory_has_an_end() {
    let mut room = Room::new(Place::Channel);
    for number in 0..5_000_u32 {
        room.customer(
            &format!("guest{number}"),
            &format!("word{number} other{number} third{number} {number}"),
        );
    }
    assert!(
        room.channel.memory.sizes().into_iter().max() < Some(25_000),
        "{:?}",
        room.channel.memory.sizes()
    );
}

#[derive(Clone, Debug)]
struct Line {
    who: u8,
    text: String,
    pause: u32,
    follow: bool,
}

fn line() -> impl Strategy<Value = Line> {
    let text =
        prop_oneof![".{0,40}", "(U0|u1|u2:|@u3|thanks|how|why|the printer|is broken|ok|\\?|,| ){0,8}",];
    (0..6_u8, text, 0..4_000_000_u32, any::<bool>()).prop_map(|(who, text, pause, follow)| Line {
        who,
        text,
        pause,
        follow,
    })
}

/// Reads the lines, and gives all that was understood, and the verdicts at the end.
fn read(lines: &[Line]) -> (Vec<Heard>, Vec<Verdict>) {
    let mut room = Room::new(Place::Channel);
    let mut followed = Vec::new();
    let mut heard = Vec::new();
    for line in lines {
        room.at += i64::from(line.pause);
        let side = [Side::Customer, Side::Staff, Side::Unknown][usize::from(line.who) % 3];
        heard.push(room.hear(side, &format!("u{}", line.who), &line.text, &[]));
        if line.follow {
            room.channel.follow();
            followed.push(key(room.said));
        }
    }
    let verdicts = followed.iter().map(|key| room.channel.verdict(key).expect("it is followed")).collect();
    (heard, verdicts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_same_lines_are_read_the_same(lines in prop::collection::vec(line(), 0..60)) {
        prop_assert_eq!(read(&lines), read(&lines));
    }

    #[test]
    fn what_was_understood_does_not_depend_on_what_comes_later(lines in prop::collection::vec(line(), 1..60), at in 0..60_usize) {
        let at = at.min(lines.len());
        prop_assert_eq!(&read(&lines).0[..at], &read(&lines[..at]).0[..]);
    }

    #[test]
    fn a_verdict_is_a_chance_and_an_answer_is_by_another_and_has_a_reason(lines in prop::collection::vec(line(), 0..60)) {
        let (heard, verdicts) = read(&lines);
        for verdict in &verdicts {
            prop_assert!((0.0..=1.0).contains(&verdict.chance));
            prop_assert_eq!(verdict.answer.is_some(), verdict.chance > ANSWERED);
        }
        for (asked, answer) in heard.iter().flat_map(|heard| &heard.answers) {
            let author = |key: &MessageKey| lines[key.as_str().parse::<usize>().unwrap() - 1].who;
            prop_assert!(author(asked) != author(&answer.message));
            prop_assert!(author(&answer.message) % 3 != 0, "a customer answered");
            prop_assert!(!answer.because.is_empty());
            prop_assert!(asked.as_str().parse::<u32>().unwrap() < answer.message.as_str().parse::<u32>().unwrap());
        }
    }
}
