/// The text a server sent, unless it stands for nothing: what was never set comes back blank,
/// as a single space, or as the word `null`.
///
/// ```
/// use clinkbill_types::given;
///
/// assert_eq!(given("A-17"), Some("A-17"));
/// assert_eq!(given("null"), None);
/// assert_eq!(given(" "), None);
/// ```
#[must_use]
pub fn given(text: &str) -> Option<&str> {
    // Most text shows by its first letter that it is there.
    if let Some(first) = text.bytes().next()
        && first.is_ascii_graphic()
        && first != b'n'
    {
        return Some(text);
    }
    let nothing = matches!(text.trim(), "" | "null");
    (!nothing).then_some(text)
}
