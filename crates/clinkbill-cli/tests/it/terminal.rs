//! Colour and progress: on a terminal, and nowhere else.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::command::{clinkbill, runtime, sandbox_without_events, signal};

/// Colour begins so, and ends with `m`.
const ESCAPE: char = '\u{1b}';

/// Which of its streams a command has on a terminal. The others go to pipes.
#[derive(Clone, Copy, PartialEq)]
enum Tty {
    Stdout,
    Stderr,
    Neither,
}

/// What a command says in all, and what of it came to the terminal.
struct Said {
    shown: String,
    piped: String,
}

fn run(arguments: &[&str], tty: Tty, variables: &[(&str, &str)]) -> Said {
    run_until(arguments, tty, variables, |_| ())
}

/// Runs a command to the end that this puts to it.
fn run_until(
    arguments: &[&str],
    tty: Tty,
    variables: &[(&str, &str)],
    end: impl FnOnce(&mut Child),
) -> Said {
    let (mut screen, keyboard) = terminal();
    let mut command = clinkbill(variables);
    for decides in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "CI"] {
        if !variables.iter().any(|(name, _)| *name == decides) {
            command.env_remove(decides);
        }
    }
    command.env("TERM", "xterm-256color").args(arguments);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    match tty {
        Tty::Stdout => command.stdout(keyboard.try_clone().unwrap()),
        Tty::Stderr => command.stderr(keyboard.try_clone().unwrap()),
        Tty::Neither => &mut command,
    };
    let mut child = spawned(command);
    // The last one who could write is the command.
    drop(keyboard);
    let shown = std::thread::spawn(move || {
        let mut shown = Vec::new();
        // The end of a terminal is an error on some systems.
        let _ = screen.read_to_end(&mut shown);
        String::from_utf8(shown).unwrap()
    });
    end(&mut child);
    let output = child.wait_with_output().unwrap();
    let piped = [output.stdout, output.stderr].concat();
    Said {
        shown: shown.join().unwrap(),
        piped: String::from_utf8(piped).unwrap(),
    }
}

/// The command holds the terminal too, until it is dropped.
fn spawned(mut command: Command) -> Child {
    command.spawn().unwrap()
}

/// A terminal: what is shown on it, and what a program has of it.
fn terminal() -> (File, File) {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let size = Winsize {
        ws_row: 24,
        ws_col: 120,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&screen, size).unwrap();
    let name = ptsname(&screen, Vec::new()).unwrap();
    let keyboard = File::options()
        .read(true)
        .write(true)
        .open(OsStr::from_bytes(name.as_bytes()))
        .unwrap();
    (screen.into(), keyboard)
}

/// Whether anything is coloured or bold.
fn has_colour(text: &str) -> bool {
    text.split(ESCAPE).skip(1).any(|after| {
        let rest = after.strip_prefix('[').unwrap_or_default();
        let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        rest.starts_with('m')
    })
}

const MISTAKES: [&[&str]; 2] = [&["order", "get", "order_1"], &["order", "get", "a/b"]];

#[test]
fn errors_are_coloured_on_a_terminal_alone_and_not_with_no_color() {
    for arguments in MISTAKES {
        let told = run(arguments, Tty::Stderr, &[]);
        assert!(has_colour(&told.shown), "{arguments:?}: {}", told.shown);
        assert!(told.shown.contains("error:"), "{}", told.shown);
        for (tty, variables) in [
            (Tty::Stderr, &[("NO_COLOR", "1")][..]),
            (Tty::Stdout, &[]),
            (Tty::Neither, &[]),
        ] {
            let told = run(arguments, tty, variables);
            let text = told.shown + &told.piped;
            assert!(text.contains("error:"), "{text}");
            assert!(!text.contains(ESCAPE), "{arguments:?}: {text:?}");
        }
    }
}

