//! A browser, driven over `WebDriver`, for walks through the sandbox's pages.
//!
//! Debian's `chromium` and `chromium-driver` will do, or any Chrome with its driver on the `PATH`.

mod driver;
mod window;

pub use driver::{Browser, Missing};
pub use window::{Error, Look, Window};
