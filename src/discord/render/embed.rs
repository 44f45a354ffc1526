//! What does not fit into a line: quotes, facts, lists, as embeds.
//! Invariants: within Discord's limits of one embed and of all together; a card's own embed comes first,
//! then one for each titled part, then entries share one.

use serenity::builder::{CreateEmbed, CreateEmbedFooter};

use super::actions::Numbers;
use super::limit;
use super::text::{Reader, Style, Writer};
use crate::chat::card::{Action, Card, Tone};
use crate::chat::text::Text;

/// Where the title of a part stands.
#[derive(Clone, Copy)]
enum Titled {
    /// Above the embed.
    Above,
    /// With the part.
    Here,
}

/// What the first of several embeds leaves to each that follows.
const FOR_EACH_OTHER: usize = 400;
/// What a quote leaves to the rest of its embed.
const BESIDE_QUOTE: usize = 700;

/// The embeds of a card, of whose lines these stand below the content.
pub(super) fn embeds(card: &Card, below: &[Text], reader: Reader<'_>, numbers: Numbers) -> Vec<CreateEmbed> {
    let groups = grouped(&card.parts);
    let mut left = limit::EMBEDS_IN_ALL;
    let mut embeds = Vec::new();
    if has_own(card, below) {
        let most = left.saturating_sub(groups.len() * FOR_EACH_OTHER);
        let (embed, used) = own_embed(card, below, reader, most);
        left = left.saturating_sub(used);
        embeds.push(embed);
    }
    let mut entry = 0;
    for (n, group) in groups.iter().enumerate() {
        let others = groups.len() - n - 1;
        let most = left.saturating_sub(others * FOR_EACH_OTHER).min(left);
        if most < 2 || embeds.len() == limit::EMBEDS {
            break;
        }
        let (embed, used) = group_embed(group, card.tone, reader, numbers, &mut entry, most);
        left = left.saturating_sub(used);
        embeds.extend(embed);
    }
    embeds
}

/// Whether a card needs an embed for itself.
pub(super) fn has_own(card: &Card, below: &[Text]) -> bool {
    let quoted = card.quote.as_ref().is_some_and(|words| !words.trim().is_empty());
    quoted || !card.facts.is_empty() || !below.is_empty()
}

/// Titled parts each for themselves, others together with their neighbours.
fn grouped(parts: &[Card]) -> Vec<&[Card]> {
    let mut groups = Vec::new();
    let mut from = 0;
    for at in 1..=parts.len() {
        let ends = parts.get(at).is_none_or(|next| next.title.is_some() || parts[at - 1].title.is_some());
        if ends {
            groups.push(&parts[from..at]);
            from = at;
        }
    }
    groups
}

fn own_embed(card: &Card, below: &[Text], reader: Reader<'_>, most: usize) -> (CreateEmbed, usize) {
    let mut embed = dressed(card.tone);
    let mut used = 0;
    let footer = small_words(card, reader);
    if !footer.is_empty() {
        let footer = super::cut(&footer, limit::FOOTER.min(most / 4));
        used += footer.chars().count();
        embed = embed.footer(CreateEmbedFooter::new(footer));
    }
    // The shorter ones beside each other, as Discord sets them; all are kept, however many.
    for (label, value) in card.facts.iter().take(limit::FIELDS) {
        let room = most.saturating_sub(used + BESIDE_QUOTE);
        let mut name = Writer::new(reader, limit::FIELD_NAME.min(room));
        name.plain(super::cut(label, limit::FIELD_NAME / 2).as_str());
        let mut shown = Writer::new(reader, limit::FIELD_VALUE.min(room));
        shown.text(value, Style::Plain);
        if shown.is_empty() {
            shown.plain("–");
        }
        let ((name, _), (shown, _)) = (name.finish(), shown.finish());
        let length = name.chars().count() + shown.chars().count();
        if room < length {
            break;
        }
        used += length;
        let inline = shown.chars().count() <= 60;
        embed = embed.field(name, shown, inline);
    }
    let mut writer = Writer::new(reader, limit::DESCRIPTION.min(most.saturating_sub(used)));
    for line in below {
        writer.line();
        writer.text(line, Style::Plain);
    }
    if let Some(words) = &card.quote {
        let beside = card.facts.len().saturating_sub(limit::FIELDS) * 100;
        writer.quote(words, limit::DESCRIPTION.min(most.saturating_sub(used + beside)));
    }
    for (label, value) in card.facts.iter().skip(limit::FIELDS) {
        fact(&mut writer, label, value);
    }
    let (description, _) = writer.finish();
    used += description.chars().count();
    if !description.trim().is_empty() {
        embed = embed.description(description);
    }
    (embed, used)
}

