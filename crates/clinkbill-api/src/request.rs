use clinkbill_types::{Amount, Currency, EventType, PriceType, TaxCategory};

use crate::types::{
    CreateBillingSessionRequest, CreateCheckoutSessionRequest, CreatePriceRequest,
    CreateProductRequest, CreateWebhookEndpointRequest, EnsureWebhookEndpointRequest, PriceData,
};

impl CreateCheckoutSessionRequest {
    /// The two fields the contract requires, and nothing else yet.
    #[must_use]
    pub fn new(original_amount: Amount, original_currency: &str) -> Self {
        Self {
            original_amount,
            original_currency: Currency::from_wire(original_currency),
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

impl CreateBillingSessionRequest {
    /// Whom to let in, and nothing else yet.
    #[must_use]
    pub fn new(customer_id: &str) -> Self {
        Self {
            customer_id: customer_id.to_owned(),
            return_url: None,
            subscription_update_product_ids: None,
        }
    }
}

impl CreateProductRequest {
    /// The three fields the contract requires, and nothing else yet. `image` is the id an upload
    /// gave.
    #[must_use]
    pub fn new(name: &str, image: &str, tax_category: TaxCategory) -> Self {
        Self {
            name: name.to_owned(),
            image: image.to_owned(),
            tax_category,
            default_price: None,
            description: None,
            localized_names: None,
            price_list: None,
        }
    }
}

impl CreatePriceRequest {
    /// The four fields the contract requires, and nothing else yet.
    #[must_use]
    pub fn new(
        product_id: &str,
        unit_amount: Amount,
        currency: Currency,
        price_type: PriceType,
    ) -> Self {
        Self {
            product_id: product_id.to_owned(),
            unit_amount,
            currency,
            price_type,
            is_default_price: None,
            priority: None,
            recurring_details: None,
        }
    }
}

impl CreateWebhookEndpointRequest {
    /// The two fields the contract requires, and nothing else yet.
    #[must_use]
    pub fn new(url: &str, events: impl IntoIterator<Item = EventType>) -> Self {
        Self {
            url: url.to_owned(),
            events: events.into_iter().collect(),
            description: None,
            enabled: None,
        }
    }
}

impl EnsureWebhookEndpointRequest {
    /// The two fields the contract requires, and nothing else yet.
    #[must_use]
    pub fn new(url: &str, events: impl IntoIterator<Item = EventType>) -> Self {
        Self {
            url: url.to_owned(),
            events: events.into_iter().collect(),
            description: None,
            enabled: None,
            return_signing_secret: None,
            rotate_secret: None,
            rotate_secret_if_unavailable: None,
        }
    }
}