#[test]
fn results_are_coloured_on_a_terminal_alone_and_not_with_no_color() {
    let shop = sandbox_without_events();
    let server = [
        ("CLINK_BASE_URL", &shop.base_url[..]),
        ("CLINK_SECRET_KEY", &shop.key),
    ];
    let plain = [&server[..], &[("NO_COLOR", "1")]].concat();
    for (arguments, tty, variables, coloured) in [
        (&["doctor"][..], Tty::Stdout, &server[..], true),
        (&["doctor"], Tty::Stdout, &plain, false),
        (&["doctor"], Tty::Stderr, &server, false),
        (&["doctor"], Tty::Neither, &server, false),
        (&["doctor", "--json"], Tty::Stdout, &server, false),
        (&["--help"], Tty::Stdout, &[], true),
        (&["--help"], Tty::Stdout, &plain, false),
        (&["--help"], Tty::Neither, &[], false),
    ] {
        let told = run(arguments, tty, variables);
        let text = told.shown + &told.piped;
        assert!(!text.is_empty());
        assert_eq!(has_colour(&text), coloured, "{arguments:?}: {text:?}");
        assert_eq!(text.contains(ESCAPE), coloured, "{arguments:?}: {text:?}");
    }
}

/// The numbers of each `done of all` that was shown of these.
fn counts(shown: &str, what: &str) -> Vec<(usize, usize)> {
    let parts = shown.split(what);
    let count = |part: &str| {
        let words: Vec<_> = part.split_whitespace().collect();
        let [.., done, "of", of] = words[..] else {
            return None;
        };
        Some((done.parse().ok()?, of.parse().ok()?))
    };
    parts.filter_map(count).collect()
}

#[test]
fn what_takes_long_shows_on_a_terminal_how_far_it_is() {
    // With a pause between requests the scenarios do not end all at once.
    let judge = [
        "conformance",
        "--rule",
        "CR-06",
        "--rule",
        "CR-08",
        "--pause",
        "150",
    ];
    for variables in [&[][..], &[("NO_COLOR", "1")]] {
        let told = run(&judge, Tty::Stderr, variables);
        let counts = counts(&told.shown, " scenarios against http://");
        let of = counts.first().unwrap().1;
        assert!(of >= 2, "{counts:?}");
        assert!(counts.is_sorted(), "{counts:?}");
        assert!(counts.iter().all(|(done, all)| *all == of && *done <= of));
        assert!(counts.iter().any(|(done, _)| *done > 0), "{counts:?}");
        assert!(told.piped.contains("rules passed"), "{}", told.piped);
        assert!(!told.piped.contains(ESCAPE), "{}", told.piped);
        assert!(!has_colour(&told.shown), "{:?}", told.shown);
    }
    for tty in [Tty::Stdout, Tty::Neither] {
        let told = run(&judge, tty, &[]);
        let text = told.shown + &told.piped;
        assert!(text.contains("rules passed"), "{text}");
        assert!(
            counts(&text, " scenarios against http://").is_empty(),
            "{text}"
        );
        assert!(!text.contains(ESCAPE), "{text:?}");
    }
}

/// A command that waits for a server which takes every connection and says nothing.
struct Waiting {
    child: Child,
    stderr: Box<dyn Read>,
}

impl Waiting {
    fn start(base_url: &str, arguments: &[&str], tty: Tty) -> Self {
        let (screen, keyboard) = terminal();
        let mut command = clinkbill(&[("CLINK_SECRET_KEY", "sk_test_x7")]);
        command.env("TERM", "xterm-256color").args(arguments);
        command.args(["--base-url", base_url]);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        match tty {
            Tty::Stderr => command.stderr(keyboard),
            _ => command.stderr(Stdio::piped()),
        };
        let mut child = spawned(command);
        let stderr: Box<dyn Read> = match child.stderr.take() {
            Some(pipe) => Box::new(pipe),
            None => Box::new(screen),
        };
        Self { child, stderr }
    }

