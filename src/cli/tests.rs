//! Tests of this part.

use std::io;

use super::*;

struct Said {
    code: u8,
    out: String,
    err: String,
}

/// Runs the program with a file named `goodturn.toml`, in an environment with nothing in it.
fn say(args: &[&str], file: Option<&'static str>) -> Said {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = std::iter::once("goodturn").chain(args.iter().copied()).map(OsString::from);
    let read: &'static dyn Fn(&std::path::Path) -> io::Result<String> = match file {
        Some(_) => {
            &|_| Ok(String::from("[web]\nlisten = \"127.0.0.1:9\"\n\n[[topics]]\nname = \"billing\"\n"))
        }
        None => &|_| Err(ErrorKind::NotFound.into()),
    };
    let environment = [("SLACK_BOT_TOKEN".to_owned(), "xoxb-sesame".to_owned())].into();
    let code = execute(args, |flags| Sources { environment, flags, read }, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Said { code, out: text(out), err: text(err) }
}

#[test]
fn help_shows_commands_and_environment() {
    let said = say(&["--help"], None);
    assert_eq!((said.code, said.err.as_str()), (WELL, ""));
    insta::assert_snapshot!(said.out);
}

#[test]
fn every_variable_that_is_read_is_in_the_help() {
    let help = say(&["--help"], None).out;
    let template = crate::config::TEMPLATE;
    let variables = template.split(|c: char| !c.is_ascii_uppercase() && c != '_');
    for variable in variables.filter(|word| word.starts_with("SLACK_") || word.starts_with("GOODTURN_")) {
        assert!(help.contains(variable), "{variable}");
    }
    assert!(help.contains("DATABASE_URL"));
}

#[test]
fn a_taken_address_names_where_it_was_set() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("an address").to_string();
    let said = say(&["playground", "--in-memory", "--listen", &address], None);
    assert_eq!(said.code, MEND);
    assert!(said.err.contains(&format!("cannot listen on {address}")), "{}", said.err);
    assert!(said.err.trim_end().ends_with("choose another with --listen"), "{}", said.err);
    let wrong = say(&["check", "--listen", "foo"], None).err;
    assert!(wrong.contains("--listen: \"foo\" is not an address"), "{wrong}");
}

#[test]
fn a_mistyped_command_is_answered_with_the_nearest() {
    let said = say(&["chekc"], None);
    assert_eq!((said.code, said.out.as_str()), (WRONG, ""));
    assert!(said.err.contains("a similar subcommand exists: 'check'"), "{}", said.err);
}

#[test]
fn the_settings_are_shown_with_their_origin_and_without_secrets() {
    let said = say(&["config", "show", "--log", "debug"], Some("usual"));
    assert_eq!((said.code, said.err.as_str()), (WELL, ""));
    assert!(!said.out.contains("sesame"), "{}", said.out);
    insta::assert_snapshot!(said.out);
}

#[test]
fn what_is_shown_can_be_read_again() {
    let said = say(&["config", "show"], None);
    let read = |path: &std::path::Path| match path.to_str() {
        Some("goodturn.toml") => Ok(said.out.clone()),
        _ => Err(ErrorKind::NotFound.into()),
    };
    let sources = Sources { environment: [].into(), flags: Flags::default(), read: &read };
    let config = config::load(sources).unwrap_or_else(|problems| panic!("{problems:?}"));
    assert_eq!(config.limits.handlers, 64);
}

#[test]
fn the_template_is_printed_as_it_is() {
    let said = say(&["config", "template"], None);
    assert_eq!((said.code, said.out.as_str()), (WELL, crate::config::TEMPLATE));
}

#[test]
fn completions_are_made_for_a_shell() {
    let said = say(&["completions", "bash"], None);
    assert_eq!(said.code, WELL);
    assert!(said.out.contains("_goodturn()"), "{}", said.out);
}

#[test]
fn all_problems_of_the_configuration_are_told_and_nothing_is_done() {
    let said = say(&["check", "--listen", "here", "--log", "inof"], None);
    assert_eq!((said.code, said.out.as_str()), (WRONG, ""));
    assert_eq!(
        said.err,
        "goodturn: the configuration has 2 things to mend:\n  \
         --listen: \"here\" is not an address and a port; write it like 127.0.0.1:8080 or [::1]:8080\n  \
         --log: \"inof\" is no log filter; write error, warn, info, debug, trace or off, or by part: \
         \"info,goodturn::slack=debug\"\n"
    );
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let args = ["goodturn", "config", "template"].map(OsString::from);
    let sources =
        |flags| Sources { environment: [].into(), flags, read: &|_| Err(ErrorKind::NotFound.into()) };
    let mut err = Vec::new();
    assert_eq!(execute(args, sources, &mut Gone, &mut err), WELL);
    assert!(err.is_empty());
}
