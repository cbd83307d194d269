use clinkbill_types::Amount;

use crate::types::{CreateCheckoutSessionRequest, PriceData};

impl CreateCheckoutSessionRequest {
    /// The two fields the contract requires, and nothing else yet.
    #[must_use]
    pub fn new(original_amount: Amount, original_currency: &str) -> Self {
        Self {
            original_amount,
            original_currency: original_currency.to_owned(),
            allow_promotion_codes: None,
            cancel_url: None,
            customer_email: None,
            customer_id: None,
            direct_payment_qr_code_payment_method_type: None,
            historical_payment_instrument_import: None,
            local_price_only: None,
            merchant_reference_id: None,
            metadata: None,
            payment_method_type: None,
            payment_method_type_black_list: None,
            price_data_list: None,
            price_id: None,
            product_id: None,
            promotion_code: None,
            reference_customer_id: None,
            return_url: None,
            scheduled_phases: None,
            show_promotion_code: None,
            success_url: None,
            ui_mode: None,
        }
    }
}

impl PriceData {
    /// One line with what the contract requires: what it is, and the price of one.
    #[must_use]
    pub fn new(name: &str, unit_amount: Amount) -> Self {
        Self {
            name: name.to_owned(),
            unit_amount,
            currency: None,
            image_url: None,
            quantity: None,
        }
    }
}
