//! The shop with the hosted checkout page.

use std::process::ExitCode;

use clinkbill_shop::Kind;

#[tokio::main]
async fn main() -> ExitCode {
    clinkbill_shop::start::main(Kind::Hosted).await
}
