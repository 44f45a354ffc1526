use std::fs;

use tempfile::TempDir;

use super::*;

struct Told {
    code: u8,
    out: String,
    err: String,
    judged: Option<String>,
}

/// Runs it on these files; `None` is a file that does not exist.
fn run(stream: Option<&[u8]>, targets: Option<&[u8]>) -> Told {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, bytes) in [("stream", stream), ("targets", targets)] {
        if let Some(bytes) = bytes {
            fs::write(path(name), bytes).unwrap();
        }
    }
    let files = Files { stream: path("stream"), targets: path("targets"), out: path("judged") };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = unanswered(&files, &mut out, &mut err).unwrap();
    let text = |bytes: Vec<u8>| {
        String::from_utf8(bytes).unwrap().replace(&format!("{}/", folder.path().display()), "")
    };
    Told { code, out: text(out), err: text(err), judged: fs::read_to_string(path("judged")).ok() }
}

const STREAM: &str = r#"{"file":"a","i":0,"t":0,"nick":"carla","kind":"msg","text":"Where do I find the invoice for the green chairs?"}
{"file":"a","i":1,"t":20.5,"nick":null,"kind":"system","text":"sam is now known as sam_office"}
{"file":"b","i":0,"t":0,"nick":"emil","kind":"msg","text":"When does the canteen open?"}
{"file":"a","i":2,"t":40,"nick":"sam_office","kind":"msg","text":"carla: under Orders, behind the green chairs"}
{"file":"a","i":3,"t":60,"nick":"printer","kind":"bot","text":"emil: paper is out"}
"#;

const TARGETS: &str = r#"{"file":"a","i":0,"asker":"carla","window_end":3,"set":"core","ask_cue":true}
{"file":"a","i":0,"window_end":1}
{"file":"b","i":0,"window_end":250}
"#;

fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn questions_are_judged_in_their_order_and_by_their_window() {
    for stream in [STREAM.as_bytes().to_vec(), zipped(STREAM)] {
        let told = run(Some(&stream), Some(TARGETS.as_bytes()));
        assert_eq!((told.code, told.err.as_str()), (WELL, ""));
        assert_eq!(told.out, "1 answered, 2 not; written to judged\n");
        let judged = told.judged.unwrap();
        assert_eq!(
            judged,
            "{\"file\":\"a\",\"i\":0,\"first_answer\":2}\n{\"file\":\"a\",\"i\":0,\"first_answer\":null}\n\
             {\"file\":\"b\",\"i\":0,\"first_answer\":null}\n"
        );
    }
}

#[test]
fn a_window_never_looks_ahead() {
    let longer = format!(
        "{STREAM}{}\n",
        r#"{"file":"b","i":1,"t":30,"nick":"carla","kind":"msg","text":"emil: at noon"}"#
    );
    let short = TARGETS.replace("250", "0");
    let told = run(Some(longer.as_bytes()), Some(short.as_bytes()));
    assert!(told.judged.unwrap().ends_with("{\"file\":\"b\",\"i\":0,\"first_answer\":null}\n"));
    let told = run(Some(longer.as_bytes()), Some(TARGETS.as_bytes()));
    assert!(told.judged.unwrap().ends_with("{\"file\":\"b\",\"i\":0,\"first_answer\":1}\n"));
}

#[test]
fn bad_input_is_told_with_its_line_and_writes_nothing() {
    let line = |text: &str| STREAM.replacen("{\"file\":\"b\"", &format!("{text}\n{{\"file\":\"b\""), 1);
    let cases = [
        (None, Some(TARGETS.to_owned()), "goodturn: stream cannot be read: "),
        (Some(STREAM.to_owned()), None, "goodturn: targets cannot be read: "),
        (Some(String::new()), Some(TARGETS.to_owned()), "goodturn: stream is empty"),
        (Some("\n \n".to_owned()), Some(TARGETS.to_owned()), "goodturn: stream is empty"),
        (Some(STREAM.to_owned()), Some(String::new()), "goodturn: targets is empty"),
        (Some(line("not json")), Some(TARGETS.to_owned()), "goodturn: stream line 3: column 2 is not what"),
        (
            Some(line("{\"file\":\"a\",\"i\":2}")),
            Some(TARGETS.to_owned()),
            "goodturn: stream line 3: column 18 is not",
        ),
        (
            Some(line(r#"{"file":"a","i":0,"t":0,"nick":"x","kind":"msg","text":"secret"}"#)),
            Some(TARGETS.to_owned()),
            "goodturn: stream line 3: message 0 of a comes after message 1",
        ),
        (
            Some(line(r#"{"file":"a","i":2,"t":0,"nick":null,"kind":"msg","text":"secret"}"#)),
            Some(TARGETS.to_owned()),
            "goodturn: stream line 3: message 2 has no nick",
        ),
        (
            Some(line(r#"{"file":"a","i":2,"t":1e300,"nick":"x","kind":"msg","text":"secret"}"#)),
            Some(TARGETS.to_owned()),
            "goodturn: stream line 3: t of message 2 is no time",
        ),
        (
            Some(line(r#"{"file":"a","i":2,"t":1,"nick":"x","kind":"msg","text":["secret"]}"#)),
            Some(TARGETS.to_owned()),
            "goodturn: stream line 3: column ",
        ),
        (
            Some(STREAM.to_owned()),
            Some(TARGETS.replace("\"b\",\"i\":0", "\"b\",\"i\":7")),
            "goodturn: targets line 3: message 7 of b does not stand in stream",
        ),
        (
            Some(STREAM.to_owned()),
            Some(TARGETS.replace("\"b\"", "\"c\"")),
            "goodturn: targets line 3: message 0 of c does not stand in stream",
        ),
    ];
    for (stream, targets, complaint) in cases {
        let told = run(stream.as_deref().map(str::as_bytes), targets.as_deref().map(str::as_bytes));
        assert_eq!((told.code, told.out.as_str(), told.judged), (MEND, "", None), "{complaint}");
        assert!(told.err.starts_with(complaint), "{} is not {complaint}", told.err);
        assert!(!told.err.contains("secret"), "{}", told.err);
    }
}

#[test]
fn a_file_cut_off_while_packed_is_told() {
    let mut cut = zipped(STREAM);
    cut.truncate(cut.len() / 2);
    let told = run(Some(&cut), Some(TARGETS.as_bytes()));
    assert_eq!(told.code, MEND);
    assert!(told.err.starts_with("goodturn: stream line "), "{}", told.err);
}

#[test]
fn a_place_that_cannot_be_written_is_told() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs::write(path("stream"), STREAM).unwrap();
    fs::write(path("targets"), TARGETS).unwrap();
    let files = Files { stream: path("stream"), targets: path("targets"), out: path("nowhere/judged") };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    assert_eq!(unanswered(&files, &mut out, &mut err).unwrap(), MEND);
    assert!(String::from_utf8(err).unwrap().contains("nowhere/judged cannot be written"));
}
