use clinkbill::{CashApp, NewSession};

pub fn build() {
    let _ = NewSession::hosted_without_return_urls().direct_qr_launch(CashApp);
}