    /// What it says up to these words, or to its end.
    fn until(&mut self, words: &str) -> String {
        let (mut shown, mut part) = (String::new(), [0; 4096]);
        while !shown.contains(words) {
            // The end of a terminal is an error on some systems.
            match self.stderr.read(&mut part) {
                Ok(read) if read > 0 => shown.push_str(&String::from_utf8_lossy(&part[..read])),
                _ => break,
            }
        }
        shown
    }

    /// All that it says, if it says no more from now on.
    fn ended(mut self) -> String {
        let _ = self.child.kill();
        self.child.wait().unwrap();
        let mut shown = Vec::new();
        let _ = self.stderr.read_to_end(&mut shown);
        String::from_utf8(shown).unwrap()
    }
}

#[test]
fn who_waits_for_a_server_is_told_on_a_terminal_which_and_nobody_else_is() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let base_url = format!("http://{address}/api/");
    let list = ["order", "list"];
    let get = ["checkout", "get", "sess_1"];
    let quiet = [
        Waiting::start(&base_url, &list, Tty::Neither),
        Waiting::start(&base_url, &["order", "list", "--json"], Tty::Stderr),
        Waiting::start(&base_url, &["doctor"], Tty::Neither),
    ];
    for call in [&list[..], &get, &["doctor"]] {
        let mut waiting = Waiting::start(&base_url, call, Tty::Stderr);
        let shown = waiting.until(", 1s");
        let words = format!("waiting for {address}, 1s");
        assert!(shown.contains(&words), "{call:?}: {shown:?}");
        assert!(!shown.contains("x7"), "{shown:?}");
        waiting.ended();
    }
    // By now they would have said it too.
    for waiting in quiet {
        assert_eq!(waiting.ended(), "");
    }
}

#[test]
fn a_webhook_endpoint_is_judged_with_a_count_as_well() {
    let runtime = runtime();
    let endpoint = runtime.block_on(async {
        let endpoint = MockServer::start().await;
        let taken = Mock::given(any()).respond_with(ResponseTemplate::new(204));
        taken.mount(&endpoint).await;
        endpoint
    });
    let secret = [("CLINK_WEBHOOK_SECRET", "whsec_x7")];
    let url = endpoint.uri();
    let judge = ["conformance", "--webhook", &url];
    let told = run(&judge, Tty::Stderr, &secret);
    let counts = counts(&told.shown, " events to http://");
    assert_eq!(counts.first(), Some(&(0, 20)), "{:?}", told.shown);
    let told = run(&judge, Tty::Neither, &secret);
    assert!(!told.piped.contains(" events to "), "{}", told.piped);
}

#[test]
fn a_sandbox_says_on_a_terminal_where_to_look_and_how_it_ends() {
    let sandbox = ["sandbox", "--listen", "127.0.0.1:0"];
    let for_programs = [&sandbox[..], &["--json"]].concat();
    for (arguments, tty, says) in [
        (&sandbox[..], Tty::Stderr, true),
        (&for_programs, Tty::Stderr, false),
        (&sandbox, Tty::Neither, false),
    ] {
        let mut stdout = None;
        let told = run_until(arguments, tty, &[], |child| {
            // It takes signals from its first line on.
            let mut lines = BufReader::new(child.stdout.take().unwrap());
            lines.read_line(&mut String::new()).unwrap();
            stdout = Some(lines);
            signal(child, "-INT");
        });
        let shown = told.shown.trim_end();
        assert_eq!(
            shown.starts_with("open http://127.0.0.1:"),
            says,
            "{shown:?}"
        );
        let end = "/ to see the books; Ctrl-C ends it";
        assert_eq!(shown.ends_with(end), says, "{shown:?}");
        assert!(!shown.contains("/api"), "{shown:?}");
        assert_eq!(told.piped, "");
        if !says {
            assert_eq!(shown, "");
        }
    }
}
