//! What every page loads: styles, scripts and an icon. Each stands under a name that changes with
//! its content, so that browsers keep it for good.

use std::sync::LazyLock;

use http::{HeaderValue, header};
use sha2::{Digest, Sha256};

use super::allow_page;
use crate::Answer;
use crate::error::ApiError;
use crate::request::Request;

/// A file of the pages.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asset {
    Style,
    Script,
    Icon,
    /// The style of the developer's pages.
    Books,
    /// What follows a book.
    BooksScript,
}

struct File {
    /// The path that it is served under.
    path: String,
    media_type: &'static str,
    content: &'static str,
}

static FILES: LazyLock<[File; 5]> = LazyLock::new(|| {
    [
        File::new(
            "checkout",
            "css",
            "text/css",
            concat!(
                include_str!("../../assets/shared.css"),
                include_str!("../../assets/checkout.css"),
            ),
        ),
        File::new(
            "checkout",
            "js",
            "text/javascript",
            include_str!("../../assets/checkout.js"),
        ),
        File::new(
            "checkout",
            "svg",
            "image/svg+xml",
            include_str!("../../assets/checkout.svg"),
        ),
        File::new(
            "books",
            "css",
            "text/css",
            concat!(
                include_str!("../../assets/shared.css"),
                include_str!("../../assets/books.css"),
            ),
        ),
        File::new(
            "books",
            "js",
            "text/javascript",
            include_str!("../../assets/books.js"),
        ),
    ]
});

/// Where a page finds a file.
pub(super) fn path(asset: Asset) -> &'static str {
    &FILES[asset as usize].path
}

pub(super) fn handle(request: &Request) -> Result<Answer, ApiError> {
    let file = FILES.iter().find(|file| file.path == request.path);
    let file = file.ok_or(ApiError::UnknownRoute)?;
    allow_page(request, &[])?;
    let mut answer = Answer::new(file.content.as_bytes().to_vec());
    let media_type = format!("{}; charset=utf-8", file.media_type);
    let headers = answer.headers_mut();
    if let Ok(media_type) = HeaderValue::from_str(&media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    Ok(answer)
}

impl File {
    fn new(name: &str, extension: &str, media_type: &'static str, content: &'static str) -> Self {
        let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(content));
        Self {
            path: format!("/assets/{name}.{a:02x}{b:02x}{c:02x}{d:02x}.{extension}"),
            media_type,
            content,
        }
    }
}
