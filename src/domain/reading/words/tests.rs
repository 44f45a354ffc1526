use super::*;

#[test]
fn endings_and_capitals_do_not_count() {
    assert_eq!(of("Installed installing INSTALL"), of("install"));
    assert_eq!(of("a an it"), [0_u32; 0]);
}

#[test]
fn a_rare_word_says_more_than_a_common_one() {
    let mut rarity = Rarity::default();
    for number in 0..100 {
        rarity.learn(&of(if number == 0 { "the gasket" } else { "the parcel" }));
    }
    let [common, rare] = ["parcel", "gasket"].map(|word| rarity.weight(of(word)[0]));
    assert!(rare > 3.0 && common < 0.5, "{rare} {common}");
}

#[test]
fn shared_words_are_those_in_both() {
    let (a, b) = (of("green chairs and an invoice"), of("the invoice of the chairs"));
    let found = shared(&a, &vec![1.0; a.len()], &b);
    assert_eq!((found.count, found.weight), (2, 2.0));
    assert!(found.share > 0.0 && found.share < 1.0);
    assert_eq!(shared(&a, &vec![1.0; a.len()], &[]), Shared::default());
}

#[test]
fn a_long_text_is_known_by_its_beginning() {
    let text: Vec<String> = (0..1_000).map(|number| format!("w{number}x")).collect();
    assert_eq!(of(&text.join(" ")).len(), MOST_WORDS);
}

#[test]
fn words_are_forgotten_when_there_are_too_many() {
    let mut rarity = Rarity::default();
    for number in 0..30_000 {
        rarity.learn(&of(&format!("{number}word common")));
    }
    assert!(rarity.known() <= MOST_KNOWN);
    assert!(rarity.weight(of("common")[0]) < 1.0, "the common one is still common");
}
