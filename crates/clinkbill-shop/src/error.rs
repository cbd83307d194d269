//! What can go wrong, and what a buyer is told of it.

use std::error::Error;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::pages::{Notice, page};

/// Why a page cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ShopError {
    /// Nothing was ordered under this name.
    #[error("there is no such order")]
    NoSuchOrder,
    /// The books cannot be read or written.
    #[error("the database failed")]
    Books(#[from] sqlx::Error),
    /// A page could not be written.
    #[error("a page could not be written")]
    Page(#[from] askama::Error),
    /// The task that asked for a session ended before it was done.
    #[error("the work was broken off")]
    BrokenOff(#[from] tokio::task::JoinError),
}

impl IntoResponse for ShopError {
    fn into_response(self) -> Response {
        let (status, notice) = match &self {
            Self::NoSuchOrder => (
                StatusCode::NOT_FOUND,
                Notice {
                    title: "There is no such order",
                    text: "Check the link, or start again in the shop.",
                },
            ),
            Self::Books(_) | Self::Page(_) | Self::BrokenOff(_) => {
                let cause = self.source().map(ToString::to_string);
                tracing::error!(error = %self, cause, "a page failed");
                let notice = Notice {
                    title: "Something went wrong",
                    text: "It is our fault. Go back and try again in a minute.",
                };
                (StatusCode::INTERNAL_SERVER_ERROR, notice)
            }
        };
        match page(&notice) {
            Ok(page) => (status, page).into_response(),
            Err(_) => status.into_response(),
        }
    }
}
