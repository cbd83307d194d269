//! The shop with an embedded checkout.

use std::process::ExitCode;

use clinkbill_shop::Kind;

#[tokio::main]
async fn main() -> ExitCode {
    clinkbill_shop::start::main(Kind::Embedded).await
}
