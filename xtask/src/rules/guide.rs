//! A copy of the guide, sentence by sentence.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

/// One sentence of the guide.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sentence {
    /// As it is compared.
    pub(super) text: String,
    /// The SHA-256 of the text, in small hex digits.
    pub(super) digest: String,
}

/// The sentences of a document, each once, in their order.
///
/// The guide is published with a paragraph, a bullet or a line of code to a line, so a sentence
/// ends with its line. How its characters are encoded, which quotation marks it has and how it is
/// spaced makes no difference. What holds no letter and no digit says nothing.
pub(super) fn sentences(document: &str) -> Vec<Sentence> {
    let mut known = BTreeSet::new();
    document
        .lines()
        .flat_map(|line| line.split('\u{2022}'))
        .flat_map(|part| {
            normalised(part)
                .split(". ")
                .map(|sentence| sentence.trim_end_matches('.').trim().to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|text| text.contains(char::is_alphanumeric))
        .map(|text| Sentence {
            digest: hex::encode(Sha256::digest(&text)),
            text,
        })
        .filter(|sentence| known.insert(sentence.digest.clone()))
        .collect()
}

/// Whether the text is a digest as [`sentences`] makes them.
pub(super) fn is_digest(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn normalised(part: &str) -> String {
    let text: String = part
        .nfkc()
        .filter_map(|c| match c {
            '\u{2018}' | '\u{2019}' | '\u{201b}' => Some('\''),
            '\u{201c}' | '\u{201d}' | '\u{201f}' => Some('"'),
            // The site puts one before each heading.
            '\u{200b}' | '\u{feff}' => None,
            other => Some(other),
        })
        .collect();
    let line = text.trim_start();
    let bullet = ["* ", "- "]
        .into_iter()
        .find_map(|mark| line.strip_prefix(mark));
    let words = bullet.unwrap_or(line).split_whitespace();
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(document: &str) -> Vec<String> {
        let sentences = sentences(document).into_iter();
        sentences.map(|sentence| sentence.text).collect()
    }

    #[test]
    fn a_document_is_split_at_full_stops_bullets_and_line_ends() {
        let document = "Cats\n\nCats sleep. They eat at 4.99 or so.\nWhen:\n  \u{2022} awake\n  * fed\n  - petted\n--purr\n{\n";
        assert_eq!(
            texts(document),
            [
                "Cats",
                "Cats sleep",
                "They eat at 4.99 or so",
                "When:",
                "awake",
                "fed",
                "petted",
                "--purr",
            ]
        );
    }

    #[test]
    fn what_only_looks_different_is_the_same_sentence() {
        let plain = "A cat's \"first\" office...";
        let fancy =
            "\u{200b}  A\u{a0}cat\u{2019}s\t\u{201c}\u{fb01}rst\u{201d}   of\u{fb01}ce\u{2026}";
        assert_eq!(sentences(fancy), sentences(plain));
        assert_eq!(texts(fancy), ["A cat's \"first\" office"]);
    }

    #[test]
    fn another_word_is_another_sentence() {
        assert_ne!(sentences("Cats sleep."), sentences("Cats eat."));
        assert_ne!(sentences("Cats sleep."), sentences("cats sleep."));
    }

    #[test]
    fn a_sentence_that_is_repeated_counts_once() {
        assert_eq!(
            texts("Cats sleep. Cats eat.\nCats sleep."),
            ["Cats sleep", "Cats eat"]
        );
    }

    #[test]
    fn a_digest_is_the_sha_256_of_the_sentence() {
        let [sentence] = &sentences("abc")[..] else {
            panic!("one sentence");
        };
        assert_eq!(
            sentence.digest,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert!(is_digest(&sentence.digest));
        assert!(!is_digest(&sentence.digest.to_uppercase()));
        assert!(!is_digest("ba78"));
    }
}
