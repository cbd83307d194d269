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
