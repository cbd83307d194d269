//! Finds the commands in the documentation.

use std::fs;
use std::path::Path;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// Pages of the repository itself; each crate has a README besides.
const PAGES: [&str; 6] = [
    "README.md",
    "CONTRIBUTING.md",
    "crates/clinkbill/docs/fulfilment.md",
    "crates/clinkbill/docs/going-live.md",
    "crates/clinkbill/docs/quick-start.md",
    "fuzz/README.md",
];
/// The page whose sentences and tables are read for commands too.
const CLAIMS: &str = "README.md";
/// What a command in a sentence begins with.
const PROGRAMS: [&str; 3] = ["cargo", ".ci/run", ".ci/schemathesis"];

/// Commands that belong together.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) document: String,
    pub(super) in_a_sentence: bool,
    pub(super) shown: Vec<Shown>,
}

/// A command, and what it is shown to print.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) printed: String,
    output: Vec<String>,
}

impl Shown {
    /// The command without its remark.
    pub(super) fn line(&self) -> &str {
        let line = self.printed.split("  #").next().unwrap_or_default();
        line.trim_end()
    }

    /// A line that is shown and was not printed. `...` stands for anything.
    pub(super) fn missing(&self, said: &[String]) -> Option<&str> {
        let missing = self
            .output
            .iter()
            .find(|shown| !said.iter().any(|said| is_like(said, shown)));
        missing.map(String::as_str)
    }
}

fn is_like(said: &str, shown: &str) -> bool {
    match shown.split_once("...") {
        None => said.trim_end() == shown,
        Some((start, end)) => said
            .strip_prefix(start)
            .is_some_and(|rest| rest.ends_with(end)),
    }
}

/// All commands of all pages.
pub(super) fn blocks(root: &Path) -> Result<Vec<Block>, String> {
    let mut pages: Vec<String> = PAGES.map(str::to_owned).to_vec();
    let crates = root.join("crates");
    let folders = fs::read_dir(&crates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| format!("{}: {error}", crates.display()))?;
    let mut names: Vec<_> = folders.iter().map(fs::DirEntry::file_name).collect();
    names.sort();
    for name in names {
        let page = format!("crates/{}/README.md", name.to_string_lossy());
        if root.join(&page).is_file() {
            pages.push(page);
        }
    }
    let mut all = Vec::new();
    for page in pages {
        let text = fs::read_to_string(root.join(&page));
        let text = text.map_err(|error| format!("{page}: {error}"))?;
        all.extend(read(&page, &text, page == CLAIMS));
    }
    Ok(all)
}

/// The commands of one page.
pub(super) fn read(document: &str, text: &str, sentences_too: bool) -> Vec<Block> {
    let block = |in_a_sentence, shown| Block {
        document: document.to_owned(),
        in_a_sentence,
        shown,
    };
    let mut blocks = Vec::new();
    let mut console = None;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(kind))) if &*kind == "console" => {
                console = Some(String::new());
            }
            Event::Text(text) => {
                if let Some(console) = &mut console {
                    console.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                blocks.extend(console.take().map(|text| block(false, session(&text))));
            }
            Event::Code(code) if sentences_too && is_command(&code) => {
                let output = Vec::new();
                let printed = code.into_string();
                blocks.push(block(true, vec![Shown { printed, output }]));
            }
            _ => {}
        }
    }
    blocks
}

/// The first word that is no assignment is a program.
fn is_command(code: &str) -> bool {
    let mut words = code.split(' ').skip_while(|word| word.contains('='));
    let is_program = words.next().is_some_and(|word| PROGRAMS.contains(&word));
    // The program alone is a name.
    is_program && (words.next().is_some() || code.starts_with('.'))
}

fn session(text: &str) -> Vec<Shown> {
    let mut session: Vec<Shown> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), session.last_mut()) {
            (Some(printed), _) => session.push(Shown {
                printed: printed.to_owned(),
                output: Vec::new(),
            }),
            (None, Some(shown)) if !line.is_empty() => shown.output.push(line.to_owned()),
            _ => {}
        }
    }
    session
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
Run `cargo xtask\nfuzz` or `A=b cargo test`, with `cargo` and `from_env()`; `.ci/run` is all.\n\n\
```console\n$ cargo test   # all\n$ serve  # on a port\nNAME=sk_...\n```\n\n```sh\n$ other\n```\n";

    #[test]
    fn commands_are_found_in_blocks_of_console_and_in_sentences() {
        let lines = |sentences_too| {
            let blocks = read("page.md", PAGE, sentences_too);
            let shown = blocks.iter().flat_map(|block| &block.shown);
            shown
                .map(|shown| shown.line().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(lines(false), ["cargo test", "serve"]);
        assert_eq!(
            lines(true),
            [
                "cargo xtask fuzz",
                "A=b cargo test",
                ".ci/run",
                "cargo test",
                "serve"
            ]
        );
    }

    #[test]
    fn three_dots_stand_for_anything() {
        let blocks = read("page.md", PAGE, false);
        let serve = &blocks[0].shown[1];
        assert_eq!(serve.missing(&["NAME=sk_test_1".to_owned()]), None);
        assert_eq!(
            serve.missing(&["NAME=pk_1".to_owned()]),
            Some("NAME=sk_...")
        );
    }
}
