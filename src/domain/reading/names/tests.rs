use super::*;

struct Room(Vec<&'static str>);

impl Register for Room {
    type Person = usize;

    fn by_name(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|known| *known == name)
    }

    fn lately(&self) -> impl Iterator<Item = (usize, &str)> {
        self.0.iter().copied().enumerate()
    }
}

const ANNA: usize = 0;
const BORIS: usize = 1;

fn read(text: &str) -> Named<usize> {
    named(text, &Room(vec!["anna", "boris_k", "will", "boris_q"]))
}

#[test]
fn a_name_at_the_front_is_an_address() {
    for text in ["anna: look", "Anna, look", "@anna look", "anna look", "ANNA: : look"] {
        assert_eq!(read(text).leading, [ANNA], "{text}");
    }
    assert_eq!(read("anna, boris_k: look").leading, [ANNA, BORIS]);
}

#[test]
fn a_name_elsewhere_is_a_mention() {
    let named = read("as anna said, ask Boris_K");
    assert_eq!((named.leading.as_slice(), named.inline.as_slice()), (&[][..], &[ANNA, BORIS][..]));
    assert_eq!(read("thanks@anna").inline, [ANNA]);
}

#[test]
fn a_slip_or_a_short_form_is_understood_where_it_fits_one_person() {
    for text in ["anan: look", "annna, look", "ann: look", "anna_: look"] {
        assert_eq!(read(text).leading, [ANNA], "{text}");
    }
    assert!(read("boris: look").leading.is_empty(), "two could be meant");
}

#[test]
fn an_everyday_word_is_a_name_only_where_it_is_written_as_one() {
    assert!(read("i will look").inline.is_empty());
    assert!(read("will you look").leading.is_empty());
    assert_eq!(read("will: look").leading, [2]);
    assert_eq!(read("@will look").leading, [2]);
}

#[test]
fn an_address_to_somebody_unknown_is_noticed() {
    assert!(read("zacharias: look").stranger);
    assert!(read("@zacharias look").stranger);
    assert!(!read("look: there").stranger);
    assert!(!read("https://example.com: there").stranger);
}

#[test]
fn one_slip_is_one() {
    for (a, b, is) in [
        ("abcd", "abcd", true),
        ("abcd", "abdc", true),
        ("abcd", "abxd", true),
        ("abcd", "abc", true),
        ("abcd", "axcy", false),
        ("ab", "abcd", false),
        ("", "a", true),
    ] {
        assert_eq!(one_slip(a, b), is, "{a} {b}");
        assert_eq!(one_slip(b, a), is, "{b} {a}");
    }
}
