//! Somebody's text on a page: it never becomes markup, hides nothing, and is not of any length.

use std::borrow::Cow;
use std::fmt;

use askama::filters::{Escaper, Html};

/// How every template writes what is put into it (`askama.toml`).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Visible;

impl Escaper for Visible {
    fn write_escaped_str<W: fmt::Write>(&self, mut dest: W, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some((at, control)) = rest.char_indices().find(|(_, c)| c.is_control()) {
            Html.write_escaped_str(&mut dest, &rest[..at])?;
            dest.write_char(picture(control))?;
            rest = &rest[at + control.len_utf8()..];
        }
        Html.write_escaped_str(dest, rest)
    }
}

/// What stands for a control character: its picture where Unicode has one.
fn picture(control: char) -> char {
    match u32::from(control) {
        code @ 0..0x20 => char::from_u32(0x2400 + code),
        0x7f => Some('\u{2421}'),
        _ => None,
    }
    .unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// A text at most so many bytes long on a page, and what says that it went on.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    let mut room = most;
    let end = text.char_indices().find_map(|(at, character)| {
        let left = room.checked_sub(bytes_of(character));
        room = left.unwrap_or_default();
        left.is_none().then_some(at)
    });
    match end {
        None => Cow::Borrowed(text),
        Some(end) => Cow::Owned(format!("{}\u{2026}", &text[..end])),
    }
}

/// Whether a text takes at most so many bytes on a page.
pub(super) fn fits(text: &str, most: usize) -> bool {
    text.len() <= most && text.chars().map(bytes_of).sum::<usize>() <= most
}

/// What a character takes on a page.
fn bytes_of(character: char) -> usize {
    match character {
        '<' | '>' | '&' | '"' | '\'' => "&#60;".len(),
        control if control.is_control() => picture(control).len_utf8(),
        character => character.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on_page(text: &str) -> String {
        let mut page = String::new();
        Visible.write_escaped_str(&mut page, text).unwrap();
        page
    }

    #[test]
    fn what_cannot_be_seen_is_shown_and_what_would_be_markup_is_text() {
        for (text, shown) in [
            ("", ""),
            ("Tea & <biscuits>", "Tea &#38; &#60;biscuits&#62;"),
            ("\0", "\u{2400}"),
            ("a\u{1b}[31m<b>", "a\u{241b}[31m&#60;b&#62;"),
            ("tab\tline\r\n", "tab\u{2409}line\u{240d}\u{240a}"),
            ("\u{7f}\u{80}\u{9b}é", "\u{2421}\u{fffd}\u{fffd}é"),
        ] {
            assert_eq!(on_page(text), shown, "{text:?}");
        }
        for code in 0..=0x9f_u8 {
            let page = on_page(&char::from(code).to_string());
            assert!(!page.contains(char::is_control), "{code:#x}");
        }
    }

    #[test]
    fn a_text_is_cut_by_what_it_takes_on_the_page() {
        for (text, most, shown) in [
            ("four", 4, "four"),
            ("five5", 4, "five\u{2026}"),
            ("<<", 10, "<<"),
            ("<<", 9, "<\u{2026}"),
            ("\0\0", 3, "\0\u{2026}"),
            ("é", 1, "\u{2026}"),
        ] {
            assert_eq!(cut(text, most), shown, "{text:?}");
            assert_eq!(fits(text, most), text == shown, "{text:?}");
            assert!(on_page(&cut(text, most)).len() <= most + "\u{2026}".len());
        }
    }
}
