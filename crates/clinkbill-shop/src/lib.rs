#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

pub mod books;
pub mod checkout;
mod error;
#[expect(missing_docs, reason = "the file is a part of the documentation")]
pub mod fulfil;
pub mod goods;
mod pages;
#[expect(missing_docs, reason = "the file is a part of the documentation")]
pub mod reconcile;
mod shop;
#[expect(missing_docs, reason = "the file is a part of the documentation")]
pub mod sql_dedup;
pub mod start;
#[expect(missing_docs, reason = "the file is a part of the documentation")]
pub mod webhook;

pub use error::ShopError;
pub use shop::{Kind, Settings, Shop};