fn group_embed(
    group: &[Card],
    tone: Tone,
    reader: Reader<'_>,
    numbers: Numbers,
    entry: &mut usize,
    most: usize,
) -> (Option<CreateEmbed>, usize) {
    let mut title = String::new();
    if let [Card { title: Some(text), .. }] = group {
        let mut writer = Writer::new(reader, limit::TITLE.min(most / 2));
        // Titles show neither mentions nor times.
        writer.plain(text.words(reader.zone).trim());
        title = writer.finish().0;
    }
    let used = title.chars().count();
    let mut writer = Writer::new(reader, limit::DESCRIPTION.min(most.saturating_sub(used)));
    for card in group {
        let titled = if title.is_empty() { Titled::Here } else { Titled::Above };
        part(&mut writer, card, numbers, entry, titled);
    }
    let (description, _) = writer.finish();
    let used = used + description.chars().count();
    if title.is_empty() && description.trim().is_empty() {
        return (None, 0);
    }
    let mut embed = dressed(group.first().map_or(tone, |card| card.tone));
    if !title.is_empty() {
        embed = embed.title(title);
    }
    if !description.trim().is_empty() {
        embed = embed.description(description);
    }
    (Some(embed), used)
}

/// A card within: all of it in one run of text. Entries that can be acted on carry the number that
/// their buttons carry.
fn part(writer: &mut Writer<'_>, card: &Card, numbers: Numbers, entry: &mut usize, titled: Titled) {
    let number = numbers.next(card, entry);
    writer.paragraph();
    if let Some(number) = number {
        writer.bold(&number.to_string());
        writer.plain(" ");
    }
    let mut first = true;
    if let (Some(title), Titled::Here) = (&card.title, titled) {
        writer.text(title, Style::Bold);
        first = false;
    }
    for line in &card.lines {
        if !first {
            writer.line();
        }
        first = false;
        writer.text(line, Style::Plain);
    }
    if let Some(words) = &card.quote {
        writer.quote(words, limit::FIELD_VALUE);
    }
    for (label, value) in &card.facts {
        fact(writer, label, value);
    }
    for action in &card.actions {
        if let Action::Link { label, url } = action {
            writer.line();
            writer.link(url, label);
        }
    }
    for line in card.small.iter().filter(|line| !line.0.is_empty()) {
        writer.small(line);
    }
    for inner in &card.parts {
        part(writer, inner, numbers, entry, Titled::Here);
    }
}

fn fact(writer: &mut Writer<'_>, label: &str, value: &Text) {
    writer.line();
    writer.bold(&format!("{label}:"));
    writer.plain(" ");
    writer.text(value, Style::Plain);
}

/// A footer is shown as it stands, so it is neither escaped nor marked up.
fn small_words(card: &Card, reader: Reader<'_>) -> String {
    let lines: Vec<String> = card
        .small
        .iter()
        .map(|line| line.words(reader.zone).trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

fn dressed(tone: Tone) -> CreateEmbed {
    let embed = CreateEmbed::new();
    match tone {
        Tone::Plain => embed,
        Tone::Ask => embed.colour(0x0058_65F2),
        Tone::Good => embed.colour(0x0024_8046),
        Tone::Quiet => embed.colour(0x0080_848E),
    }
}
