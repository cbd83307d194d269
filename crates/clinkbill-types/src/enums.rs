use crate::open_enum;

open_enum! {
    /// Where a checkout session stands (guide: Session Data, Status).
    pub enum SessionStatus {
        /// Created; no successful payment has been received.
        Open = "open",
        /// Concluded with a successful payment. The guide says `Complete`, the wire `completed`.
        Complete = "completed" | "complete",
        /// No further payment attempts are allowed.
        Expired = "expired",
    }
}

open_enum! {
    /// How far the payment of a checkout session has come.
    pub enum PaymentStatus {
        /// No attempt has succeeded and none is under way.
        Unpaid = "unpaid",
        /// An attempt is under way.
        Processing = "processing",
        /// Paid.
        Paid = "paid",
    }
}

open_enum! {
    /// How the checkout is rendered (guide: URLs).
    pub enum UiMode {
        /// A page hosted by Clink.
        HostedPage = "hostedPage",
        /// Embedded in the merchant's own page.
        Elements = "elements",
    }
}

open_enum! {
    /// A payment method of the checkout.
    pub enum PaymentMethodType {
        /// Credit and debit cards.
        Card = "CARD",
        /// Cash App Pay.
        CashApp = "CASHAPP",
        /// WeChat Pay.
        WeChat = "WECHAT",
        /// Kakao Pay.
        Kakao = "KAKAO",
        /// Pix.
        Pix = "PIX",
        /// Alipay.
        Alipay = "ALIPAY",
        /// UPI.
        Upi = "UPI",
        /// PayPal.
        PayPal = "PAYPAL",
        /// Google Pay.
        GooglePay = "GOOGLEPAY",
        /// Apple Pay.
        ApplePay = "APPLEPAY",
        /// QRIS.
        Qris = "QRIS",
        /// GCash.
        GCash = "GCASH",
    }
}

open_enum! {
    /// Whether an order is one of a series.
    pub enum OrderType {
        /// A payment of a subscription.
        Recurring = "recurring",
        /// A single purchase.
        OneTime = "onetime" | "one_time",
    }
}

open_enum! {
    /// Where an order stands. Each payment attempt makes one order.
    pub enum OrderStatus {
        /// Made, no result yet.
        Created = "created",
        /// Waiting for the payment service.
        Pending = "pending",
        /// Waiting for the buyer.
        RequiresAction = "requires_action",
        /// Paid.
        Success = "success",
        /// The attempt failed.
        Failed = "failed",
        /// Some of the money went back.
        PartialRefunded = "partial_refunded",
        /// All of the money went back.
        Refunded = "refunded",
    }
}

open_enum! {
    /// Where a refund stands.
    pub enum RefundStatus {
        /// Asked for.
        Created = "created",
        /// Taken up by Clink.
        Received = "received",
        /// On its way through the payment service.
        Refunding = "refunding",
        /// The money went back.
        Success = "success" | "succeeded",
        /// The money did not go back.
        Failed = "failed",
        /// Called off.
        Closed = "closed",
    }
}

open_enum! {
    /// Why money goes back. An answer writes it in words, a request as a number.
    pub enum RefundReason {
        /// The purchase was paid twice.
        Duplicate = "Duplicate payment" | "0" | "duplicate",
        /// Somebody else paid with the customer's means.
        Fraudulent = "Fraudulent activity" | "1" | "fraud",
        /// The customer asked for it.
        CustomerRequest = "Customer Initiated Refund" | "2" | "customer",
        /// Anything else.
        Other = "Other" | "3",
    }
}

open_enum! {
    /// Where a dispute stands. On the wire it is a number.
    pub enum DisputeStatus {
        /// Opened by the buyer's bank: evidence may be handed in.
        Pending = "1" | "pending",
        /// Being decided.
        Processing = "2" | "processing",
        /// Decided for the merchant.
        Won = "3" | "won",
        /// Decided for the buyer.
        Lost = "4" | "lost",
        /// Taken back by the buyer.
        Withdrawn = "5" | "withdrawn",
    }
}

open_enum! {
    /// How often a recurring price is charged.
    pub enum RecurringInterval {
        /// Every day.
        Day = "day",
        /// Every week.
        Week = "week",
        /// Every month.
        Month = "month",
        /// Every year.
        Year = "year",
        /// Every three months.
        Quarter = "quarter",
        /// Every six months.
        HalfYear = "half_year",
        /// Every so many days.
        Custom = "custom",
    }
}

open_enum! {
    /// Where a subscription stands.
    pub enum SubscriptionStatus {
        /// Waiting for its first payment.
        Incomplete = "incomplete",
        /// In its free trial.
        FreeTrial = "free_trial" | "trialing",
        /// Paid and running.
        Active = "active",
        /// Its first payment never came.
        IncompleteExpired = "incomplete_expired",
        /// A later payment is missing.
        PastDue = "past_due",
        /// Over.
        Cancelled = "cancelled" | "canceled",
    }
}

open_enum! {
    /// Where an invoice stands.
    pub enum InvoiceStatus {
        /// Made, not paid yet.
        Open = "open",
        /// Paid.
        Paid = "paid",
        /// Called off without a payment.
        Void = "void",
    }
}

open_enum! {
    /// How the periods of a subscription are paid.
    pub enum BillingMode {
        /// The saved payment instrument is charged.
        ChargeAutomatically = "charge_automatically",
        /// The customer gets an invoice.
        SendInvoice = "send_invoice",
    }
}

open_enum! {
    /// Whether a registered price is charged once or again and again.
    ///
    /// An [`OrderType`] says the same of an order, in other words.
    pub enum PriceType {
        /// Once.
        OneTime = "one_time" | "onetime",
        /// In every period of a subscription.
        Recurring = "recurring",
    }
}

open_enum! {
    /// What a recurring price counts.
    pub enum PricingModel {
        /// Nothing: it is the same for everybody.
        FlatRate = "flat_rate",
        /// Seats.
        PerSeat = "per_seat",
        /// Units, at prices that change with their number.
        Tiered = "tiered",
        /// What was used in the period.
        UsageBased = "usage_based",
    }
}

open_enum! {
    /// What becomes of a part of a unit, when a quantity is divided into units.
    pub enum QuantityRounding {
        /// Away from zero.
        Up = "up",
        /// Towards zero.
        Down = "down",
        /// Towards the next higher number.
        Ceiling = "ceiling",
        /// Towards the next lower number.
        Floor = "floor",
        /// To the nearest number, a half away from zero.
        HalfUp = "half_up",
        /// To the nearest number, a half towards zero.
        HalfDown = "half_down",
        /// To the nearest number, a half to the even one.
        HalfEven = "half_even",
        /// There must be no part.
        Unnecessary = "unnecessary",
    }
}

open_enum! {
    /// What a product is to the tax office.
    pub enum TaxCategory {
        /// Digital goods or a service.
        DigitalGoodsOrService = "digital_goods_or_service",
        /// An e-book.
        Ebook = "ebook",
        /// Software as a service.
        SoftwareService = "software_service",
    }
}

open_enum! {
    /// What had to be done to have a webhook endpoint as it was asked for.
    pub enum WebhookEndpointSource {
        /// It was created.
        Created = "created",
        /// Nothing: it was there.
        Existing = "existing",
        /// It was changed.
        Updated = "updated",
        /// Its signing secret was replaced.
        Rotated = "rotated",
        /// It was changed, and its signing secret was replaced.
        UpdatedRotated = "updated_rotated",
    }
}
