//! A checkout page as a buyer reads it: which words stand where, in their order.

use html5gum::{Token, Tokenizer};

/// Elements that have no end tag.
const VOID: [&str; 8] = ["area", "br", "col", "hr", "img", "input", "link", "meta"];

/// The words and links of a page, in the order of the page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    texts: Vec<Text>,
    links: Vec<(Place, String)>,
    buttons: usize,
    /// What the pictures say they are, for those who do not see them.
    pictures: Vec<String>,
}

/// A piece of text without markup in it.
#[derive(Debug, Clone)]
struct Text {
    place: Place,
    text: String,
    /// What is chosen by it, where it names one of several.
    value: Option<String>,
}

/// The elements around something, the outermost first, and how many table rows began before it.
#[derive(Debug, Clone)]
struct Place {
    inside: Vec<String>,
    row: usize,
}

impl Page {
    pub(crate) fn read(html: &[u8]) -> Self {
        let html = String::from_utf8_lossy(html);
        let mut page = Self::default();
        let mut place = Place {
            inside: Vec::new(),
            row: 0,
        };
        let mut value = None;
        for Ok(token) in Tokenizer::new(&*html) {
            match token {
                Token::StartTag(tag) => {
                    let name = text(&tag.name);
                    if name == "tr" {
                        place.row += 1;
                    }
                    page.buttons += usize::from(name == "button");
                    let attribute = |name: &[u8]| tag.attributes.get(name).map(|value| text(value));
                    if attribute(b"type").as_deref() == Some("radio") {
                        value = attribute(b"value");
                    }
                    if attribute(b"role").as_deref() == Some("img") {
                        page.pictures.extend(attribute(b"aria-label"));
                    }
                    if let Some(href) = tag.attributes.get(&b"href"[..]) {
                        page.links.push((place.clone(), text(href)));
                    }
                    if !tag.self_closing && !VOID.contains(&name.as_str()) {
                        place.inside.push(name);
                    }
                }
                Token::EndTag(tag) => {
                    let name = text(&tag.name);
                    if let Some(start) = place.inside.iter().rposition(|open| *open == name) {
                        place.inside.truncate(start);
                    }
                }
                Token::String(words) => page.add(&place, &text(&words), &mut value),
                Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
            }
        }
        page
    }

    /// Whether a buyer reads these words, in one piece.
    pub(crate) fn says(&self, words: &str) -> bool {
        self.texts.iter().any(|piece| piece.text.contains(words))
    }

    /// The pieces of text inside an element such as `header`.
    pub(crate) fn inside<'a>(&'a self, element: &'a str) -> impl Iterator<Item = &'a str> {
        self.texts
            .iter()
            .filter(move |piece| piece.place.is_inside(element))
            .map(|piece| piece.text.as_str())
    }

    /// Whether an element comes before all other text.
    pub(crate) fn begins_with(&self, element: &str) -> bool {
        self.texts
            .first()
            .is_some_and(|piece| piece.place.is_inside(element))
    }

    /// Where the links inside an element lead.
    pub(crate) fn links_inside<'a>(&'a self, element: &'a str) -> impl Iterator<Item = &'a str> {
        self.links
            .iter()
            .filter(move |(place, _)| place.is_inside(element))
            .map(|(_, href)| href.as_str())
    }

    /// The items of the list below a heading: where one of them can be chosen, what is chosen, else
    /// what they say.
    pub(crate) fn list_below(&self, heading: &str) -> Vec<&str> {
        self.texts
            .iter()
            .skip_while(|piece| piece.text != heading)
            .skip(1)
            .take_while(|piece| piece.place.is_inside("li"))
            .map(|piece| piece.value.as_ref().unwrap_or(&piece.text).as_str())
            .collect()
    }

    /// What the pictures say they are.
    pub(crate) fn pictures(&self) -> impl Iterator<Item = &str> {
        self.pictures.iter().map(String::as_str)
    }

    /// The rows of the page's tables, each with its cells.
    pub(crate) fn rows(&self) -> Vec<Vec<&str>> {
        let mut rows: Vec<Vec<&str>> = Vec::new();
        let mut last = 0;
        for piece in self
            .texts
            .iter()
            .filter(|piece| piece.place.is_inside("tr"))
        {
            if piece.place.row != last {
                rows.push(Vec::new());
                last = piece.place.row;
            }
            if let Some(row) = rows.last_mut() {
                row.push(&piece.text);
            }
        }
        rows
    }

    /// Whether there is anything to press.
    pub(crate) fn has_buttons(&self) -> bool {
        self.buttons > 0
    }

    fn add(&mut self, place: &Place, words: &str, value: &mut Option<String>) {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = !["head", "script", "style"]
            .iter()
            .any(|hidden| place.is_inside(hidden));
        if shown && !words.is_empty() {
            self.texts.push(Text {
                place: place.clone(),
                text: words,
                value: value.take(),
            });
        }
    }
}

impl Place {
    fn is_inside(&self, element: &str) -> bool {
        self.inside.iter().any(|open| open == element)
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: &[u8] =
        b"<!doctype html><html><head><title>T</title><style>p{}</style></head><body>
        <header><p>A &amp; B</p> <a href=\"https://shop.example/?a=1&amp;b=2\">Leave</a></header>
        <main><br><h2>Methods</h2><ul><li>CARD</li> <li>PIX</li></ul><p>Bye</p>
        <fieldset><legend>Pay by</legend><ul><li><input type=radio value=CARD> By card</li></ul></fieldset>
        <svg role=img aria-label=\"A code\"></svg><svg aria-label=\"None\"></svg>
        <table><tr><th>Item</th></tr><tr><td>Pen</td><td>2</td></tr></table>
        <button>Pay</button></main></body></html>";

    #[test]
    fn a_page_is_read_by_its_landmarks_lists_rows_and_links() {
        let page = Page::read(HTML);
        assert!(page.begins_with("header") && !page.begins_with("main"));
        assert_eq!(
            page.inside("header").collect::<Vec<_>>(),
            ["A & B", "Leave"]
        );
        let links: Vec<_> = page.links_inside("header").collect();
        assert_eq!(links, ["https://shop.example/?a=1&b=2"]);
        assert_eq!(page.list_below("Methods"), ["CARD", "PIX"]);
        assert_eq!(page.list_below("Pay by"), ["CARD"]);
        assert_eq!(page.pictures().collect::<Vec<_>>(), ["A code"]);
        assert_eq!(page.rows(), [vec!["Item"], vec!["Pen", "2"]]);
        assert!(page.has_buttons() && page.says("Bye") && !page.says("T"));
    }

    #[test]
    fn what_is_no_page_says_nothing() {
        let page = Page::read(b"\xff{}");
        assert!(!page.begins_with("header") && !page.has_buttons());
        assert!(page.rows().is_empty() && page.list_below("Methods").is_empty());
    }
}
